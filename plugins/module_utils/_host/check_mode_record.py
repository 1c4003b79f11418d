# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The consequences of a check-mode task according to a simulation, in the form that check_mode.record takes."""

from __future__ import absolute_import, division, print_function

from .._events.effects import fold
from . import daemon_state
from .status import START_RUNNING

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Set, Tuple  # noqa: F401
    from .._events.lifecycle import SimulatedInstance  # noqa: F401
    from .._events.model import World  # noqa: F401
    from .._events.simulation import Simulation  # noqa: F401

__metaclass__ = type


def of_prediction(prediction):
    # type: (Any) -> Dict[str, Any]
    """Return what a predicted event would do, as arguments of check_mode.record.

    :param prediction: events.predict.Prediction.
    """
    return with_consequences({"files": {}, "up": [], "down": []}, prediction.simulation, set(), prediction.open_jobs)


def with_consequences(acts, simulation, own, open_jobs=()):
    # type: (Dict[str, Any], Simulation, Set[Tuple[str, str]], Iterable[str]) -> Dict[str, Any]
    """Return the acts of a task together with their consequences in a Simulation.

    :param acts: dict, arguments of check_mode.record.
    :param own: set of the (job, instance) that ``acts`` already includes.
    :param open_jobs: names of the jobs whose outcome the simulation cannot predict.
    """
    unknown = dict((job, "the effect of an earlier task on it is uncertain")
                   for job in simulation.endless + [name for name in open_jobs if name in simulation.world.by_name])
    for effect in fold(simulation.trace):
        pair = effect.job, effect.instance
        job = simulation.job(effect.job)
        instance = job.instances.get(effect.instance)
        if pair in own or effect.job in unknown:
            continue
        if instance is None:
            acts["down"].append(pair)
        elif simulation.status_of(*pair) == START_RUNNING and not job.definition.task:
            acts["up"].append(pair + (_own_variables(instance, simulation.world),))
        else:
            unknown[effect.job] = "an earlier task would leave it in %s" % simulation.status_of(*pair)
    met = dict((job.name, [bool(value) for value in job.start_on.met]) for job in simulation.jobs()
               if job.start_on is not None and job.name in simulation.concerned)
    return dict(acts, met=met, unknown=unknown)


def _own_variables(instance, world):
    # type: (SimulatedInstance, World) -> List[str]
    """Return the variables that an instance was started with, without those that all instances of its job have."""
    shared = set(instance.job.definition.env).union(world.job_environment)
    return [entry for entry in instance.env
            if entry not in shared and entry.partition("=")[0] not in daemon_state.OWN_VARIABLES]
