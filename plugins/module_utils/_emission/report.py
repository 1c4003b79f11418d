# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a task, its warnings and its errors."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host import summary_lines
from .._host.releases import STATES_SIGNALLED_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Sequence, Tuple  # noqa: F401

__metaclass__ = type

NULL_UNLESS_KNOWN = ("settled", "fails", "sure", "reasons", "assumed", "notes", "outlook")
LOG_LINES_IN_MESSAGE = 3


def result_of(emission, **values):
    # type: (Any, **Any) -> Dict[str, Any]
    """Return the result of a task for an event that was emitted or predicted: the same keys in check mode and without.

    :param emission: emit.Emission.
    :param values: the values that are known; ``jobs`` and ``held_by`` are empty and the others None by default.
    """
    result = dict.fromkeys(NULL_UNLESS_KNOWN)
    result.update(changed=True, name=emission.name, env=emission.env, jobs=[], held_by=[])
    result.update(values)
    result["summary"] = _summary(result)
    return result


def _summary(result):
    # type: (Dict[str, Any]) -> List[str]
    """Return a line for each instance in a result, and for each job that holds the event."""
    lines = []
    for job in result["jobs"]:
        wrong = job["failed"] or job["respawned"]
        status = job["status"] or "in an unknown state"
        lines.append(summary_lines.line(
            display_name(job["name"], job["instance"]), status if wrong else "%s (%s)" % (status, job["how"]),
            [job["how"]] if wrong else []))
    return lines + [summary_lines.line("event", result["name"], ["held by " + holder]) for holder in result["held_by"]]


def missing_knowledge(version):
    # type: (Tuple[int, ...]) -> Optional[str]
    """Return a warning on the effects that a daemon of this version does not signal, or None."""
    if version >= STATES_SIGNALLED_SINCE:
        return None
    return ("Upstart %s signals only that instances appear and disappear, so jobs lacks restarts, respawns and "
            "failures, and includes effects of other events. Upstart 0.6.7 and later signal states and failures."
            % ".".join(str(number) for number in version))


def warnings(emission, outcome):
    # type: (Any, Any) -> List[str]
    """Return warnings about an event that is over but had effects that nobody wants.

    :param outcome: emit.Outcome.
    """
    texts = []
    bad = [_job_text(job) for job in outcome.jobs if job["failed"] or job["respawned"]]
    if bad:
        texts.append("The event %s is over and did not fail, but these jobs failed or were respawned because of it: "
                     "%s." % (emission.name, "; ".join(bad)))
    moving = ["%s is in %s" % (display_name(job["name"], job["instance"]), job["status"]) for job in outcome.jobs
              if (job["name"], job["instance"]) in outcome.moving]
    if moving:
        texts.append("The event %s is over, but these jobs have not come to rest: %s. The task stopped following them."
                     % (emission.name, "; ".join(moving)))
    if outcome.jobs and outcome.conditions_unavailable:
        texts.append("Cannot tell which of these changes the event %s caused: %s." % (
            emission.name, outcome.conditions_unavailable))
    return texts


def failed_error(emission, jobs, conditions_unavailable, settled):
    # type: (Any, List[Dict[str, Any]], Optional[str], bool) -> UpstartError
    """Return the error for an event that made jobs fail.

    :param conditions_unavailable: text, a clause on why it is unknown which jobs the event concerns, or None.
    :param settled: whether everything that the event moved has come to rest.
    """
    failed = [job for job in jobs if job["failed"]]
    texts = "; ".join(_job_text(job) for job in failed)
    begin = "The event %s was emitted, but " % emission.name
    if not failed:
        text = begin + "a job that it concerns failed. Upstart does not report which."
    elif conditions_unavailable:
        failures = "whether it caused this failure" if len(failed) == 1 else (
            "which of these %d failures it caused" % len(failed))
        text = begin + "it failed. Cannot tell %s (%s): %s." % (failures, conditions_unavailable, texts)
    else:
        number = "a job" if len(failed) == 1 else "%d jobs" % len(failed)
        text = begin + "%s that it concerns failed. %s." % (number, texts)
    return UpstartError(text, **result_of(emission, jobs=jobs, settled=settled))


def held_error(emission, jobs, holders, reason=None):
    # type: (Any, List[Dict[str, Any]], Sequence[str], Optional[str]) -> UpstartError
    """Return the error for an event that is not over in time.

    :param holders: list of sentences on who holds it.
    :param reason: text, why that is unknown; None if it is known.
    """
    text = "The event %s was emitted, but not over within %g s" % (emission.name, emission.timeout)
    if reason is not None:
        text += ", and it is unknown who holds it: %s" % reason
    elif holders:
        text += ": it is held by %s." % "; ".join(holders)
    else:
        text += "."
    return UpstartError(text + " Set wait: false if the task need not wait for it.", timeout=emission.timeout,
                        **result_of(emission, jobs=jobs, held_by=holders, settled=False))


def unanswered_error(emission, reason):
    # type: (Any, str) -> UpstartError
    """Return the error for a daemon that does not answer and signals nothing."""
    text = "Cannot tell whether the event %s was emitted: no answer came within %g s. %s" % (
        emission.name, emission.timeout, reason)
    return UpstartError(text, timeout=emission.timeout, **result_of(emission, settled=False))


def _job_text(job):
    # type: (Dict[str, Any]) -> str
    text = "%s %s" % (display_name(job["name"], job["instance"]), job["how"])
    if job.get("log_lines"):
        text += " (its log ends: %s)" % " | ".join(job["log_lines"][-LOG_LINES_IN_MESSAGE:])
    return text
