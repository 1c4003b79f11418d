# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a job failed: from the daemon's signals, from init's log, and from the job's own log."""

from __future__ import absolute_import, division, print_function

import re

from .._daemon.names import display_name, instance_path
from .._jobfile.signals import NAMES

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Sequence  # noqa: F401
    from .._daemon.connection import Signal  # noqa: F401

__metaclass__ = type

MAIN_PROCESS_ENDED = re.compile(
    r"\bmain process \([0-9]+\) "
    r"(?:terminated with status ([0-9]+)|killed by (?:signal ([0-9]+)|([A-Z0-9+]+) signal))")
PROCESS_FAILED = (r"(?:^Failed to spawn \S.* %s process: (.*)"
                  r"|\b%s process \([0-9]+\) (?:terminated with|killed by|dumped core))")
ANY_PROCESS = "(?:security|pre-start|main|post-start|pre-stop|post-stop)"
RESPAWNED = re.compile(r"(?: respawning too fast, stopped| main process ended, respawning)$")
QUOTED_LINES = 3  # of the end of a job's log


def from_signals(signals, job, instance=""):
    # type: (Sequence[Signal], str, str) -> Dict[str, Any]
    """Return why an instance failed, from the signals seen since a request was sent.

    :returns: dict, empty when nothing failed, else some of ``process`` (text: main,
        pre-start and so on, or respawn), ``exit_status`` (int), ``exit_signal`` (text),
        ``failed_status`` (int, the daemon's raw number).
    """
    cause = {}
    path = instance_path(job, instance)
    for signal in signals:
        if signal.member == "Failed" and signal.path == path:
            cause = {"failed_status": signal.args[0]}
    for signal in signals:
        if signal.member != "EventEmitted" or signal.args[0] not in ("stopping", "stopped"):
            continue
        variables = dict(reversed([value.split("=", 1) for value in signal.args[1] if "=" in value]))
        if variables.get("JOB") != job or variables.get("INSTANCE") != instance or variables.get("RESULT") != "failed":
            continue
        cause["process"] = variables.get("PROCESS", "main")
        if variables.get("EXIT_STATUS", "").isdigit():
            cause["exit_status"] = int(variables["EXIT_STATUS"])
        elif "EXIT_SIGNAL" in variables:
            cause["exit_signal"] = variables["EXIT_SIGNAL"]
    if "process" not in cause:
        cause.update(_from_failed_status(cause.get("failed_status", 0)))
    return cause


def _from_failed_status(status):
    # type: (int) -> Dict[str, Any]
    """Return ``exit_status`` or ``exit_signal`` from the raw number. Upstart before 1.7 signals no more than that."""
    if status >= 256:
        return {"exit_signal": NAMES.get(status >> 8, "%d" % (status >> 8))}
    return {"exit_status": status} if status > 0 else {}


def last_main_process_end(messages):
    # type: (Sequence[str]) -> Dict[str, Any]
    """Return how the main process last ended according to init's log: ``exit_status`` or ``exit_signal``.

    Init has no message about a process that exits with status 0, except that the job is respawned.

    :param messages: list of text, as init_log.InitLog.about returns them.
    :returns: dict, empty when no message reports an end.
    """
    for message in reversed(messages):
        ended = MAIN_PROCESS_ENDED.search(message)
        if ended:
            status, number, name = ended.groups()
            return {"exit_status": int(status)} if status else {"exit_signal": name or number}
    return {"exit_status": 0} if any(RESPAWNED.search(message) for message in messages) else {}


def has_clean_exit(messages):
    # type: (Sequence[str]) -> bool
    """Return whether init's log shows that a main process which was respawned had exited with status 0."""
    respawns = [message for message in messages if RESPAWNED.search(message)]
    return len(respawns) > sum(MAIN_PROCESS_ENDED.search(message) is not None for message in messages)


def without_ends_of(messages, pids):
    # type: (Sequence[str], Sequence[int]) -> List[str]
    """Return init's messages without those about the processes with these pids."""
    names = ["process (%d) " % pid for pid in pids]
    return [message for message in messages if not any(name in message for name in names)]


def message_with_cause(messages, process=None):
    # type: (Sequence[str], Optional[str]) -> Optional[str]
    """Return the message of init that holds the cause of a failure, or None if there are no messages.

    That is the last one about the process that failed, or, if that process is unknown, the first one about any. A
    later message may be about post-stop, or may only say that the job is respawned.

    :param messages: list of text, as init_log.InitLog.about returns them.
    :param process: text: main, pre-start and so on, or respawn; None for unknown.
    """
    name = {None: ANY_PROCESS, "respawn": "main"}.get(process, process)
    failed = [message for message in messages if re.search(PROCESS_FAILED % (name, name), message)]
    if failed:
        return failed[-1 if process else 0]
    others = [message for message in messages if not RESPAWNED.search(message)]
    return (others or list(messages) or [None])[-1]  # type: ignore[list-item]  # None where there are no messages


def failed_process(messages):
    # type: (Sequence[str]) -> Dict[str, Any]
    """Return the process that failed, as ``process``, by init's log; empty when no message reports that."""
    match = re.search(r"\b(%s) process\b" % ANY_PROCESS, message_with_cause(messages) or "")
    return {"process": match.group(1)} if match else {}


def spawn_error(messages, process):
    # type: (Sequence[str], Optional[str]) -> Optional[str]
    """Return why a process could not be run according to init's log, such as "unable to find setuid user", or None."""
    match = re.search(PROCESS_FAILED % (ANY_PROCESS, ANY_PROCESS), message_with_cause(messages, process) or "")
    return match and match.group(1)


def is_only_in_init_log(cause):
    # type: (Dict[str, Any]) -> bool
    """Return whether only init's log has the reason: a process could not be run, or is respawned too fast."""
    return cause.get("process") == "respawn" or cause.get("failed_status") in (0, -1)


def describe(cause, is_explained=False):
    # type: (Dict[str, Any], bool) -> Optional[str]
    """Return a cause as the end of a sentence, or None when it is unknown.

    :param cause: dict as ``from_signals`` returns it.
    :param is_explained: bool, whether the text that follows says why a process could not be run.
    """
    process = cause.get("process")
    status = cause.get("failed_status")
    if process == "respawn" or status == 0:
        last = _process_end("its main process", cause)
        return "it ended again and again%s and Upstart stopped respawning it" % (" (%s)" % last if last else "")
    subject = "its %s process" % process if process else "one of its processes"
    end = _process_end(subject, cause)
    if end:
        return end
    if status == -1 or (process and status is None):
        reasons = "" if is_explained else " (no such program, user, group or directory, or a limit was refused)"
        return "%s could not be run%s" % (subject, reasons)
    return None


def _process_end(subject, cause):
    # type: (str, Dict[str, Any]) -> Optional[str]
    """Return how a process ended as a clause, or None when that is unknown."""
    if "exit_status" in cause:
        return "%s exited with status %d" % (subject, cause["exit_status"])
    if "exit_signal" in cause:
        return "%s was killed by signal %s" % (subject, cause["exit_signal"])
    return None


def failure_message(job, instance, verb, facts, advice=None):
    # type: (str, str, str, Dict[str, Any], Optional[str]) -> str
    """Return the full text of a failure: job, cause, advice, init's message, and the end of the job's log.

    :param verb: text that follows the job's name, such as "failed to start".
    :param facts: dict with the keys of ``from_signals``, ``init_messages``, ``log_file`` and ``log_lines``, and
        ``program`` if the advice names the program that could not be run.
    :param advice: text, a sentence or two, or None.
    """
    messages = facts.get("init_messages") or []
    text = "Job %s %s" % (display_name(job, instance), verb)
    is_explained = "program" in facts or spawn_error(messages, facts.get("process")) is not None
    reason = describe(facts, is_explained)
    if reason:
        text += ": " + reason
    text += "."
    if advice:
        text += " " + advice
    return text + quotes(facts, respawn_known="respawn" in text)


def quotes(facts, respawn_known=False):
    # type: (Dict[str, Any], bool) -> str
    """Return init's message about a failure and the end of the job's log, with a blank before them; empty if neither.

    :param facts: dict with ``process`` if that is known, ``init_messages``, ``log_file`` and ``log_lines``.
    :param respawn_known: bool, whether the text says that the job is respawned; then init's message that says only
        that is left out.
    """
    text = ""
    messages = facts.get("init_messages") or []
    quoted = [message_with_cause(messages, facts.get("process"))] + list(messages[-1:])
    if quoted[0] == quoted[-1] or not RESPAWNED.search(quoted[-1] or ""):
        del quoted[1:]
    quoted = [message for message in quoted if message and not (respawn_known and RESPAWNED.search(message))]
    if quoted:
        text += " Init says: %s." % "; ".join(quoted).rstrip(".")
    if facts["log_lines"]:
        text += " Last lines of %s: %s" % (facts["log_file"], " | ".join(facts["log_lines"][-QUOTED_LINES:]))
    return text
