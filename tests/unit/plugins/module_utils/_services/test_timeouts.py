# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages for a job that does not reach its state in time: its present state, and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._services import targets, timeouts
from ansible_collections.sysinit.upstart.plugins.module_utils._system import deadline
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import (
    BROKEN,
    DOWN,
    SERVICE,
    TASK,
    Status,
    status,
)

FORKS = "expect fork\n" + SERVICE
EXPECTS = ("Its main process never did what 'expect fork' waits for: fix the expect stanza, then stop the job with "
           "unwedge: true, which ends process %s.")
MAY_EXPECT = ("If it was started with an expect stanza that its file no longer has, Upstart waits for it forever: stop "
              "the job with unwedge: true, which ends process %s.")
KILLED = "Its process 7 does not exit; Upstart sends SIGKILL after 5 s."
HELPER = "Its %s process is still running; Upstart sets no time limit for it."
END = " Fix %s, and end this process with kill %d, after which %s."
MOVE = "If this is the service, move it to exec or script, which the job lacks"
RESPAWNS = "Its main process has ended, but Upstart waits for its post-start process, without a time limit."


@pytest.mark.parametrize(("text", "after", "state", "advice"), [
    (FORKS, status("start", "spawned", 7), "start/spawned", EXPECTS % 7),
    (FORKS, status("stop", "spawned", None), "stop/spawned", EXPECTS.replace(", which ends process %s", "")),
    (FORKS, status("start", "pre-start", None), "start/pre-start", HELPER % "pre-start"),
    (SERVICE, status("start", "spawned", 7), "start/spawned", MAY_EXPECT % 7),
    (SERVICE, status("stop", "spawned", None), "stop/spawned", MAY_EXPECT.replace(", which ends process %s", "")),
    (SERVICE, status("start", "post-start"), "start/post-start", HELPER % "post-start"),
    (SERVICE, status("stop", "pre-stop"), "stop/pre-stop", HELPER % "pre-stop"),
    (SERVICE, status("stop", "post-stop", None), "stop/post-stop", HELPER % "post-stop"),
    (SERVICE, status("start", "starting", None), "start/starting", "Another job holds its starting event."),
    (FORKS, {**status("start", "pre-start", None), "processes": {"pre-start": 8}}, "start/pre-start",
     HELPER % "pre-start" + END % ("pre-start", 8, "the start fails")),
    (SERVICE, {**status("start", "post-start"), "processes": {"main": 7, "post-start": 8}}, "start/post-start",
     HELPER % "post-start" + END % ("post-start", 8, "the job counts as running")),
    (SERVICE, {**status("start", "pre-stop"), "processes": {"main": 7, "pre-stop": 8}}, "start/pre-stop",
     HELPER % "pre-stop" + END % ("pre-stop", 8, "the job keeps running")),
    (SERVICE, {**status("stop", "pre-stop"), "processes": {"main": 7, "pre-stop": 8}}, "stop/pre-stop",
     HELPER % "pre-stop" + END % ("pre-stop", 8, "the stop goes on")),
    (SERVICE, {**status("start", "post-stop"), "processes": {"post-stop": 8}}, "start/post-stop",
     HELPER % "post-stop" + END % ("post-stop", 8, "the job stays stopped")),
    ("pre-start exec web\n", {**status("start", "pre-start"), "processes": {"pre-start": 8}}, "start/pre-start",
     (HELPER % "pre-start" + END % ("pre-start", 8, "the start fails")).replace("Fix pre-start", MOVE)),
    (SERVICE, {**status("respawn", "post-start"), "processes": {"post-start": 8}}, "respawn/post-start",
     RESPAWNS + END % ("post-start", 8, "Upstart respawns it")),
    (SERVICE, {**status("respawn", "post-start"), "processes": {}}, "respawn/post-start", RESPAWNS),
    (SERVICE, status("stop", "killed", 7), "stop/killed", KILLED),
    (SERVICE, status("stop", "killed", None), "stop/killed", KILLED.replace(" 7", "")),
    (BROKEN, status("stop", "killed", 7), "stop/killed", KILLED.replace("5 s", "its kill timeout")),
    (SERVICE, DOWN, "stop/waiting", None),
    (BROKEN, status("start", "spawned", 7), "start/spawned", MAY_EXPECT % 7),
])
def test_state_and_advice(tmp_path: Path, text: str, after: Status | None, state: str, advice: str | None) -> None:
    (tmp_path / "web.conf").write_text(text)
    target = targets.Target(
        "web", Definition("web", str(tmp_path), (1, 13, 2)), fake_client.request(tmp_path, "started"))
    target.instance, target.result.after = "7", after
    error = timeouts.timeout_error(target, "started", deadline.Deadline(0.5))
    message = f"Job web (7) was not started within 0.5 s: it is in {state}."
    assert error.message == (f"{message} {advice}" if advice else message)
    assert error.facts == {"name": "web", "timeout": 0.5, "log_file": f"{tmp_path}/web-7.log", "log_lines": []}


@pytest.mark.parametrize(("version", "lines"), [((1, 13, 2), ["new"]), ((1, 3), None)])
def test_the_output_since_the_task_began(tmp_path: Path, version: tuple[int, ...], lines: list[str] | None) -> None:
    (tmp_path / "web.conf").write_text(SERVICE)
    (tmp_path / "web.log").write_text("old\n")
    target = targets.Target("web", Definition("web", str(tmp_path), version), fake_client.request(tmp_path, "started"))
    target.instance, target.result.after = "", status("start", "starting", None)
    target.mark_log(str(tmp_path))
    with (tmp_path / "web.log").open("a") as stream:
        stream.write("new\n")
    error = timeouts.timeout_error(target, "started", deadline.Deadline(0.5))
    assert error.facts.get("log_lines") == lines
    assert error.message.endswith(f" Last lines of {tmp_path}/web.log: new") is (lines is not None)


@pytest.mark.parametrize(("text", "main", "message"), [
    (TASK, 7, "Task job web was still running after 0.5 s and keeps running as process 7. Set a longer timeout."),
    (TASK, None, "Task job web was still running after 0.5 s and keeps running. Set a longer timeout."),
    ("task\n", None, "Task job web never ends, because it has neither exec nor script. Add one of them, or remove "
     "task; stop the job first."),
])
def test_a_task_that_is_not_over(tmp_path: Path, text: str, main: int | None, message: str) -> None:
    (tmp_path / "web.conf").write_text(text)
    target = targets.Target("web", Definition("web", str(tmp_path)), fake_client.request(tmp_path, "started"))
    target.instance, target.result.after = "", status("start", "running", main)
    assert timeouts.timeout_error(target, "started", deadline.Deadline(0.5)).message == message
