# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch what was started, and say what went wrong when it did not stay up."""

from __future__ import absolute_import, division, print_function

import errno
import os
import signal

from .._daemon.errors import NoReplyError
from .._daemon.names import instance_path
from .._errors import UpstartError
from .._host import failures
from .._host.init_log import failed_after_start
from .._host.job_logs import log_tail
from .._host.status import (
    is_missing_main_process,
    is_resting,
    missing_main_pid,
    process_age,
    suspended_pid,
    timeout_error,
    wait_until_resting,
    zombie_pid,
)
from .._system import processes
from .._system.deadline import Deadline
from .refusals import wedged
from .targets import state_of

__metaclass__ = type

SETTLE_SECONDS = 2.0  # seconds that a failed instance is given to leave, so that its last signals are seen
FORGIVES_DEATH = (1, 11)  # the first release for which a main process may end once a stop has begun
MIN_SETTLE_SECONDS = 0.5  # the same when the time of the task is over


def _facts(client, target, request):
    log = target.log_file(request.log_dir)
    signals = client.connection.signals
    facts = failures.from_signals(signals, target.job, target.instance or "")
    messages = _said(target, expected=True)
    if facts.get("process") == "respawn":
        facts.update(failures.last_end(messages))
    facts.update(name=target.job, log_file=log, log_lines=log_tail(log, target.log_mark) if log else [],
                 init_messages=messages)
    return facts


def _said(target, expected=False):
    return target.init_log.about(target.job, target.instance or "", expected) if target.init_log else []


def failure(client, target, request):
    """Return the error for a job that the daemon reported as failed."""
    verb = "ran and failed" if target.definition.is_task() else "failed to start"
    if target.wanted.state == "stopped" or target.sent == set(["stop"]):
        verb = "failed while stopping"
    return died(client, target, request, verb)


def died(client, target, request, verb):
    """Return the error for a job that was up and is not, or is not the same any more."""
    return _told(target, verb, _facts(client, target, request))


def _told(target, verb, facts, in_log=False):
    """Return the error of a job that failed; ``in_log`` says that only init's log can have the reason."""
    text = failures.sentence(target.job, target.instance or "", verb, facts)
    if _is_untold(target) and not facts["init_messages"]:
        text += " Upstart tells the reason only since 0.6.7; init writes failures to syslog, which init_log can name."
    elif (in_log or failures.is_in_log_of_init(facts)) and not facts["init_messages"] and not facts["log_lines"]:
        text += " Init writes the reason to its own log; set init_log to that file, as %s has nothing about it." % (
            target.wanted.init_log)
    return UpstartError(text, **facts)


def _is_untold(target):
    """Return whether the daemon does not signal what becomes of processes."""
    return target.definition.version < failures.SIGNALS_STATES_SINCE


def ended(client, target, request):
    """Return the error for a service that is gone again although its start succeeded."""
    facts = _facts(client, target, request)
    if _is_untold(target) and target.wanted.state != "reloaded":
        return _told(target, "ended, or was stopped, right after it was started", facts)
    if failures.describe(facts) or target.wanted.state == "reloaded":
        return _told(target, "did not stay up", facts)
    if was_stopped(client, target) or "exit_signal" in failures.last_end(facts["init_messages"]):
        return _meddled(target, "stopped", facts)
    if "post-start" in (target.definition.values or {}).get("process", {}):
        return UpstartError("Job %s ended right after it was started: its main process exited without an error, or "
                            "its post-start stopped the job. Look at both." % target.label, **facts)
    return UpstartError(
        "Job %s ended right after it was started: its main process exited without an error. If it puts itself into "
        "the background, give it the matching expect stanza; if it is meant to end, make it a task." % target.label,
        **facts)


def was_stopped(client, target, last_run=False):
    """Return whether somebody stopped an instance since its mark, or since the task began, as far as signals show.

    One that ends by itself skips pre-stop, and was up before unless it had to fork for that.

    :param last_run: bool, whether only the last of its runs counts.
    """
    values = target.definition.values or {}
    forks = values.get("expect", "none") != "none"
    # Without a post-start process an instance is in that state for no time, and its main process cannot end in it.
    up_states = ("post-start", "running") if "post-start" in values.get("process", {}) else ("running",)
    states, run = _states_since(client, target)
    up, stopped = run, False
    for state in states:
        if state == "starting":
            run, up, stopped = True, False, stopped and not last_run
        elif run and (state == "pre-stop" or (state == "stopping" and not up)):
            stopped = True
        up = up or state in up_states or (forks and state == "spawned")
        run = run or up
    return stopped


def _states_since(client, target):
    """Return the states that were signalled of an instance since its mark, and whether it was up by then.

    Without a mark the task has not started it; then all count, since what it was before the task.
    """
    path = instance_path(target.job, target.instance or "")
    signals = client.connection.signals[target.up_mark or 0:]
    states = [item.args[0] for item in signals if item.path == path and item.member == "StateChanged"]
    if target.up_mark is None:
        return states, target.before is not None and is_resting(target.before)
    # A start that overtook ours after the mark is signalled like ours would be.
    return states, target.up_at_mark or (target.overtaken and states[:1] != ["starting"])


def is_same_process(target):
    """Return whether the main process of an instance is the one that it had before the task."""
    before, after = [(status or {}).get("processes", {}).get("main") for status in (target.before, target.after)]
    return before is not None and before == after


def _meddled(target, how, facts):
    return UpstartError("Job %s was started, but something %s it at once: look at its stop on condition and at who "
                        "else manages it." % (target.label, how), **facts)


def no_longer_running(client, target, request):
    """Return the error for a service that ran when the task began, or came up during it, and is gone at its end."""
    facts = _facts(client, target, request)
    if failures.describe(facts):
        return _told(target, "did not stay up", facts)
    if was_stopped(client, target):
        return UpstartError("Job %s is not running any more: somebody stopped it while this task was at work. Look at "
                            "its stop on condition and at who else manages it." % target.label, **facts)
    return ended(client, target, request)


def no_process(client, target, request):
    """Return the error for an instance that Upstart calls running although its main process is not there."""
    values = target.definition.values or {}
    if values.get("respawn"):
        return respawning(client, target, request)
    why = "could not be run"
    if values.get("expect", "none") != "none":
        why = "ended before it did what 'expect %s' waits for, or %s" % (values["expect"], why)
    return died(client, target, request, "has no main process although Upstart calls it running: the process " + why)


def failed_task(client, target, request):
    """Return the error for a task that is over and did not succeed, or None."""
    if _is_untold(target) and not target.succeeded:
        return UpstartError(
            "The task job %s was running already, and it is over now. Upstart before 0.6.7 tells only those who "
            "started it whether it succeeded. Look at what it was to do, or run the task again." % target.label,
            name=target.job)
    signals = client.connection.signals
    if not failures.describe(failures.from_signals(signals, target.job, target.instance or "")):
        return None
    return died(client, target, request, "ran and failed")


def not_finished(client, target, request):
    """Return the error for a task that somebody stopped before it had done its work."""
    return UpstartError(
        "The task job %s did not run to its end: somebody stopped it. Look at its stop on condition and at who else "
        "manages it, then run it again." % target.label, **_facts(client, target, request))


def not_restarted(target):
    """Return the error for a restart after which the same process runs as before."""
    return UpstartError(
        "Job %s was not restarted: somebody asked for its start while its pre-stop ran, which cancels a stop, so the "
        "same process runs on. Look at who else manages it." % target.label, name=target.job)


def outcome_unknown(target):
    """Return the error for a task that ended while nobody could see how."""
    return UpstartError(
        "Init was re-executed while the task job %s ran, and it is over now; whether it succeeded is not known. Look "
        "at what it was to do." % target.label, name=target.job)


def note_failed_post_start(target):
    """Warn of a post-start process that failed: for Upstart the job runs all the same."""
    if "post-start" in (target.definition.values or {}).get("process", {}):
        for text in failed_after_start(_said(target)):
            target.warnings.append("Job %s runs, but init says: %s." % (target.label, text.rstrip(".")))


def leftover_warning(target):
    """Return the warning on processes that a wedge left behind."""
    listing = ", ".join("%d (%s)" % (each["pid"], each["command"]) for each in target.leftovers)
    return ("Job %s was freed, but processes that it started go on unsupervised: %s. End them, or have them ended by "
            "end_leftovers: true." % (target.label, listing))


def ends_in_pre_stop(target):
    """Return whether Upstart may call a stop failed, or respawn the job, just because the main process ended while
    pre-stop ran, as it does before 1.11."""
    values = target.definition.values
    return target.definition.version < FORGIVES_DEATH and (values is None or "pre-stop" in values["process"])


def note_failed_stop(target):
    """Warn of a stop that failed although the instance is gone, unless ``ends_in_pre_stop`` explains it."""
    if not ends_in_pre_stop(target):
        said = _said(target, expected=True)
        target.warnings.append("The post-stop process of job %s failed when the job was stopped for its restart.%s" % (
            target.label, " Init says: %s." % said[-1].rstrip(".") if said else ""))
    elif target.definition.values is None or "post-stop" in target.definition.values["process"]:
        said = _said(target)
        target.warnings.append("Upstart says that job %s failed while stopping: before 1.11 it does so when the main "
                               "process ends while pre-stop runs, else post-stop failed.%s" % (
                                   target.label, " Init says: %s." % said[-1].rstrip(".") if said else ""))


def stop_outlasted(target, deadline):
    """Return the error for a restart whose stop does not end; Upstart has been asked to start the job again itself."""
    if is_resting(target.after) or (target.after or {}).get("state") == "pre-stop":
        return NoReplyError(
            "Job %s was not restarted: its pre-stop was not over after %g s and the kill timeout. The stop is "
            "cancelled, so the same process runs on; allow it more time with timeout." % (
                target.label, deadline.seconds),
            name=target.job, timeout=deadline.seconds)
    return NoReplyError(
        "Job %s was not %s: its stop was not over after %g s and the kill timeout of its file; it is in %s. Upstart "
        "starts it again by itself as soon as that is over; allow it more time with timeout." % (
            target.label, "restarted", deadline.seconds, state_of(target.after)),
        name=target.job, timeout=deadline.seconds)


def zombie_main(target):
    """Return the error for an instance whose main process has ended while its parent does not collect it."""
    pid = zombie_pid(target.after)
    return UpstartError(
        "Job %s has no living main process: Upstart tracks process %d, which has ended (a zombie), because its expect "
        "stanza is wrong. Fix the expect stanza, then restart the job." % (target.label, pid),
        name=target.job, zombie=True, pid=pid)


def suspended_warning(target):
    """Return the warning on an instance whose main process a signal or a debugger has suspended."""
    pid = suspended_pid(target.after)
    return ("Job %s does not run: its main process %d is suspended by a signal or a debugger. Continue it with kill "
            "-CONT %d; if the program stops itself when it is ready, set expect stop." % (target.label, pid, pid))


def not_stopped(target, deadline):
    """Return the error for an instance that is still there after a stop."""
    if target.is_new:
        return UpstartError("Job %s runs: somebody started it while this task was at work, which was to leave no such "
                            "instance. Run the task again." % target.label, name=target.job)
    if is_resting(target.after) and is_same_process(target):
        return UpstartError(
            "Job %s was not stopped: somebody asked for its start while its pre-stop ran, which cancels a stop. Look "
            "at who else manages it." % target.label, name=target.job)
    if is_resting(target.after) and ends_in_pre_stop(target) and (target.definition.values or {}).get("respawn"):
        return UpstartError(
            "Job %s was stopped, but Upstart respawned it: before 1.11 it does so when the main process ends while "
            "pre-stop runs. Have pre-stop not end it, or take respawn out." % target.label, name=target.job)
    if is_resting(target.after):
        return UpstartError(
            "Job %s was stopped, but something started it again at once: look at its start on condition and at who "
            "else manages it." % target.label, name=target.job)
    return timeout_error(target, "stopped", deadline)


def _settling(deadline):
    return Deadline(max(MIN_SETTLE_SECONDS, min(SETTLE_SECONDS, deadline.left())))


def let_settle(client, targets, deadline):
    """Give failed instances a moment to leave, so that the signals which tell the reason are in."""
    wait_until_resting(client, targets, _settling(deadline))


def watch(client, targets, request, deadline):
    """Watch instances until their processes have run for ``stable_for`` seconds; one that ends is an error."""
    if not targets:
        return
    before = [(target.after or {}).get("processes", {}).get("main") for target in targets]
    for target in targets:
        if target.up_mark is None or "reload" in target.sent:
            target.mark_signals(client)
    _wait_for_uptime(client, targets, request)
    wait_until_resting(client, targets, _settling(deadline))
    for target, pid in zip(targets, before):
        now = (target.after or {}).get("processes", {}).get("main")
        if target.after is None:
            target.error = ended(client, target, request)
        elif missing_main_pid(target.after):
            target.error = wedged(target, now)
        elif zombie_pid(target.after):
            target.error = zombie_main(target)
        elif is_missing_main_process(target.definition, target.after):
            target.error = no_process(client, target, request)
        elif now != pid and was_stopped(client, target):
            target.error = _meddled(target, "restarted", _facts(client, target, request))
        elif now != pid or (is_respawned(client, target) and not was_stopped(client, target)):
            target.error = respawning(client, target, request)


def _wait_for_uptime(client, targets, request):
    """Wait until main processes have been up for ``stable_for`` seconds in which they could run, or all have ended.

    On a busy host a process may begin its work late, so the time that it waited for a processor does not count.
    """
    paths = set(instance_path(target.job, target.instance or "") for target in targets)
    mark = len(client.connection.signals)

    def all_left():
        left = set(item.path for item in client.connection.signals[mark:]
                   if item.member == "StateChanged" and item.args[0] == "waiting")
        return paths <= left

    limit = Deadline(request.stable_for + request.timeout)
    missing = request.stable_for
    while not client.connection.wait(all_left, missing):
        missing = min(limit.left(), request.stable_for - min(_uptime(client, target) for target in targets))
        if missing <= 0:
            return


def _uptime(client, target):
    """Return the seconds for which the main process of an instance has run or slept; infinite where there is none."""
    peer, main = client.connection.peer["pid"], (target.after or {}).get("processes", {}).get("main")
    if not main or not processes.state_of(peer, main):
        return float("inf")
    return process_age(peer, main) - processes.time_in_queue(peer, main)


def is_respawned(client, target):
    """Return whether signals show that an instance has gone down and come up again since its mark."""
    states, down = _states_since(client, target)
    for state in states:
        if state == "starting" and down:
            return True
        down = down or state in ("running", "stopping")
    return False


def respawning(client, target, request):
    """Return the error for a service whose main process ends again and again, or that somebody restarts."""
    if not (target.definition.values or {}).get("respawn"):
        return _meddled(target, "restarted", _facts(client, target, request))
    facts = _facts(client, target, request)
    end = failures.last_end(facts["init_messages"])
    if end:
        facts.update(end, process="main")
    return _told(target, "does not stay up and is being respawned", facts, in_log=not end)


def send_reload(client, target):
    """Send Instance.Reload, or the signal itself where Upstart (before 1.10) has no such method."""
    if client.version() >= (1, 10):
        return client.request_instance("Reload", target.job, target.instance)
    main = target.after["processes"].get("main")
    for found in processes.table(client.connection.peer["pid"]).values():
        if found.inner == main:
            _hang_up(found.pid, target)
    return None


def _hang_up(pid, target):
    try:
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        if error.errno == errno.EPERM:
            target.error = UpstartError("Job %s was not reloaded: this user may not signal process %d. Run the task as "
                                        "root." % (target.label, pid), name=target.job)
        # else it has just ended, which the look after the reload tells
