# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emit an event, and tell what it did: which jobs started, stopped and failed."""

from __future__ import absolute_import, division, print_function

import collections

from ..daemon.errors import Absent, DaemonError, EventFailed
from ..daemon.names import instance_name, job_name, label
from ..errors import UpstartError
from ..events.explain import explain
from ..jobfile.conditions import dbus_to_rpn
from . import causes
from .loaded import not_utf_8
from .logs import log_path
from .running import SETTLE

__metaclass__ = type

Emission = collections.namedtuple("Emission", "name env wait timeout log_dir conf_dir")


def emit(client, emission):
    """Emit an event and return its effects, see ``effects``; without ``wait`` none are known.

    Raises UpstartError when a job failed because of it, or when it is not over within ``timeout`` seconds.
    """
    connection = client.connection
    mark = len(connection.signals)
    pending = client.emit(emission.name, emission.env, emission.wait)
    answered = connection.wait(lambda: pending.done, emission.timeout)
    if not answered:
        connection.forget(pending)
        raise _held(client, emission, effects(connection.signals[mark:], emission.log_dir))
    try:
        pending.result()
    except EventFailed:
        _let_failures_settle(connection, mark)
        raise _failed(emission, effects(connection.signals[mark:], emission.log_dir))
    except DaemonError as error:
        raise UpstartError("Upstart refused the event %s: %s." % (emission.name, error.message.rstrip(".")),
                           name=emission.name, **error.facts)
    return effects(connection.signals[mark:], emission.log_dir) if emission.wait else []


def effects(signals, log_dir):
    """Return what signals tell of jobs.

    :returns: list, in the order in which the daemon turned to them, of dicts with ``name``, ``instance``, ``started``
        and ``stopped`` (bool: whether it came up, or went down), ``failed`` (bool) and, for a failure, its cause.
    """
    found = collections.OrderedDict()
    for signal in signals:
        if signal.member not in ("GoalChanged", "StateChanged", "Failed") or signal.path.count("/") < 5:
            continue
        entry = found.setdefault(signal.path, {
            "name": job_name(signal.path), "instance": instance_name(signal.path),
            "started": False, "stopped": False, "failed": False})
        if signal.member == "Failed":
            entry["failed"] = True
        elif signal.member == "StateChanged" and signal.args[0] == "running":
            entry["started"] = True
        elif signal.member == "StateChanged" and signal.args[0] == "waiting":
            entry["stopped"] = True
    for entry in found.values():
        if entry["failed"]:
            entry.update(causes.from_signals(signals, entry["name"], entry["instance"]))
            entry["log_file"] = log_path(log_dir, entry["name"], entry["instance"])
    return list(found.values())


def _let_failures_settle(connection, mark):
    """Wait for the signals that say how the failed job ended: they come after the answer."""
    def told():
        signals = connection.signals[mark:]
        failed = set(item.path for item in signals if item.member == "Failed")
        gone = set(item.path for item in signals if item.member == "StateChanged" and item.args[0] == "waiting")
        return failed and failed <= gone
    connection.wait(told, SETTLE)


def _failed(emission, jobs):
    """Return the error for an event that made jobs fail."""
    reasons = []
    for job in jobs:
        if job["failed"]:
            reason = causes.describe(job)
            reasons.append("%s failed%s" % (label(job["name"], job["instance"]), ": " + reason if reason else ""))
    text = "The event %s was emitted, but a job that it concerns failed. " % emission.name
    return UpstartError(text + ("; ".join(reasons) + "." if reasons else "Upstart does not tell which."),
                        name=emission.name, jobs=jobs, changed=True)


def conditions(client, conf_dir):
    """Return (job name, property, condition in reverse Polish order) of all jobs that have conditions.

    The list is empty for Upstart before 0.6.7, which does not tell conditions.

    :param conf_dir: text, the directory of the job files; one that is not UTF-8 makes the question deadly.
    :raises UpstartError: when the daemon would crash if it were asked.
    """
    harmful = not_utf_8(conf_dir)
    if harmful:
        raise UpstartError("What the event would do cannot be told: %s holds text that is not UTF-8, and Upstart "
                           "would crash if it were asked for conditions. Write it in UTF-8." % harmful, path=harmful)
    found = []
    for name in client.jobs():
        try:
            properties = client.job_properties(name)
        except Absent:
            continue  # removed since the list was made
        for key in ("start_on", "stop_on"):
            if properties.get(key):
                found.append((name, key, dbus_to_rpn(properties[key])))
    return found


def consequences(client, emission):
    """Return what the event would do as far as it alone decides it, without emitting it.

    :returns: dict of sorted lists: ``would_start`` and ``would_stop`` (job names), ``would_wait`` (sentences on
        conditions that the event meets only in part).
    """
    outlook = {"would_start": [], "would_stop": [], "would_wait": []}
    for name, key, rpn in conditions(client, emission.conf_dir):
        found = explain(rpn, [(emission.name, emission.env)], stanza=key.replace("_", " "))
        running = found["met"] and bool(client.instances(name))
        if found["met"] and key == "start_on" and not running:
            outlook["would_start"].append(name)
        elif found["met"] and key == "stop_on" and running:
            outlook["would_stop"].append(name)
        elif found["happened"] and not found["met"]:
            outlook["would_wait"].append("job %s: %s" % (name, found["sentence"]))
    return dict((key, sorted(value)) for key, value in outlook.items())


def _held(client, emission, jobs):
    """Return the error for an event that is not over in time, with who holds it."""
    try:
        holders = consequences(client, emission)["would_wait"]
        for job in jobs:
            if not (job["started"] or job["stopped"]):
                status = client.status(job["name"], job["instance"])
                if status:
                    holders.append("job %s is in %s/%s" % (
                        label(job["name"], job["instance"]), status["goal"], status["state"]))
    except UpstartError:
        holders = []
    text = "The event %s was emitted, but not all that it causes was over within %g s." % (
        emission.name, emission.timeout)
    if holders:
        text += " It is held: %s." % "; ".join(holders)
    return UpstartError(text + " Set wait to false if that is meant to go on.",
                        name=emission.name, held_by=holders, jobs=jobs, changed=True, timeout=emission.timeout)
