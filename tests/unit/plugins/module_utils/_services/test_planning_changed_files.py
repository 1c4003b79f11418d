# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A running job with a changed file, under a daemon that does not report definitions."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._services import report
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import FakeClient, converge, status

UNTOLD = "Upstart reports its definitions only since 1.6.1"


@pytest.mark.parametrize("name", ["conf", "override"])
def test_a_file_that_was_changed_after_the_start(tmp_path: Path, name: str) -> None:
    (tmp_path / "web.conf").write_text("exec a\n")
    later = subprocess.Popen(["sleep", "1000"])
    try:
        time.sleep(0.3)
        up = status("start", "running", later.pid)
        (left,) = converge(tmp_path, FakeClient({"web": {"": [up]}}), "started")
        assert report.warnings([left]) == []
        changed = tmp_path / f"web.{name}"
        changed.write_text("exec a\n")
        (left,) = converge(tmp_path, FakeClient({"web": {"": [up]}}), "started")
    finally:
        later.kill()
        later.wait()
    assert (left.result.error, left.plan.steps, left.plan.stale) == (None, [], None)
    assert report.warnings([left]) == [
        f"Job web may run with an older definition: {changed} was changed after it started, and its definition is "
        f"unknown ({UNTOLD}). Restart it to apply the current file, for example with state: restarted of "
        "upstart_service."]


def test_a_job_without_a_process_has_no_start_time(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("description none\n")
    (left,) = converge(tmp_path, FakeClient({"web": {"": [status("start", "running", None)]}}), "started")
    assert report.warnings([left]) == []
