# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of upstart_service."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import summary

RUNNING = {"goal": "start", "state": "running", "processes": {"main": 7}}
CASES: list[tuple[dict[str, Any] | None, dict[str, Any], str | None, str]] = [
    (RUNNING, {}, None, "web start/running, process 7"),
    (RUNNING, {"instance": "a"}, None, "web (a) start/running, process 7"),
    (None, {"status": "stop/waiting", "processes": {}}, None, "web stop/waiting"),
    (None, {"status": "running", "processes": {}}, None, "web running"),
    (None, {"status": None, "processes": {}}, None, "web in an unknown state"),
    ({**RUNNING, "lost": 7}, {}, None, "web start/running, process 7 -- Upstart tracks a process that does not exist"),
    ({**RUNNING, "main_state": "Z"}, {}, None, "web start/running, process 7 -- its main process is a zombie"),
    ({**RUNNING, "main_state": "T"}, {}, None, "web start/running, process 7 -- its main process is suspended"),
    (RUNNING, {"stale": True, "env_differs": ["A", "B"], "leftovers": [{"pid": 8, "command": "x"}]}, None,
     "web start/running, process 7 -- it runs with an older definition; it runs with other values of A, B; it left "
     "processes running: 8"),
    (RUNNING, {"stale": True}, "Job web is broken.", "web start/running, process 7 -- Job web is broken"),
]


@pytest.mark.parametrize(("after", "fields", "error", "expected"), CASES)
def test_a_line_for_each_instance(after: dict[str, Any] | None, fields: dict[str, Any], error: str | None,
                                  expected: str) -> None:
    entry = {"name": "web", "instance": "", "status": "start/running", "processes": {"main": 7}, "stale": None,
             "env_differs": None, "leftovers": [], **fields}
    target: Any = SimpleNamespace(result=SimpleNamespace(after=after, error=UpstartError(error) if error else None))
    assert summary.lines([target], [entry], []) == [expected]


@pytest.mark.parametrize(("causes", "expected"), [
    (["db", "web"], "shop (a) stop/waiting -- stopped because of db, web"),
    ([], "shop (a) stop/waiting -- stopped meanwhile")])
def test_a_line_for_each_service_that_stopped(causes: list[str], expected: str) -> None:
    loss = {"name": "shop", "instance": "a", "status": "stop/waiting", "caused_by": causes}
    assert summary.lines([], [], [loss]) == [expected]
