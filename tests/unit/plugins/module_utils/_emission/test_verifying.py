# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""upstart_event reads the reported instances again and corrects its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _promise
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit, verifying

WEB = ("web", "")


class Client:
    """Returns prepared statuses of web in order, then repeats the last one."""

    def __init__(self, *statuses: Any) -> None:
        self.statuses = list(statuses)
        self.connection = self
        self.waited: list[float] = []

    def wait(self, ready: Any, seconds: float) -> bool:
        self.waited.append(seconds)
        return False

    def read_statuses(self, unused: Any, pairs: list[tuple[str, str]]) -> list[Any]:
        return [self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0] for _pair in pairs]


def status(text: str = "start/running", pid: int | None = 7, **more: Any) -> dict[str, Any]:
    goal, _slash, state = text.partition("/")
    return {"goal": goal, "state": state, "processes": {} if pid is None else {"main": pid}, **more}


def entry(text: str = "start/running", **more: Any) -> dict[str, Any]:
    return {"name": "web", "instance": "", "status": text, "stopped": text != "start/running", "respawned": False,
            "restarted": False, "how": "started", **more}


class Verified(NamedTuple):
    warnings: list[str]
    job: dict[str, Any]
    client: Client


@pytest.fixture
def verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "web.conf").write_text("exec sleep 1000\n")

    def run(reported: dict[str, Any], *statuses: Any, before: int = 7) -> Verified:
        client = Client(*statuses)
        monkeypatch.setattr(verifying, "read_statuses", client.read_statuses)
        wanted = emit.Emission("go", [], True, 1.0, 0.0, "/log", str(tmp_path))
        outcome = emit.Outcome([reported], frozenset(), True, {WEB: before}, None)
        (corrected,), clauses = verifying.verify(client, wanted, (1, 13, 2), outcome)
        return Verified(verifying.sentences("go", clauses), corrected, client)

    return run


STOPPED = "is no longer running"


@pytest.mark.parametrize(("now", "text", "corrected"), [
    (None, STOPPED, {"status": "stop/waiting", "stopped": True}),
    (status("stop/killed"), "is stopping again: it is in stop/killed", {"status": "stop/killed"}),
    (status("start/starting"), "is no longer running: it is in start/starting", {"status": "start/starting"}),
    (status(pid=8), "was respawned: process 8 replaced process 7", {"respawned": True}),
    (status(pid=None), "has no main process", {}),
    (status(lost=7), "has a main process, 7, that no longer exists", {}),
    (status(main_state="Z"), "has a main process, 7, that has ended, which Upstart has not noticed (zombie)", {}),
    (status(main_state="T"), "has a main process, 7, that is suspended by a signal", {}),
])
def test_a_wrong_entry_is_corrected_with_a_warning(verify: Any, now: Any, text: str, corrected: dict[str, Any]) -> None:
    reported = entry()
    verified = verify(reported, now)
    assert verified.warnings == [f"The event go is over, but job web {text}."]
    assert verified.job == {**entry(), **corrected, "how": f"started, but {text}"}
    assert reported == entry(), "the argument is left alone"


@pytest.mark.parametrize(("reported", "now"), [
    (entry(), status()), (entry("stop/waiting"), None), (entry("start/pre-start"), None),
    (entry(respawned=True), status(pid=8)), (entry(restarted=True), status(pid=8)),
])
def test_a_true_entry_is_left_alone(verify: Any, reported: dict[str, Any], now: Any) -> None:
    before = dict(reported)
    verified = verify(reported, now)
    assert (verified.warnings, verified.job, reported, verified.client.waited) == ([], before, before, [])


def test_a_stopped_instance_exists_again(verify: Any) -> None:
    verified = verify(entry("stop/waiting"), status())
    assert verified.warnings == ["The event go is over, but job web exists again: it is in start/running."]
    assert verified.job["status"] == "start/running"


@pytest.mark.parametrize("passing", [status(main_state="Z"), status(lost=7), status(pid=None)])
def test_a_moment_between_two_processes_is_waited_for(verify: Any, passing: Any) -> None:
    verified = verify(entry(), passing, status())
    assert (verified.warnings, verified.client.waited) == ([], [verifying.POLL_INTERVAL])


def test_a_job_without_a_main_process_needs_none(verify: Any, tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("pre-start exec true\n")
    assert verify(entry(), status(pid=None))[0] == []
    (tmp_path / "web.conf").write_text("bogus\n")
    assert verify(entry(), status(pid=None))[0] == []


def test_all_faults_of_the_promise_have_a_text() -> None:
    words = {fault for is_up in (True, False) for now in (
        None, *(_promise.ObservedInstance(goal, state, main, True, main_state, 1.0, None, respawned, True, None)
                for goal, state in (("start", "running"), ("start", "starting"), ("stop", "killed"))
                for main, main_state in ((None, None), (7, ""), (7, "Z"), (7, "T"), (7, None))
                for respawned in (True, False)))
             for fault in _promise.event_faults(is_up, now)}
    assert words == set(verifying.TEXTS)
