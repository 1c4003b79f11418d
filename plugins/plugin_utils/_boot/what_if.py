# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes if the requests that a script may or may not send are sent."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._events.budget import Budget
from ansible_collections.sysinit.upstart.plugins.module_utils._events.effects import fold
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    Behaviour,
    ProcessStep,
    SimulatedDefinition,
    World,
    step,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._events.predict import Prediction, emit_all
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.plugins.module_utils._events.tables import HELPERS, MAIN
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import EMITS, STARTS, STOPS

MAX_JOBS = 30  # with such requests; each costs another simulation
Fates = dict[tuple[str, str], tuple[bool, bool]]
Events = Sequence[tuple[str, Sequence[str]]]


def jobs_that_requests_change(world: World, prediction: Prediction, horizon: float,
                              budget: Budget, events: Events) -> tuple[dict[str, str], list[str]]:
    """Return the jobs whose fate depends on uncertain requests, with a sentence for each; and reasons to doubt it all.

    Each job's requests are tried alone, as long as the budget lasts.

    :param events: the events from outside, name and variables, in their order.
    """
    expected = _fates(prediction.simulation)
    changed: dict[str, str] = {}
    senders = sorted({job for job, _process, behaviour in prediction.simulation.run_processes
                      if behaviour.orders or not behaviour.known})
    senders = [job for job in senders if _requests(world, job)]
    left_out = senders[MAX_JOBS:]
    for job in senders[:MAX_JOBS]:
        if budget.is_spent():
            left_out.append(job)
            continue
        simulation = Simulation(_world_with(world, job), horizon=horizon, budget=budget)
        emit_all(simulation, events)
        fates = _fates(simulation)
        for key in set(fates) | set(expected):
            if fates.get(key) != expected.get(key):
                changed.setdefault(key[0], f"some jobs depend on requests that job {job} may send to init")
    reasons = [f"the effects of what job {job} requests from init were not simulated" for job in left_out]
    return changed, reasons


def _fates(simulation: Simulation) -> Fates:
    return {(effect.job, effect.instance): (effect.started, effect.stopped) for effect in fold(simulation.trace)}


def _requests(world: World, job: str) -> list[tuple[str, ProcessStep]]:
    """Return the uncertain requests of a job that concern another: (process, request)."""
    definition = world.by_name[job]
    processes = [process for process in (MAIN, *HELPERS) if process in definition.processes]
    requests = []
    for process in processes:
        behaviour = definition.processes[process]
        requests += [(process, possible) for possible in behaviour.possible]
        known = {(possible.verb, possible.name) for possible in behaviour.possible}
        requests += [(process, step(order.verb, order.name or job)) for order in behaviour.orders
                     if (order.verb, order.name) not in known and (order.name is None or order.is_literal())]
    requests += [(processes[0], step(EMITS, event)) for event in definition.undetected_emits()
                 if processes and not definition.processes[processes[0]].known]
    return [(process, request) for process, request in requests if _matters(world, request)]


def _matters(world: World, request: ProcessStep) -> bool:
    if request.verb == EMITS:
        return request.name in world.awaited()
    return request.verb in (STARTS, STOPS) and request.name in world.by_name


def _world_with(world: World, job: str) -> World:
    """Return the world in which a job sends its uncertain requests."""
    definition = world.by_name[job]
    processes: dict[str, Behaviour] = {process: definition.processes[process] for process in (MAIN, *HELPERS)
                                       if process in definition.processes}
    for process, request in _requests(world, job):
        behaviour = processes[process]
        last = (len(behaviour.steps) - 1,) if behaviour.steps else ()
        processes[process] = behaviour._replace(steps=(*behaviour.steps, request._replace(waits=False, after=last)))
    stanzas: dict[str, t.Any] = dict(vars(definition), processes=processes)
    stanzas.pop("name")
    other = SimulatedDefinition(job, **stanzas)
    definitions = [other if item is definition else item for item in world.definitions]
    return World(definitions, (), world.version, world.job_environment)
