# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fold what is signalled of instances, by a daemon or a simulation, into what became of each."""

from __future__ import absolute_import, division, print_function

import collections

from .tables import POST_STOP, PRE_STOP, RESPAWN, RUNNING, START, STARTING, STOP, WAITING

__metaclass__ = type

MEMBERS = ("GoalChanged", "StateChanged", "Failed")


class Effect:
    """What became of an instance.

    :ivar started: whether it came up; ``stopped`` whether it went down for good, until another event started it.
    :ivar turns: list of "started" and "stopped" in the order in which it did so, never the same twice in a row.
    :ivar restarted: whether it went down and up again because it was told to.
    :ivar respawned: whether it did so because its main process ended.
    :ivar failed: whether it failed, with ``failed_status`` as the signal has it.
    :ivar goal: the last one that was signalled, None for none; so ``state``.
    """

    def __init__(self, job, instance):
        self.job = job
        self.instance = instance
        self.started = self.stopped = self.restarted = self.respawned = self.failed = False
        self.turns = []
        self.failed_status = None
        self.goal = None
        self.state = None
        self._is_told = False

    def take(self, member, value):
        if member == "Failed":
            self.failed, self.failed_status = True, value
        elif member == "GoalChanged":
            self._is_told = self._is_told or value == STOP or (value == START and self.goal != RESPAWN)
            self.goal = value
        else:
            self._enter(value)

    def _enter(self, state):
        before, self.state = self.state, state
        if state == RUNNING and before != PRE_STOP:
            self.come_up()
        elif state == WAITING:
            self.stopped = True
            self._turn("stopped")
        elif state == STARTING:
            if before == POST_STOP and self._is_told:
                self.restarted = True
            elif before == POST_STOP:
                self.respawned = True
            self._is_told = False

    def come_up(self):
        self.started = True
        self._turn("started")

    def _turn(self, word):
        if self.turns[-1:] != [word]:
            self.turns.append(word)

    def rests(self, task=False):
        """Return whether nothing more is to come of it by itself, as far as it is told."""
        if self.state is None:
            return True
        return self.state == WAITING or (self.state == RUNNING and self.goal != STOP and not task)


def fold(trace):
    """Return the list of Effects, in the order in which the instances come first.

    :param trace: iterable of (job, instance, member, value).
    """
    found = collections.OrderedDict()
    for job, instance, member, value in trace:
        if (job, instance) not in found:
            found[job, instance] = Effect(job, instance)
        found[job, instance].take(member, value)
    return list(found.values())
