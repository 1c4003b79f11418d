# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments as Upstart keeps them: lists of KEY=VALUE in order."""

from __future__ import absolute_import, division, print_function

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, Iterable, List, Optional  # noqa: F401

__metaclass__ = type

PATH = u"/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin"
OF_INIT = (u"PATH=" + PATH, u"TERM=linux")


def put(table, entry, replace=True):
    # type: (List[str], str, bool) -> None
    """Set a variable in ``table`` in place; a bare KEY, which means init's own variable, is ignored."""
    key, equals, unused = entry.partition("=")
    if not equals:
        return
    for position, item in enumerate(table):
        if item.partition("=")[0] == key:
            if replace:
                table[position] = entry
            return
    table.append(entry)


def merge(table, entries):
    # type: (List[str], Iterable[str]) -> List[str]
    """Set the variables of ``entries`` in ``table`` in place, and return it."""
    for entry in entries:
        put(table, entry)
    return table


def entry_of(table, key):
    # type: (Iterable[str], str) -> Optional[str]
    """Return the entry KEY=VALUE of a variable, or None."""
    for entry in table:
        if entry.partition("=")[0] == key:
            return entry
    return None


def as_dict(table):
    # type: (Iterable[str]) -> Dict[str, str]
    """Return a table as a dict; of two entries for one variable the first counts."""
    return dict(reversed([entry.partition("=")[::2] for entry in table]))
