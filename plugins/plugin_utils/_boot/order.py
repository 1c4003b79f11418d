# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs certainly start before which: because they cause them, or because one event starts both in this order."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.module_utils._events.lifecycle import SimulatedInstance
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import SimulatedEvent
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.plugins.module_utils._events.steps import Course


class StartOrder:
    """What several Simulations of a boot have in common. The sets of jobs are ints with a bit for each job."""

    def __init__(self, names: list[str]) -> None:
        self._bits = {name: 1 << index for index, name in enumerate(names)}
        self._earlier: dict[str, int] | None = None

    def observe(self, simulation: Simulation) -> None:
        """Take a Simulation into account."""
        earlier: dict[str, int] = {}
        siblings: dict[int, int] = {}
        for (job, _instance), events in simulation.start_causes.items():
            if job in earlier:
                continue
            before = 0 if _has_alternatives(simulation, job) else siblings.get(id(events[0]), 0)
            for event in events:
                sender = _sender(event)
                if sender is not None:
                    before |= earlier.get(sender, 0) | self._bits[sender]
            before &= ~self._bits[job]
            earlier[job] = before
            if len({id(event) for event in events}) == 1:  # nothing else can delay it
                siblings[id(events[0])] = siblings.get(id(events[0]), 0) | before | self._bits[job]
        if self._earlier is None:
            self._earlier = earlier
        else:
            self._earlier = {job: mask & earlier[job] for job, mask in self._earlier.items() if job in earlier}

    def is_before(self, first: str, second: str) -> bool:
        """Return whether a job certainly starts before another."""
        return bool((self._earlier or {}).get(second, 0) & self._bits[first])


def _has_alternatives(simulation: Simulation, job: str) -> bool:
    return any(item.get("op") == "or" for item in simulation.world.by_name[job].start_on)


def _sender(event: SimulatedEvent) -> str | None:
    source = event.source
    while isinstance(source, SimulatedEvent):  # EVENT/failed
        source = source.source
    if isinstance(source, Course):
        return str(source.instance.job.name)
    return str(source.job.name) if isinstance(source, SimulatedInstance) else None
