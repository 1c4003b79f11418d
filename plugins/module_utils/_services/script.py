# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An LSB script that a name stands for where there is no job of that name."""

from __future__ import absolute_import, division, print_function

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional  # noqa: F401
    from .._errors import UpstartError  # noqa: F401

__metaclass__ = type


class Script:
    """A script in place of a job, and what a task has done to it.

    :ivar entry: dict, its part of the result, with the same keys as the part of a job.
    """

    def __init__(self, name, path):
        # type: (str, str) -> None
        self.name = name
        self.path = path
        self.entry = {
            "name": name, "instance": "", "script": path, "changed": False, "before": None, "status": None,
            "processes": {}, "enabled": None, "enabled_before": None, "stale": None, "env_differs": [], "leftovers": [],
            "log_file": None,
        }

    def report(self, error):
        # type: (Optional[UpstartError]) -> Dict[str, Any]
        """Return the entry, with the facts of ``error`` (UpstartError or None)."""
        entry = dict(self.entry)
        if error is not None:
            entry.update((key, error.facts[key]) for key in ("cmd", "rc", "stdout", "stderr") if key in error.facts)
            entry.update(failed=True, msg=error.message)
        return entry
