# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock that deadlines go by: one that nobody can set, on Python 2.7 too, which has none of its own."""

from __future__ import absolute_import, division, print_function

import time

__metaclass__ = type

CLOCK_MONOTONIC = 1  # on every Linux
_found = []


def monotonic():
    """Return seconds since a moment in the past that stays the same while the machine runs."""
    if not _found:
        _found.append(getattr(time, "monotonic", None) or of_the_system() or time.time)
    return _found[0]()


def of_the_system():
    """Return a function like ``time.monotonic`` that asks the C library, or None where that has no such clock."""
    import ctypes

    class Moment(ctypes.Structure):
        _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]

    for name in (None, "librt.so.1"):  # the second up to glibc 2.16
        try:
            ask = ctypes.CDLL(name).clock_gettime
        except (OSError, AttributeError):
            continue
        ask.argtypes = [ctypes.c_int, ctypes.POINTER(Moment)]
        moment = Moment()

        def read():
            ask(CLOCK_MONOTONIC, ctypes.byref(moment))
            return moment.seconds + moment.nanoseconds / 1e9

        if ask(CLOCK_MONOTONIC, ctypes.byref(moment)) == 0:
            return read
    return None
