# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences on services that ran before a task and do not run after it."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._host.status import STOP_WAITING

__metaclass__ = type

ADD_OR_START = "If it must run, start it afterwards, or add it to jobs of this task with state: started."
RUN_AGAIN = "Start it, or run this task again."
FIND_OUT = "Find out what else stopped it, then start it again."
NO_START_ON = "It has no start on, so no event starts it again."


def warning(loss):
    """Return the sentences on a service that went down, which the task does not list."""
    return "%s %s %s" % (_how_it_stopped(loss), _why_it_is_down(loss), FIND_OUT if loss.ours is False else ADD_OR_START)


def error(loss):
    """Return the sentences on a service that went down, which the task lists."""
    return "%s %s %s" % (_how_it_stopped(loss), _why_it_is_down(loss), FIND_OUT if loss.ours is False else RUN_AGAIN)


def prediction(loss, remedy=ADD_OR_START):
    """Return the sentences on a service that a task would take down, with a sentence on what to do about it."""
    name = display_name(loss.job, loss.instance)
    if loss.event is not None:
        stop = "This task would stop job %s (stop on %s)." % (name, loss.event)
    elif loss.ours:
        stop = "This task would stop job %s (by a script of job %s)." % (name, loss.caused_by[0])
    else:
        stop = "Job %s would not be running after this task." % name
    return "%s %s %s" % (stop, _why_it_would_be_down(loss), remedy)


def _how_it_stopped(loss):
    name = display_name(loss.job, loss.instance)
    if loss.event is not None:
        return "Job %s stopped because of %s %s (stop on %s)." % (
            name, "job" if len(loss.caused_by) == 1 else "jobs", " and ".join(loss.caused_by), loss.event)
    if loss.ours:
        return "Job %s was stopped by a script of job %s." % (name, loss.caused_by[0])
    if loss.ours is False:
        return "Job %s stopped during this task, but not because of it." % name
    return "Job %s was running before this task and is not running now." % name


def _why_it_is_down(loss):
    if loss.reason:
        return "It is not running now: %s." % loss.reason
    if loss.status != STOP_WAITING:
        return "It is in %s." % loss.status
    if loss.waits_for is None:
        return "Cannot tell which events its start on still waits for."
    if loss.waits_for:
        return "It does not start again %s." % _until(loss.waits_for)
    return "It was started again but does not run." if loss.happened else NO_START_ON


def _why_it_would_be_down(loss):
    if loss.status != STOP_WAITING:
        return "It would be in %s." % loss.status
    if loss.waits_for is None:
        return "It may not start again: cannot tell which events its start on waits for."
    if loss.waits_for:
        return "It would not start again %s." % _until(loss.waits_for)
    return "It would start again but not run." if loss.happened else NO_START_ON


def _until(events):
    """Return a clause on events of a ``start on``; of several of them, some may be alternatives."""
    if len(events) == 1:
        return "until %s is emitted" % events[0]
    return "yet, because its start on waits for %s" % ", ".join(events)
