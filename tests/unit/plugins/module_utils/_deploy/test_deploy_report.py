# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of upstart_deploy."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import report

Entry = dict[str, Any]


def job(*actions: str, instances: tuple[str | None, ...] = (), **more: Any) -> Entry:
    return {"files": [{"action": action} for action in actions], "instances": [{"action": name} for name in instances],
            "rollback": None, "failed": False, "pending": None, "changed": bool(actions or instances), **more}


@pytest.mark.parametrize(("jobs", "text"), [
    ([], "nothing to do"),
    ([job("unchanged", changed=False)], "1 unchanged"),
    ([job("created", instances=("started",)), job("changed"), job("unchanged", instances=(None,), changed=False)],
     "2 written, 1 started, 1 unchanged"),
    ([job("changed", "changed", instances=("restarted", "restarted"))], "1 written, 1 restarted"),
    ([job("changed", pending={"action": "restart"})], "1 written, 1 pending"),
    ([job("removed", instances=("stopped",)), job("kept", failed=True)], "1 removed, 1 stopped, 1 failed"),
    ([job("changed", "changed", instances=("started",), rollback="r", failed=True)], "1 rolled back, 1 failed"),
    ([job("unchanged", changed=True)], "1 changed"),  # enabled or disabled
])
def test_the_summary(jobs: list[Entry], text: str) -> None:
    assert report.summary(jobs) == text


def moved(before: str, status: str, changed: bool = True, **more: Any) -> Entry:
    return {"name": "web", "instance": "", "before": before, "status": status, "changed": changed, **more}


UP, DOWN = "start/running", "stop/waiting"


@pytest.mark.parametrize(("moves", "action"), [
    ([moved(DOWN, UP, env=[])], "started"),
    ([moved(UP, DOWN)], "stopped"),
    ([moved(UP, UP, env=[])], "restarted"),
    ([moved(UP, UP)], "reloaded"),
    ([moved(UP, UP, changed=False)], None),
    ([moved(UP, DOWN), moved(DOWN, UP, env=[])], "restarted"),
    ([moved(DOWN, DOWN, env=[])], "started"),  # a task that ran to its end
])
def test_what_was_done_to_an_instance(moves: list[Entry], action: str | None) -> None:
    assert report.action_of(moves) == action
