# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deadlines."""

from __future__ import absolute_import, division, print_function

from .clock import monotonic

__metaclass__ = type


class Deadline:
    """A point in time ``seconds`` from now. ``left()`` returns the seconds until then, 0 once it has passed."""

    def __init__(self, seconds):
        # type: (float) -> None
        self.seconds = seconds
        self._end = monotonic() + seconds

    def left(self):
        # type: () -> float
        return max(0.0, self._end - monotonic())
