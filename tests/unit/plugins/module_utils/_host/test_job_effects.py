# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an event did, according to signals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import MANAGER_PATH, instance_path, job_path
from ansible_collections.sysinit.upstart.plugins.module_utils._host import job_effects

RUNNING, WAITING = ("StateChanged", "running"), ("StateChanged", "waiting")
START, STOP = ("GoalChanged", "start"), ("GoalChanged", "stop")
EFFECTS: list[tuple[list[tuple[str, Any]], tuple[bool, bool, bool], str]] = [
    ([START, ("StateChanged", "starting"), RUNNING], (True, False, False), "started"),
    ([STOP, ("StateChanged", "killed"), WAITING], (False, True, False), "stopped"),
    ([START, RUNNING, STOP, WAITING], (True, True, False), "started, stopped"),
    ([START, ("Failed", 1), STOP, WAITING], (False, True, True), "failed: one of its processes exited with status 1"),
    ([START, ("StateChanged", "pre-start")], (False, False, False), "on its way, now in start/pre-start"),
    ([STOP, ("StateChanged", "stopping"), START, ("StateChanged", "post-stop"), ("StateChanged", "starting"), RUNNING],
     (True, False, False), "restarted"),
    ([("StateChanged", "post-stop"), ("StateChanged", "starting"), RUNNING], (True, False, False), "respawned"),
    ([STOP, WAITING, START, RUNNING], (True, True, False), "stopped, started again"),
    ([START, RUNNING, STOP, WAITING, START, RUNNING], (True, True, False), "started, stopped, started again"),
    ([START, RUNNING, STOP, WAITING] * 2, (True, True, False),
     "started and stopped more than once, finally stopped"),
    ([("StateChanged", "post-stop"), ("StateChanged", "starting"), RUNNING, STOP, WAITING], (True, True, False),
     "respawned, stopped"),
]


@pytest.mark.parametrize(("members", "expected", "how"), EFFECTS)
def test_how(members: list[tuple[str, Any]], expected: tuple[bool, bool, bool], how: str) -> None:
    signals = [Signal(instance_path("a-b", "x"), member, [value]) for member, value in members]
    (entry,) = job_effects.from_signals(signals, "/log")
    assert (entry["started"], entry["stopped"], entry["failed"]) == expected
    assert (entry["name"], entry["instance"], entry["how"]) == ("a-b", "x", how)
    assert ("log_file" in entry) is expected[2]


def test_many_jobs_keep_their_order(tmp_path: Path) -> None:
    log = tmp_path / "b.log"
    log.write_text("before\nsince\n")
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
    first, second = job_effects.from_signals(signals, str(tmp_path), {str(log): 7}, {("a", ""): "start/running"})
    assert (first["name"], second["name"]) == ("b", "a")
    assert (first["exit_status"], first["process"], first["log_file"]) == (6, "main", str(log))
    assert first["log_lines"] == ["since"]
    assert second == {"name": "a", "instance": "", "started": True, "stopped": False, "restarted": False,
                      "respawned": False, "failed": False, "status": "start/running", "how": "started"}


def test_signals_before_0_6_7() -> None:
    added = [Signal(job_path(name), "InstanceAdded", [instance_path(name)]) for name in ("task", "web")]
    removed = [Signal(job_path(name), "InstanceRemoved", [instance_path(name)]) for name in ("task", "old")]
    entries = job_effects.from_signals(added + removed, None, None, {("web", ""): "start/running"})
    assert [(entry["name"], entry["how"]) for entry in entries] == [
        ("task", "started, stopped"), ("web", "started"), ("old", "stopped")]


def test_no_signals() -> None:
    assert job_effects.from_signals([], "/log") == []
