# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find out who holds an event that a daemon is handling."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import NoReplyError
from .._daemon.names import display_name
from .._errors import UpstartError
from .._events import explain, holding
from .._events.simulation import Simulation
from .._host.status import is_resting
from .._host.world import read_world
from . import report

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._events.model import SimulatedEvent, World  # noqa: F401

__metaclass__ = type


def held_error(client, emission, jobs):
    # type: (Upstart, Any, List[Dict[str, Any]]) -> UpstartError
    """Return the error for an event that is not over in time, with who holds it.

    :param emission: emit.Emission.
    """
    try:
        holding_it = holders(client, emission.name, emission.env, emission.conf_dir, jobs)
    except UpstartError as error:
        if isinstance(error, NoReplyError) and not jobs:
            return report.unanswered_error(emission, error.message)
        return report.held_error(emission, jobs, [], error.message)
    return report.held_error(emission, jobs, holding_it)


def holders(client, name, env, conf_dir, jobs=()):
    # type: (Upstart, str, Sequence[str], str, Iterable[Dict[str, Any]]) -> List[str]
    """Return sorted sentences on who holds an event, and what the holders wait for.

    :param env: list of KEY=VALUE.
    :param jobs: list of dicts with ``name``, ``instance`` and ``stopped``: the instances that the event moved. They are
        checked where the daemon does not report which conditions and instances hold an event.
    """
    world, unused = read_world(client, conf_dir)
    if not world.conditions_known:
        return _half_met_conditions(world, name, env) + _moving_instances(client, world, jobs)
    simulation, event = _find(world, name, env)
    return holding.holders(simulation, event) if event is not None else []


def conditions(client, name, variables, conf_dir):
    # type: (Upstart, str, Sequence[str], str) -> List[str]
    """Return sentences on the conditions that hold an event with these variables."""
    world, unused = read_world(client, conf_dir)
    if not world.conditions_known:
        return _half_met_conditions(world, name, variables)
    simulation, event = _find(world, name, variables)
    return holding.conditions(simulation, event) if event is not None else []


def _find(world, name, variables):
    # type: (World, str, Sequence[str]) -> Tuple[Simulation, Optional[SimulatedEvent]]
    """Return the world as a Simulation that does not move, and the latest event with that name and variables, or None.
    """
    simulation = Simulation(world)
    events = [event for event in simulation.events
              if event.name == name and (event.env == list(variables) or set(variables) < set(event.env))]
    return simulation, events[-1] if events else None


def _half_met_conditions(world, name, env):
    # type: (World, str, Sequence[str]) -> List[str]
    """Return sorted sentences on the conditions that an event meets only in part, without regard to earlier events."""
    sentences = []
    for job in world.waiting_for(name):
        definition = world.by_name[job]
        for stanza, rpn in (("start on", definition.start_on), ("stop on", definition.stop_on)):
            if stanza == "stop on" and not definition.instances:
                continue
            progress = explain.explain(rpn, [(name, list(env))], stanza)
            if progress["happened"] and not progress["met"]:
                sentences.append("job %s: %s" % (job, progress["sentence"]))
    return sorted(sentences)


def _moving_instances(client, world, jobs):
    # type: (Upstart, World, Iterable[Dict[str, Any]]) -> List[str]
    """Return sorted sentences on instances that have not come to rest; a running task has not."""
    pairs = [(job["name"], job["instance"]) for job in jobs if not job["stopped"]]
    sentences = []
    for pair, status in zip(pairs, client.statuses(pairs)):
        definition = world.by_name.get(pair[0])
        if status is not None and not is_resting(status, definition is not None and definition.task):
            processes = ", ".join("process %s, pid %d" % process for process in sorted(status["processes"].items()))
            if not processes and status["state"] == "running":
                processes = "without a process"
            sentences.append("job %s is in %s/%s%s" % (
                display_name(*pair), status["goal"], status["state"], " (%s)" % processes if processes else ""))
    return sorted(sentences)
