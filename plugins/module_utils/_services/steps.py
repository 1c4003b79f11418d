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
from .._host import daemon_state, instance_names, unread_files
from .._host.status import (
    POLL_INTERVAL,
    RECONNECT_TIMEOUT,
    is_missing_main_process,
    is_resting,
    missing_main_pid,
    timeout_error,
    wait_until_answered,
    wait_until_resting,
    zombie_pid,
)
from .._system.deadline import Deadline
from . import refusals, watching

__metaclass__ = type

PAST = {"started": "started", "stopped": "stopped", "restarted": "restarted", "reloaded": "reloaded"}
KILL_TIMEOUT = 5  # seconds, Upstart's default
KEEPS_STATE = (1, 6)  # the version since which a re-executed init still knows its jobs


def enable(client, targets, attributes, conf_dir):
    """Carry out the changes that enable and disable jobs; the targets of one job share one."""
    changing = [target for target in targets if target.change and target.error is None]
    if not changing:
        return
    from .._host import enabling
    changes = dict((target.job, target.change) for target in changing)
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
        if target.init_log is None:
            target.mark_log(request.log_dir)
            target.init_log = log
        if _comes_up(target):
            target.todo.append("watch")
    while True:
        try:
            _take_steps(client, targets, request, deadline)
            return
        except ConnectionLostError:
            _resume(client, targets, deadline)


def _comes_up(target):
    """Return whether it is going to be running by what we do or wait for, and so must stay up."""
    return target.todo[-1:] in (["start"], ["reload"]) or (target.todo[-1:] == ["wait"] and not _goes(target))


def _goes(target):
    return target.wanted.state == "stopped"


def _have_files_read(client, targets, request):
    """Have init read the present files of what is to be stopped or started.

    What it cannot load from them is an error where it is to be started. A job that only stops is lost with its last
    instance when init has not noticed its file.
    """
    moving = [target for target in targets
              if target.error is None and {"start", "stop", "free"}.intersection(target.todo)]
    for target in moving:
        if target.definition.is_task():
            target.definition = target.definition.anew()  # nobody can tell what it ran with once it is over
    errors = unread_files.ensure_files_are_read(client, request.conf_dir, [target.definition for target in moving])
    for target in moving:
        if "start" in target.todo:
            target.error = errors.get(target.job)


def _take_steps(client, targets, request, deadline):
    """Take the steps of all; what stops is gone before anything starts, and all that comes up is watched together."""
    stopped = False
    for steps, take in PHASES:
        if stopped and take is _start:
            deadline = Deadline(request.timeout)  # what the stops took is not taken from the starts
            _have_files_read(client, targets, request)  # they may have changed meanwhile
        together = [target for target in targets if target.error is None and target.todo and target.todo[0] in steps
                    and ("wait" != target.todo[0] or _goes(target) == (take is _stop))]
        if together:
            stopped = stopped or take is _stop
            take(client, together, request, deadline)
            for target in together:
                del target.todo[0]
            if any(target.group for target in together):
                from . import replacing
                replacing.hold_back(client, together)


def _resume(client, targets, deadline):
    """Go on after init was re-executed in mid-call: connect and look again; what was done is not done twice."""
    client.connection.reopen(min(RECONNECT_TIMEOUT, deadline.left()))
    if client.version() < KEEPS_STATE:
        raise UpstartError(
            "Init was re-executed while the task ran, and this Upstart then forgets its jobs, whose processes go on "
            "by themselves. Look at the processes before you start anything again.")
    moving = [target for target in targets if target.error is None and target.todo]
    wait_until_resting(client, moving, Deadline(0))
    for target in moving:
        step, target.pending = target.todo[0], None
        up = target.after is not None and target.after["goal"] == "start"
        if step == "start" and up:
            target.todo[0] = "wait"
        elif step == "start" and step in target.sent and target.definition.is_task():
            target.error = watching.outcome_unknown(target)
        elif step == "reload" and step in target.sent:
            target.todo[0] = "wait"


def _name_instance(target):
    """Work out the name of an instance that is yet to be started, so that its signals are recognised."""
    if target.instance is None:
        target.instance = instance_names.instance_of(target.definition, target.env)


def _free(client, targets, request, deadline):
    from . import unwedge
    for target in targets:
        known = list(target.before["processes"].values())
        try:
            unwedge.unwedge(client, target.job, target.instance or "", deadline)
            target.leftovers = unwedge.leftovers(client, target.job, target.instance or "", [])
            if target.leftovers and request.end_leftovers:
                unwedge.end_leftovers(client, target.job, target.instance or "", [], deadline)
        except ConnectionLostError:
            raise
        except UpstartError as error:
            target.error = error
            target.leftovers = unwedge.leftovers(client, target.job, target.instance or "", known)
    wait_until_resting(client, _fine(targets), deadline)
    for target in _fine(targets):
        if target.leftovers and not request.end_leftovers:
            target.warnings.append(watching.leftover_warning(target))


def _clean(client, targets, request, deadline):
    from . import unwedge
    for target in targets:
        known = (target.before or {}).get("processes", {}).values()
        try:
            unwedge.end_leftovers(client, target.job, target.instance or "", known, deadline)
        except ConnectionLostError:
            raise
        except UpstartError as error:
            target.error = error


def _settle(client, targets, request, deadline):
    """Let instances come up that somebody else has started, before they are stopped."""
    wait_until_resting(client, targets, Deadline(deadline.left() / 2))
    for target in targets:
        wedged = missing_main_pid(target.after)
        if wedged:
            target.error = refusals.wedged(target, wedged)


def _stop(client, targets, request, deadline):
    """Stop what is to be stopped, and wait until it and what somebody else is stopping is gone."""
    for target in targets:
        if target.todo[0] == "stop" and target.after is not None and target.after["goal"] == "start":
            target.pending = _send_stop(client, target)
            target.sent.add("stop")
    wait_until_answered(client.connection, targets, deadline)
    late = [target for target in targets if _is_for_restart(target) and not target.pending.done]
    grace = Deadline(_kill_timeout(client, late, request))
    wait_until_answered(client.connection, late, grace)
    _collect(client, targets, (AlreadyStoppedError, UnknownInstanceError, NotFoundError), request, deadline)
    wait_until_resting(client, _fine(targets), deadline)
    late = [target for target in _fine(late) if not target.rests()]
    if late:
        wait_until_resting(client, late, grace)
    for target in _fine(targets):
        if target.todo[0] == "wait":
            _judge(client, target, request, deadline)
        else:
            _judge_stop(client, target, deadline)


def _is_for_restart(target):
    """Return whether we stop an instance only to have it, or others in its place, started after that."""
    return target.pending is not None and target.pending.member == "Stop" and _gives_way(target)


def _gives_way(target):
    return "start" in target.todo or target.group is not None


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
    found = [snapshot.kill_timeout(target.job, target.instance or "") for target in targets]
    found += [(target.definition.values or {}).get("kill_timeout", KILL_TIMEOUT) for target in targets]
    return max(seconds for seconds in found if seconds is not None)


def _judge_stop(client, target, deadline):
    """Set the error of a target that is still there after its stop, or after that of somebody else."""
    wedged = missing_main_pid(target.after)
    if target.after is None:
        if target.doubtful:
            watching.note_failed_stop(target)
    elif wedged:
        target.error = refusals.wedged(target, wedged)
    elif is_resting(target.after):
        if watching.ends_in_pre_stop(target) and target.wanted.state == "stopped":
            target.error = watching.not_stopped(target, deadline)
        # else somebody has started it again, which is judged once all has been done
    elif _gives_way(target) and "stop" in target.sent:
        _give_up_stop(client, target, deadline)
    elif "start" in target.todo:
        target.error = timeout_error(target, PAST[target.wanted.state], deadline)
    else:
        target.error = watching.not_stopped(target, deadline)


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
    target.error = watching.stop_outlasted(target, deadline)


def _start(client, targets, request, deadline):
    """Start what is to be started, and wait for that and for what is on its way up already."""
    for target in targets:
        target.mark_signals(client)
        if target.todo[0] == "start":
            target.pending = client.request("Start", target.job, target.env)
            target.sent.add("start")
            target.overtaken = False
    wait_until_answered(client.connection, targets, deadline)
    _collect(client, targets, (AlreadyStartedError,), request, deadline)
    wait_until_resting(client, _fine(targets), deadline)
    for target in _fine(targets):
        _judge(client, target, request, deadline)


def _reload(client, targets, request, deadline):
    for target in targets:
        target.pending = watching.send_reload(client, target)
        target.sent.add("reload")
    wait_until_answered(client.connection, targets, deadline)
    _collect(client, targets, (), request, deadline)


def _watch(client, targets, request, deadline):
    watching.watch(client, [target for target in targets if target.after or "reload" in target.sent], request, deadline)
    for target in _fine(targets):
        if "start" in target.sent:
            watching.note_failed_post_start(target)


PHASES = ((("clean",), _clean), (("free",), _free), (("settle",), _settle), (("stop", "wait", "finish"), _stop),
          (("start", "wait"), _start), (("reload",), _reload), (("watch",), _watch))


def _fine(targets):
    return [target for target in targets if target.error is None]


def _collect(client, targets, harmless, request, deadline):
    """Take the replies: an error that is not ``harmless`` becomes the target's, with its cause."""
    failed = []
    for target in targets:
        pending, target.pending = target.pending, None
        if pending is None:
            continue
        if not pending.done:
            client.connection.forget(pending)
            continue
        try:
            values = pending.result()
            target.succeeded = pending.member == "Start"
            if values:  # only a start is answered with one
                target.instance = instance_name(values[0])
        except harmless:
            target.overtaken = pending.member == "Start"
            continue
        except JobFailedError:
            if pending.member == "Stop" and (watching.ends_in_pre_stop(target) or "start" in target.todo):
                target.doubtful = True
            else:
                failed.append(target)
        except ConnectionLostError:
            raise
        except (NotFoundError, UnknownJobError) as error:  # its class has gone with the last instance
            target.error = refusals.unknown_job(target.definition.anew(), error)
        except DaemonError as error:
            target.error = UpstartError("Upstart refused to %s %s: %s." % (
                pending.member.lower(), target.label, error.message.rstrip(".")), name=target.job, **error.facts)
    if failed:
        watching.let_settle(client, failed, deadline)
        for target in failed:
            target.error = watching.failure(client, target, request)


def _judge(client, target, request, deadline):
    """Set the error of a target that rests in the wrong place, or does not rest."""
    wedged = missing_main_pid(target.after)
    if wedged:
        target.error = refusals.wedged(target, wedged)
    elif not target.rests():
        target.error = timeout_error(target, PAST[target.wanted.state], deadline)
    elif target.wanted.state == "stopped":
        target.error = watching.not_stopped(target, deadline) if target.after is not None else None
    elif target.definition.is_task():
        target.error = watching.failed_task(client, target, request)
    elif target.after is None:
        if "start" in target.sent or not watching.was_stopped(client, target):
            target.error = watching.ended(client, target, request)
        # else somebody has stopped what this task only waited for, which is judged once all has been done
    elif zombie_pid(target.after):
        target.error = watching.zombie_main(target)
    elif is_missing_main_process(target.definition, target.after):
        target.error = watching.no_process(client, target, request)
