# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages of a task that has work to do: plan in detail, act or predict, verify.

run.py imports this file, and all that it needs, only for such tasks.
"""

from __future__ import absolute_import, division, print_function

from .._host.init_log import InitLog
from .._system.deadline import Deadline
from . import bystanders, init_scripts, steps, unknown_jobs, verifying
from .plan_details import plan_details
from .planning import predict, without_error

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, List, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

__all__ = ["act_and_verify", "explain_unknown", "loss_data", "loss_warnings", "plan_details", "predict_all",
           "set_errors"]

loss_data = bystanders.as_dicts
explain_unknown = unknown_jobs.explain


def act_and_verify(client, targets, request, attributes, explain_losses):
    # type: (Upstart, List[Target], ServiceRequest, Any, Callable[..., None]) -> List[bystanders.Loss]
    """Take the steps of all targets, then read everything again and judge it.

    :param request: request.ServiceRequest.
    :param attributes: see files.Batch; for the override that enables or disables a job.
    :param explain_losses: see loss_explanations; called before the targets are read for the last time.
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
            if losses:
                explain_losses(client, losses, bystanders.events_since(client, before), request.conf_dir)
            if not verifying.verify(client, targets, request, log, may_act):
                break
        return bystanders.others(targets, losses)
    finally:
        log.close()


def predict_all(targets):
    # type: (List[Target]) -> None
    """Predict where the steps of each target lead by themselves, without taking them."""
    for target in without_error(targets):
        if target.script is None:
            target.result.after = predict(target)
    _bring_scripts_about(targets, True)


def set_errors(client, faults, request):
    # type: (Upstart, List[Tuple[Target, str]], ServiceRequest) -> None
    """Set the errors of targets for faults that were found although the task had nothing to do.

    :param faults: list of (target, fault), see judging.faults_of_unchanged.
    """
    for target, fault in faults:
        verifying.set_error(client, target, fault, request)


def loss_warnings(losses, check_mode):
    # type: (List[bystanders.Loss], bool) -> List[str]
    """Return the sentences that warn of lost services.

    :param losses: list of bystanders.Loss.
    """
    return [(bystanders.prediction if check_mode else bystanders.warning)(loss) for loss in losses]


def _bring_scripts_about(targets, check_mode):
    # type: (List[Target], bool) -> None
    """Bring the LSB scripts among the targets into the wanted state."""
    scripts = [target for target in without_error(targets) if target.script is not None]
    if scripts:
        init_scripts.converge(scripts, check_mode)
