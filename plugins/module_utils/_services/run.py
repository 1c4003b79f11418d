# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run one task of upstart_service: load, plan, act, verify, report.

Most tasks find everything as it should be and end after planning. The stages after that are imported when a task needs
them, which halves the time that the other tasks take.
"""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.errors import ConnectionLostError, UnknownJobError
from .._errors import UpstartError
from .._host.daemon_state import snapshot_of
from .._host.status import RECONNECT_TIMEOUT
from . import judging, lookup, planning, report
from .judging import is_held

MYPY = False  # mypy takes it for true
if MYPY:
    from types import ModuleType  # noqa: F401
    from typing import Any, Dict, List  # noqa: F401
    from ansible.module_utils.basic import AnsibleModule  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

# What a task has come to. targets: list of Targets; losses: list of bystanders.Loss, other services that it took down.
TaskOutcome = collections.namedtuple("TaskOutcome", "targets losses")


def run(module, client, request, attributes):
    # type: (AnsibleModule, Upstart, ServiceRequest, Any) -> Dict[str, Any]
    """Bring jobs into the state that a task asks for, and return the result of the module.

    :param module: AnsibleModule; receives the warnings.
    :param client: daemon.client.Upstart.
    :param request: request.ServiceRequest.
    :param attributes: _file_attributes.FileAttributes.
    :raises UpstartError: when a job is not in the state that was asked for, with the result as facts.
    """
    if module.check_mode:
        client = _simulation_stage().client_for(client, module.params)
        request = _simulation_stage().with_expected_jobs(request)
    outcome = bring_about(client, request, attributes, module.check_mode)
    for text in loss_warnings(outcome.losses, module.check_mode) + report.warnings(outcome.targets):
        module.warn(text)
    if module.check_mode:
        return _check_mode_result(module, client, request, outcome)
    return _result(request, outcome)


def bring_about(client, request, attributes, check_mode):
    # type: (Upstart, ServiceRequest, Any, bool) -> TaskOutcome
    """Converge; in check mode, also predict what the events of the task do to its own jobs and to others."""
    outcome = converge(client, request, attributes, check_mode)
    if not check_mode:
        return outcome
    return TaskOutcome(outcome.targets, _simulation_stage().rehearse(client, outcome.targets, request))


def converge(client, request, attributes, check_mode=False):
    # type: (Upstart, ServiceRequest, Any, bool) -> TaskOutcome
    """Load, plan, act and verify; return the TaskOutcome.

    :param request: request.ServiceRequest.
    :param attributes: see files.Batch; for the override that enables or disables a job.
    """
    targets = _load_and_plan(client, request)
    if not check_mode and any(target.unread for target in targets):
        client.reload_configuration()  # it may have missed the file: inotify has its limits
        targets = _load_and_plan(client, request)
    losses = []
    if not planning.has_work(targets, request):
        faults = [] if check_mode else judging.faults_of_unchanged(targets)
        if faults:
            _acting_stage().set_errors(client, faults, request)
    elif check_mode:
        _acting_stage().predict_all(targets)
    else:
        losses = _acting_stage().act_and_verify(client, targets, request, attributes, _explain_losses)
        if any(is_held(target) for target in targets):
            _simulation_stage().name_holders(client, targets, request.conf_dir)
    return TaskOutcome(targets, losses)


def _acting_stage():
    # type: () -> ModuleType
    from . import changing  # a task without work does not need it (saves 140 ms)
    return changing


def _simulation_stage():
    # type: () -> ModuleType
    from . import simulation_stage  # a task that changes something does not need it (saves 50 ms)
    return simulation_stage


def _explain_losses(*arguments):
    # type: (*Any) -> None
    _simulation_stage().explain_losses(*arguments)


def _load_and_plan(client, request):
    # type: (Upstart, ServiceRequest) -> List[Target]
    """Return the Targets of a request with their plans; connects again once where init is being re-executed."""
    try:
        return _targets_with_plans(client, request)
    except ConnectionLostError:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
        return _targets_with_plans(client, request)


def _targets_with_plans(client, request):
    # type: (Upstart, ServiceRequest) -> List[Target]
    version = client.version()
    targets = lookup.find_targets(client, request, version)
    snapshot = snapshot_of(client, request.conf_dir)
    planning.plan(client, targets, request, snapshot)
    if planning.has_work(targets, request):
        _acting_stage().plan_details(client, targets, request, version, snapshot)
    else:
        planning.refuse_unsafe_names(targets)
    if any(isinstance(target.result.error, UnknownJobError) for target in targets):
        _acting_stage().explain_unknown(client, targets)
    return targets


def predicted_acts(client, outcome, request):
    # type: (Upstart, TaskOutcome, ServiceRequest) -> Dict[str, Any]
    """Return what a task would do and cause in check mode, as arguments of check_mode.record."""
    return _simulation_stage().predicted_acts(client, outcome.targets, request)


def doubts(client, outcome):
    # type: (Upstart, TaskOutcome) -> List[str]
    """Return the warnings of check mode about jobs whose state depends on earlier tasks in an unknown way."""
    return _simulation_stage().check_mode_warnings(client, outcome.targets)


def loss_warnings(losses, check_mode):
    # type: (List[Any], bool) -> List[str]
    """Return the warnings of lost services, a list of bystanders.Loss."""
    return _acting_stage().loss_warnings(losses, check_mode) if losses else []


def loss_data(losses):
    # type: (List[Any]) -> List[Dict[str, Any]]
    """Return the value of ``taken_down`` for a list of bystanders.Loss."""
    return _acting_stage().loss_data(losses) if losses else []


def _result(request, outcome):
    # type: (ServiceRequest, TaskOutcome) -> Dict[str, Any]
    return report.result(outcome.targets, request, loss_data(outcome.losses))


def _check_mode_result(module, client, request, outcome):
    # type: (AnsibleModule, Upstart, ServiceRequest, TaskOutcome) -> Dict[str, Any]
    """Return the result of check mode with what later tasks of the play need to know, also where a target failed."""
    later = _simulation_stage()
    knows_play = bool(module.params[later.OPTION])
    later.explain_unknown_jobs(outcome.targets, knows_play)
    for text in doubts(client, outcome):
        module.warn(text)
    acts = predicted_acts(client, outcome, request) if knows_play else {}
    try:
        result = _result(request, outcome)
    except UpstartError as error:
        later.add_to(error.facts, module.params, **acts)
        raise
    later.add_to(result, module.params, **acts)
    return result
