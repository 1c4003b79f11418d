# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How processes behave, judged by their commands."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import STAYS, Behaviour
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.behaviours import ProcessReader
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs


def behaviour(text: str, process: str = "main", profile: str = "ubuntu_14_04", job: str = "a") -> Behaviour:
    (made,) = read_jobs({job: text})
    chosen = PROFILES[profile]
    return ProcessReader(chosen, MachineFacts(chosen)).behaviour(job, made.values, process)


def script(*lines: str, task: bool = True) -> str:
    return ("task\n" if task else "") + "script\n" + "\n".join(f"  {line}" for line in lines) + "\nend script\n"


def steps(text: str, **more: str) -> list[tuple[object, ...]]:
    return [(taken.verb, taken.name, taken.env, taken.waits) for taken in behaviour(text, **more).steps]


def test_known_programs() -> None:
    assert behaviour("exec sleep 1000\n").does == STAYS and behaviour("exec sleep 1000\n").known
    assert behaviour("task\nexec sleep 3\n").seconds == 3.0
    assert behaviour(script("exit 3")).status == 3 and behaviour("exec false\n").status == 1


@pytest.mark.parametrize(("line", "step"), [
    ("initctl emit go A=1 B=2", ("emits", "go", ("A=1", "B=2"), True)),
    ("initctl emit --no-wait go", ("emits", "go", (), False)),
    ("/sbin/initctl -q emit -n go", ("emits", "go", (), False)),
    ("initctl emit go &", ("emits", "go", (), False)),
    ("start web K=1", ("starts", "web", ("K=1",), True)),
    ("initctl stop web", ("stops", "web", (), True)),
    ("exec initctl emit go", ("emits", "go", (), True)),
    ("telinit 3", ("emits", "runlevel", ("RUNLEVEL=3", "PREVLEVEL=N"), False)),
    ("sleep 5", (None, "", (), True)),
])
def test_requests(line: str, step: tuple[object, ...]) -> None:
    assert steps(script("echo x", line), profile="plain")[:1] == [step] or line == "sleep 5"


@pytest.mark.parametrize("line", [
    "if x; then initctl emit go; fi", "x && initctl emit go", "initctl emit go A=$B", "for i in 1; do start web; done",
])
def test_requests_that_may_not_be_sent(line: str) -> None:
    made = behaviour(script(line))
    assert [taken for taken in made.steps if taken.verb] == []
    assert len(made.orders) + len(made.possible) == 1 and bool(made.orders) == ("$" in line)


def test_a_machine_that_may_be_shut_down() -> None:
    assert behaviour(script("if x; then reboot; fi")).orders == ()
    assert len(behaviour(script("reboot")).orders) == 1


def test_steps_follow_each_other() -> None:
    made = behaviour(script("initctl emit a", "unknown-program", "initctl emit b", "exit 4", "initctl emit c"))
    assert [(taken.name, taken.after, taken.seconds) for taken in made.steps] == [
        ("a", (), 0.0), ("", (0,), None), ("b", (1,), 0.0)]
    assert made.status == 4 and not made.known


def test_programs_of_the_profile() -> None:
    made = behaviour(script("telinit \"${DEFAULT_RUNLEVEL}\""), job="rc-sysinit")
    assert [taken.env for taken in made.steps] == [("RUNLEVEL=2", "PREVLEVEL=N")]
    names = [taken.name for taken in behaviour("task\nexec /sbin/mountall --daemon\n").steps]
    assert names[-1] == "filesystem" and names.count("mounted") == len(PROFILES["ubuntu_14_04"].virtual) + 1
    assert [taken[0] for taken in steps("task\nexec /sbin/mountall\n", profile="plain")] == [None]
    assert [taken[:3] for taken in steps(script("if x; then telinit 5; fi"), job="rc-sysinit")] == [
        ("emits", "runlevel", ("RUNLEVEL=5", "PREVLEVEL=N"))]
    assert steps(script("if x; then telinit 5; fi")) == [], "not in another job"


def test_commands_that_do_not_run_on_such_machines() -> None:
    text = script("if x; then", "initctl emit container", "else", "initctl emit not-container", "fi")
    assert [taken[1] for taken in steps(text, job="container-detect")] == ["not-container"]
    assert [taken[1] for taken in steps(text, job="container-detect", profile="ubuntu_container")] == ["container"]
    assert behaviour(text, job="container-detect").orders == ()


def test_services_that_stay() -> None:
    assert behaviour("exec /usr/bin/web\n").does == STAYS
    assert behaviour(script(". /etc/default/web", "exec web", task=False)).does == STAYS
    assert behaviour(script("initctl emit go", "exec web", task=False)).does == STAYS
    assert behaviour(script("initctl emit go", task=False)).does != STAYS
