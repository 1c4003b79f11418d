# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sample results of upstart_job for the role upstart_jobs, and the steps that follow from them."""

from __future__ import annotations

from typing import Any

from ansible_collections.sysinit.upstart.plugins.filter import deployment_steps

Entry = dict[str, Any]


def result(name: str, *stale: str, **more: Any) -> Entry:
    path = f"/etc/init/{name}.{'override' if more.pop('override', False) else 'conf'}"
    return {"name": name, "path": path, "state": "present", "changed": False, "created": False, "kept": False,
            "previous": None, "stale_instances": list(stale), "job": {"exec": "a"},
            "stale_job": more.get("job", {"exec": "a"}) if stale else None, "hidden_start_on": None, **more}


def changed(name: str, *stale: str, **more: Any) -> Entry:
    return result(name, *stale, **{"changed": True, "previous": {"content": "YQ==", "listed": True}, **more})


def unproven(name: str, content: str | None = "YQ==", override: bool = False) -> Entry:
    return {"name": name, "override": override, "previous": {"content": content, "listed": True, "enabled": None}}


def steps(entries: list[Entry], *results: Entry, on_change: str = "restart", on_failure: str = "fail",
          stable_for: float = 1, pending: Entry | None = None, late: tuple[Entry, ...] = (),
          path: str = "/lists/default.json") -> Entry:
    """Return the steps after ``results``. What they changed is unproven, and so is ``late`` from earlier runs."""
    changes = [unproven(file["name"], (file["previous"] or {}).get("content"), file["path"].endswith("override"))
               for file in results if file["changed"] and (file["state"] == "present" or "override" in file["path"])]
    written = {"jobs": list(results), "manifest": {"path": path, "unproven": [*changes, *late]}}
    return deployment_steps.deployment_steps(entries, written, on_change, on_failure, stable_for, pending)
