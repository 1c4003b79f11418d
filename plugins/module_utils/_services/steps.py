# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take the steps of many targets together, all requests in flight, and see where they end."""

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
from .._host import daemon_state, enabling, instance_names, unread_files
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
from . import failure_errors, refusals, replacing, signal_history, unwedge, watching
from .planning import without_error
from .timeouts import timeout_error

__metaclass__ = type

KILL_TIMEOUT = 5  # seconds, Upstart's default


def enable(client, targets, attributes, conf_dir):
    """Carry out the changes that enable and disable jobs; the targets of one job share one."""
    changing = [target for target in targets if target.plan.change and target.result.error is None]
    if not changing:
        return
    changes = dict((target.job, target.plan.change) for target in changing)
    try:
        enabling.act(client, [changes[job] for job in sorted(changes)], attributes, conf_dir)
    except ConnectionLostError:
        # The files are in place, and a daemon that comes back reads all of them.
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
        for job in sorted(changes):
            client.find_job(job)


def act(client, targets, request, log=None):
    """Take the steps of all targets together and judge where each ended.

    :param log: init_log.InitLog that follows what init says from before the first step, or None to say nothing of it.
    """
    deadline = Deadline(request.timeout)
    _have_files_read(client, targets, request)
    for target in targets:
        _name_instance(target)
        if target.progress.init_log is None:
            target.mark_log(request.log_dir)
            target.progress.init_log = log
        if _will_run(target):
            target.progress.todo.append("watch")
    while True:
        try:
            _take_steps(client, targets, request, deadline)
            return
        except ConnectionLostError:
            _resume(client, targets, deadline)


def _will_run(target):
    """Return whether an instance will be running after the steps, so that it must stay up."""
    last = target.progress.todo[-1:]
    return last in (["start"], ["reload"]) or (last == ["wait"] and not _is_stopping(target))


def _is_stopping(target):
    return target.wanted.state == "stopped"


def _have_files_read(client, targets, request):
    """Make init read the current files of the jobs that are stopped or started.

    A job that init cannot load is an error if it must start. Where init has not noticed the file of a job that only
    stops, the job would vanish with its last instance.
    """
    moving = [target for target in without_error(targets)
              if {"start", "stop", "free"}.intersection(target.progress.todo)]
    for target in moving:
        if target.definition.is_task():
            target.definition = target.definition.anew()  # unknown once it is over
    errors = unread_files.ensure_files_are_read(client, request.conf_dir, [target.definition for target in moving])
    for target in moving:
        if "start" in target.progress.todo:
            target.result.error = errors.get(target.job)


def _take_steps(client, targets, request, deadline):
    """Take the steps of all targets: stop everything before anything starts, and watch what was started together."""
    stopped = False
    for steps, take in PHASES:
        if stopped and take is _start:
            deadline = Deadline(request.timeout)  # the stops do not use up the time of the starts
            _have_files_read(client, targets, request)  # they may have changed meanwhile
        together = [target for target in without_error(targets) if target.progress.todo
                    and target.progress.todo[0] in steps
                    and ("wait" != target.progress.todo[0] or _is_stopping(target) == (take is _stop))]
        if together:
            stopped = stopped or take is _stop
            take(client, together, request, deadline)
            for target in together:
                del target.progress.todo[0]
            if any(target.plan.group for target in together):
                replacing.hold_back(client, together)


def _resume(client, targets, deadline):
    """Continue after init was re-executed during a call: connect and read again, and do nothing twice."""
    client.connection.reopen(min(RECONNECT_TIMEOUT, deadline.left()))
    if client.version() < JOBS_SURVIVE_REEXEC_SINCE:
        raise UpstartError(
            "Init was re-executed during this task, and this release of Upstart then forgets its jobs. Their processes "
            "are still running: check them before you start anything again.")
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
    """Work out the name of an instance that is yet to be started, so that its signals are recognised."""
    if target.instance is None:
        target.instance = instance_names.instance_of(target.definition, target.env)


def _free(client, targets, request, deadline):
    for target in targets:
        known = list(target.before["processes"].values())
        try:
            unwedge.unwedge(client, target.job, target.instance or "", deadline)
            target.result.leftovers = unwedge.leftovers(client, target.job, target.instance or "", [])
            if target.result.leftovers and request.end_leftovers:
                unwedge.end_leftovers(client, target.job, target.instance or "", [], deadline)
        except ConnectionLostError:
            raise
        except UpstartError as error:
            target.result.error = error
            target.result.leftovers = unwedge.leftovers(client, target.job, target.instance or "", known)
    wait_until_resting(client, without_error(targets), deadline)
    for target in without_error(targets):
        if target.result.leftovers and not request.end_leftovers:
            target.result.warnings.append(failure_errors.leftover_warning(target))


def _clean(client, targets, request, deadline):
    for target in targets:
        known = (target.before or {}).get("processes", {}).values()
        try:
            unwedge.end_leftovers(client, target.job, target.instance or "", known, deadline)
        except ConnectionLostError:
            raise
        except UpstartError as error:
            target.result.error = error


def _settle(client, targets, request, deadline):
    """Let instances come up that somebody else has started, before they are stopped."""
    wait_until_resting(client, targets, Deadline(deadline.left() / 2))
    for target in targets:
        wedged = missing_main_pid(target.result.after)
        if wedged:
            target.result.error = refusals.wedged(target, wedged)


def _stop(client, targets, request, deadline):
    """Stop what is to be stopped, and wait until it and what somebody else is stopping is gone."""
    for target in targets:
        status = target.result.after
        if target.progress.todo[0] == "stop" and status is not None and status["goal"] == "start":
            target.progress.pending = _send_stop(client, target)
            target.progress.sent.add("stop")
    wait_until_answered(client.connection, targets, deadline)
    late = [target for target in targets if _is_for_restart(target) and not target.progress.pending.done]
    grace = Deadline(_kill_timeout(client, late, request))
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
    """Return whether we stop an instance only to have it, or others in its place, started after that."""
    return target.progress.pending is not None and target.progress.pending.member == "Stop" and _gives_way(target)


def _gives_way(target):
    return "start" in target.progress.todo or target.plan.group is not None


def _send_stop(client, target):
    """Ask for the stop of an instance; the variables of a task that stops it are for its pre-stop and post-stop."""
    if target.wanted.state == "stopped" and target.env:
        return client.request("Stop", target.job, target.env)
    return client.request_instance("Stop", target.job, target.instance)


def _kill_timeout(client, targets, request):
    """Return the seconds after which Upstart kills what does not end by itself, the longest of the targets'.

    What runs may follow an older definition than that in the files.
    """
    if not targets:
        return 0
    snapshot = daemon_state.Snapshot(client, request.conf_dir)
    timeouts = [snapshot.kill_timeout(target.job, target.instance or "") for target in targets]
    timeouts += [(target.definition.values or {}).get("kill_timeout", KILL_TIMEOUT) for target in targets]
    return max(seconds for seconds in timeouts if seconds is not None)


def _judge_stop(client, target, deadline):
    """Set the error of a target that is still there after its stop, or after that of somebody else."""
    wedged = missing_main_pid(target.result.after)
    if target.result.after is None:
        if target.progress.stop_result_ambiguous:
            watching.note_failed_stop(target)
    elif wedged:
        target.result.error = refusals.wedged(target, wedged)
    elif is_resting(target.result.after):
        if failure_errors.ends_in_pre_stop(target) and target.wanted.state == "stopped":
            target.result.error = failure_errors.not_stopped(target, deadline)
        # else somebody has started it again, which is judged once all has been done
    elif _gives_way(target) and "stop" in target.progress.sent:
        _give_up_stop(client, target, deadline)
    elif "start" in target.progress.todo:
        target.result.error = timeout_error(target, target.wanted.state, deadline)
    else:
        target.result.error = failure_errors.not_stopped(target, deadline)


def _give_up_stop(client, target, deadline):
    """Have Upstart itself start an instance again whose stop, for a restart, does not end: else nobody would."""
    pending = client.request_instance("Start", target.job, target.instance)
    try:
        client.connection.wait(lambda: pending.done, POLL_INTERVAL)
        if pending.done:
            pending.result()
        else:
            client.connection.forget(pending)
    except (NotFoundError, UnknownInstanceError):
        return  # it is gone by now, and is started like the others
    except AlreadyStartedError:
        pass  # by somebody else
    wait_until_resting(client, [target], Deadline(0))
    target.result.error = failure_errors.stop_outlasted(target, deadline)


def _start(client, targets, request, deadline):
    """Start what is to be started, and wait for that and for what is on its way up already."""
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
    for target in targets:
        target.progress.pending = watching.send_reload(client, target)
        target.progress.sent.add("reload")
    wait_until_answered(client.connection, targets, deadline)
    _collect(client, targets, (), request, deadline)


def _watch(client, targets, request, deadline):
    existing = [target for target in targets if target.result.after or "reload" in target.progress.sent]
    watching.watch(client, existing, request, deadline)
    for target in without_error(targets):
        if "start" in target.progress.sent:
            watching.note_failed_post_start(target)


PHASES = ((("clean",), _clean), (("free",), _free), (("settle",), _settle), (("stop", "wait", "finish"), _stop),
          (("start", "wait"), _start), (("reload",), _reload), (("watch",), _watch))


def _collect(client, targets, harmless, request, deadline):
    """Take the replies: an error that is not ``harmless`` becomes the target's, with its cause."""
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
            if values:  # only a start is answered with one
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
        except (NotFoundError, UnknownJobError) as error:  # its class has gone with the last instance
            target.result.error = refusals.unknown_job(target.definition.anew(), error)
        except DaemonError as error:
            target.result.error = UpstartError("Upstart refused to %s %s: %s." % (
                pending.member.lower(), target.label, error.message.rstrip(".")), name=target.job, **error.facts)
    if failed:
        watching.let_settle(client, failed, deadline)
        for target in failed:
            target.result.error = failure_errors.failure(client, target, request)


def _judge(client, target, request, deadline):
    """Set the error of a target that rests in the wrong place, or does not rest."""
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
        # else somebody has stopped what this task only waited for, which is judged once all has been done
    elif zombie_pid(target.result.after):
        target.result.error = failure_errors.zombie_main(target)
    elif is_missing_main_process(target.definition, target.result.after):
        target.result.error = failure_errors.no_process(client, target, request)
