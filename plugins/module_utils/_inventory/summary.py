# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as lines for people: as initctl list prints them, and behind that what is wrong."""

from __future__ import absolute_import, division, print_function

from .._host import summary_lines
from .._host.status import state_text

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List  # noqa: F401

__metaclass__ = type

# The keys of an instance in the result, and what is wrong if they are true.
INSTANCE_FAULTS = (
    ("wedged", summary_lines.WEDGED),
    ("hollow", summary_lines.NO_MAIN_PROCESS),
    ("zombie", summary_lines.ZOMBIE),
    ("suspended", summary_lines.SUSPENDED),
    ("stale", summary_lines.STALE),
)


def lines(jobs):
    # type: (List[Dict[str, Any]]) -> List[str]
    """Return a line for each instance of jobs, and for each job without one.

    :param jobs: list of dict, the jobs of the module's result.
    """
    return [line for job in jobs for line in _lines_of(job)]


def _lines_of(job):
    # type: (Dict[str, Any]) -> List[str]
    faults = []
    if job["error"] is not None:
        error = job["error"]
        place = ":".join("%s" % part for part in (error["file"], error["line"]) if part is not None)
        faults.append(u"Upstart refuses %s: %s" % (place, error["message"]))
    elif job["orphan"]:
        faults.append(u"it has no job file any more")
    if not job["instances"]:
        return [summary_lines.line(job["name"], state_text(None) if job["loaded"] else u"not loaded", faults)]
    return [summary_lines.instance_line(
        job["name"], instance["instance"], instance["status"], instance["processes"],
        faults + [text for key, text in INSTANCE_FAULTS if instance[key]]) for instance in job["instances"]]
