# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances moved because of what a task did to others: read from the order of what was signalled."""

from __future__ import absolute_import, division, print_function

import collections
import itertools

from .._events.glob import fnmatch
from .._events.tables import START, STOP
from .._host.consequences import events_of, may_match
from .._host.relations import GLOB, job_argument
from .._jobfile.conditions import show
from .._jobfile.shell import init_commands

__metaclass__ = type

# What a job reacts to and what it causes. conditions: list of (goal, operand) of start on and stop on; emits: list of
# patterns, names of the events that it emits; commands: list of patterns, names of the jobs that it starts or stops.
Links = collections.namedtuple("Links", "conditions emits commands")
# Why an instance moved. goal: the one that it got; origin: (job, instance) that the task moved; operand: text of the
# event in its condition, or None where a script of another job moved it.
MoveCause = collections.namedtuple("MoveCause", "goal origin operand")


def links_of(job, start_on, stop_on, emits, job_orders):
    """Return the Links of a job.

    :param job_orders: list of init_commands.InitCommand, what its processes have init do.
    """
    conditions = [(goal, item) for goal, rpn in ((START, start_on), (STOP, stop_on))
                  for item in rpn or () if "event" in item]
    emitted, commands = list(emits), []
    for order in job_orders:
        if order.verb == init_commands.EMITS:
            emitted.append(order.pattern(job))
        elif order.name is not None:  # else it is this instance itself
            commands.append(order.pattern(job))
    return Links(conditions, emitted, commands)


def causes_of_moves(moves, acted, links):
    """Return a dict of (job, instance) to its list of Causes, in order, for each that moved because of the task.

    :param moves: iterable of (job, instance, member, value), what was signalled, in order.
    :param acted: set of (job, instance) that the task itself stopped or started.
    :param links: dict of job name to its Links; a job that is missing reacts to nothing.
    """
    return _SignalReader(acted, links).read(moves)


class _SignalReader:
    """Follows the signals, with all that the task has caused so far."""

    def __init__(self, acted, links):
        self._acted = acted
        self._links = links
        self._causes = {}
        self._origins = {}  # (job, instance) that moved because of the task to the pair of the task behind it
        self._happened = {}  # event name to a dict of job name to a list of (Happened, origin)
        self._emits = []  # (pattern, origin)
        self._commands = []

    def read(self, moves):
        for job, instance, member, value in moves:
            pair = (job, instance)
            if pair in self._acted and pair not in self._origins:
                self._reach(pair, pair)
            if member == "GoalChanged":
                self._turn(pair, value)
            elif member == "StateChanged" and pair in self._origins:
                for event in events_of(pair, [value]):
                    of_jobs = self._happened.setdefault(event.name, {})
                    of_jobs.setdefault(job, []).append((event, self._origins[pair]))
        return self._causes

    def _turn(self, pair, goal):
        """Note why an instance got a goal."""
        cause = self._cause(pair, goal)
        if cause is not None:
            self._causes.setdefault(pair, []).append(cause)
            if pair not in self._origins:
                self._reach(pair, cause.origin)

    def _cause(self, pair, goal):
        links = self._links.get(pair[0])
        for wanted, item in links.conditions if links is not None else ():
            if wanted != goal:
                continue
            for event, origin in self._events_for(item):
                if may_match(item["args"], event, goal):
                    return MoveCause(goal, origin, show([item]))
            for pattern, origin in self._emits:
                if fnmatch(pattern, item["event"]):
                    return MoveCause(goal, origin, show([item]))
        for pattern, origin in self._commands:
            if fnmatch(pattern, pair[0]):
                return MoveCause(goal, origin, None)
        return None

    def _events_for(self, item):
        """Return the (Happened, origin) that an operand may mean, those of one job only where it names that job."""
        of_jobs = self._happened.get(item["event"], {})
        pattern, negated = job_argument(item)
        if pattern is not None and not negated and "$" not in pattern and not GLOB.search(pattern):
            return of_jobs.get(pattern, ())
        return itertools.chain.from_iterable(of_jobs.values())

    def _reach(self, pair, origin):
        self._origins[pair] = origin
        links = self._links.get(pair[0])
        if links is not None:
            self._emits.extend((pattern, origin) for pattern in links.emits)
            self._commands.extend((pattern, origin) for pattern in links.commands)
