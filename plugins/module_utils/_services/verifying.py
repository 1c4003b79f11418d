# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read all instances again at the end of a task of upstart_service, and check them by the rules of _promise.

All instances are read together, even those that the task did not change. An instance that must run is started once more
if something stopped it during the task. After that, an instance that is still not in the requested state is an error.
"""

from __future__ import absolute_import, division, print_function

from .. import _promise
from .._daemon.errors import ConnectionLostError, UnknownJobError
from .._host import failures
from .._host.daemon_state import Snapshot
from .._host.status import (
    RECONNECT_TIMEOUT,
    is_resting,
    missing_main_pid,
    process_age,
    read_statuses,
    wait_until_resting,
)
from .._system.deadline import Deadline
from . import failure_errors, refusals, signal_history, steps, watching
from .judging import expectation, first_fault, instance_before, judged_targets, observed_instance
from .planning import without_error
from .targets import Target, main_of
from .timeouts import timeout_error

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.init_log import InitLog  # noqa: F401
    from .request import ServiceRequest  # noqa: F401

__metaclass__ = type

SETTLE_AT_MOST = 3  # how often the instances are read until they have settled


def verify(client, targets, request, log, may_act=False):
    # type: (Upstart, List[Target], ServiceRequest, Optional[InitLog], bool) -> bool
    """Read all targets again, and set an error for each target that is not in the requested state.

    :param targets: list of Targets. Instances that must not run, but were started during the task, are added.
    :param log: init_log.InitLog, or None.
    :param may_act: bool, whether to carry out more steps where these can help, instead of setting an error.
    :returns: bool, whether more steps were carried out. Then the caller verifies all targets again.
    """
    deadline = Deadline(request.timeout)
    try:
        faults = _read_faults(client, targets, request, deadline)
    except ConnectionLostError:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
        faults = _read_faults(client, targets, request, deadline)
    again = _take_up_again(client, faults) if may_act else []
    for target, fault in faults:
        if target not in again:
            set_error(client, target, fault, request)
    if again:
        steps.act(client, again, request, log)
    else:
        _verify_enabled(targets)
    return bool(again)


def _observed(client, target):
    # type: (Upstart, Target) -> Optional[_promise.ObservedInstance]
    """Return the ObservedInstance of a target, with the age and history of its main process from /proc and signals."""
    main = main_of(client, target.result.after)
    seconds = float("inf")
    if main:
        seconds = max(process_age(client.connection.peer["pid"], main[0]), target.progress.seconds_seen(main[0]))
    respawned = (target.progress.up_mark is not None and signal_history.is_respawned(client, target)
                 and not signal_history.was_stopped(client, target))
    finished = None
    if target.definition.is_task() and target.plan.steps:
        finished = not signal_history.was_stopped(client, target, last_run=True)
    return observed_instance(target, main, seconds, respawned, finished)


def _read_faults(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> List[Tuple[Target, str]]
    """Read all targets together. Return a list of (target, fault), only of those with a fault."""
    _add_new_instances(client, targets)
    judged = judged_targets(targets)
    for target in judged:
        before, target.definition = target.definition, target.definition.anew()
        if before.is_task() and "start" in target.progress.sent and not before.is_same_text(target.definition):
            target.result.warnings.append(refusals.changed_meanwhile(target))
    for attempt in range(SETTLE_AT_MOST):
        _read_statuses(client, judged, deadline)
        faults = [(target, first_fault(_promise.instance_faults(
            expectation(target), instance_before(target), _observed(client, target)))) for target in judged]
        young = [target for target, fault in faults if fault == _promise.YOUNG]
        if not young and not any(fault == _promise.NOT_UP for unused, fault in faults):
            break
        if young and attempt + 1 < SETTLE_AT_MOST:
            watching.watch(client, young, request, deadline)
            judged = [target for target in judged if target.result.error is None]
    _set_statuses(client, [target for target in without_error(targets) if target.script is None
                           and target.wanted.state is None and not target.is_ambiguous])
    return [(target, fault) for target, fault in faults if fault is not None and target.result.error is None]


def _read_statuses(client, judged, deadline):
    # type: (Upstart, List[Target], Deadline) -> None
    """Wait until no target is still starting, then read the statuses, definitions and variables of all together."""
    up = [target for target in judged if target.wanted.state != "stopped" and not target.definition.is_task()]
    wait_until_resting(client, up, deadline)
    _set_statuses(client, judged)
    alive = [target for target in judged if target.result.after is not None and target.wanted.state != "stopped"]
    if alive:
        snapshot = Snapshot(client, alive[0].wanted.conf_dir)
        for target in alive:
            target.plan.stale = snapshot.is_stale(target.definition, target.instance_name)
            target.plan.env_differs = snapshot.differing(target.job, target.instance_name, target.env)
    for target in judged:
        if target.definition.is_task() and target.plan.steps:  # its variables are no longer known
            names = [entry.partition("=")[0] for entry in target.env]
            target.plan.env_differs = sorted(names) if target.progress.overtaken else []


def _set_statuses(client, targets):
    # type: (Upstart, List[Target]) -> None
    statuses = read_statuses(client, [(target.job, target.instance_name) for target in targets])
    for target, status in zip(targets, statuses):
        target.result.after = status


def _add_new_instances(client, targets):
    # type: (Upstart, List[Target]) -> None
    """Add the instances that something else started, for jobs that must have no instances but the requested ones."""
    for target in judged_targets(targets):
        wanted = target.wanted
        if target.plan.group is None and wanted.instances is None and (
                wanted.state != "stopped" or wanted.env is not None):
            continue
        known = set(other.instance_name for other in targets if other.job == target.job)
        try:
            names = client.instances_of([target.job])[0]
        except UnknownJobError:
            names = []
        for name in names:
            if name not in known:
                new = Target(target.job, target.definition, wanted._replace(state="stopped"))
                new.instance, new.progress.init_log, new.progress.is_new = name, target.progress.init_log, True
                targets.append(new)
                known.add(name)


def _take_up_again(client, faults):
    # type: (Upstart, List[Tuple[Target, str]]) -> List[Target]
    """Plan more steps for the targets that these can help, and return these targets."""
    again = []
    for target, fault in faults:
        todo = _steps_for(client, target, fault)
        if todo:
            target.progress.todo, target.progress.sent = list(todo), set()
            target.plan.steps = target.plan.steps + todo
            again.append(target)
    return again


def _steps_for(client, target, fault):
    # type: (Upstart, Target, str) -> List[str]
    """Return the steps that correct a fault; [] if there are none, or if the user must fix something first."""
    if missing_main_pid(target.result.after) or target.definition.complaint():
        return []
    if fault in (_promise.NO_INSTANCE, _promise.STOPPING):
        if target.definition.instance_variables() and not target.env:
            return []  # its variables are no longer known
        if _failed(client, target) or not signal_history.was_stopped(client, target):
            return []
        return ["start"] if target.result.after is None else ["finish", "start"]
    if fault == _promise.OTHER_ENV:
        return ["start"] if target.result.after is None else ["stop", "start"]
    if fault == _promise.NOT_RESTARTED:
        return ["stop", "start"]
    if fault == _promise.OLD_DEFINITION and not _note_kept(client, target):
        return ["stop", "start"]
    return []


def _failed(client, target):
    # type: (Upstart, Target) -> bool
    cause = failures.from_signals(client.connection.signals, target.job, target.instance_name)
    return failures.describe(cause) is not None


def _note_kept(client, target):
    # type: (Upstart, Target) -> List[str]
    """Set and return ``kept_by``: the other instances of the job, which make Upstart keep an older definition."""
    if not target.definition.instance_variables():
        return []
    names = client.instances_of([target.job])[0]
    target.plan.kept_by = [name for name in names if name != target.instance_name]
    return target.plan.kept_by


def set_error(client, target, fault, request):
    # type: (Upstart, Target, str, ServiceRequest) -> None
    """Set the error of a target that has a fault."""
    missing_main = missing_main_pid(target.result.after)
    if missing_main:
        target.result.error = refusals.wedged(target, missing_main)
    elif fault == _promise.NOT_STOPPED:
        target.result.error = failure_errors.not_stopped(target, Deadline(target.wanted.timeout))
    elif fault == _promise.MAIN_ZOMBIE:
        target.result.error = failure_errors.zombie_main(target)
    elif fault == _promise.NO_MAIN:
        target.result.error = failure_errors.no_process(client, target, request)
    elif fault in (_promise.RESPAWNED, _promise.YOUNG):
        target.result.error = failure_errors.respawning(client, target, request)
    elif fault == _promise.NOT_FINISHED:
        target.result.error = failure_errors.not_finished(client, target, request)
    elif fault == _promise.OTHER_ENV:
        target.result.error = refusals.other_variables(target)
    elif fault == _promise.NOT_RESTARTED:
        target.result.error = failure_errors.not_restarted(target)
    elif fault == _promise.OLD_DEFINITION:
        target.result.error = refusals.old_definition(target)
    elif is_resting(target.result.after) or fault == _promise.STOPPING:
        target.result.error = failure_errors.no_longer_running(client, target, request)
    else:
        target.result.error = timeout_error(target, target.wanted.state, Deadline(target.wanted.timeout))


def _verify_enabled(targets):
    # type: (List[Target]) -> None
    """Set an error for jobs that something else has enabled or disabled again."""
    for target in targets:
        if target.result.error is None and target.script is None and target.wanted.enabled is not None:
            now = target.definition.anew().is_enabled()
            if _promise.enabled_faults(target.wanted.enabled, now):
                target.result.error = refusals.not_as_enabled(target)
