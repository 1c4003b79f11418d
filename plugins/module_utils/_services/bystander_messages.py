# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages about services that ran before a task and do not run after it."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._host.status import STOP_WAITING

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, List  # noqa: F401

__metaclass__ = type

ADD_OR_START = "If it must run, start it afterwards, or add it to jobs of this task with state: started."
RUN_AGAIN = "Start it, or run this task again."
FIND_OUT = "Find out what else stopped it, then start it again."
NO_START_ON = "It has no start on, so no event starts it again."

# Why a service does not run, as (sentence after the task, sentence in a prediction). Columns: AFTER_TASK and PREDICTED.
AFTER_TASK, PREDICTED = 0, 1
EXPLANATIONS = {
    "other state": ("It is in %s.", "It would be in %s."),
    "unknown": ("Cannot tell which events its start on still waits for.",
                "It may not start again: cannot tell which events its start on waits for."),
    "waits": ("It does not start again %s.", "It would not start again %s."),
    "stopped again": ("It was started again but does not run.", "It would start again but not run."),
    "no start on": (NO_START_ON, NO_START_ON),
}


def warning(loss):
    # type: (Any) -> str
    """Return the message about a service that a task has stopped.

    :param loss: bystanders.Loss.
    """
    why = "It is not running now: %s." % loss.reason if loss.reason else _why_it_is_down(loss, AFTER_TASK)
    return "%s %s %s" % (_how_it_stopped(loss), why, FIND_OUT if loss.by_task is False else ADD_OR_START)


def prediction(loss, remedy=ADD_OR_START):
    # type: (Any, str) -> str
    """Return the message about a service that a task would stop.

    :param loss: bystanders.Loss.
    :param remedy: text, a sentence that says what to do.
    """
    name = display_name(loss.job, loss.instance)
    if loss.event is not None:
        stop = "This task would stop job %s (stop on %s)." % (name, loss.event)
    elif loss.by_task:
        stop = "This task would stop job %s (by a script of job %s)." % (name, loss.caused_by[0])
    else:
        stop = "Job %s would not be running after this task." % name
    return "%s %s %s" % (stop, _why_it_is_down(loss, PREDICTED), remedy)


def _how_it_stopped(loss):
    # type: (Any) -> str
    name = display_name(loss.job, loss.instance)
    if loss.event is not None:
        return "Job %s stopped because of %s %s (stop on %s)." % (
            name, "job" if len(loss.caused_by) == 1 else "jobs", " and ".join(loss.caused_by), loss.event)
    if loss.by_task:
        return "Job %s was stopped by a script of job %s." % (name, loss.caused_by[0])
    if loss.by_task is False:
        return "Job %s stopped during this task, but not because of it." % name
    return "Job %s was running before this task and is not running now." % name


def _why_it_is_down(loss, tense):
    # type: (Any, int) -> str
    """Return a sentence that says why a service does not start again.

    :param tense: AFTER_TASK or PREDICTED.
    """
    if loss.status != STOP_WAITING:
        return EXPLANATIONS["other state"][tense] % loss.status
    if loss.waits_for is None:
        return EXPLANATIONS["unknown"][tense]
    if loss.waits_for:
        return EXPLANATIONS["waits"][tense] % _until(loss.waits_for)
    return EXPLANATIONS["stopped again" if loss.happened else "no start on"][tense]


def _until(events):
    # type: (List[str]) -> str
    """Return a clause on the missing events of a ``start on``. Where it lists several, some may be alternatives."""
    if len(events) == 1:
        return "until %s is emitted" % events[0]
    return "yet, because its start on waits for %s" % ", ".join(events)
