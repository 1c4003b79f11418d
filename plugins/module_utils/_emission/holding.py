# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds an event that a daemon is handling."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._events import explain, holding
from .._events.simulation import Simulation
from .._host.status import is_resting
from .._host.world import read_world

__metaclass__ = type


def holders(client, name, env, conf_dir, jobs=()):
    """Return sorted sentences on who holds an event, and what each still waits for.

    :param jobs: list of dicts with ``name`` and ``instance``: the instances that it has set in motion, which count
        where the daemon does not tell who holds what.
    """
    world, unused = read_world(client, conf_dir)
    if not world.conditions_known:
        return _half_met(world, name, env) + _moving(client, world, jobs)
    simulation, event = _find(world, name, env)
    return holding.holders(simulation, event) if event is not None else []


def conditions(client, name, variables, conf_dir):
    """Return sentences on the conditions that hold an event which has these variables."""
    world, unused = read_world(client, conf_dir)
    if not world.conditions_known:
        return _half_met(world, name, variables)
    simulation, event = _find(world, name, variables)
    return holding.conditions(simulation, event) if event is not None else []


def _find(world, name, variables):
    """Return the world as a Simulation that does not move, and the latest Event with that name and variables."""
    simulation = Simulation(world)
    found = [event for event in simulation.events
             if event.name == name and (event.env == list(variables) or set(variables) < set(event.env))]
    return simulation, found[-1] if found else None


def _half_met(world, name, env):
    """Return sentences on the conditions that an event meets only in part, whatever happened before."""
    found = []
    for job in world.waiting_for(name):
        definition = world.by_name[job]
        for stanza, rpn in (("start on", definition.start_on), ("stop on", definition.stop_on)):
            if stanza == "stop on" and not definition.instances:
                continue
            told = explain.explain(rpn, [(name, list(env))], stanza)
            if told["happened"] and not told["met"]:
                found.append("job %s: %s" % (job, told["sentence"]))
    return sorted(found)


def _moving(client, world, jobs):
    """Return sentences on instances that have not come to rest; a task does not before it is over."""
    pairs = [(job["name"], job["instance"]) for job in jobs if not job["stopped"]]
    found = []
    for pair, status in zip(pairs, client.statuses(pairs)):
        definition = world.by_name.get(pair[0])
        if status is not None and not is_resting(status, definition is not None and definition.task):
            processes = ", ".join("process %s, pid %d" % one for one in sorted(status["processes"].items()))
            if not processes and status["state"] == "running":
                processes = "without a process"
            found.append("job %s is in %s/%s%s" % (
                display_name(*pair), status["goal"], status["state"], " (%s)" % processes if processes else ""))
    return sorted(found)
