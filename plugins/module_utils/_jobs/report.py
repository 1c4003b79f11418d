# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result and the warnings of a task of upstart_job."""

from __future__ import absolute_import, division, print_function

from .._host.diff import difference
from .._jobfile import options

__metaclass__ = type


def result_of(plans, manifest=None):
    """Return the result of upstart_job, with the same keys in every mode.

    :param plans: list of plans.FilePlan, in the order of the result.
    :param manifest: manifest.Manifest after its ``update``, or None.
    """
    jobs = [{
        "name": plan.wanted.name,
        "path": plan.path,
        "state": plan.wanted.state,
        "changed": plan.changed,
        "created": plan.before is None and plan.after is not None,
        "kept": plan.kept,
        "previous": None if plan.before in (None, plan.after) else plan.previous(),
        "job": options.from_values(plan.values) if plan.values else {},
        "hidden_start_on": plan.hidden_start_on,
        "backup_file": plan.backup,
        "stale_instances": plan.stale,
        "stale_job": options.from_values(plan.stale_values) if plan.stale_values else None,
        "warnings": plan.warnings,
    } for plan in plans]
    differences = [difference(plan) for plan in plans if plan.before != plan.after]
    result = {"changed": any(plan.changed for plan in plans), "jobs": jobs, "diff": differences}
    if manifest is not None:
        result["manifest"] = manifest.report()
        if manifest.before != manifest.after:
            result["changed"] = True
            result["diff"].append(difference(manifest))
    return result


def warnings_of(plans):
    """Return the warnings of a task; hints are only part of the result."""
    crash_warnings = [plan.crash_warning for plan in plans if plan.crash_warning]
    return crash_warnings + ["Job %s%s: %s: %s (%s)" % (
        plan.wanted.name, ", line %d" % finding["line"] if finding["line"] else "", finding["message"],
        finding["remedy"], finding["code"])
        for plan in plans for finding in plan.warnings if finding["severity"] == "warning"]
