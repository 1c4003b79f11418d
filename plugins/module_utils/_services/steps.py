# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carry out the steps of many targets at the same time, and check the state in which each target ends."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import (
    AlreadyStartedError,
    AlreadyStoppedError,
    ConnectionLostError,
    DaemonError,
    JobFailedError,
    NotFoundError,
    UnknownInstanceError,
    UnknownJobError,
)
from .._daemon.names import instance_name
from .._errors import UpstartError
from .._host import enabling, instance_names, unread_files
from .._host.releases import JOBS_SURVIVE_REEXEC_SINCE
from .._host.status import (
    POLL_INTERVAL,
    RECONNECT_TIMEOUT,
    is_missing_main_process,
    is_resting,
    missing_main_pid,
    wait_until_answered,
    wait_until_resting,
    zombie_pid,
)
from .._system.deadline import Deadline
from . import failure_errors, groups, refusals, signal_history, unknown_jobs, unwedge, watching
from .planning import only_stays_up, without_error
from .timeouts import longest_kill_timeout, timeout_error

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple, Type  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Pending  # noqa: F401
    from .._host.init_log import InitLog  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


MOVES = frozenset(["start", "stop", "free"])  # steps that start or stop an instance


def enable(client, targets, attributes, conf_dir):
    # type: (Upstart, List[Target], Any, str) -> None
    """Write the changes that enable or disable jobs. All targets of a job share one change."""
    changes = dict((target.job, target.plan.change) for target in targets
                   if target.plan.change and target.result.error is None)  # type: Dict[str, Any]
    if not changes:
        return
    try:
        enabling.act(client, [changes[job] for job in sorted(changes)], attributes, conf_dir)
    except ConnectionLostError:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))  # a re-executed Upstart reads the new files
        for job in sorted(changes):
            client.find_job(job)


def act(client, targets, request, log=None):
    # type: (Upstart, List[Target], ServiceRequest, Optional[InitLog]) -> None
    """Carry out the steps of all targets, and set an error for each target that ends in the wrong state.

    :param log: init_log.InitLog, opened before the first step; None to leave out the messages of init.
    """
    deadline = Deadline(request.timeout)
    _have_files_read(client, targets, request)
    moves_some = any(MOVES.intersection(target.progress.todo) for target in targets)
    for target in targets:
        _name_instance(target)
        if target.progress.init_log is None:
            target.mark_log(request.log_dir)
            target.progress.init_log = log
        if moves_some and only_stays_up(target):
            target.progress.todo = []  # other steps may stop or restart it: verify watches it after them
        if _will_run(target):
            target.progress.todo.append("watch")
    while True:
        try:
            _take_steps(client, targets, request, deadline)
            return
        except ConnectionLostError:
            _resume(client, targets, deadline)


def _will_run(target):
    # type: (Target) -> bool
    """Return whether an instance runs after its steps and must then stay up."""
    last = target.progress.todo[-1:]
    return last in (["start"], ["reload"]) or (last == ["wait"] and not _is_stopping(target))


def _is_stopping(target):
    # type: (Target) -> bool
    return target.wanted.state == "stopped"


def _have_files_read(client, targets, request):
    # type: (Upstart, List[Target], ServiceRequest) -> None
    """Make init read the current files of the jobs that are about to be stopped or started.

    A job that must start gets an error if init cannot load it. A job that only stops needs its file read too: otherwise
    init may drop the job together with its last instance.
    """
    moving = [target for target in without_error(targets) if MOVES.intersection(target.progress.todo)]
    for target in moving:
        if target.definition.is_task():
            target.definition = target.definition.anew()  # no longer known after its end
    errors = unread_files.ensure_files_are_read(client, request.conf_dir, [target.definition for target in moving])
    for target in moving:
        if "start" in target.progress.todo:
            target.result.error = errors.get(target.job)


def _take_steps(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    """Carry out the steps of all targets phase by phase. Everything is stopped before anything is started."""
    stopped = False
    for steps, take in PHASES:
        if stopped and take is _start:
            deadline = Deadline(request.timeout)  # the starts have the full timeout, however long the stops took
            _have_files_read(client, targets, request)  # they may have changed during the stops
        together = [target for target in without_error(targets) if target.progress.todo
                    and target.progress.todo[0] in steps
                    and ("wait" != target.progress.todo[0] or _is_stopping(target) == (take is _stop))]
        if together:
            stopped = stopped or take is _stop
            take(client, together, request, deadline)
            for target in together:
                del target.progress.todo[0]
            if any(target.plan.group for target in together):
                groups.hold_back(client, together)


def _resume(client, targets, deadline):
    # type: (Upstart, List[Target], Deadline) -> None
    """Reconnect after init was re-executed during a call, read the targets again, and continue where each is now."""
    client.connection.reopen(min(RECONNECT_TIMEOUT, deadline.left()))
    if client.version() < JOBS_SURVIVE_REEXEC_SINCE:
        raise UpstartError(
            "Init was re-executed during this task. This release of Upstart forgets its jobs when that happens, but "
            "their processes are still running: check them before you start a job again.")
    moving = [target for target in targets if target.result.error is None and target.progress.todo]
    wait_until_resting(client, moving, Deadline(0))
    for target in moving:
        step, target.progress.pending = target.progress.todo[0], None
        up = target.result.after is not None and target.result.after["goal"] == "start"
        if step == "start" and up:
            target.progress.todo[0] = "wait"
        elif step == "start" and step in target.progress.sent and target.definition.is_task():
            target.result.error = failure_errors.outcome_unknown(target)
        elif step == "reload" and step in target.progress.sent:
            target.progress.todo[0] = "wait"


def _name_instance(target):
    # type: (Target) -> None
    """Set the name of an instance that is not started yet. The name identifies the signals about it."""
    if target.instance is None:
        target.instance = instance_names.instance_of(target.definition, target.env)


def _free(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    for target in targets:
        try:
            unwedge.unwedge(client, target.job, target.instance_name, deadline)
            target.result.leftovers = unwedge.leftovers(client, target.job, target.instance_name)
            if target.result.leftovers and request.end_leftovers:
                unwedge.end_leftovers(client, target.job, target.instance_name, deadline)
        except ConnectionLostError:
            raise
        except UpstartError as error:
            target.result.error = error
            target.result.leftovers = unwedge.leftovers(client, target.job, target.instance_name)
    wait_until_resting(client, without_error(targets), deadline)
    for target in without_error(targets):
        if target.result.leftovers and not request.end_leftovers:
            target.result.warnings.append(failure_errors.leftover_warning(target))


def _clean(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    for target in targets:
        try:
            unwedge.end_leftovers(client, target.job, target.instance_name, deadline)
        except ConnectionLostError:
            raise
        except UpstartError as error:
            target.result.error = error


def _settle(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    """Wait for instances that are still starting, because they are stopped next.

    An instance whose main process ended during post-start is left to Upstart, which respawns it. If its stop took too
    long and were cancelled, it would count as running without a process.
    """
    half = Deadline(deadline.left() / 2)
    wait_until_resting(client, targets, half)
    for target in targets:
        wedged = missing_main_pid(target.result.after)
        if wedged:
            target.result.error = refusals.wedged(target, wedged)
        elif target.result.after is not None and target.result.after["goal"] == "respawn":
            target.result.error = timeout_error(target, target.wanted.state, half)


def _stop(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    """Stop instances. Wait until these, and the instances that something else is stopping, no longer exist."""
    for target in targets:
        status = target.result.after
        if target.progress.todo[0] == "stop" and status is not None and status["goal"] != "stop":
            target.progress.pending = _send_stop(client, target)
            target.progress.sent.add("stop")
    wait_until_answered(client.connection, targets, deadline)
    late = [target for target in targets
            if _is_for_restart(target) and not target.progress.pending.done]  # type: ignore[union-attr]
    grace = Deadline(longest_kill_timeout(client, late, request.conf_dir))
    wait_until_answered(client.connection, late, grace)
    _collect(client, targets, (AlreadyStoppedError, UnknownInstanceError, NotFoundError), request, deadline)
    wait_until_resting(client, without_error(targets), deadline)
    late = [target for target in without_error(late) if not target.rests()]
    if late:
        wait_until_resting(client, late, grace)
    for target in without_error(targets):
        if target.progress.todo[0] == "wait":
            _judge(client, target, request, deadline)
        else:
            _judge_stop(client, target, deadline)


def _is_for_restart(target):
    # type: (Target) -> bool
    """Return whether an instance is stopped only to start it, or other instances in its place, afterwards."""
    return target.progress.pending is not None and target.progress.pending.member == "Stop" and _gives_way(target)


def _gives_way(target):
    # type: (Target) -> bool
    return "start" in target.progress.todo or target.plan.group is not None


def _send_stop(client, target):
    # type: (Upstart, Target) -> Pending
    """Request the stop of an instance. With ``state: stopped``, its pre-stop and post-stop get the variables in env."""
    if target.wanted.state == "stopped" and target.env:
        return client.request("Stop", target.job, target.env)
    return client.request_instance("Stop", target.job, target.instance_name)


def _judge_stop(client, target, deadline):
    # type: (Upstart, Target, Deadline) -> None
    """Set an error for a target that still exists after a stop, whether this task or something else requested it."""
    wedged = missing_main_pid(target.result.after)
    if target.result.after is None:
        if target.progress.stop_result_ambiguous:
            watching.note_failed_stop(target)
    elif wedged:
        target.result.error = refusals.wedged(target, wedged)
    elif is_resting(target.result.after):
        if failure_errors.ends_in_pre_stop(target) and target.wanted.state == "stopped":
            target.result.error = failure_errors.not_stopped(target, deadline)
        # else something started it again, which verifying handles after all steps
    elif _gives_way(target) and "stop" in target.progress.sent:
        _give_up_stop(client, target, deadline)
    elif "start" in target.progress.todo:
        target.result.error = timeout_error(target, target.wanted.state, deadline)
    else:
        target.result.error = failure_errors.not_stopped(target, deadline)


def _give_up_stop(client, target, deadline):
    # type: (Upstart, Target, Deadline) -> None
    """Ask Upstart to start an instance again when its stop ends, because this task no longer waits for that."""
    pending = client.request_instance("Start", target.job, target.instance_name)
    try:
        client.connection.wait(lambda: pending.done, POLL_INTERVAL)
        if pending.done:
            pending.result()
        else:
            client.connection.forget(pending)
    except (NotFoundError, UnknownInstanceError):
        return  # it has just stopped, and is started like the others
    except AlreadyStartedError:
        pass  # something else requested the start
    wait_until_resting(client, [target], Deadline(0))
    target.result.error = failure_errors.stop_outlasted(target, deadline)


def _start(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    """Start instances. Wait until these, and the instances that are already starting, have come up."""
    for target in targets:
        target.mark_signals(client)
        if target.progress.todo[0] == "start":
            target.progress.pending = client.request("Start", target.job, target.env)
            target.progress.sent.add("start")
            target.progress.overtaken = False
    wait_until_answered(client.connection, targets, deadline)
    _collect(client, targets, (AlreadyStartedError,), request, deadline)
    wait_until_resting(client, without_error(targets), deadline)
    for target in without_error(targets):
        _judge(client, target, request, deadline)


def _reload(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    for target in targets:
        if target.result.after is not None:  # else something stopped it while it was starting
            target.progress.pending = watching.send_reload(client, target)
            target.progress.sent.add("reload")
    wait_until_answered(client.connection, targets, deadline)
    _collect(client, targets, (), request, deadline)


def _watch(client, targets, request, deadline):
    # type: (Upstart, List[Target], ServiceRequest, Deadline) -> None
    existing = [target for target in targets if target.result.after or "reload" in target.progress.sent]
    watching.watch(client, existing, request, deadline)
    for target in without_error(targets):
        if "start" in target.progress.sent:
            watching.note_failed_post_start(target)


PHASES = ((("clean",), _clean), (("free",), _free), (("settle",), _settle), (("stop", "wait", "finish"), _stop),
          (("start", "wait"), _start), (("reload",), _reload), (("watch",), _watch))


def _collect(client, targets, harmless, request, deadline):
    # type: (Upstart, List[Target], Tuple[Type[DaemonError], ...], ServiceRequest, Deadline) -> None
    """Read the replies. An error that is not in ``harmless`` becomes the error of its target, with the cause."""
    failed = []
    for target in targets:
        pending, target.progress.pending = target.progress.pending, None
        if pending is None:
            continue
        if not pending.done:
            client.connection.forget(pending)
            continue
        try:
            values = pending.result()
            target.progress.succeeded = pending.member == "Start"
            if values:  # only the reply to Start has one: the path of the instance
                target.instance = instance_name(values[0])
        except harmless:
            target.progress.overtaken = pending.member == "Start"
            continue
        except JobFailedError:
            starts_again = "start" in target.progress.todo
            if pending.member == "Stop" and (starts_again or failure_errors.ends_in_pre_stop(target)):
                target.progress.stop_result_ambiguous = True
            else:
                failed.append(target)
        except ConnectionLostError:
            raise
        except (NotFoundError, UnknownJobError) as error:  # the job was dropped with its last instance
            target.result.error = unknown_jobs.unknown_job(target.definition.anew(), error)
        except DaemonError as error:
            target.result.error = UpstartError("Upstart refused to %s %s: %s." % (
                pending.member.lower(), target.label, error.message.rstrip(".")), name=target.job, **error.facts)
    if failed:
        watching.let_settle(client, failed, deadline)
        for target in failed:
            target.result.error = failure_errors.failure(client, target, request)


def _judge(client, target, request, deadline):
    # type: (Upstart, Target, ServiceRequest, Deadline) -> None
    """Set an error for a target that has settled in the wrong state, or has not settled in time."""
    wedged = missing_main_pid(target.result.after)
    if wedged:
        target.result.error = refusals.wedged(target, wedged)
    elif not target.rests():
        target.result.error = timeout_error(target, target.wanted.state, deadline)
    elif target.wanted.state == "stopped":
        target.result.error = failure_errors.not_stopped(target, deadline) if target.result.after is not None else None
    elif target.definition.is_task():
        target.result.error = failure_errors.failed_task(client, target, request)
    elif target.result.after is None:
        if "start" in target.progress.sent or not signal_history.was_stopped(client, target):
            target.result.error = failure_errors.ended(client, target, request)
        # else something stopped an instance that this task only waited for; verifying handles it after all steps
    elif zombie_pid(target.result.after):
        target.result.error = failure_errors.zombie_main(target)
    elif is_missing_main_process(target.definition, target.result.after):
        target.result.error = failure_errors.no_process(client, target, request)
