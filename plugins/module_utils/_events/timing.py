# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assumed durations in a simulation."""

from __future__ import absolute_import, division, print_function

import random

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional, Tuple  # noqa: F401

__metaclass__ = type

# Seconds until init learns of an exec, and of the end of a process that has nothing more to do: the usual value, and
# the range from a fast host to a busy one.
EXEC_SECONDS, EXEC_RANGE = 0.001, (0.0003, 0.02)
END_SECONDS, END_RANGE = 0.01, (0.0005, 0.4)
KILL_SECONDS = 0.005  # until init learns of the end of a process after it has sent the kill signal
RANDOM_FACTOR = 50  # an unknown duration is at most this many times longer or shorter than assumed
EXECUTED, SETTLED, ENDED = "executed", "settled", "ended"


class Timing:
    """Assumed durations of processes.

    :param unknown: float, seconds that a process takes when nothing is known about it.
    :param seed: int, for durations that vary at random; None for the usual ones.
    :param reverse: whether the later of two events that are due at the same time comes first.
    :param first: ENDED for a host where init learns of the end of any process before any exec; EXECUTED for the
        opposite.
    :param together: float, seconds for which init may be busy; afterwards it learns of everything at once. Used with
        ``seed`` only, and no other random duration varies by more than that.
    """

    def __init__(self, unknown=0.5, seed=None, reverse=False, first=None, together=0.0):
        # type: (float, Optional[int], bool, Optional[str], float) -> None
        self._unknown = unknown
        self._random = None if seed is None else random.Random(seed)  # nosec B311 # durations, no secrets
        self.sign = -1 if reverse else 1
        self.first = first
        self.together = together

    def exec_time(self):
        # type: () -> float
        """Return the seconds until init learns of an exec."""
        return self._pick(EXEC_SECONDS, EXEC_RANGE, EXECUTED)

    def kill_time(self):
        # type: () -> float
        """Return the seconds until a process ends after init has sent it the kill signal."""
        return self._pick(KILL_SECONDS, END_RANGE, ENDED)

    def life(self, seconds):
        # type: (Optional[float]) -> float
        """Return the seconds that a process lives.

        :param seconds: float, how long it works; None when that is unknown.
        """
        rest = self._pick(END_SECONDS, END_RANGE, ENDED)
        if self._random is not None:
            return rest + (self._unknown * RANDOM_FACTOR ** self._random.uniform(-1, 1) if seconds is None
                           else seconds * self._random.uniform(1, 1.01 if self.together else 1.1))
        if seconds is None:
            return rest if self.first == ENDED else self._unknown
        return seconds + rest

    def busy_time(self):
        # type: () -> float
        """Return the seconds for which init is busy with something else before it learns of more."""
        # _random is not None, because ``together`` is used with ``seed`` only.
        return (self._random.uniform(0, self.together)  # type: ignore[union-attr]
                if self.together and self._random.random() < 0.5 else 0.0)  # type: ignore[union-attr]

    def _pick(self, usual, limits, kind):
        # type: (float, Tuple[float, float], str) -> float
        least, most = limits
        if self._random is not None:
            most = min(most, self.together or most)
            return least * (most / least) ** self._random.random()
        if self.first is None:
            return usual
        return least if self.first == kind else most
