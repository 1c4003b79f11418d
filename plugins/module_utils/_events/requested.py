# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play through requests to stop and to start instances, as a task sends them."""

from __future__ import absolute_import, division, print_function

from .expand import instance_name
from .lifecycle import SimulatedInstance
from .simulation import Simulation
from .tables import START, STOP
from .variables import merge

__metaclass__ = type


def play(world, stops, starts, horizon=60.0, budget=None, up=()):
    """Return the Simulation of requests after it has come to rest: all stops, then, once these are over, all starts.

    Its ``started_again`` is the set of the (job, instance) of ``up`` that were started once more.

    :param world: model.World.
    :param stops: list of (job, instance).
    :param starts: list of (job, instance, list of KEY=VALUE).
    :param budget: budget.Budget of the time that this may take.
    :param up: list like ``starts``, of those that are started once more when something else has stopped them.
    """
    simulation = Simulation(world, horizon=horizon, budget=budget)
    for job, instance in stops:
        _stop(simulation, job, instance)
    simulation.run(until=lambda: not any(simulation.status_of(job, instance) for job, instance in stops))
    if not (simulation.endless or simulation.is_cut_off):
        for job, unused, env in starts:
            _start(simulation, job, env)
        simulation.run()
        _start_again(simulation, up)
    return simulation


def _start_again(simulation, up):
    """Start those that do not run and did not fail, all at once."""
    missing = [(job, instance, env) for job, instance, env in up if _is_down(simulation, job, instance)]
    if not missing or simulation.endless or simulation.is_cut_off:
        return
    for job, unused, env in missing:
        _start(simulation, job, env)
    simulation.started_again = set((job, instance) for job, instance, unused in missing
                                   if not _is_down(simulation, job, instance))
    simulation.run()


def _is_down(simulation, job, instance):
    found = _instances(simulation, job).get(instance)
    return (found is None or found.goal == STOP) and (job, instance) not in simulation.failures


def _stop(simulation, name, instance_name):
    instance = _instances(simulation, name).get(instance_name)
    if instance is not None and instance.goal != STOP:
        instance.finish(False)
        instance.change_goal(STOP)


def _start(simulation, name, env):
    """Start the instance that an environment leads to; Upstart refuses what is started already or has no name."""
    if name not in simulation.world.by_name:
        return
    job = simulation.job(name)
    whole = merge(job.environment(), env)
    instance_label = instance_name(job.definition.instance, whole)
    if instance_label is None:
        return
    instance = job.instances.get(instance_label)
    if instance is None:
        instance = job.instances[instance_label] = SimulatedInstance(simulation, job, instance_label)
    if instance.goal != START:
        instance.start_env = whole
        instance.finish(False)
        instance.change_goal(START)


def _instances(simulation, name):
    return simulation.job(name).instances if name in simulation.world.by_name else {}
