# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs certainly start before which: because they cause them, or because one event starts both in this order."""

from __future__ import annotations

import functools
import operator
import typing as t
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._events.lifecycle import SimulatedInstance
from ansible_collections.sysinit.upstart.plugins.module_utils._events.match import event_matches
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import SimulatedEvent
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.plugins.module_utils._events.steps import Course
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.expression import fold

EVERY_JOB = -1  # the set of all jobs


class StartOrder:
    """What several Simulations of a boot have in common. The sets of jobs are ints with a bit for each job."""

    def __init__(self, names: list[str]) -> None:
        self._bits = {name: 1 << index for index, name in enumerate(names)}
        self._earlier: dict[str, int] | None = None

    def observe(self, simulation: Simulation) -> None:
        """Take a Simulation into account."""
        earlier: dict[str, int] = {}
        siblings: dict[int, int] = {}
        meeting = _events_that_meet(simulation)

        def before_event(event: SimulatedEvent) -> int:
            sender = _sender(event)
            return 0 if sender is None else earlier.get(sender, 0) | self._bits[sender]

        for (job, _instance), causes in simulation.start_causes.items():
            if job in earlier:
                continue
            start_on, events = simulation.world.by_name[job].start_on, meeting.get(job, {})
            masks = {index: _common(map(before_event, met)) for index, met in events.items()}
            before = _before_condition(start_on, masks)
            if before is None or not any(cause in met for cause in causes for met in events.values()):  # a request
                before = _common(map(before_event, causes)) & (EVERY_JOB if before is None else before)
            if not _has_alternatives(start_on, events):
                before |= siblings.get(id(causes[0]), 0)
            before &= ~self._bits[job]
            earlier[job] = before
            if len({id(cause) for cause in causes}) == 1:  # nothing else can delay it
                siblings[id(causes[0])] = siblings.get(id(causes[0]), 0) | before | self._bits[job]
        if self._earlier is None:
            self._earlier = earlier
        else:
            self._earlier = {job: mask & earlier[job] for job, mask in self._earlier.items() if job in earlier}

    def is_before(self, first: str, second: str) -> bool:
        """Return whether a job certainly starts before another."""
        return bool((self._earlier or {}).get(second, 0) & self._bits[first])


def _events_that_meet(simulation: Simulation) -> dict[str, dict[int, list[SimulatedEvent]]]:
    """Return the events that meet each item of a start condition, by job and index of the item."""
    meeting: dict[str, dict[int, list[SimulatedEvent]]] = {}
    world = simulation.world
    for event in simulation.emitted:
        if world.is_awaited(event.name):
            for job in world.reached_by(event):
                for index, item in enumerate(world.by_name[job].start_on or ()):
                    if "op" not in item and event_matches(item, event.name, event.env):
                        meeting.setdefault(job, {}).setdefault(index, []).append(event)
    return meeting


def _has_alternatives(start_on: Sequence[Mapping[str, t.Any]] | None, events: dict[int, list[SimulatedEvent]]) -> bool:
    return any(item.get("op") == "or" for item in start_on or ()) or any(len(met) > 1 for met in events.values())


def _common(masks: Iterable[int]) -> int:
    """Return the jobs that are in all sets; all jobs if there is no set."""
    return functools.reduce(operator.and_, masks, EVERY_JOB)


def _before_condition(start_on: Sequence[Mapping[str, t.Any]] | None, masks: Mapping[int, int]) -> int | None:
    """Return what is before a condition from what is before its events; None for no condition."""
    return fold(start_on, lambda _item, index: masks.get(index, EVERY_JOB), _joined)


def _joined(kind: str, left: int, right: int) -> int:
    """Return what is before a condition. An operand that no event meets does not count."""
    return left & right if kind == "or" or EVERY_JOB in (left, right) else left | right


def _sender(event: SimulatedEvent) -> str | None:
    source = event.source
    while isinstance(source, SimulatedEvent):  # EVENT/failed
        source = source.source
    if isinstance(source, Course):
        return str(source.instance.job.name)
    return str(source.job.name) if isinstance(source, SimulatedInstance) else None
