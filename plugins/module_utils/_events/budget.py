# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit on the time that a computation takes, in processor time and by the clock on the wall."""

from __future__ import absolute_import, division, print_function

import os

__metaclass__ = type

CHECK_EVERY = 16  # calls of check() to one look at the clock
UNLIMITED = float("inf")
WALL_FACTOR = 3.0  # a host may have other things to do


class OverBudgetError(Exception):
    """The time is used up."""


class Budget:
    """So many seconds of processor time from now on, or some times as many by the clock on a busy host."""

    def __init__(self, seconds=UNLIMITED):
        self._limits = (seconds, WALL_FACTOR * seconds)
        self._began = _clocks()
        self._calls = 0

    def is_spent(self):
        return self._limits[0] != UNLIMITED and any(self._are_over())

    def _are_over(self):
        """Return for each clock whether its time is over."""
        return [now - began >= limit for now, began, limit in zip(_clocks(), self._began, self._limits)]

    def limit(self):
        """Return the time that is over, as text."""
        processor, wall = self._limits
        return "%g s of processor time" % processor if self._are_over()[0] else "%g s" % wall

    def check(self):
        """Raise OverBudgetError when the time is used up; made to be called often."""
        self._calls += 1
        if self._calls % CHECK_EVERY == 0 and self.is_spent():
            raise OverBudgetError()


def _clocks():
    """Return the seconds of processor time so far, and those of a clock that nobody sets."""
    times = os.times()
    return times[0] + times[1], times[4]
