# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch what was started, and say what went wrong when it did not stay up."""

from __future__ import absolute_import, division, print_function

import errno
import os
import signal

from ..daemon import process
from ..daemon.names import instance_path
from ..errors import UpstartError
from . import causes
from .initlog import failed_after_start
from .logs import log_tail
from .refusals import wedged
from .waiting import Deadline, hollow, lost_process, no_answer, resting, until_resting

__metaclass__ = type

SETTLE = 2.0  # seconds that a failed instance is given to leave, so that its last signals are seen
FORGIVES_DEATH = (1, 11)  # the first release for which a main process may end once a stop has begun
SHORT = 0.5  # the same when the time of the task is over


def _facts(client, target, request):
    log = target.log_file(request.log_dir)
    signals = client.connection.signals
    facts = causes.from_signals(signals, target.job, target.instance or "")
    facts.update(name=target.job, log_file=log, log_lines=log_tail(log, target.log_mark) if log else [],
                 init_messages=_said(target, expected=True))
    return facts


def _said(target, expected=False):
    return target.init_log.about(target.job, target.instance or "", expected) if target.init_log else []


def failure(client, target, request):
    """Return the error for a job that the daemon reported as failed."""
    verb = "ran and failed" if target.definition.is_task() else "failed to start"
    verb = "failed while stopping" if target.wanted.state == "stopped" else verb
    return died(client, target, request, verb)


def died(client, target, request, verb):
    """Return the error for a job that was up and is not, or is not the same any more."""
    return _told(target, verb, _facts(client, target, request))


def _told(target, verb, facts):
    text = causes.sentence(target.job, target.instance or "", verb, facts)
    if _is_untold(target) and not facts["init_messages"]:
        text += " Upstart tells the reason only since 0.6.7; init writes failures to syslog, which init_log can name."
    return UpstartError(text, **facts)


def _is_untold(target):
    """Return whether the daemon does not signal what becomes of processes."""
    return target.definition.version < causes.TELLS_STATES


def ended(client, target, request):
    """Return the error for a service that is gone again although its start succeeded."""
    facts = _facts(client, target, request)
    if _is_untold(target) and target.wanted.state != "reloaded":
        return _told(target, "ended, or was stopped, right after it was started", facts)
    if causes.describe(facts) or target.wanted.state == "reloaded":
        return _told(target, "did not stay up", facts)
    if _was_stopped(client, target):
        return _meddled(target, "stopped", facts)
    return UpstartError(
        "Job %s ended right after it was started: its main process exited without an error. If it puts itself into "
        "the background, give it the matching expect stanza; if it is meant to end, make it a task." % target.label,
        **facts)


def _was_stopped(client, target):
    """Return whether somebody stopped an instance since it was started.

    One that ends by itself skips pre-stop, and was up before unless it had to fork for that.
    """
    path = instance_path(target.job, target.instance or "")
    forks = (target.definition.values or {}).get("expect", "none") != "none"
    started, up = False, False
    for state in [item.args[0] for item in client.connection.signals
                  if item.path == path and item.member == "StateChanged"]:
        if state == "starting":
            started, up = True, forks
        elif started and (state == "pre-stop" or (state == "stopping" and not up)):
            return True
        up = up or state in ("post-start", "running")
    return False


def _meddled(target, how, facts):
    return UpstartError("Job %s was started, but something %s it at once: look at its stop on condition and at who "
                        "else manages it." % (target.label, how), **facts)


def no_process(client, target, request):
    """Return the error for an instance that Upstart calls running although its main process is not there."""
    values = target.definition.values or {}
    if values.get("respawn"):
        return died(client, target, request, "does not stay up: it is being respawned")
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
    if not causes.describe(causes.from_signals(signals, target.job, target.instance or "")):
        return None
    return died(client, target, request, "ran and failed")


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
    processes = ", ".join("%d (%s)" % (each["pid"], each["command"]) for each in target.leftovers)
    return ("Job %s was freed, but processes that it started go on unsupervised: %s. End them, or have them ended by "
            "end_leftovers: true." % (target.label, processes))


def ends_in_pre_stop(target):
    """Return whether Upstart may call a stop failed, or respawn the job, just because the main process ended while
    pre-stop ran, as it does before 1.11."""
    values = target.definition.values
    return target.definition.version < FORGIVES_DEATH and (values is None or "pre-stop" in values["process"])


def note_failed_stop(target):
    """Warn of a stop that Upstart calls failed where that may be for more than what ``ends_in_pre_stop`` tells."""
    if target.definition.values is None or "post-stop" in target.definition.values["process"]:
        said = _said(target)
        target.warnings.append("Upstart says that job %s failed while stopping: before 1.11 it does so when the main "
                               "process ends while pre-stop runs, else post-stop failed.%s" % (
                                   target.label, " Init says: %s." % said[-1].rstrip(".") if said else ""))


def not_stopped(target, deadline):
    """Return the error for an instance that is still there after a stop."""
    if resting(target.after) and ends_in_pre_stop(target) and (target.definition.values or {}).get("respawn"):
        return UpstartError(
            "Job %s was stopped, but Upstart respawned it: before 1.11 it does so when the main process ends while "
            "pre-stop runs. Have pre-stop not end it, or take respawn out." % target.label, name=target.job)
    if resting(target.after):
        return UpstartError(
            "Job %s was stopped, but something started it again at once: look at its start on condition and at who "
            "else manages it." % target.label, name=target.job)
    return no_answer(target, "stopped", deadline)


def _settling(deadline):
    return Deadline(max(SHORT, min(SETTLE, deadline.left())))


def let_settle(client, targets, deadline):
    """Give failed instances a moment to leave, so that the signals which tell the reason are in."""
    until_resting(client, targets, _settling(deadline))


def watch(client, targets, request, deadline):
    """Keep an eye on instances for ``stable_for`` seconds; one that ends or is respawned is an error."""
    if not targets:
        return
    before = [(target.after or {}).get("processes", {}).get("main") for target in targets]
    paths = set(instance_path(target.job, target.instance or "") for target in targets)
    mark = len(client.connection.signals)

    def all_left():
        left = set(item.path for item in client.connection.signals[mark:]
                   if item.member == "StateChanged" and item.args[0] == "waiting")
        return paths <= left

    client.connection.wait(all_left, request.stable_for)
    until_resting(client, targets, _settling(deadline))
    for target, pid in zip(targets, before):
        now = (target.after or {}).get("processes", {}).get("main")
        if target.after is None:
            target.error = ended(client, target, request)
        elif lost_process(target.after):
            target.error = wedged(target, now)
        elif hollow(target.definition, target.after):
            target.error = no_process(client, target, request)
        elif now != pid and _was_stopped(client, target):
            target.error = _meddled(target, "restarted", _facts(client, target, request))
        elif now != pid:
            target.error = died(client, target, request, "is respawning (process %s became %s)" % (pid, now))


def send_reload(client, target):
    """Send Instance.Reload, or the signal itself where Upstart (before 1.10) has no such method."""
    if client.version() >= (1, 10):
        return client.request_instance("Reload", target.job, target.instance)
    main = target.after["processes"].get("main")
    for found in process.table(client.connection.peer["pid"]).values():
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
