# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as in the result of upstart_info, with the style and the text of their state."""

from __future__ import annotations

from typing import Any


def job(*instances: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"name": "a", "description": None, "task": False, "loaded": True, "enabled": True, "orphan": False,
            "error": None, "start_on": None, "stop_on": None, "instances": list(instances), **facts}


def instance(status: str = "start/running", **marks: Any) -> dict[str, Any]:
    return {"instance": "", "status": status, "since": None, "wedged": False, "hollow": False, "stale": False, **marks}


STATES: list[tuple[dict[str, Any], tuple[str, str]]] = [
    (job(), ("stopped", "stopped")),
    (job(loaded=False), ("broken", "not loaded")),
    (job(instance()), ("running", "running")),
    (job(instance(), instance(), instance("stop/killed")), ("changing", "2 running, 1 stop/killed")),
    (job(instance("start/pre-start")), ("changing", "start/pre-start")),
    (job(instance("stop/waiting")), ("stopped", "stopped")),
    (job(instance(wedged=True)), ("trouble", "wedged")),
    (job(instance(hollow=True)), ("trouble", "hollow")),
    (job(instance(), orphan=True), ("trouble", "running, no file")),
    (job(instance(stale=True)), ("running", "running, old definition")),
    (job(instance(), enabled=False), ("running", "running, disabled")),
    (job(error={"line": 3, "message": "x"}, loaded=False), ("broken", "broken file (line 3)")),
    (job(instance(), error={"line": None, "message": "x"}), ("broken", "broken file, running")),
    (job(instance(wedged=True), error={"line": 1, "message": "x"}), ("broken", "broken file (line 1), wedged")),
]
