# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The users and groups of this host."""

from __future__ import absolute_import, division, print_function

import grp
import pwd

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Tuple  # noqa: F401

__metaclass__ = type


class Accounts:
    """The users and groups of this host, each looked up once."""

    def __init__(self):
        # type: () -> None
        self._answers = {}  # type: Dict[Tuple[str, str], bool]

    def has_user(self, name):
        # type: (str) -> bool
        return self._has("user", name, pwd.getpwnam)

    def has_group(self, name):
        # type: (str) -> bool
        return self._has("group", name, grp.getgrnam)

    def _has(self, kind, name, getter):
        # type: (str, str, Callable[[str], Any]) -> bool
        if (kind, name) not in self._answers:
            try:
                getter(str(name))
                self._answers[kind, name] = True
            except (KeyError, UnicodeError, ValueError):
                self._answers[kind, name] = False
        return self._answers[kind, name]
