# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The diff that Ansible shows for a change of a file."""

from __future__ import absolute_import, division, print_function

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict  # noqa: F401

__metaclass__ = type


def difference(change):
    # type: (Any) -> Dict[str, str]
    """Return the diff of an object with ``path``, ``before`` and ``after`` (bytes, or None for no file)."""
    return {
        "before_header": change.path if change.before is not None else "%s (absent)" % change.path,
        "after_header": change.path if change.after is not None else "%s (absent)" % change.path,
        "before": (change.before or b"").decode("utf-8", "replace"),
        "after": (change.after or b"").decode("utf-8", "replace"),
    }
