# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate requests to stop and to start instances, as a task sends them."""

from __future__ import absolute_import, division, print_function

from .simulation import Simulation
from .steps import start_instance, stop_instance
from .tables import STOP

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, List, Mapping, Optional, Sequence, Tuple  # noqa: F401
    from .budget import Budget  # noqa: F401
    from .lifecycle import SimulatedInstance  # noqa: F401
    from .model import World  # noqa: F401

__metaclass__ = type


def play(world,  # type: World
         stops,  # type: Sequence[Tuple[str, str]]
         starts,  # type: Iterable[Tuple[str, str, List[str]]]
         horizon=60.0,  # type: float
         budget=None,  # type: Optional[Budget]
         up=(),  # type: Iterable[Tuple[str, str, List[str]]]
         ):
    # type: (...) -> Simulation
    """Return the Simulation of requests after it has settled: all stops first, then all starts once these are done.

    Its ``started_again`` is the set of the (job, instance) of ``up`` that were started again.

    :param world: model.World.
    :param stops: list of (job, instance).
    :param starts: list of (job, instance, list of KEY=VALUE).
    :param horizon: float, seconds to simulate.
    :param budget: budget.Budget, the time limit.
    :param up: list like ``starts``, of the instances that are started again if something else has stopped them.
    """
    simulation = Simulation(world, horizon=horizon, budget=budget)
    for job, instance in stops:
        stop_instance(simulation, job, instance)
    simulation.run(until=lambda: not any(simulation.status_of(job, instance) for job, instance in stops))
    if not (simulation.endless or simulation.is_cut_off):
        for job, unused, env in starts:
            start_instance(simulation, job, env)
        simulation.run()
        _start_again(simulation, up)
    return simulation


def _start_again(simulation, up):
    # type: (Simulation, Iterable[Tuple[str, str, List[str]]]) -> None
    """Start the instances that do not run and did not fail, all at once."""
    missing = [(job, instance, env) for job, instance, env in up if _is_down(simulation, job, instance)]
    if not missing or simulation.endless or simulation.is_cut_off:
        return
    for job, unused, env in missing:
        start_instance(simulation, job, env)
    simulation.started_again = set((job, instance) for job, instance, unused in missing
                                   if not _is_down(simulation, job, instance))
    simulation.run()


def _is_down(simulation, job_name, name):
    # type: (Simulation, str, str) -> bool
    instance = _instances(simulation, job_name).get(name)
    return (instance is None or instance.goal == STOP) and (job_name, name) not in simulation.failures


def _instances(simulation, job_name):
    # type: (Simulation, str) -> Mapping[str, SimulatedInstance]
    return simulation.job(job_name).instances if job_name in simulation.world.by_name else {}
