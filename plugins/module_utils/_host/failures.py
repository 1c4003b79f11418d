# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a job failed: from the daemon's signals, from init's log, and from the job's own log."""

from __future__ import absolute_import, division, print_function

import re

from .._daemon.names import display_name, instance_path
from .._jobfile.signals import NAMES

__metaclass__ = type

MAIN_PROCESS_ENDED = re.compile(
    r"\bmain process \([0-9]+\) (?:terminated with status ([0-9]+)|killed by ([A-Z0-9+]+) signal)")


def from_signals(signals, job, instance=""):
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
    """Return ``exit_status`` or ``exit_signal`` from the raw number, all that Upstart before 1.7 signals."""
    if status >= 256:
        return {"exit_signal": NAMES.get(status >> 8, "%d" % (status >> 8))}
    return {"exit_status": status} if status > 0 else {}


def last_main_process_end(messages):
    """Return how the main process last ended according to init's log: ``exit_status`` or ``exit_signal``.

    :param messages: list of text, as init_log.InitLog.about returns them.
    :returns: dict, empty when no message reports an end.
    """
    for message in reversed(messages):
        ended = MAIN_PROCESS_ENDED.search(message)
        if ended:
            return {"exit_status": int(ended.group(1))} if ended.group(1) else {"exit_signal": ended.group(2)}
    return {}


def is_only_in_init_log(cause):
    """Return whether only init's log has the reason: a process could not be run, or is respawned too fast."""
    return cause.get("process") == "respawn" or cause.get("failed_status") in (0, -1)


def describe(cause):
    """Return a cause as the end of a sentence, or None when it is unknown.

    :param cause: dict as ``from_signals`` returns it.
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
        return "%s could not be run (no such program, user, group or directory, or a limit was refused)" % subject
    return None


def _process_end(subject, cause):
    """Return how a process ended as a clause, or None when that is unknown."""
    if "exit_status" in cause:
        return "%s exited with status %d" % (subject, cause["exit_status"])
    if "exit_signal" in cause:
        return "%s was killed by signal %s" % (subject, cause["exit_signal"])
    return None


def failure_message(job, instance, verb, facts):
    """Return the full text of a failure: job, cause, init's message, and the end of the job's log.

    :param verb: text that follows the job's name, such as "failed to start".
    :param facts: dict with the keys of ``from_signals``, ``init_messages``, ``log_file`` and ``log_lines``.
    """
    text = "Job %s %s" % (display_name(job, instance), verb)
    reason = describe(facts)
    if reason:
        text += ": " + reason
    text += "."
    if facts.get("init_messages"):
        text += " Init says: %s." % facts["init_messages"][-1].rstrip(".")
    if facts["log_lines"]:
        text += " Last lines of %s: %s" % (facts["log_file"], " | ".join(facts["log_lines"][-3:]))
    return text
