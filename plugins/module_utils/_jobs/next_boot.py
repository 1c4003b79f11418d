# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes of a task that may change the next boot, for the forecast that the action plugin adds in check mode."""

from __future__ import absolute_import, division, print_function

from .._host.planned_files import read_file
from .._jobfile.errors import JobFileError
from .._jobfile.options import from_values
from .._jobfile.parser import parse_job
from .._jobfile.shell.init_commands import read_init_commands

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Sequence  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type

KEYS = ("start_on", "stop_on", "emits", "task", "instance", "env", "export")  # what decides when a job starts


def changed_jobs(plans):
    # type: (Sequence[FilePlan]) -> Dict[str, Optional[Dict[str, Any]]]
    """Return the jobs whose conditions, variables or requests to init would change.

    The result has the name and the options as in upstart_info, None for a job that goes.

    :param plans: list of plans.FilePlan after ``predicting.predict``.
    """
    changed = {}
    for plan in plans:
        if plan.changed and not plan.kept:
            old, new = plan.old_values(), _new_values(plan)
            if _causes(old) != _causes(new):
                changed[plan.wanted.name] = None if new is None else from_values(new)
    return changed


def _causes(values):
    # type: (Optional[Dict[str, Any]]) -> Optional[List[Any]]
    """Return what decides when a job starts, and what its processes ask of init; None for no job."""
    if values is None:
        return None
    requests = [(name, read_init_commands(process["command"]))
                for name, process in sorted(values.get("process", {}).items())]
    return [values.get(key) for key in KEYS] + [entry for entry in requests if entry[1]]


def _new_values(plan):
    # type: (FilePlan) -> Optional[Dict[str, Any]]
    """Return the values of a job after the change, or None for no job. A removed override leaves the job file."""
    if plan.wanted.state != "absent" or not plan.wanted.override:
        return plan.values
    conf = read_file(plan.path[:-len(".override")] + ".conf")
    try:
        return None if conf is None else parse_job(conf, None, plan.version)
    except JobFileError:
        return None
