# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that have started successfully with their current files, so they are not rolled back."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import proof
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import (
    COMING,
    GOING,
    NO_MAIN,
    NO_PROCESS,
    UP,
    FakeClient,
    Status,
    held,
    status,
)

OLD, YOUNG = 1000.0, 0.2  # seconds
UNTOLD = None


@pytest.mark.parametrize(("found", "command", "age", "come_up"), [
    (UP, "a", OLD, True),
    (UP, "b", OLD, False),  # with an older file
    (UP, UNTOLD, OLD, True),  # not reported, but the file is older than the process
    (UP, UNTOLD, 30.0, False),
    (UP, "a", YOUNG, False),  # possibly the beginning of a crash loop
    (COMING, "a", OLD, False),
    (GOING, "a", OLD, False),
    (status("start", "running", NO_PROCESS), "a", OLD, False),
    (NO_MAIN, "a", OLD, True),  # a job without a main process
    (None, "a", OLD, False),
])
def test_whether_a_job_has_started_successfully(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: Status | None,
                                                command: str | None, age: float, come_up: bool) -> None:
    (tmp_path / "web.conf").write_text("exec a\n")
    monkeypatch.setattr(proof, "process_age", lambda peer, pid: age if pid else float("inf"))
    monkeypatch.setattr(proof, "changed_since", lambda definition, peer, pid: None if age > 60 else definition.conf)
    client = FakeClient({"web": {"": [found]} if found else {}}, (), [held(command)] if command else None)
    assert proof.proven_jobs(client, ["web"], str(tmp_path), (1, 13, 2)) == ({"web"} if come_up else set())
