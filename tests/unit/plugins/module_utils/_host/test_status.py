# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of a job that did not get there in time: where it stands, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import status as instance_status
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._services import targets
from ansible_collections.sysinit.upstart.plugins.module_utils._system import deadline
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import BROKEN, DOWN, SERVICE, Status, status

FORKS = "expect fork\n" + SERVICE
EXPECTS = ("Its main process never did what 'expect fork' waits for; Upstart neither gives up nor stops it. Correct "
           "the expect stanza and stop the job with unwedge: true, which ends process %s.")
MAY_EXPECT = ("If it was started with an expect stanza that its file has no more, Upstart waits for that for ever, and "
              "neither gives up nor stops it. Stop the job with unwedge: true then, which ends process %s.")
KILLED = "Its process does not end; Upstart kills it for good after 5 s."
HELPER = "Its %s process is still running; Upstart sets no limit to it."


@pytest.mark.parametrize(("text", "after", "where", "advice"), [
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
def test_where_it_stands(tmp_path: Path, text: str, after: Status | None, where: str, advice: str | None) -> None:
    (tmp_path / "web.conf").write_text(text)
    one = targets.Target("web", Definition("web", str(tmp_path), (1, 13, 2)), fake_client.request(tmp_path, "started"))
    one.instance, one.result.after = "7", after
    error = instance_status.timeout_error(one, "started", deadline.Deadline(0.5))
    said = f"Job web (7) was not started within 0.5 s: it is in {where}."
    assert error.message == (f"{said} {advice}" if advice else said)
    assert error.facts == {"name": "web", "timeout": 0.5}
