# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predict for check mode what a task of upstart_service would do, including what its events do to its own jobs."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._events import budget, requested
from .._events.tables import HELPERS, MAIN, RUNNING, START
from .._host.releases import STATES_SIGNALLED_SINCE
from .._host.status import START_RUNNING, STOP_WAITING
from .._host.world import NextDefinitions, read_world
from . import bystander_messages, bystanders
from .loss_explanations import has_and, tree_progress
from .stop_causes import causes_of_moves, links_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, List, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._events.simulation import Simulation  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .stop_causes import Links  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

NEW = {"goal": "start", "state": "running", "processes": {}}  # the predicted status of an instance after its start


def play(client, targets, request):
    # type: (Upstart, List[Target], ServiceRequest) -> List[bystanders.Loss]
    """Predict the effects of the steps of targets, on the targets too, and return the bystanders.Losses.

    :param targets: list of targets.Target. A target that something else in the task would stop gets the step by which
        the real run starts it again. A target that would not stay stopped gets its error.
    """
    acts = bystanders.acts_of(targets)
    simulation = simulate(client, acts, request.conf_dir, client.version(), request.timeout)
    losses = losses_in(simulation, acts)
    if not (simulation.is_cut_off or simulation.endless):
        moved = set(move[:2] for move in simulation.trace)
        for target in targets:
            if target.result.error is None and target.script is None and (target.job, target.instance_name) in moved:
                _predict(target, simulation)
    wanted = dict(((target.job, target.instance_name), target) for target in targets
                  if target.result.error is None and target.wanted.state is not None)
    for loss in losses:
        if (loss.job, loss.instance) in wanted:
            text = bystander_messages.prediction(loss, "Start it afterwards.")
            wanted[loss.job, loss.instance].result.warnings.append(text)
    return losses


def _predict(target, simulation):
    # type: (Target, Simulation) -> None
    """Set the predicted status of a target that the simulation has moved, and its error or additional step."""
    pair = target.job, target.instance_name
    runs = simulation.status_of(*pair) == START_RUNNING
    if not runs or target.definition.is_task():
        return
    if target.wanted.state == "stopped":
        if _is_certain(target.job, simulation):
            target.result.error = UpstartError(
                "Job %s would not stay stopped: what this task does to other jobs starts it again. Check its start on "
                "condition, or disable it." % target.label, name=target.job)
            target.result.after = dict(NEW)
        return
    if pair in simulation.started_again and "start" not in target.plan.steps:
        target.plan.steps = target.plan.steps + ["start"]
    target.result.after = dict(NEW)
    if target.plan.stale and not target.definition.instance_variables():
        target.plan.stale = False  # no other instance keeps the old definition


def _is_certain(job, simulation):
    # type: (str, Simulation) -> bool
    """Return whether a job certainly starts, whatever events came before the task."""
    definition = simulation.world.by_name[job]
    is_known = simulation.world.conditions_known or not has_and(definition.start_on or ())
    return is_known and job not in simulation.possibly_concerned


def simulate(client, acts, conf_dir, version, timeout):
    # type: (Upstart, bystanders.Acts, str, Tuple[int, ...], float) -> Simulation
    """Return a Simulation of a task, which begins with the present state of this host.

    :param acts: bystanders.Acts.
    :param timeout: float, seconds to simulate, and seconds that the simulation may take.
    """
    world = read_world(client, conf_dir)[0]
    world.successor = NextDefinitions(client, conf_dir, version)
    up = acts.up if version >= STATES_SIGNALLED_SINCE else ()  # older releases do not signal what stops
    return requested.play(world, acts.stops, acts.starts, timeout, budget.Budget(timeout), up)


def losses_in(simulation, acts):
    # type: (Simulation, bystanders.Acts) -> List[bystanders.Loss]
    """Return the bystanders.Losses at the end of a Simulation of Acts."""
    if simulation.is_cut_off:
        return []  # its last state is not the final one
    world = simulation.world
    running = set((definition.name, instance.name) for definition in world.definitions if not definition.task
                  for instance in definition.instances if (instance.goal, instance.state) == (START, RUNNING))
    losses = []
    for job, instance in sorted(running - acts.down):
        status = simulation.status_of(job, instance)
        if status != START_RUNNING:
            loss = bystanders.Loss(job, instance, status or STOP_WAITING)
            tree = simulation.job(job).start_on
            is_complete = world.conditions_known or tree is None or not has_and(tree.rpn)
            loss.set_progress(tree_progress(tree), is_complete=is_complete)
            losses.append(loss)
    if losses:
        _add_causes(losses, simulation, acts)
    return losses


def _add_causes(losses, simulation, acts):
    # type: (List[bystanders.Loss], Simulation, bystanders.Acts) -> None
    links = {}  # type: Dict[str, Links]
    for job in simulation.jobs():
        definition = simulation.world.by_name[job.name]
        commands = [command for process in (MAIN,) + HELPERS if process in definition.processes
                    for command in definition.processes[process].orders]
        links[job.name] = links_of(job.name, definition.start_on, definition.stop_on, definition.emits, commands)
    causes = causes_of_moves(simulation.trace, bystanders.pairs_of(acts), links)
    for loss in losses:
        loss.set_causes(causes.get((loss.job, loss.instance), []))
