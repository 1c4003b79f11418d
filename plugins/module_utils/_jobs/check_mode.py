# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What upstart_job would do, as ``foreseen.record`` keeps it for later check-mode tasks of the play."""

from __future__ import absolute_import, division, print_function

from .plans import belonging

__metaclass__ = type


def of_jobs(plans, manifest=None):
    """Return what upstart_job would do.

    :param plans: list of plans.FilePlan after ``jobs.foresee``.
    :param manifest: manifest.Manifest after its ``foresee``, or None.
    """
    files = {}
    for plan in plans:
        if plan.after is None:
            files.update((path, None) for path in belonging(plan))
        elif plan.before != plan.after:
            files[plan.path] = plan.after
    if manifest is not None and manifest.after is not None:
        files[manifest.path] = manifest.text()
    return {"files": files}
