# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of scripts: where a script ends, and what it waits for."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import Behaviour
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.behaviours import ProcessReader
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.machine_facts import MachineFacts
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs


def behaviour(*lines: str, profile: str = "plain", job: str = "a") -> Behaviour:
    text = "\n".join(f"  {line}" for line in lines)
    (made,) = read_jobs({job: f"task\nscript\n{text}\nend script\n"})
    chosen = PROFILES[profile]
    return ProcessReader(chosen, MachineFacts(chosen)).behaviour(job, made.values, "main")


@pytest.mark.parametrize(("line", "status"), [("false", 1), ("exit", 0), ("exit 3", 3), ("exit 256", 0),
                                              ("exit $x", 0)])
def test_nothing_runs_after_the_end_of_a_script(line: str, status: int) -> None:
    made = behaviour("initctl emit go", line, "initctl emit late")
    assert [step.name for step in made.steps] == ["go"] and made.status == status and made.known


def test_a_script_waits_for_its_sleep() -> None:
    made = behaviour("initctl emit go", "sleep 5", "initctl emit late")
    assert [(step.name, step.seconds, step.after) for step in made.steps] == [
        ("go", 0.0, ()), ("", 5.0, (0,)), ("late", 0.0, (1,))]
    assert made.known


def test_a_sleep_of_unknown_length() -> None:
    made = behaviour("sleep $x", "initctl emit late")
    assert [(step.name, step.seconds) for step in made.steps] == [("", None), ("late", 0.0)] and not made.known


def test_the_terminals_of_enterprise_linux() -> None:
    made = behaviour("for tty in $(echo $ACTIVE_CONSOLES) ; do", "initctl start tty TTY=$tty", "done",
                     profile="enterprise_linux_6", job="start-ttys")
    assert [(step.verb, step.name, step.env, step.waits) for step in made.steps] == [
        ("starts", "tty", (f"TTY=/dev/tty{number}",), True) for number in (1, 2, 3, 4, 5, 6)]
