# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a job of a simulated boot starts: the event that decides it, and the chain of jobs back to startup."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.module_utils._events.lifecycle import SimulatedInstance
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import SimulatedEvent
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.plugins.module_utils._events.steps import REPLY, Course

MAX_LINKS = 200  # of a chain
SHOWN_VARIABLES = 2
Pair = tuple[str, str]


def event_text(event: SimulatedEvent) -> str:
    """Return an event as a condition could name it: ``started web``, ``net-device-up IFACE=eth0``."""
    words = [event.name]
    for index, entry in enumerate(event.env):
        key, _equals, value = entry.partition("=")
        if key == "JOB" and index == 0:
            words.append(value)
        elif (key, value) != ("INSTANCE", "") and index <= SHOWN_VARIABLES:
            words.append(entry)
    return " ".join(words)


class Chains:
    """The chains of a Simulation."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._first_instance: dict[str, str] = {}
        for job, instance in simulation.start_causes:
            self._first_instance.setdefault(job, instance)

    def deciding_event(self, job: str) -> SimulatedEvent | None:
        """Return the event that let a job start first, None if it does not start."""
        if job not in self._first_instance:
            return None
        return self._simulation.start_causes[job, self._first_instance[job]][0]

    def cause_text(self, event: SimulatedEvent) -> str:
        """Return what let a job start, as text."""
        if event.name == REPLY and isinstance(event.source, Course):
            return f"the {event.source.process} process of job {event.source.instance.job.name} starts it"
        return event_text(event)

    def chain(self, job: str) -> list[tuple[str, str]]:
        """Return the critical chain to the start of a job, the first link first: (job, event that lets it start)."""
        links: list[tuple[str, str]] = []
        seen: set[str] = set()
        name: str | None = job
        while name is not None and name not in seen and len(links) < MAX_LINKS:
            seen.add(name)
            event = self.deciding_event(name)
            if event is None:
                break
            links.append((name, self.cause_text(event)))
            name = self.sender(event)
        return links[::-1]

    def chain_of_event(self, event: SimulatedEvent) -> list[tuple[str, str]]:
        """Return the chain to the job that sends an event."""
        name = self.sender(event)
        return self.chain(name) if name is not None else []

    @staticmethod
    def sender(event: SimulatedEvent) -> str | None:
        """Return the job without which an event would not have come when it came, None for startup.

        That is the job that sends it, or the last one that held the sender up.
        """
        source = event.source
        while isinstance(source, SimulatedEvent):  # EVENT/failed
            source = source.released_by or source.source
        if isinstance(source, Course):
            if event.after is not None and event.after.released_by is not None:
                return str(event.after.released_by.job.name)
            return str(source.instance.job.name)
        return str(source.job.name) if isinstance(source, SimulatedInstance) else None
