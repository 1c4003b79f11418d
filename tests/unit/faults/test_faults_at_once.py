# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs on the same job at once: correct reports, complete files, and a daemon with the latest definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules, run_module
from ansible_collections.sysinit.upstart.tests.unit.support.faults import (
    SERVICE,
    check,
    contents,
    deployed,
    held,
    lives,
    options,
    service,
)
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for

Daemon = with_daemon.Daemon
TEXTS = ["description %s\nexec sleep 1000\n# %s\n" % (name, name * 20000) for name in "ab"]
ROUNDS = 6


@pytest.fixture(name="daemon")
def _daemon() -> Iterator[Daemon]:
    with with_daemon.running() as daemon:
        yield daemon
    assert with_daemon.no_process_left(daemon.scratch)


def together(daemon: Daemon, module: str, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run a module several times at once and return the results."""
    arguments = [options(daemon, **each) for each in wanted]
    ended = many_modules.run(module, arguments, len(arguments))
    assert [end.errors for end in ended] == [""] * len(ended)
    return [end.result() for end in ended]


def test_two_files(daemon: Daemon) -> None:
    for _round in range(ROUNDS):
        said = together(daemon, "upstart_job", [{"name": "web", "content": text} for text in TEXTS * 2])
        data = contents(daemon.conf)
        assert list(data) == ["web.conf"]
        text = data["web.conf"].decode()
        assert text in TEXTS
        assert held(daemon)["description"] == text[12]
        for each in said:
            if each.get("failed"):
                key = "lost-update" if "this task read it" in each["msg"] else "two-files"
                check(key, each, path=daemon.conf / "web.conf")
        assert not all(each.get("failed") for each in said)


@pytest.mark.parametrize("how", ["plain", "merge", "absent"])
def test_another_run_writes_after_the_file_was_read(daemon: Daemon, how: str) -> None:
    """A moment that tests rarely hit by chance: the validate command of one run waits for the end of another run."""
    deployed(daemon)
    marks = daemon.scratch / "waits", daemon.scratch / "go"
    script = f"touch {marks[0]}; while [ ! -e {marks[1]} ]; do sleep 0.05; done; true"
    other = {"name": "other", "content": "exec sleep 1\n", "validate": f"sh -c '{script}' %s"}
    wanted: dict[str, Any] = {"plain": {"content": TEXTS[0]}, "merge": {"merge": True, "nice": 5},
                              "absent": {"state": "absent"}}[how]
    slow = run_module.start("upstart_job", **options(daemon, jobs=[other, {"name": "web", **wanted}]))
    wait_for(marks[0].exists, "validate did not run")
    deployed(daemon, content=TEXTS[1])
    marks[1].touch()
    check("lost-update", run_module.result(slow), path=daemon.conf / "web.conf")
    assert contents(daemon.conf) == {"web.conf": TEXTS[1].encode()}


def test_two_starts(daemon: Daemon) -> None:
    deployed(daemon, content="pre-start exec sleep 0.3\n"
                             f"script\n  echo x >> {daemon.scratch}/starts\n  exec sleep 1000\nend script\n")
    starts = daemon.scratch / "starts"
    for _round in range(ROUNDS):
        said = together(daemon, "upstart_service", [{"name": ["web"], "state": "started", "stable_for": 0.2}] * 3)
        for each in said:
            check("two-services", each)
            assert each["instances"][0]["status"] == "start/running"
        assert len({each["instances"][0]["processes"]["main"] for each in said}) == 1
        wait_for(starts.exists, "it has not noted its start")
        assert starts.read_text() == "x\n"
        service(daemon, "stopped")
        starts.unlink()


def test_two_restarts(daemon: Daemon) -> None:
    deployed(daemon)
    service(daemon, "started")
    for _round in range(ROUNDS):
        said = together(daemon, "upstart_service", [{"name": ["web"], "state": "restarted", "stable_for": 0.2}] * 3)
        for each in said:
            check("meddled-" + each["msg"].split()[6] if each.get("failed") else "two-services", each)
        after = service(daemon, "started")
        assert after["changed"] is False
        assert after["instances"][0]["status"] == "start/running"


def test_what_others_did(daemon: Daemon) -> None:
    deployed(daemon)
    for state, key in (("restarted", "meddled-restarted"), ("stopped", "meddled-stopped")):
        first = run_module.start("upstart_service", **options(
            daemon, name=["web"], state="restarted", stable_for=120, timeout=240))
        wait_for(lambda: len(held(daemon)["instances"]) == 1, "it was not started")
        before = held(daemon)["instances"][0]["processes"]
        wait_for(lambda: held(daemon)["instances"][0]["status"] == "start/running", "it does not run")
        check("two-services", service(daemon, state))
        said = run_module.result(first)
        # The restart may be seen between its stop and its start.
        check("meddled-stopped" if "something stopped" in said["msg"] else key, said)
        assert held(daemon)["instances"] == [] or held(daemon)["instances"][0]["processes"] != before
    deployed(daemon, content="start on stopped web\n" + SERVICE)
    service(daemon, "started")
    check("meddled-started", service(daemon, "stopped"))


def test_a_job_that_ends_by_itself(daemon: Daemon) -> None:
    """Counterpart: no other client stopped it."""
    deployed(daemon, content="exec sleep 0.2\n")
    for state in ("started", "restarted"):
        said = service(daemon, state, stable_for=60)
        assert said["msg"].startswith("Job web ended right after it was started: its main process exited without an")


def test_a_start_and_a_stop(daemon: Daemon) -> None:
    deployed(daemon)
    for _round in range(ROUNDS):
        started, stopped = together(daemon, "upstart_service", [
            {"name": ["web"], "state": state, "stable_for": 0.2} for state in ("started", "stopped")])
        instances = held(daemon)["instances"]
        states = [one["status"] for one in instances]
        assert states in ([], ["start/running"])
        assert not any(one["wedged"] or one["hollow"] for one in instances)
        assert not (started.get("failed") and stopped.get("failed"))
        for said in (started, stopped):
            assert not said.get("failed") or "web" in said["msg"], said


def test_a_file_and_a_restart(daemon: Daemon) -> None:
    deployed(daemon)
    service(daemon, "started")
    for number in range(ROUNDS):
        text = "env V=%d\n%s" % (number, SERVICE)
        file = run_module.start("upstart_job", **options(daemon, name="web", content=text))
        restart = run_module.start("upstart_service", **options(
            daemon, name=["web"], state="restarted", stable_for=0.2))
        assert not run_module.result(file).get("failed")
        assert not run_module.result(restart).get("failed")
        assert contents(daemon.conf) == {"web.conf": text.encode()}
        service(daemon, "restarted")
        assert held(daemon)["instances"][0]["stale"] is False
    assert lives(daemon)
