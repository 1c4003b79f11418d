# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read and convert numbers like Upstart, by the rules of C."""

from __future__ import absolute_import, division, print_function

import re

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Match, Tuple  # noqa: F401

__metaclass__ = type

DIGITS = {
    8: re.compile("[ \\t\\n\\v\\f\\r]*([+-]?)([0-7]*)"),
    10: re.compile("[ \\t\\n\\v\\f\\r]*([+-]?)([0-9]*)"),
}
LONG_MAX = 2 ** 63 - 1
ULONG_MAX = 2 ** 64 - 1
INT_MAX = 2 ** 31 - 1
# More digits than a 64-bit number has. Converting more digits would take quadratic time.
TOO_MANY_DIGITS = 25


def strtol(text):
    # type: (str) -> Tuple[int, bool]
    """Return (value, whether all of ``text`` is a number that fits 64 signed bits); an empty text is 0."""
    value, valid = _read(text, 10)
    clamped = max(-LONG_MAX - 1, min(LONG_MAX, value))
    return clamped, valid and clamped == value


def strtoul(text, base=10):
    # type: (str, int) -> Tuple[int, bool]
    """Return (value, whether all of ``text`` is a number that fits 64 bits); a negative number wraps around."""
    value, valid = _read(text, base)
    if abs(value) > ULONG_MAX:
        return ULONG_MAX, False
    return value % (ULONG_MAX + 1), valid


def as_int(value):
    # type: (int) -> int
    """Return the lower 32 bits of ``value`` as a C int."""
    return (value + 2 ** 31) % 2 ** 32 - 2 ** 31


def as_mode(value):
    # type: (int) -> int
    """Return the lower 32 bits of ``value`` as a C mode_t."""
    return value % 2 ** 32


def _read(text, base):
    # type: (str, int) -> Tuple[int, bool]
    match = DIGITS[base].match(text)  # type: Match[str]  # type: ignore[assignment]  # always matches
    sign, digits = match.groups()
    if not digits:
        return 0, not text
    digits = digits.lstrip("0")
    size = ULONG_MAX + 1 if len(digits) > TOO_MANY_DIGITS else int(digits or "0", base)
    return (-size if sign == "-" else size), match.end() == len(text)
