# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an event did, told from signals, and what it would do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.converge import emission
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.errors import Absent
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.names import MANAGER_PATH, instance_path, job_path
from ansible_collections.sysinit.upstart.plugins.module_utils.errors import UpstartError

RUNNING, WAITING = ("StateChanged", "running"), ("StateChanged", "waiting")
START, STOP = ("GoalChanged", "start"), ("GoalChanged", "stop")
EFFECTS: list[tuple[list[tuple[str, Any]], tuple[bool, bool, bool]]] = [
    ([START, ("StateChanged", "starting"), RUNNING], (True, False, False)),
    ([STOP, ("StateChanged", "killed"), WAITING], (False, True, False)),
    ([START, RUNNING, STOP, WAITING], (True, True, False)),
    ([START, ("Failed", 1), STOP, WAITING], (False, True, True)),
    ([START, ("StateChanged", "pre-start")], (False, False, False)),
]


@pytest.mark.parametrize(("members", "expected"), EFFECTS)
def test_one_job(members: list[tuple[str, Any]], expected: tuple[bool, bool, bool]) -> None:
    signals = [Signal(instance_path("a-b", "x"), member, [value]) for member, value in members]
    (entry,) = emission.effects(signals, "/log")
    assert (entry["started"], entry["stopped"], entry["failed"]) == expected
    assert (entry["name"], entry["instance"]) == ("a-b", "x")
    assert ("log_file" in entry) is expected[2]


def test_many_jobs_keep_their_order() -> None:
    signals = [
        Signal(MANAGER_PATH, "JobAdded", [job_path("new")]),
        Signal(job_path("b"), "InstanceAdded", [instance_path("b")]),
        Signal(instance_path("b"), "GoalChanged", ["start"]),
        Signal(instance_path("a"), "GoalChanged", ["start"]),
        Signal(instance_path("b"), "Failed", [6]),
        Signal(MANAGER_PATH, "EventEmitted", [
            "stopped", ["JOB=b", "INSTANCE=", "RESULT=failed", "PROCESS=main", "EXIT_STATUS=6"]]),
        Signal(instance_path("a"), "StateChanged", ["running"]),
    ]
    first, second = emission.effects(signals, "/log")
    assert (first["name"], second["name"]) == ("b", "a")
    assert first["exit_status"] == 6 and first["process"] == "main" and first["log_file"] == "/log/b.log"
    assert second == {"name": "a", "instance": "", "started": True, "stopped": False, "failed": False}


def test_no_signals() -> None:
    assert emission.effects([], "/log") == []


class FakeClient:
    """Jobs with conditions as D-Bus tells them, and the names of those that run."""

    def __init__(self, jobs: dict[str, dict[str, Any] | None], running: tuple[str, ...] = ()) -> None:
        self._jobs = jobs
        self._running = running

    def jobs(self) -> list[str]:
        return sorted(self._jobs)

    def job_properties(self, name: str) -> dict[str, Any]:
        properties = self._jobs[name]
        if properties is None:
            raise Absent("gone")
        return properties

    def instances(self, name: str) -> list[str]:
        return [""] if name in self._running else []


def on(start: list[list[str]], stop: list[list[str]] | None = None) -> dict[str, Any]:
    return {"start_on": start, "stop_on": stop or [], "description": ""}


BOTH = on([["go"], ["b"], ["/AND"]])
OUTLOOKS: list[tuple[dict[str, dict[str, Any] | None], tuple[str, ...], list[str], dict[str, Any]]] = [
    ({"z": on([["go"]]), "a": on([["go"]]), "n": on([["other"]])}, (), [], {"would_start": ["a", "z"]}),
    ({"z": on([["go"]])}, ("z",), [], {}),
    ({"z": on([["up"]], [["go"]])}, ("z",), [], {"would_stop": ["z"]}),
    ({"z": on([["up"]], [["go"]])}, (), [], {}),
    ({"z": on([["go", "7"]])}, (), ["V=7"], {"would_start": ["z"]}),
    ({"z": on([["go", "7"]])}, (), ["W=1", "V=7"], {}),
    ({"z": on([["go", "V=7"]])}, (), ["W=1", "V=7"], {"would_start": ["z"]}),
    ({"z": BOTH}, (), [], {"would_wait": ["job z: start on (go and b): go has happened, b has not"]}),
    ({"z": on([["go"], ["b"], ["/OR"]])}, (), [], {"would_start": ["z"]}),
    ({"gone": None, "manual": on([]), "old": {"description": ""}}, (), [], {}),
]


@pytest.mark.parametrize(("jobs", "running", "env", "expected"), OUTLOOKS)
def test_outlooks(jobs: dict[str, dict[str, Any] | None], running: tuple[str, ...], env: list[str],
                  expected: dict[str, Any]) -> None:
    asked = emission.Emission(name="go", env=env, wait=True, timeout=1.0, log_dir="/log", conf_dir="/nonexistent")
    nothing: dict[str, Any] = {"would_start": [], "would_stop": [], "would_wait": []}
    found = emission.consequences(FakeClient(jobs, running), asked)
    assert found == {**nothing, **expected}


def test_a_question_that_would_crash_the_daemon_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_bytes("description B\u00fccher\n".encode("latin-1"))
    asked = emission.Emission(name="go", env=[], wait=True, timeout=1.0, log_dir="/log", conf_dir=str(tmp_path))
    with pytest.raises(UpstartError, match="web.conf holds text that is not UTF-8, and Upstart would crash"):
        emission.consequences(object(), asked)
