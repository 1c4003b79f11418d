# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a job does not come up: the leaf of its condition that never comes, and who could send it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ansible_collections.sysinit.upstart.plugins.module_utils._events.glob import fnmatch
from ansible_collections.sysinit.upstart.plugins.module_utils._events.match import event_matches, split_argument
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import SimulatedEvent
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import show
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.expression import fold
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.known_events import (
    EVENTS,
    JOB_EVENTS,
    known_event,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import EMITS
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.similar_names import Suggestions

from .causes import event_text
from .machine import Machine

MAX_DEPTH = 100  # jobs that wait for one another
MAX_SENDERS = 5  # in one sentence
Item = dict[str, t.Any]
MissingItems = tuple[bool, list[Item], list[Item]]  # whether it is met, missing items, those right of an "or"


@dataclass(frozen=True)
class MissingLeaf:
    """An operand of a condition that is never met.

    :ivar job: the job that it belongs to.
    :ivar event: the name of its event.
    :ivar leaf: the operand as written.
    :ivar reason: why it is not met.
    :ivar senders: the jobs that could send it.
    :ivar follows: the job that it waits for and that does not come up either, or None.
    :ivar is_alternative: whether it is on the right of an ``or``.
    """

    job: str
    event: str
    leaf: str
    reason: str
    senders: tuple[str, ...] = ()
    follows: str | None = None
    is_alternative: bool = False

    def as_dict(self) -> dict[str, t.Any]:
        return {"job": self.job, "event": self.leaf, "reason": self.reason, "senders": list(self.senders)}


class MissingLeaves:
    """The missing leaves of all jobs after a Simulation.

    :param starting_jobs: the names of the jobs that start.
    """

    def __init__(self, machine: Machine, simulation: Simulation, starting_jobs: set[str]) -> None:
        self._machine = machine
        self._simulation = simulation
        self._starting_jobs = starting_jobs
        self._jobs = Suggestions(machine.jobs)
        events = {event.pattern for event in EVENTS if "*" not in event.pattern} | simulation.world.awaited()
        self._event_names = events
        self._started = {job for job, _instance in simulation.start_causes}
        self._senders = self._index_senders()
        self._roots: dict[str, MissingLeaf | None] = {}

    def of_job(self, name: str) -> list[MissingLeaf]:
        """Return the leaves without which a job cannot start, in the order of its condition."""
        if name in self._started:
            return []
        rpn = self._machine.jobs[name].values["start_on"] or []
        tree = self._simulation.job(name).start_on
        met = tree.met if tree is not None else [False] * len(rpn)
        needed = fold(rpn, lambda item, index: (bool(met[index]), [item], []), _missing_items)
        if needed is None or needed[0]:
            return []
        return [self._leaf(name, item, False) for item in needed[1]] + [
            self._leaf(name, item, True) for item in needed[2]]

    def root_of(self, name: str) -> MissingLeaf | None:
        """Return the leaf behind all that a job waits for, None if the job waits for nothing."""
        path: list[str] = []
        leaf: MissingLeaf | None = None
        current: str | None = name
        while current is not None and current not in path and current not in self._roots and len(path) < MAX_DEPTH:
            path.append(current)
            leaves = self.of_job(current) if current in self._machine.jobs else []
            if not leaves:
                current = self._holder_of_job(current)
                continue
            final = [other for other in leaves if other.follows is None and not other.is_alternative]
            leaf = (final or leaves)[0]
            current = leaf.follows
        if current in path:
            leaf = self._of_loop(path[path.index(current):]) or leaf
        elif current in self._roots:
            leaf = self._roots[current] or leaf
        for visited in path:
            self._roots[visited] = leaf
        return leaf

    def _of_loop(self, ring: list[str]) -> MissingLeaf | None:
        """Return the leaf of a loop of jobs that wait for one another; it is the same for all of them."""
        first = ring.index(min(ring, key=lambda name: (not self.of_job(name), name)))
        ring = ring[first:] + ring[:first]
        leaf = next((leaf for leaf in self.of_job(ring[0]) if leaf.follows is not None), None)
        if leaf is None:
            return None
        return MissingLeaf(ring[0], leaf.event, leaf.leaf,
                           f"the jobs wait for one another: {' -> '.join([*ring, ring[0]])}", leaf.senders)

    # -- one leaf ------------------------------------------------------------------------------------------------
    def _leaf(self, job: str, item: Item, is_alternative: bool) -> MissingLeaf:
        event = item["event"]
        if event in JOB_EVENTS and item["args"]:
            reason, senders, follows = self._of_job_event(item)
        else:
            reason, senders, follows = self._of_event(item)
        return MissingLeaf(job, event, show([item]), reason, tuple(senders), follows,
                           is_alternative)

    def _of_job_event(self, item: Item) -> tuple[str, list[str], str | None]:
        variable, pattern, negated = split_argument(item["args"][0])
        if negated or variable not in (None, "JOB"):
            return self._of_event(item)
        others = self._simulation.world.jobs_matching(pattern)
        if not others:
            if pattern in self._machine.rejected:
                return f"Upstart rejects the file of job {pattern}", [], None
            return self._with_question(f"there is no job {pattern}", self._jobs.did_you_mean(pattern)), [], None
        down = [other for other in others if other not in self._starting_jobs]
        if len(down) == len(others) and item["event"] in ("starting", "started"):
            return f"job {others[0]} does not come up", others, others[0]
        if self._emitted(item):
            return self._came_otherwise(item), others, None
        if down:
            return f"job {down[0]} does not come up", others, down[0]
        held = "does not end" if item["event"] in ("stopping", "stopped") else "does not get so far"
        return f"job {others[0]} {held}", others, None

    def _of_event(self, item: Item) -> tuple[str, list[str], str | None]:
        if self._emitted(item):
            return self._came_otherwise(item), self._senders.get(item["event"], []), None
        senders = self._senders.get(item["event"], [])
        down = [sender for sender in senders if sender not in self._starting_jobs]
        if down and len(down) == len(senders):
            listed = ", ".join(down[:MAX_SENDERS])
            return f"job {listed}, which sends it, does not come up", senders, down[0]
        for sender in senders:
            held = self._held_in_course(sender)
            if held is not None:
                holder = self._holder_of_event(held)
                return f"job {sender}, which sends it, waits for the end of {event_text(held)}", senders, holder
        if senders:
            return f"job {senders[0]} comes up, but does not send it for sure", senders, None
        rows = [row for row in self._machine.profile.rows if row.name == item["event"] and row.happens]
        if rows:
            return f"no job runs {rows[0].program}, which sends it ({rows[0].source})", [], None
        known = known_event(item["event"])
        if known is not None:
            return f"nothing on a machine of the profile {self._machine.profile.name} sends it", [], None
        known_names = self._event_names - {item["event"]}
        return self._with_question("no job and no program of the profile sends it",
                                   Suggestions(known_names).did_you_mean(item["event"])), [], None

    # -- held events ---------------------------------------------------------------------------------------------
    def _holder_of_job(self, name: str) -> str | None:
        """Return the job that holds the event that an instance of a job waits for, or None."""
        for instance in self._simulation.job(name).instances.values() if name in self._machine.jobs else ():
            if instance.blocker is not None:
                return self._holder_of_event(instance.blocker)
        return None

    def _holder_of_event(self, event: SimulatedEvent) -> str | None:
        """Return the job whose start on holds an event, and is met in part only; None if there is none."""
        for job in self._simulation.jobs():
            if job.start_on is not None and event in job.start_on.held() and job.name not in self._starting_jobs:
                return str(job.name)
        return None

    def _held_in_course(self, name: str) -> SimulatedEvent | None:
        """Return the event for whose end a process of a job waits, or None."""
        for course in self._simulation.courses.active():
            if course.instance.job.name == name and course.waiting_for:
                return min(course.waiting_for.items())[1]
        return None

    def _emitted(self, item: Item) -> list[tuple[str, ...]]:
        """Return the variables of the events with the name of an item, for a job event only of the same job."""
        emitted = self._simulation.courses.emitted(item["event"])
        if item["event"] in JOB_EVENTS and item["args"]:
            first = {"event": item["event"], "args": item["args"][:1]}
            emitted = [env for env in emitted if event_matches(first, item["event"], env)]
        return emitted

    def _came_otherwise(self, item: Item) -> str:
        matching = [env for env in self._emitted(item) if event_matches(item, item["event"], env)]
        env = " ".join((matching or self._emitted(item))[0])
        if matching:
            return "it comes while the condition cannot use it"
        return f"the event only comes with other variables: {env}" if env else "the event comes without variables"

    @staticmethod
    def _with_question(text: str, question: str | None) -> str:
        return f"{text}; {question}" if question else text

    def _index_senders(self) -> dict[str, list[str]]:
        """Return the names of the jobs that may send each event of a condition."""
        senders: dict[str, list[str]] = {}
        world = self._simulation.world
        for definition in world.definitions:
            patterns = set(definition.emits)
            for process in self._machine.jobs[definition.name].values["process"]:
                if process not in definition.processes:
                    continue
                behaviour = definition.processes[process]
                patterns.update(taken.name for taken in behaviour.steps if taken.verb == EMITS)
                patterns.update(order.pattern(definition.name) for order in behaviour.orders if order.verb == EMITS)
            for pattern in sorted(patterns):
                for event in self._simulation.awaited(pattern):
                    if fnmatch(pattern, event):
                        senders.setdefault(event, []).append(definition.name)
        return senders


def _missing_items(operator: str, left: MissingItems, right: MissingItems) -> MissingItems:
    """Join two sides: the items that are missing, without those of a side that is met."""
    if operator == "or":
        if left[0] or right[0]:
            return True, [], []
        return False, left[1], [*left[2], *right[1], *right[2]]
    return left[0] and right[0], [*_open(left)[0], *_open(right)[0]], [*_open(left)[1], *_open(right)[1]]


def _open(side: MissingItems) -> tuple[list[Item], list[Item]]:
    return ([], []) if side[0] else (side[1], side[2])
