# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long things take in a simulation."""

from __future__ import absolute_import, division, print_function

import random

__metaclass__ = type

# Seconds until init hears of an exec, and of the end of a process that has nothing more to do: usually, and at least
# and at most, as hosts are fast or busy.
EXEC, EXECS = 0.001, (0.0003, 0.02)
END, ENDINGS = 0.01, (0.0005, 0.4)
KILL = 0.005  # the same for one that is told to end
EXECUTED, SETTLED, ENDED = "executed", "settled", "ended"


class Timing:
    """How fast what takes a time that nobody knows is.

    :param unknown: seconds that a process takes of which nothing is known.
    :param seed: None for one that is regular; else all times vary at random, from this seed on.
    :param reverse: whether of two that take the same time the later one is first.
    :param first: ENDED for a host where all processes end before any exec is heard of, EXECUTED for the contrary.
    :param together: seconds for which init may do something else, to hear then of all that happened at once; for
        ``seed`` only, and what else varies at random does so by no more than that.
    """

    def __init__(self, unknown=0.5, seed=None, reverse=False, first=None, together=0.0):
        self._unknown = unknown
        self._random = None if seed is None else random.Random(seed)  # nosec B311 # paces, no secrets
        self.sign = -1 if reverse else 1
        self.first = first
        self.together = together

    def exec_time(self):
        """Return the seconds until init hears of an exec."""
        return self._pick(EXEC, EXECS, EXECUTED)

    def kill_time(self):
        """Return the seconds until a process ends that is told to."""
        return self._pick(KILL, ENDINGS, ENDED)

    def life(self, seconds):
        """Return the seconds that a process lives which works for ``seconds``, None when that is not known."""
        rest = self._pick(END, ENDINGS, ENDED)
        if self._random is not None:
            return rest + (self._unknown * 50 ** self._random.uniform(-1, 1) if seconds is None
                           else seconds * self._random.uniform(1, 1.01 if self.together else 1.1))
        if seconds is None:
            return rest if self.first == ENDED else self._unknown
        return seconds + rest

    def busy_time(self):
        """Return the seconds for which init does something else before it hears of more."""
        return self._random.uniform(0, self.together) if self.together and self._random.random() < 0.5 else 0.0

    def _pick(self, usual, extremes, what):
        least, most = extremes
        if self._random is not None:
            most = min(most, self.together or most)
            return least * (most / least) ** self._random.random()
        if self.first is None:
            return usual
        return least if self.first == what else most
