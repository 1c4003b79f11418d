# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read once more what upstart_event is about to report of instances, and correct what does not hold."""

from __future__ import absolute_import, division, print_function

from .. import _promise
from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.definitions import Definition
from .._host.status import POLL_INTERVAL, START_RUNNING, STOP_WAITING, read_statuses, state_text

__metaclass__ = type

PASSING = (_promise.NO_MAIN, _promise.MAIN_LOST, _promise.MAIN_ZOMBIE)  # for a moment, when a process ends
TEXTS = {
    _promise.NO_INSTANCE: "is gone again",
    _promise.STOPPING: "is on its way down again, in {status}",
    _promise.NOT_UP: "is not up any more: it is in {status}",
    _promise.NO_MAIN: "has no main process",
    _promise.MAIN_LOST: "has a main process, {pid}, that no longer exists",
    _promise.MAIN_ZOMBIE: "has a main process, {pid}, that has ended, which Upstart has not noticed (zombie)",
    _promise.MAIN_SUSPENDED: "has a main process, {pid}, that is suspended by a signal",
    _promise.RESPAWNED: "was respawned: process {before} became {pid}",
    _promise.NOT_STOPPED: "is there again, in {status}",
}


def verify(client, conf_dir, version, jobs, watched):
    """Return (name, instance, clause on what does not hold), and correct the entries in ``jobs``.

    :param jobs: list of dicts as upstart_event returns them.
    :param watched: dict of (job, instance) to the pid that its main process had when the event was over.
    """
    checked = [job for job in jobs if job["status"] in (START_RUNNING, STOP_WAITING)]
    defined = dict((name, _defines_main(name, conf_dir, version)) for name in set(job["name"] for job in checked))
    statuses = read_statuses(client, [_pair(job) for job in checked])
    faults = [_fault(job, status, watched, defined) for job, status in zip(checked, statuses)]
    if any(fault in PASSING for fault in faults):
        client.connection.wait(lambda: False, POLL_INTERVAL)
        statuses = read_statuses(client, [_pair(job) for job in checked])
        faults = [_fault(job, status, watched, defined) for job, status in zip(checked, statuses)]
    return [_pair(job) + (_correct(job, fault, status, watched),)
            for job, fault, status in zip(checked, faults, statuses) if fault is not None]


def sentences(name, faults):
    """Return the warnings on what ``verify`` returned for an event."""
    return ["The event %s is over, but job %s %s." % (name, display_name(job, instance), text)
            for job, instance, text in faults]


def _pair(job):
    return job["name"], job["instance"]


def _defines_main(name, conf_dir, version):
    """Return whether a job has a main process by its files, None when these do not say."""
    try:
        values = Definition(name, conf_dir, version).values
    except UpstartError:
        return None
    return None if values is None else "main" in values["process"]


def _fault(job, status, watched, defined):
    """Return the most serious word of the promise on what does not hold of an entry, or None."""
    now = None
    if status is not None:
        main = status["processes"].get("main")
        reported = job["respawned"] or job["restarted"]
        now = _promise.ObservedInstance(
            goal=status["goal"], state=status["state"], main=main, main_defined=defined[job["name"]],
            main_state="" if "lost" in status else status.get("main_state"), age=float("inf"), current=None,
            respawned=not reported and watched.get(_pair(job), main) not in (None, main), env_as_asked=True,
            finished=None)
    faults = _promise.event_faults(job["status"] == START_RUNNING, now)
    return faults[0] if faults else None


def _correct(job, fault, status, watched):
    """Put into an entry what is so, and return it as a clause."""
    pid = (status or {}).get("processes", {}).get("main")
    job["status"] = state_text(status)
    job["stopped"] = job["stopped"] or status is None
    job["respawned"] = job["respawned"] or fault == _promise.RESPAWNED
    text = TEXTS[fault].format(status=job["status"], pid=pid, before=watched.get(_pair(job)))
    job["how"] += ", but " + text
    return text
