# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sample file plans for upstart_deploy, and what it plans for their jobs."""

from __future__ import annotations

import base64
from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import entries, pending, plan
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.options import argument_spec, wanted_file
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan

Entry = dict[str, Any]
TEXT = "exec a\n"


def file(name: str, *stale: str, text: str = TEXT, old: str | None = None, changed: bool = False, created: bool = False,
         override: bool = False, state: str = "present", kept: bool = False, unknown: bool = False) -> FilePlan:
    """Return the plan of a file after it was carried out; ``stale`` are the instances with the definition ``old``."""
    options = {option: row.get("default") for option, row in argument_spec().items()}
    options.update(name=name, state=state, override=override)
    before, after = b"old", None if state == "absent" else b"new" if changed else b"old"
    values = None if state == "absent" and not override else parse_job(text)
    result = FilePlan(wanted_file(options, "/etc/init"), f"/etc/init/{name}.{'override' if override else 'conf'}",
                      None if created else before, after, values)
    result.changed, result.kept = changed or created, kept
    result.stale = None if unknown else sorted(stale)
    result.stale_values = parse_job(old or text) if stale else None
    return result


def unproven(name: str, content: str | None = "exec old\n", override: bool = False) -> dict[tuple[str, bool], Entry]:
    """Return an entry of Manifest.unproven."""
    text = None if content is None else base64.b64encode(content.encode()).decode()
    return {(name, override): {"content": text, "listed": True, "enabled": None}}


def plans(listed: list[Entry], *files: FilePlan, on_change: str = "restart", on_failure: str = "fail",
          late: dict[tuple[str, bool], Entry] | None = None) -> list[plan.JobPlan]:
    """Return the plans of jobs. What the files changed is unproven, and so is ``late`` from earlier runs."""
    known = dict(late or {})
    for changed in files:
        if changed.changed and (changed.wanted.state == "present" or changed.wanted.override):
            known.update(unproven(changed.wanted.name, None if changed.before is None else "exec old\n",
                                  changed.wanted.override))
    return plan.plan_jobs(entries.listed_jobs(entries.checked(listed)), files, known, on_change, on_failure)


def due(job_plans: list[plan.JobPlan]) -> list[Entry]:
    return [task for job_plan in job_plans for task in job_plan.due]


def services(job_plans: list[plan.JobPlan]) -> list[Entry]:
    return [task for job_plan in job_plans for task in job_plan.services]


def waiting(earlier: list[Entry], job_plans: list[plan.JobPlan], play: str | None = "play",
            stable_for: float = 1.0) -> list[Entry]:
    return pending.after_plans(earlier, job_plans, play, stable_for)


def tasks_of(pending_entries: list[Entry]) -> list[Entry]:
    return [task for entry in pending_entries for task in entry["tasks"]]
