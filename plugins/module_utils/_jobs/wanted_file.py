# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job file or an override as a task wants it."""

from __future__ import absolute_import, division, print_function

import collections

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401

__metaclass__ = type

# A job file as a task wants it. stanzas: dict, options of upstart_job; content: the text of the whole file instead;
# restore: an earlier file, a value of ``previous`` in a result; keep_running: whether to keep the file of a running
# job; enabled: as in upstart_service, or None; force: whether to change a file that is there; keep_override: whether
# the removal of a job file leaves its override.
WantedFile = collections.namedtuple(
    "WantedFile", "name state override stanzas content restore merge exact backup keep_running validate enabled force "
                  "keep_override")


def is_removed_job(wanted):
    # type: (WantedFile) -> bool
    """Return whether a job file is to be removed, and not only put back into an earlier state."""
    return wanted.state == "absent" and not wanted.override and wanted.restore is None


def without_options(name, override, **given):
    # type: (str, bool, **Any) -> WantedFile
    """Return a WantedFile that no task's options describe: it leaves running jobs alone, unless ``given`` says more.

    :param given: the fields that it has besides, such as ``state`` and ``restore``.
    """
    fields = dict(state="present", stanzas={}, content=None, restore=None, merge=False, exact=False, backup=False,
                  keep_running=True, validate=None, enabled=None, force=True, keep_override=False)  # type: Dict[str, Any]
    return WantedFile(name=name, override=override, **dict(fields, **given))
