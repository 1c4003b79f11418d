# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan what only tasks with work to do need: variables that are kept, definitions, enabling, processes left behind."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._host import enabling
from .._host.job_names import fatal_log_path, log_path_error
from . import groups, kept_definitions, kept_environment, unwedge
from .planning import refuse_unsafe_names, without_error

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.daemon_state import Snapshot  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def plan_details(client, targets, request, version, snapshot):
    # type: (Upstart, List[Target], ServiceRequest, Tuple[int, ...], Snapshot) -> None
    """Complete the plans of targets, and refuse those that cannot be carried out.

    :param request: request.ServiceRequest.
    :param version: tuple, the daemon's.
    :param snapshot: daemon_state.Snapshot.
    """
    jobs = [target for target in targets if target.script is None]
    _plan_starts(client, jobs, snapshot)
    refuse_unsafe_names(jobs)
    _refuse_log_paths(jobs, request, version)
    if request.unwedge and request.end_leftovers:
        _plan_cleaning(client, without_error(jobs))
    _plan_enabling([target for target in jobs if target.wanted.enabled is not None], version)
    grouped = [target for target in jobs if target.plan.group is not None]
    if grouped:
        groups.find_replaced_instances(grouped, snapshot)
    for target in targets:
        target.progress.todo = list(target.plan.steps)


def _plan_starts(client, targets, snapshot):
    # type: (Upstart, List[Target], Snapshot) -> None
    """Plan with which variables instances are started, and find out which definition Upstart will use for them."""
    starting = [target for target in targets if "start" in target.plan.steps]
    if any(target.before is not None for target in starting):
        kept_environment.keep_environment(targets, snapshot)
    if any(target.definition.instance_variables() for target in starting):
        kept_definitions.find_kept_definitions(client, targets, snapshot)


def _refuse_log_paths(targets, request, version):
    # type: (List[Target], ServiceRequest, Tuple[int, ...]) -> None
    """Refuse the start of instances whose log would make init hang."""
    for target in without_error(targets):
        if "start" not in target.plan.steps:
            continue
        path = fatal_log_path(request.log_dir, target.job, target.instance_name, target.definition.values,
                              version)
        if path is not None:
            target.result.error, target.plan.steps = log_path_error(target.job, target.instance_name, path), []


def _plan_cleaning(client, targets):
    # type: (Upstart, List[Target]) -> None
    """Plan to end the processes that a stuck instance has left behind, also where the job itself is in order now."""
    for target in targets:
        if "free" not in target.plan.steps:
            target.result.leftovers = unwedge.leftovers(client, target.job, target.instance_name)
            target.plan.steps = (["clean"] if target.result.leftovers else []) + target.plan.steps


def _plan_enabling(targets, version):
    # type: (List[Target], Tuple[int, ...]) -> None
    """Plan the change that enables or disables each job; the instances of a job share it."""
    changes = {}  # type: Dict[str, Optional[enabling.Change]]
    for target in without_error(targets):
        wanted = target.wanted
        if not wanted.enabled and target.definition.text is None and not wanted.must_exist:
            continue  # a job that does not exist is not started at boot
        try:
            if target.job not in changes:
                changes[target.job] = enabling.plan(target.definition, wanted.enabled, version)
            target.plan.change = changes[target.job]
        except UpstartError as error:
            target.result.error, target.plan.steps = error, []
