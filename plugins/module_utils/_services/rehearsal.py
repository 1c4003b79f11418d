# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of upstart_service would do to its own instances by way of events, for check mode."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._host.job_effects import UP
from . import bystanders

__metaclass__ = type

NEW = {"goal": "start", "state": "running", "processes": {}}  # the status of an instance that is yet to be


def play(client, targets, request):
    """Predict what the steps of targets lead to, for those targets as well; return the bystanders.Losses.

    :param targets: list of targets.Target; one that something else in the task would stop gets the step by which the
        real run starts it again, and one that would not stay stopped its error.
    """
    acts = bystanders.acts_of(targets)
    simulation = bystanders.simulate(client, acts, request.conf_dir, client.version(), request.timeout)
    losses = bystanders.losses_in(simulation, acts)
    if not (simulation.is_cut_off or simulation.endless):
        moved = set(move[:2] for move in simulation.trace)
        for target in targets:
            if target.result.error is None and target.script is None and (target.job, target.instance or "") in moved:
                _predict(target, simulation)
    wanted = dict(((target.job, target.instance or ""), target) for target in targets
                  if target.result.error is None and target.wanted.state is not None)
    for loss in losses:
        if (loss.job, loss.instance) in wanted:
            wanted[loss.job, loss.instance].warnings.append(bystanders.prediction(loss, "Start it afterwards."))
    return losses


def _predict(target, simulation):
    """Take what a Simulation says of a target that it has moved."""
    pair = target.job, target.instance or ""
    runs = simulation.status_of(*pair) == UP
    if not runs or target.definition.is_task():
        return
    if target.wanted.state == "stopped":
        if _is_certain(target.job, simulation):
            target.result.error = UpstartError(
                "Job %s would not stay stopped: what this task does to other jobs starts it again. Look at its start "
                "on condition, or disable it." % target.label, name=target.job)
            target.result.after = dict(NEW)
        return
    if pair in simulation.started_again and "start" not in target.plan.steps:
        target.plan.steps = target.plan.steps + ["start"]
    target.result.after = dict(NEW)
    if target.plan.stale and not target.definition.instance_variables():
        target.plan.stale = False  # without other instances that keep the old definition


def _is_certain(job, simulation):
    """Return whether nothing that came before, and that is not known, decides whether a job starts."""
    has_halves = any(item.get("op") == "and" for item in simulation.world.by_name[job].start_on or ())
    return (simulation.world.conditions_known or not has_halves) and job not in simulation.possibly_concerned
