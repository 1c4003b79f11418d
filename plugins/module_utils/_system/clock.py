# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A monotonic clock for deadlines. It also works on Python 2.7, which has no ``time.monotonic``."""

from __future__ import absolute_import, division, print_function

import ctypes
import time

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, List, Optional  # noqa: F401

__metaclass__ = type

CLOCK_MONOTONIC = 1  # the same number on every Linux
_clock = []  # type: List[Callable[[], float]]  # the function that monotonic() calls, once it is chosen


def monotonic():
    # type: () -> float
    """Return the seconds since a fixed time in the past, unaffected by changes to the wall clock."""
    if not _clock:
        _clock.append(getattr(time, "monotonic", None) or libc_monotonic() or time.time)
    return _clock[0]()


def libc_monotonic():
    # type: () -> Optional[Callable[[], float]]
    """Return a function like ``time.monotonic`` that calls the C library, or None if it has no such clock."""
    class Timespec(ctypes.Structure):
        _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]

    for name in (None, "librt.so.1"):  # in librt up to glibc 2.16
        try:
            clock_gettime = ctypes.CDLL(name).clock_gettime
        except (OSError, AttributeError):
            continue
        clock_gettime.argtypes = [ctypes.c_int, ctypes.POINTER(Timespec)]
        timespec = Timespec()

        def read():
            # type: () -> float
            clock_gettime(CLOCK_MONOTONIC, ctypes.byref(timespec))
            return timespec.seconds + timespec.nanoseconds / 1e9

        if clock_gettime(CLOCK_MONOTONIC, ctypes.byref(timespec)) == 0:
            return read
    return None
