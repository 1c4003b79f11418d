# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the instances that started or stopped because of what a task did to others, from the order of the signals."""

from __future__ import absolute_import, division, print_function

import collections
import itertools

from .._events.glob import fnmatch
from .._events.tables import START, STOP
from .._host.consequences import events_of, may_match
from .._events.relations import GLOB, job_argument
from .._jobfile.conditions import show
from .._jobfile.shell import init_commands

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Set, Tuple  # noqa: F401
    from .._host.consequences import PossibleEvent  # noqa: F401

__metaclass__ = type

# What a job reacts to and what it causes. conditions: list of (goal, operand), the operands of start on and stop on;
# emits: list of patterns, the names of the events that it emits; commands: list of patterns, the names of the jobs that
# its scripts start or stop.
Links = collections.namedtuple("Links", "conditions emits commands")
# Why an instance got another goal. goal: the new goal; origin: (job, instance), which the task stopped or started;
# operand: text, the event in its condition, or None where a script of another job changed the goal.
MoveCause = collections.namedtuple("MoveCause", "goal origin operand")


def links_of(
        job,  # type: str
        start_on,  # type: Optional[List[Dict[str, Any]]]
        stop_on,  # type: Optional[List[Dict[str, Any]]]
        emits,  # type: Iterable[str]
        commands  # type: Iterable[init_commands.InitCommand]
):
    # type: (...) -> Links
    """Return the Links of a job.

    :param commands: list of init_commands.InitCommand, the commands of its processes that act on init.
    """
    conditions = [(goal, item) for goal, rpn in ((START, start_on), (STOP, stop_on))
                  for item in rpn or () if "event" in item]
    emitted, job_patterns = list(emits), []
    for command in commands:
        if command.verb == init_commands.EMITS:
            emitted.append(command.pattern(job))
        elif command.name is not None:  # without a name it means the instance itself
            job_patterns.append(command.pattern(job))
    return Links(conditions, emitted, job_patterns)


def causes_of_moves(
        moves,  # type: Iterable[Tuple[str, str, str, Any]]
        task_pairs,  # type: Set[Tuple[str, str]]
        links  # type: Dict[str, Links]
):
    # type: (...) -> Dict[Tuple[str, str], List[MoveCause]]
    """Return why instances got other goals, as far as the task caused it.

    :param moves: iterable of (job, instance, member, value), the signals in order.
    :param task_pairs: set of (job, instance), the instances that the task itself stopped or started.
    :param links: dict of job name to its Links; a job without Links reacts to nothing.
    :returns: dict of (job, instance) to its list of MoveCauses, in order.
    """
    return _SignalReader(task_pairs, links).read(moves)


class _SignalReader:
    """Follows the signals and collects what the task has caused so far."""

    def __init__(self, task_pairs, links):
        # type: (Set[Tuple[str, str]], Dict[str, Links]) -> None
        self._task_pairs = task_pairs
        self._links = links
        self._causes = {}  # type: Dict[Tuple[str, str], List[MoveCause]]
        # (job, instance) that the task moved, directly or not, to the (job, instance) it began with
        self._origins = {}  # type: Dict[Tuple[str, str], Tuple[str, str]]
        # event name to a dict of job name to a list of (PossibleEvent, origin)
        self._events = {}  # type: Dict[str, Dict[str, List[Tuple[PossibleEvent, Tuple[str, str]]]]]
        self._emits = []  # type: List[Tuple[str, Tuple[str, str]]]  # (pattern, origin)
        self._commands = []  # type: List[Tuple[str, Tuple[str, str]]]  # (pattern, origin)

    def read(self, moves):
        # type: (Iterable[Tuple[str, str, str, Any]]) -> Dict[Tuple[str, str], List[MoveCause]]
        for job, instance, member, value in moves:
            pair = (job, instance)
            if pair in self._task_pairs and pair not in self._origins:
                self._add_origin(pair, pair)
            if member == "GoalChanged":
                self._add_cause(pair, value)
            elif member == "StateChanged" and pair in self._origins:
                for event in events_of(pair, [value]):
                    events_of_jobs = self._events.setdefault(event.name, {})
                    events_of_jobs.setdefault(job, []).append((event, self._origins[pair]))
        return self._causes

    def _add_cause(self, pair, goal):
        # type: (Tuple[str, str], str) -> None
        """Add the cause why an instance got a goal, if the task caused it."""
        cause = self._find_cause(pair, goal)
        if cause is not None:
            self._causes.setdefault(pair, []).append(cause)
            if pair not in self._origins:
                self._add_origin(pair, cause.origin)

    def _find_cause(self, pair, goal):
        # type: (Tuple[str, str], str) -> Optional[MoveCause]
        links = self._links.get(pair[0])
        for condition_goal, item in links.conditions if links is not None else ():
            if condition_goal != goal:
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
        # type: (Dict[str, Any]) -> Iterable[Tuple[PossibleEvent, Tuple[str, str]]]
        """Return the (PossibleEvent, origin) that an operand may mean; only those of one job where it names the job."""
        events_of_jobs = self._events.get(item["event"], {})
        pattern, negated = job_argument(item)
        if pattern is not None and not negated and "$" not in pattern and not GLOB.search(pattern):
            return events_of_jobs.get(pattern, ())
        return itertools.chain.from_iterable(events_of_jobs.values())

    def _add_origin(self, pair, origin):
        # type: (Tuple[str, str], Tuple[str, str]) -> None
        """Note that the task moved an instance, and which events and commands may follow from that."""
        self._origins[pair] = origin
        links = self._links.get(pair[0])
        if links is not None:
            self._emits.extend((pattern, origin) for pattern in links.emits)
            self._commands.extend((pattern, origin) for pattern in links.commands)
