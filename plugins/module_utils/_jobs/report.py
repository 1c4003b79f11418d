# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result and the warnings of a task of upstart_job."""

from __future__ import absolute_import, division, print_function

from .._host import summary_lines
from .._host.diff import difference
from .._jobfile import options
from .._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Mapping, Optional, Sequence  # noqa: F401
    from .manifest import Manifest  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type


def result_of(plans, manifest=None, with_previous=True):
    # type: (Sequence[FilePlan], Optional[Manifest], bool) -> Dict[str, Any]
    """Return the result of upstart_job, with the same keys in every mode.

    :param plans: list of plans.FilePlan, in the order of the result.
    :param manifest: manifest.Manifest after its ``update``, or None.
    :param with_previous: bool, whether to return the earlier files, which may hold secrets.
    """
    jobs = [{
        "name": plan.wanted.name,
        "path": plan.path,
        "state": plan.wanted.state,
        "changed": plan.changed,
        "created": plan.before is None and plan.after is not None,
        "kept": plan.kept,
        "previous": plan.previous() if with_previous and plan.before not in (None, plan.after) else None,
        "job": options.from_values(plan.values) if plan.values else {},
        "hidden_start_on": plan.hidden_start_on,
        "backup_file": plan.backup,
        "stale_instances": plan.stale,
        "stale_job": options.from_values(plan.stale_values) if plan.stale_values else None,
        "warnings": plan.warnings,
    } for plan in plans]
    differences = [difference(plan) for plan in plans if plan.before != plan.after]
    result = {
        "changed": any(plan.changed for plan in plans), "jobs": jobs, "diff": differences,
        "summary": [_line(plan) for plan in plans]}  # type: Dict[str, Any]
    if manifest is not None:
        result["manifest"] = manifest.report()
        if manifest.before != manifest.after:
            result["changed"] = True
            result["diff"].append(difference(manifest))
    return result


def _line(plan):
    # type: (FilePlan) -> str
    """Return a line for people: what the task does with a file, and what is wrong with the job."""
    faults = []
    if plan.kept:
        faults.append("its instances are running")
    faults.extend("%s%s (%s)" % (_place(finding), finding["message"], finding["code"])
                  for finding in plan.warnings if finding["severity"] == "warning")
    if plan.stale:
        several = "instances with an older definition: %s" % ", ".join(plan.stale)
        faults.append(several if any(plan.stale) else summary_lines.STALE)
    return summary_lines.line(plan.wanted.name, u"%s, file %s" % (_action(plan), decode(plan.path)), faults)


def _place(finding):
    # type: (Mapping[str, Any]) -> str
    return "line %d: " % finding["line"] if finding["line"] else ""


def _action(plan):
    # type: (FilePlan) -> str
    if plan.kept:
        return "kept"
    if plan.after is None:
        return "removed" if plan.changed else "absent"
    if plan.before is None:
        return "created"
    return "changed" if plan.changed else "unchanged"


def enabling_warnings(plans):
    # type: (Sequence[FilePlan]) -> List[str]
    """Return warnings for jobs that are not enabled or disabled as asked, because a job file is the wrong place."""
    last = dict((plan.wanted.name, plan) for plan in plans if plan.values is not None)
    texts = []
    for name in sorted(last):
        plan = last[name]
        is_enabled = (plan.values or {}).get("start_on") is not None
        if plan.wanted.enabled is False and is_enabled:
            state = "enabled"
        elif plan.wanted.enabled and plan.hidden_start_on and not is_enabled:
            state = "disabled"
        else:
            continue
        texts.append("Job %s is still %s: enabled has no effect on a job file. Use upstart_service with enabled: %s."
                     % (name, state, "true" if plan.wanted.enabled else "false"))
    return texts


def warnings_of(plans):
    # type: (Sequence[FilePlan]) -> List[str]
    """Return the warnings of a task; hints are only part of the result."""
    texts = [plan.crash_warning for plan in plans if plan.crash_warning]
    texts.extend("Job %s still exists, because %s defines it too. To keep it from starting, use upstart_service with "
                 "enabled: false." % (plan.wanted.name, plan.fallback)
                 for plan in plans if plan.wanted.state == "absent" and not plan.wanted.override and plan.fallback)
    return texts + ["Job %s%s: %s: %s (%s)" % (
        plan.wanted.name, ", line %d" % finding["line"] if finding["line"] else "", finding["message"],
        finding["remedy"], finding["code"])
        for plan in plans for finding in plan.warnings if finding["severity"] == "warning"]
