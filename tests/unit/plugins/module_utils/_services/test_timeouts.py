# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages for a job that does not reach its state in time: the state it is in, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._services import targets, timeouts
from ansible_collections.sysinit.upstart.plugins.module_utils._system import deadline
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import BROKEN, DOWN, SERVICE, Status, status

FORKS = "expect fork\n" + SERVICE
EXPECTS = ("Its main process never did what 'expect fork' waits for: fix the expect stanza, then stop the job with "
           "unwedge: true, which ends process %s.")
MAY_EXPECT = ("If it was started with an expect stanza that its file no longer has, Upstart waits for it forever: stop "
              "the job with unwedge: true, which ends process %s.")
KILLED = "Its process does not exit; Upstart sends SIGKILL after 5 s."
HELPER = "Its %s process is still running; Upstart sets no time limit for it."


@pytest.mark.parametrize(("text", "after", "state", "advice"), [
    (FORKS, status("start", "spawned", 7), "start/spawned", EXPECTS % 7),
    (FORKS, status("stop", "spawned", None), "stop/spawned", EXPECTS % "?"),
    (FORKS, status("start", "pre-start", None), "start/pre-start", HELPER % "pre-start"),
    (SERVICE, status("start", "spawned", 7), "start/spawned", MAY_EXPECT % 7),
    (SERVICE, status("stop", "spawned", None), "stop/spawned", MAY_EXPECT % "?"),
    (SERVICE, status("start", "post-start"), "start/post-start", HELPER % "post-start"),
    (SERVICE, status("stop", "pre-stop"), "stop/pre-stop", HELPER % "pre-stop"),
    (SERVICE, status("stop", "post-stop", None), "stop/post-stop", HELPER % "post-stop"),
    (SERVICE, status("start", "starting", None), "start/starting", "Another job holds its starting event."),
    (SERVICE, status("stop", "killed"), "stop/killed", KILLED),
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
    assert error.facts == {"name": "web", "timeout": 0.5}
