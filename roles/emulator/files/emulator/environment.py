# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of environment variables, as Upstart stores them: lists of KEY=VALUE in order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

# Variables that init sets in its own events.
INITS_OWN = frozenset(["JOB", "INSTANCE", "RESULT", "PROCESS", "EXIT_SIGNAL", "EXIT_STATUS"])
PATH = "/usr/local/sbin:/usr/local/bin:/usr/bin:/usr/sbin:/sbin:/bin"


def put(table: list[str], entry: str, replace: bool = True, inherited: Mapping[str, str] | None = None) -> None:
    """Set a variable in place; a bare KEY copies the daemon's own value, or removes the variable if it has none."""
    key, equals, _value = entry.partition("=")
    position = next((i for i, item in enumerate(table) if item.partition("=")[0] == key), None)
    if not equals:
        own = (os.environ if inherited is None else inherited).get(key)
        if own is None:
            if position is not None and replace:
                del table[position]
            return
        entry = "%s=%s" % (key, own)
    if position is None:
        table.append(entry)
    elif replace:
        table[position] = entry


def merge(table: list[str], entries: Iterable[str]) -> list[str]:
    """Merge ``entries`` into ``table`` and return it; later entries win."""
    for entry in entries:
        put(table, entry)
    return table


def is_inits_own(entry: str) -> bool:
    """Return whether only init itself sets the variable of an entry, on ChromeOS."""
    return entry.partition("=")[0] in INITS_OWN or entry.startswith("UPSTART_")


def get(table: Iterable[str], key: str) -> str | None:
    """Return the entry KEY=VALUE of ``key``, or None."""
    return next((entry for entry in table if entry.partition("=")[0] == key), None)


def as_dict(table: Iterable[str]) -> dict[str, str]:
    """Return the table as a dict, for expansion; the first of equal names counts."""
    result: dict[str, str] = {}
    for entry in table:
        key, _equals, value = entry.partition("=")
        result.setdefault(key, value)
    return result


def remove(table: list[str], name: str) -> None:
    """Remove a variable as UnsetEnv does: also variables whose name is a prefix of ``name``, but never two in a row."""
    position = 0
    while position < len(table):
        if name.startswith(table[position].partition("=")[0]):
            del table[position]
        position += 1


def of_init(user: bool = False) -> list[str]:
    """Return the initial environment of jobs: PATH and TERM for PID 1, the whole environment of init for a session."""
    if user:
        return ["%s=%s" % variable for variable in os.environ.items()]
    return ["PATH=" + PATH, "TERM=" + os.environ.get("TERM", "linux")]


def acceptable(entries: Iterable[str], strict: bool) -> bool:
    """Return whether every entry is a KEY=VALUE pair; ``strict`` (0.6.5) demands a C identifier as KEY."""
    if strict:
        return all(re.match(r"[A-Za-z_][A-Za-z0-9_]*=", entry) for entry in entries)
    return all("=" in entry for entry in entries)
