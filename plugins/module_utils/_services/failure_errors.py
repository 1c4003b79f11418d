# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors about instances that fail, end or are stopped while a task works on them."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import NoReplyError
from .._errors import UpstartError
from .._host import failures
from .._host.job_logs import log_tail
from .._host.releases import MAIN_MAY_END_DURING_STOP_SINCE, STATES_SIGNALLED_SINCE
from .._host.status import is_resting, state_text, zombie_pid
from . import background
from .failure_advice import ADD_EXPECT, advice, background_advice, background_cause
from .missing_program import find_missing_program
from .signal_history import is_same_process, was_stopped
from .timeouts import timeout_error, waiting_advice

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._system.deadline import Deadline  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

NO_MAIN_PROCESS = "has no main process although Upstart calls it running: the process "


def _failure_facts(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> Dict[str, Any]
    log = target.log_file(request.log_dir)
    signals = client.connection.signals
    facts = failures.from_signals(signals, target.job, target.instance_name)
    messages = init_messages(target, expected=True)
    if facts.get("process") == "respawn":
        facts.update(failures.last_main_process_end(messages))
    elif "process" not in facts and facts.get("failed_status"):
        facts.update(failures.failed_process(messages))
    facts.update(name=target.job, log_file=log, log_lines=log_tail(log, target.progress.log_mark) if log else [],
                 init_messages=messages)
    return facts


def failed_helper(target, text, process, messages):
    # type: (Target, str, str, List[str]) -> str
    """Return a warning with the cause for which a process beside the main process failed.

    :param text: text, the first sentence.
    :param messages: list of text, of init.
    """
    log = target.log_file(target.wanted.log_dir)
    facts = {"name": target.job, "process": process, "init_messages": messages, "log_file": log,
             "log_lines": log_tail(log, target.progress.log_mark) if log else []}  # type: Dict[str, Any]
    reason = advice(target.definition, facts, [])
    return text + (" " + reason if reason else "") + failures.quotes(facts)


def init_messages(target, expected=False):
    # type: (Target, bool) -> List[str]
    """Return what init has written about an instance since the task began, as a list of text.

    :param expected: bool, whether to wait a moment for messages that must come.
    """
    log = target.progress.init_log
    messages = log.about(target.job, target.instance_name, expected) if log else []
    if {"stop", "free"}.intersection(target.plan.steps):  # how the old processes ended is no reason for anything
        messages = failures.without_ends_of(messages, list((target.before or {}).get("processes", {}).values()))
    return messages


def failure(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> UpstartError
    """Return the error for a job that the daemon reported as failed."""
    verb = "ran and failed" if target.definition.is_task() else "failed to start"
    if target.wanted.state == "stopped" or target.progress.sent == set(["stop"]):
        verb = "failed while stopping"
    return died(client, target, request, verb)


def _failure_facts_with_end(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> Dict[str, Any]
    """Return the facts on a failure, with the last end of the main process that init's log tells."""
    facts = _failure_facts(client, target, request)
    end = failures.last_main_process_end(facts["init_messages"])
    if end:
        facts.update(end, process="main")
    return facts


def died(client, target, request, verb):
    # type: (Upstart, Target, ServiceRequest, str) -> UpstartError
    """Return the error for a job that was up and is not, or is not the same any more."""
    return _failure_error(client, target, verb, _failure_facts(client, target, request))


def _failure_error(client, target, verb, facts, in_log=False):
    # type: (Upstart, Target, str, Dict[str, Any], bool) -> UpstartError
    """Return the error of a job that failed; ``in_log`` says that only init's log can have the reason."""
    if facts.get("process") in ("main", "respawn", None):
        target.result.leftovers = background.processes_left_running(client, target)
    if target.result.leftovers and _exits_cleanly(facts) and not verb.startswith(NO_MAIN_PROCESS):
        return _background_error(target, verb, facts)
    missing = find_missing_program(client.connection.peer["pid"], target.definition, facts)
    if missing is not None:
        facts["program"] = missing.name
    text = failures.failure_message(target.job, target.instance_name, verb, facts,
                                    advice(target.definition, facts, target.result.leftovers, missing))
    if _signals_no_states(target) and not facts["init_messages"]:
        text += " Upstart reports the reason only since 0.6.7; set init_log to the syslog file, where init writes it."
    elif (in_log or failures.is_only_in_init_log(facts)) and not facts["init_messages"] and not facts["log_lines"]:
        text += (" Init writes the reason to its own log, but %s has nothing about it; set init_log to the right file."
                 % target.wanted.init_log)
    return UpstartError(text, **facts)


def _exits_cleanly(facts):
    # type: (Dict[str, Any]) -> bool
    """Return whether a main process exited without an error, at least once, as far as that is known."""
    return failures.has_clean_exit(facts["init_messages"]) or not (
        facts.get("exit_status") or facts.get("exit_signal"))


def _background_error(target, verb, facts):
    # type: (Target, str, Dict[str, Any]) -> UpstartError
    """Return the error for a job whose command goes into the background."""
    text = "Job %s %s: %s. %s" % (
        target.label, verb, background_cause(target.result.leftovers),
        background_advice(target.definition.values or {}, target.result.leftovers))
    return UpstartError(text + failures.quotes(dict(facts, init_messages=[])), **facts)


def _signals_no_states(target):
    # type: (Target) -> bool
    """Return whether the daemon does not signal what becomes of processes."""
    return target.definition.version < STATES_SIGNALLED_SINCE


def ended(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> UpstartError
    """Return the error for a service that is gone again although its start succeeded."""
    facts = _failure_facts(client, target, request)
    if _signals_no_states(target) and target.wanted.state != "reloaded":
        return _failure_error(client, target, "ended, or was stopped, right after it was started", facts)
    if failures.describe(facts) or target.wanted.state == "reloaded":
        return _failure_error(client, target, "did not stay up", facts)
    if was_stopped(client, target) or "exit_signal" in failures.last_main_process_end(facts["init_messages"]):
        return _interference_error(target, "stopped", facts)
    target.result.leftovers = background.processes_left_running(client, target)
    if target.result.leftovers:
        return _background_error(target, "ended right after it was started", facts)
    return UpstartError(_clean_end(target) + failures.quotes(facts), **facts)


def _clean_end(target):
    # type: (Target) -> str
    """Return the text on a main process that exited without an error right after the start."""
    values = target.definition.values or {}
    text = "Job %s ended right after it was started: its main process exited without an error" % target.label
    if "post-start" in values.get("process", {}):
        return text + ", or its post-start stopped the job. Check both."
    expect = values.get("expect", "none")
    remedy = ("If it runs in the background, " + ADD_EXPECT if expect == "none" else
              "If it still runs in the background, correct 'expect %s'" % expect)
    return "%s. %s; if it is meant to end, make it a task." % (text, remedy)


def interference_error(client, target, request, how):
    # type: (Upstart, Target, ServiceRequest, str) -> UpstartError
    """Return the error for an instance that somebody else has ``how``: stopped or restarted."""
    return _interference_error(target, how, _failure_facts(client, target, request))


def _interference_error(target, how, facts):
    # type: (Target, str, Dict[str, Any]) -> UpstartError
    return UpstartError("Job %s was started, but something %s it at once. Check its stop on condition and what "
                        "else manages it." % (target.label, how), **facts)


def no_longer_running(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> UpstartError
    """Return the error for a service that ran when the task began, or came up during it, and is gone at its end."""
    facts = _failure_facts(client, target, request)
    if failures.describe(facts):
        return _failure_error(client, target, "did not stay up", facts)
    if was_stopped(client, target):
        return UpstartError("Job %s is no longer running: something stopped it during this task. Check its stop on "
                            "condition and what else manages it." % target.label, **facts)
    return ended(client, target, request)


def no_process(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> UpstartError
    """Return the error for an instance that Upstart calls running although its main process is not there."""
    values = target.definition.values or {}
    expects = values.get("expect", "none") != "none"
    if values.get("respawn") and not expects:
        return respawning(client, target, request)
    reason = "could not be run"
    if expects:
        reason = "ended before it did what 'expect %s' waits for, or %s" % (values["expect"], reason)
    if values.get("respawn"):
        reason += ", and Upstart does not respawn it"
    facts = _failure_facts_with_end(client, target, request)
    return _failure_error(client, target, NO_MAIN_PROCESS + reason, facts)


def failed_task(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> Optional[UpstartError]
    """Return the error for a task that is over and did not succeed, or None."""
    if _signals_no_states(target) and not target.progress.succeeded:
        return UpstartError(
            "Cannot tell whether the task job %s succeeded: it was running already, and Upstart before 0.6.7 reports "
            "that to its starter only. Check its work, or run the task again." % target.label,
            name=target.job)
    signals = client.connection.signals
    if not failures.describe(failures.from_signals(signals, target.job, target.instance_name)):
        return None
    return died(client, target, request, "ran and failed")


def not_finished(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> UpstartError
    """Return the error for a task that somebody stopped before it had done its work."""
    return UpstartError(
        "The task job %s did not finish: something stopped it. Check its stop on condition and what else manages it, "
        "then run it again." % target.label, **_failure_facts(client, target, request))


def not_restarted(target):
    # type: (Target) -> UpstartError
    """Return the error for a restart after which the same process runs as before."""
    return UpstartError(
        "Job %s was not restarted: something requested its start during its pre-stop, which cancels a stop. The same "
        "process is still running; check what else manages the job." % target.label, name=target.job)


def outcome_unknown(target):
    # type: (Target) -> UpstartError
    """Return the error for a task that ended while nobody could see how."""
    return UpstartError(
        "Cannot tell whether the task job %s succeeded: init was re-executed while it ran. Check its work."
        % target.label, name=target.job)


def leftover_warning(target):
    # type: (Target) -> str
    """Return the warning on processes that a stuck instance left behind."""
    listing = ", ".join("%d (%s)" % (process["pid"], process["command"]) for process in target.result.leftovers)
    return ("Job %s is no longer stuck, but processes that it started are still running unsupervised: %s. End them, or "
            "set end_leftovers: true." % (target.label, listing))


def ends_in_pre_stop(target):
    # type: (Target) -> bool
    """Return whether Upstart may call a stop failed, or respawn the job, just because the main process ended while
    pre-stop ran, as it does before 1.11."""
    values = target.definition.values
    is_old = target.definition.version < MAIN_MAY_END_DURING_STOP_SINCE
    return is_old and (values is None or "pre-stop" in values["process"])


def stop_outlasted(target, deadline):
    # type: (Target, Deadline) -> UpstartError
    """Return the error for a restart whose stop does not end; Upstart has been asked to start the job again itself."""
    status = target.result.after or {}
    values = target.definition.values or {}
    facts = {"name": target.job, "timeout": deadline.seconds}
    if is_resting(target.result.after) or status["state"] == "pre-stop":
        remedy = "increase timeout." if is_resting(target.result.after) else "increase timeout. %s" % (
            waiting_advice(values, status))
        return NoReplyError(
            "Job %s was not restarted: its pre-stop took longer than %g s and the kill timeout. The stop is cancelled "
            "and the same process is still running; %s" % (target.label, deadline.seconds, remedy), **facts)
    advice_ = waiting_advice(values, status)
    return NoReplyError(
        "Job %s was not restarted: its stop took longer than %g s and the kill timeout of its file; it is in %s. "
        "Upstart will start it again when the stop ends; increase timeout.%s" % (
            target.label, deadline.seconds, state_text(status), " " + advice_ if advice_ else ""), **facts)


def zombie_main(target):
    # type: (Target) -> UpstartError
    """Return the error for an instance whose main process has ended while its parent does not collect it."""
    pid = zombie_pid(target.result.after) or 0  # there is one
    return UpstartError(
        "Job %s has no living main process: Upstart tracks process %d, which has ended (a zombie), because its expect "
        "stanza is wrong. Fix the expect stanza, then restart the job." % (target.label, pid),
        name=target.job, zombie=True, pid=pid)


def not_stopped(target, deadline):
    # type: (Target, Deadline) -> UpstartError
    """Return the error for an instance that is still there after a stop."""
    if target.progress.is_new:
        return UpstartError("Job %s is running: something started it during this task, which should leave no such "
                            "instance. Run the task again." % target.label, name=target.job)
    if is_resting(target.result.after) and is_same_process(target):
        return UpstartError(
            "Job %s was not stopped: something requested its start during its pre-stop, which cancels a stop. Check "
            "what else manages it." % target.label, name=target.job)
    if is_resting(target.result.after) and ends_in_pre_stop(target) and (target.definition.values or {}).get("respawn"):
        return UpstartError(
            "Job %s was stopped, but Upstart before 1.11 respawns a job whose main process ends during pre-stop. "
            "Change pre-stop so it does not end that process, or remove respawn." % target.label, name=target.job)
    if is_resting(target.result.after):
        return UpstartError(
            "Job %s was stopped, but something started it again at once. Check its start on condition and what else "
            "manages it." % target.label, name=target.job)
    return timeout_error(target, "stopped", deadline)


def respawning(client, target, request):
    # type: (Upstart, Target, ServiceRequest) -> UpstartError
    """Return the error for a service whose main process ends again and again, or that somebody restarts."""
    if not (target.definition.values or {}).get("respawn"):
        return interference_error(client, target, request, "restarted")
    facts = _failure_facts_with_end(client, target, request)
    return _failure_error(client, target, "does not stay up and is being respawned", facts,
                          in_log=facts.get("process") != "main")
