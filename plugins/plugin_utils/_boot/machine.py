# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of a machine that is about to boot, as the simulation needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    Behaviour,
    SimulatedDefinition,
    World,
    stanzas_of,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._events.variables import OF_INIT
from ansible_collections.sysinit.upstart.plugins.module_utils._events.visit_order import visit_order
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import HostJob

from .behaviours import ProcessReader
from .machine_facts import MachineFacts
from .rows import Profile


@dataclass
class Machine:
    """A machine.

    :ivar jobs: its jobs by name, without those that Upstart rejects.
    :ivar rejected: the other jobs by name.
    """

    profile: Profile
    facts: MachineFacts
    version: tuple[int, ...]
    jobs: dict[str, HostJob] = field(default_factory=dict)
    rejected: dict[str, HostJob] = field(default_factory=dict)

    def world(self) -> World:
        """Return the machine before its boot."""
        reader = ProcessReader(self.profile, self.facts)
        definitions = [_definition(self.jobs[name], reader) for name in visit_order(sorted(self.jobs))]
        return World(definitions, (), self.version, OF_INIT)


def make_machine(jobs: Sequence[HostJob], profile: Profile, facts: MachineFacts,
                 version: tuple[int, ...]) -> Machine:
    """Return the Machine with some jobs."""
    return Machine(profile, facts, version, {job.name: job for job in jobs if job.error is None},
                   {job.name: job for job in jobs if job.error is not None})


def _definition(job: HostJob, reader: ProcessReader) -> SimulatedDefinition:
    values = job.values
    processes: dict[str, Behaviour] = {
        name: reader.behaviour(job.name, values, name) for name, item in values["process"].items()
        if item["command"] is not None}
    return SimulatedDefinition(job.name, processes=processes, **stanzas_of(values))
