# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fold the signals of instances, from a daemon or a simulation, into one Effect per instance."""

from __future__ import absolute_import, division, print_function

import collections

from .tables import POST_STOP, PRE_STOP, RESPAWN, RUNNING, SPAWNED, START, STARTING, STOP, STOPPING, WAITING

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Iterable, List, Optional, OrderedDict, Tuple  # noqa: F401

__metaclass__ = type

MEMBERS = ("GoalChanged", "StateChanged", "Failed")


class Effect:
    """What happened to an instance.

    :ivar started: whether it reached running, or its process ran and ended before init learned that it had started;
        ``stopped`` whether it reached waiting.
    :ivar turns: list of "started" and "stopped" in chronological order, never the same twice in a row.
    :ivar restarted: whether it was stopped and started again because its goal changed.
    :ivar respawned: whether it was started again because its main process ended.
    :ivar failed: whether it failed, with the signal's number in ``failed_status``.
    :ivar goal: text, the goal of the last signal, or None; ``state`` the same for the state.
    """

    def __init__(self, job, instance):
        # type: (str, str) -> None
        self.job = job
        self.instance = instance
        self.started = self.stopped = self.restarted = self.respawned = self.failed = False
        self.turns = []  # type: List[str]
        self.failed_status = None  # type: Optional[int]
        self.goal = None  # type: Optional[str]
        self.state = None  # type: Optional[str]
        self._goal_was_set = False  # since it last began to start

    def take(self, member, value):
        # type: (str, Any) -> None
        """Add one signal."""
        if member == "Failed":
            self.failed, self.failed_status = True, value
        elif member == "GoalChanged":
            self._goal_was_set = self._goal_was_set or value == STOP or (value == START and self.goal != RESPAWN)
            self.goal = value
        else:
            self._enter(value)

    def _enter(self, state):
        # type: (str) -> None
        before, self.state = self.state, state
        if state == RUNNING and before != PRE_STOP:
            self.come_up()
        elif state == STOPPING and before == SPAWNED and not self.failed:  # ended before init learned of its start
            self.come_up()
        elif state == WAITING:
            self.stopped = True
            self._add_turn("stopped")
        elif state == STARTING:
            if before == POST_STOP and self._goal_was_set:
                self.restarted = True
            elif before == POST_STOP:
                self.respawned = True
            self._goal_was_set = False

    def come_up(self):
        # type: () -> None
        self.started = True
        self._add_turn("started")

    def _add_turn(self, word):
        # type: (str) -> None
        if self.turns[-1:] != [word]:
            self.turns.append(word)

    def rests(self, task=False):
        # type: (bool) -> bool
        """Return whether, as far as the signals show, the instance changes only if something else changes it."""
        if self.state is None:
            return True
        return self.state == WAITING or (self.state == RUNNING and self.goal != STOP and not task)


def fold(trace):
    # type: (Iterable[Tuple[str, str, str, Any]]) -> List[Effect]
    """Return the list of Effects, in the order in which the instances appear.

    :param trace: iterable of (job, instance, member, value).
    """
    effects = collections.OrderedDict()  # type: OrderedDict[Tuple[str, str], Effect]
    for job, instance, member, value in trace:
        if (job, instance) not in effects:
            effects[job, instance] = Effect(job, instance)
        effects[job, instance].take(member, value)
    return list(effects.values())
