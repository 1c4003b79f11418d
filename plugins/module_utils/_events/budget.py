# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit on the time that a computation takes, in processor time and in real time."""

from __future__ import absolute_import, division, print_function

import os

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Tuple  # noqa: F401

__metaclass__ = type

CALLS_PER_CLOCK_READING = 16  # calls of Budget.check
UNLIMITED = float("inf")
REAL_TIME_FACTOR = 3.0  # a host may be busy with other processes


class OverBudgetError(Exception):
    """The time is used up."""


class Budget:
    """A number of seconds of processor time from now on, or REAL_TIME_FACTOR times as many in real time.

    :param seconds: float.
    """

    def __init__(self, seconds=UNLIMITED):
        # type: (float) -> None
        self._limits = (seconds, REAL_TIME_FACTOR * seconds)
        self._start_times = _clocks()
        self._calls = 0

    def is_spent(self):
        # type: () -> bool
        return self._limits[0] != UNLIMITED and any(self._are_over())

    def _are_over(self):
        # type: () -> List[bool]
        """Return for each clock whether its limit is reached."""
        return [now - start >= limit for now, start, limit in zip(_clocks(), self._start_times, self._limits)]

    def limit(self):
        # type: () -> str
        """Return the limit that was reached, as text."""
        processor, real = self._limits
        return "%g s of processor time" % processor if self._are_over()[0] else "%g s" % real

    def check(self):
        # type: () -> None
        """Raise OverBudgetError when the time is used up; cheap enough to be called often."""
        self._calls += 1
        if self._calls % CALLS_PER_CLOCK_READING == 0 and self.is_spent():
            raise OverBudgetError()


def _clocks():
    # type: () -> Tuple[float, float]
    """Return the seconds of processor time used so far, and the seconds of a monotonic clock."""
    times = os.times()
    return times[0] + times[1], times[4]
