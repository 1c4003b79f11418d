# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When processes began, on the clock that the times of files are on."""

from __future__ import absolute_import, division, print_function

import os
import time

from .._system import processes

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional, Tuple  # noqa: F401

__metaclass__ = type

TICK = 1.0 / os.sysconf("SC_CLK_TCK")  # seconds, the unit of the start of a process in /proc
CLOCK_READINGS = 3
CLOCK_BOOTTIME = 7  # on every Linux since 2.6.39


def period(ticks):
    # type: (Optional[int]) -> Optional[Tuple[float, float]]
    """Return the earliest and the latest time, in seconds since 1970, at which a process began; None for no process.

    :param ticks: int, as in /proc, or None.
    """
    if ticks is None:
        return None
    # This task may have to wait for a processor between two readings, so the uptime is read before and after. Of
    # several attempts, the one that took the shortest time is the most exact.
    readings = [(_uptime(), time.time(), _uptime()) for _attempt in range(CLOCK_READINGS)]
    uptime_before, now, uptime_after = min(readings, key=lambda reading: reading[2] - reading[0])
    blur = 0.001 if hasattr(time, "clock_gettime") else TICK
    began = now + ticks * TICK
    return began - uptime_after - blur, began - uptime_before + TICK + blur


def _uptime():
    # type: () -> float
    """Return the seconds since boot, as exactly as this Python can."""
    return time.clock_gettime(CLOCK_BOOTTIME) if hasattr(time, "clock_gettime") else processes.uptime()
