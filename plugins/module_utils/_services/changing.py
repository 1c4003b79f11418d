# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of a task that has work to do: plan in detail, act or rehearse, verify.

run.py imports this file, and all that it stands for, only for such tasks and in check mode.
"""

from __future__ import absolute_import, division, print_function

from .._host.check_mode_client import client_for
from .._host.init_log import InitLog
from .._system.deadline import Deadline
from . import bystanders, init_scripts, steps, verifying
from .check_mode import explain_unknown_jobs
from .check_mode import of_services as predicted_acts
from .check_mode import warnings as check_mode_warnings
from .plan_details import plan_details
from .planning import WAITING_STEPS, predict, without_error

__metaclass__ = type

__all__ = [
    "act_and_verify", "check_mode_warnings", "client_for", "explain_unknown_jobs", "loss_data", "loss_warnings",
    "plan_details", "predict_all", "predicted_acts", "rehearse", "set_errors"]

loss_data = bystanders.as_dicts


def act_and_verify(client, targets, request, attributes):
    """Take the steps of all targets, then read everything again and judge it.

    :param request: request.ServiceRequest.
    :param attributes: see files.Batch; for the override that enables or disables a job.
    :returns: list of bystanders.Loss, the other services that ran before and do not run now.
    """
    if not any(target.progress.todo or target.plan.change for target in targets):
        _bring_scripts_about(targets, False)
        verifying.verify(client, targets, request, None)
        return []
    log = InitLog(request.init_log)
    version = client.version()
    try:
        before = bystanders.running_services(client, request.conf_dir, version)
        steps.enable(client, targets, attributes, request.conf_dir)
        steps.act(client, without_error(targets), request, log)
        _bring_scripts_about(targets, False)
        for may_act in (True, False):
            # What is still moving may move others, so it is waited for first: the targets are read last.
            acts = bystanders.acts_of(targets)
            losses = bystanders.lost_services(client, before, acts, request.conf_dir, version,
                                              Deadline(request.timeout))
            if not verifying.verify(client, targets, request, log, may_act):
                break
        return _of_others(targets, losses)
    finally:
        log.close()


def predict_all(targets):
    """Predict where the steps of each target lead by themselves, without taking them."""
    for target in without_error(targets):
        if target.script is None:
            target.result.after = predict(target)
    _bring_scripts_about(targets, True)


def rehearse(client, targets, request):
    """Predict what the steps of all targets lead to by way of events, for the targets and for other services.

    :param request: request.ServiceRequest.
    :returns: list of bystanders.Loss, the other services that would be taken down.
    """
    if not any(set(target.plan.steps).difference(WAITING_STEPS) for target in targets):
        return []
    from . import rehearsal  # a real run does not need the simulation (saves 30 ms)
    return _of_others(targets, rehearsal.play(client, targets, request))


def set_errors(client, faults, request):
    """Set the errors of targets for faults that were found although the task had nothing to do.

    :param faults: list of (target, fault), see judging.faults_of_unchanged.
    """
    for target, fault in faults:
        verifying.set_error(client, target, fault, request)


def loss_warnings(losses, check_mode):
    """Return the sentences that warn of lost services.

    :param losses: list of bystanders.Loss.
    """
    return [(bystanders.prediction if check_mode else bystanders.warning)(loss) for loss in losses]


def _bring_scripts_about(targets, check_mode):
    """Bring the LSB scripts among the targets into the wanted state."""
    scripts = [target for target in without_error(targets) if target.script is not None]
    if scripts:
        init_scripts.converge(scripts, check_mode)


def _of_others(targets, losses):
    """Return the losses of instances that the task does not judge itself."""
    own = set((target.job, target.instance or "") for target in targets if target.wanted.state is not None)
    return [loss for loss in losses if (loss.job, loss.instance) not in own]
