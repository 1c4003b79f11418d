# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes of a task of upstart_job in check mode, for later tasks of the play."""

from __future__ import absolute_import, division, print_function

from .next_boot import changed_jobs
from .plans import removed_paths

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional, Sequence  # noqa: F401
    from .manifest import Manifest  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type


def of_jobs(plans, manifest=None):
    # type: (Sequence[FilePlan], Optional[Manifest]) -> Dict[str, Dict[str, Any]]
    """Return the files and conditions that upstart_job would change, as a dict for check_mode.add_to.

    :param plans: list of plans.FilePlan after ``predicting.predict``.
    :param manifest: manifest.Manifest after its ``update``, or None.
    """
    files = {}  # type: Dict[str, Optional[bytes]]
    for plan in plans:
        if plan.after is None:
            files.update((path, None) for path in removed_paths(plan))
        elif plan.before != plan.after:
            files[plan.path] = plan.after
    if manifest is not None and manifest.after is not None:
        files[manifest.path] = manifest.text()
    return {"files": files, "boot": changed_jobs(plans)}
