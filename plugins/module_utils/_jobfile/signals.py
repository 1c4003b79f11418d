# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The signal names that Upstart accepts, with their numbers on Linux."""

from __future__ import absolute_import, division, print_function

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional  # noqa: F401

__metaclass__ = type

NUMBERS = {
    "HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "TRAP": 5, "ABRT": 6, "IOT": 6, "BUS": 7, "FPE": 8, "KILL": 9, "USR1": 10,
    "SEGV": 11, "USR2": 12, "PIPE": 13, "ALRM": 14, "TERM": 15, "STKFLT": 16, "CHLD": 17, "CLD": 17, "CONT": 18,
    "STOP": 19, "TSTP": 20, "TTIN": 21, "TTOU": 22, "URG": 23, "XCPU": 24, "XFSZ": 25, "VTALRM": 26, "PROF": 27,
    "WINCH": 28, "IO": 29, "POLL": 29, "PWR": 30, "SYS": 31,
}
SECOND_NAMES = frozenset(["IOT", "CLD", "POLL"])
NAMES = dict((number, name) for name, number in NUMBERS.items() if name not in SECOND_NAMES)


def number_of(name):
    # type: (str) -> Optional[int]
    """Return the number of the signal called ``name`` (with or without SIG, upper case), or None."""
    return NUMBERS.get(name[3:] if name.startswith("SIG") else name)
