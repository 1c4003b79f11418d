# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit on the time that a computation takes, in processor time and by the clock on the wall."""

from __future__ import absolute_import, division, print_function

import os

__metaclass__ = type

CHECK_EVERY = 16  # calls of check() to one look at the clock
UNLIMITED = float("inf")


class OverBudgetError(Exception):
    """The time is used up."""


class Budget:
    """So many seconds from now on; whichever of the two clocks gets there first ends it.

    :ivar seconds: float.
    """

    def __init__(self, seconds=UNLIMITED):
        self.seconds = seconds
        self._began = _clocks()
        self._calls = 0

    def is_spent(self):
        return self.seconds != UNLIMITED and any(
            now - began >= self.seconds for now, began in zip(_clocks(), self._began))

    def check(self):
        """Raise OverBudgetError when the time is used up; made to be called often."""
        self._calls += 1
        if self._calls % CHECK_EVERY == 0 and self.is_spent():
            raise OverBudgetError()


def _clocks():
    """Return the seconds of processor time so far, and those of a clock that nobody sets."""
    times = os.times()
    return times[0] + times[1], times[4]
