# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a job failed: what the daemon signalled, and what the job wrote to its log."""

from __future__ import absolute_import, division, print_function

import re

from .._daemon.names import display_name, instance_path
from .._jobfile.signals import NAMES

__metaclass__ = type

ENDED = re.compile(r"\bmain process \([0-9]+\) (?:terminated with status ([0-9]+)|killed by ([A-Z0-9+]+) signal)")


def from_signals(signals, job, instance=""):
    """Return what failed, from the signals seen since a request was sent.

    :returns: dict, empty when nothing failed, else some of ``process`` (text: main,
        pre-start and so on, or respawn), ``exit_status`` (int), ``exit_signal`` (text),
        ``failed_status`` (int, the daemon's raw number).
    """
    found = {}
    about = instance_path(job, instance)
    for signal in signals:
        if signal.member == "Failed" and signal.path == about:
            found = {"failed_status": signal.args[0]}
    for signal in signals:
        if signal.member != "EventEmitted" or signal.args[0] not in ("stopping", "stopped"):
            continue
        variables = dict(reversed([value.split("=", 1) for value in signal.args[1] if "=" in value]))
        if variables.get("JOB") != job or variables.get("INSTANCE") != instance or variables.get("RESULT") != "failed":
            continue
        found["process"] = variables.get("PROCESS", "main")
        if variables.get("EXIT_STATUS", "").isdigit():
            found["exit_status"] = int(variables["EXIT_STATUS"])
        elif "EXIT_SIGNAL" in variables:
            found["exit_signal"] = variables["EXIT_SIGNAL"]
    if "process" not in found:
        found.update(_from_number(found.get("failed_status", 0)))
    return found


def _from_number(status):
    """Return what the daemon's number for a failure tells, where (before 1.7) it signals no more."""
    if status >= 256:
        return {"exit_signal": NAMES.get(status >> 8, "%d" % (status >> 8))}
    return {"exit_status": status} if status > 0 else {}


def last_end(messages):
    """Return how a main process ended by init's own messages: ``exit_status`` or ``exit_signal``, as ``from_signals``.

    :param messages: list of text, as init_log.InitLog.about returns them.
    :returns: dict, empty when none of them says it.
    """
    for message in reversed(messages):
        ended = ENDED.search(message)
        if ended:
            return {"exit_status": int(ended.group(1))} if ended.group(1) else {"exit_signal": ended.group(2)}
    return {}


def is_in_log_of_init(cause):
    """Return whether only init's log has the reason: for a process that could not be run, or is respawned."""
    return cause.get("process") == "respawn" or cause.get("failed_status") in (0, -1)


def describe(cause):
    """Return a cause as the end of a sentence, or None when nothing is known."""
    process = cause.get("process")
    status = cause.get("failed_status")
    if process == "respawn" or status == 0:
        last = _end("its main process", cause)
        return "it ended again and again%s and Upstart stopped respawning it" % (" (%s)" % last if last else "")
    subject = "its %s process" % process if process else "one of its processes"
    end = _end(subject, cause)
    if end:
        return end
    if status == -1 or (process and status is None):
        return "%s could not be run (no such program, user, group or directory, or a limit was refused)" % subject
    return None


def _end(subject, cause):
    """Return how a process ended as a clause, or None when that is not known."""
    if "exit_status" in cause:
        return "%s exited with status %d" % (subject, cause["exit_status"])
    if "exit_signal" in cause:
        return "%s was ended by signal %s" % (subject, cause["exit_signal"])
    return None


def sentence(job, instance, verb, facts):
    """Return the full text of a failure: job, cause, what init says, the end of the log.

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
