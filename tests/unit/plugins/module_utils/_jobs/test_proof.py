# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that have started successfully with their current files, so they are not rolled back."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import proof
from ansible_collections.sysinit.upstart.plugins.module_utils._services import manifests
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


def target(name: str, *steps: str, state: str | None = "started", error: UpstartError | None = None,
           script: str | None = None, **plan: Any) -> SimpleNamespace:
    planned = SimpleNamespace(**{"steps": list(steps), "kept_by": [], "group": None, "stale": None, **plan})
    return SimpleNamespace(job=name, script=script, wanted=SimpleNamespace(state=state), plan=planned,
                           result=SimpleNamespace(error=error))


@pytest.mark.parametrize(("targets", "forgotten"), [
    ([target("web", "start")], True),
    ([target("web", "stop", "start", state="restarted")], True),
    ([target("web", "reload", state="reloaded", stale=True)], True),
    ([target("web", stale=False)], True),
    ([target("web", stale=True)], False),
    ([target("web", stale=None)], False),
    ([target("web", "start", error=UpstartError("x"))], False),
    ([target("web", "start"), target("web", "start", error=UpstartError("x"))], False),
    ([target("web", "start", kept_by=["2"])], False),
    ([target("web", "stop", state="stopped", stale=False)], False),
    ([target("web", state=None, stale=False)], False),
    ([target("web", "start", script="/etc/init.d/web")], False),
    ([target("other", "start")], False),
    ([target("web", "stop", state="stopped", group=["it", "other"]), target("web", "start", state="restarted")], True),
    ([target("web", "stop", state="stopped", group=["it"])], False),
])
def test_successfully_started_jobs_are_forgotten(tmp_path: Path, targets: list[Any], forgotten: bool) -> None:
    path = tmp_path / "a.json"
    entry = {"name": "web", "override": False, "previous": {"content": None, "listed": False, "enabled": None}}
    path.write_text(json.dumps({"format": 1, "jobs": ["web"], "overrides": [], "unproven": [entry]}))
    before = path.read_bytes()
    manifests.remove_proven_jobs([str(path)], targets)
    assert json.loads(path.read_text()).get("unproven", []) == ([] if forgotten else [entry])
    assert json.loads(path.read_text())["jobs"] == ["web"]
    assert forgotten or path.read_bytes() == before
