# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the instances that upstart_event is about to report once more, and correct what is no longer true."""

from __future__ import absolute_import, division, print_function

from .. import _promise
from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.definitions import Definition
from .._host.status import POLL_INTERVAL, START_RUNNING, STOP_WAITING, read_statuses, state_text

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .emit import Emission, Outcome  # noqa: F401

__metaclass__ = type

# Faults that are normal for a moment when a process ends
TRANSIENT = (_promise.NO_MAIN, _promise.MAIN_LOST, _promise.MAIN_ZOMBIE)
TEXTS = {
    _promise.NO_INSTANCE: "is no longer running",
    _promise.STOPPING: "is stopping again: it is in {status}",
    _promise.NOT_UP: "is no longer running: it is in {status}",
    _promise.NO_MAIN: "has no main process",
    _promise.MAIN_LOST: "has a main process, {pid}, that no longer exists",
    _promise.MAIN_ZOMBIE: "has a main process, {pid}, that has ended, which Upstart has not noticed (zombie)",
    _promise.MAIN_SUSPENDED: "has a main process, {pid}, that is suspended by a signal",
    _promise.RESPAWNED: "was respawned: process {pid} replaced process {before}",
    _promise.NOT_STOPPED: "exists again: it is in {status}",
}


def verify(client, emission, version, outcome):
    # type: (Upstart, Emission, Tuple[int, ...], Outcome) -> Tuple[List[Dict[str, Any]], List[Tuple[str, str, str]]]
    """Return the jobs of an emit.Outcome with corrections, and a list of (name, instance, clause) on the corrections.

    :param emission: emit.Emission.
    :param version: tuple, the daemon's.
    """
    resting = [job for job in outcome.jobs
               if job["status"] in (START_RUNNING, STOP_WAITING) and _pair(job) not in outcome.moving]
    if not resting:
        return outcome.jobs, []
    has_main = dict((name, _defines_main(name, emission.conf_dir, version))
                    for name in set(job["name"] for job in resting))
    statuses, faults = _read_faults(client, resting, outcome.watched, has_main)
    if any(fault in TRANSIENT for fault in faults):
        client.connection.wait(lambda: False, POLL_INTERVAL)
        statuses, faults = _read_faults(client, resting, outcome.watched, has_main)
    corrected, clauses = {}, []  # type: Dict[Tuple[str, str], Dict[str, Any]], List[Tuple[str, str, str]]
    for job, status, fault in zip(resting, statuses, faults):
        if fault is not None:
            clause = _clause(job, status, fault, outcome.watched)
            corrected[_pair(job)] = _correct(job, status, fault, clause)
            clauses.append(_pair(job) + (clause,))
    return [corrected.get(_pair(job), job) for job in outcome.jobs], clauses


def sentences(name, clauses):
    # type: (str, Iterable[Tuple[str, str, str]]) -> List[str]
    """Return warnings about the clauses that ``verify`` returned for an event."""
    return ["The event %s is over, but job %s %s." % (name, display_name(job, instance), clause)
            for job, instance, clause in clauses]


def _pair(job):
    # type: (Dict[str, Any]) -> Tuple[str, str]
    return job["name"], job["instance"]


def _defines_main(name, conf_dir, version):
    # type: (str, str, Tuple[int, ...]) -> Optional[bool]
    """Return whether the files of a job define a main process, or None when they cannot be read."""
    try:
        values = Definition(name, conf_dir, version).values
    except UpstartError:
        return None
    return None if values is None else "main" in values["process"]


def _read_faults(client,  # type: Upstart
                 jobs,  # type: Sequence[Dict[str, Any]]
                 watched,  # type: Mapping[Tuple[str, str], Optional[int]]
                 has_main,  # type: Mapping[str, Optional[bool]]
                 ):
    # type: (...) -> Tuple[List[Optional[Dict[str, Any]]], List[Optional[str]]]
    """Return the present statuses of instances, and the most serious fault of each by the promise, or None."""
    statuses = read_statuses(client, [_pair(job) for job in jobs])
    return statuses, [_fault(job, status, watched, has_main) for job, status in zip(jobs, statuses)]


def _fault(job,  # type: Dict[str, Any]
           status,  # type: Optional[Dict[str, Any]]
           watched,  # type: Mapping[Tuple[str, str], Optional[int]]
           has_main,  # type: Mapping[str, Optional[bool]]
           ):
    # type: (...) -> Optional[str]
    now = None  # type: Optional[_promise.ObservedInstance]
    if status is not None:
        main = status["processes"].get("main")
        reported = job["respawned"] or job["restarted"]
        now = _promise.ObservedInstance(
            goal=status["goal"], state=status["state"], main=main, main_defined=has_main[job["name"]],
            main_state="" if "lost" in status else status.get("main_state"), age=float("inf"), current=None,
            respawned=not reported and watched.get(_pair(job), main) not in (None, main), env_as_asked=True,
            finished=None)
    faults = _promise.event_faults(job["status"] == START_RUNNING, now)
    return faults[0] if faults else None


def _clause(job, status, fault, watched):
    # type: (Dict[str, Any], Optional[Dict[str, Any]], str, Mapping[Tuple[str, str], Optional[int]]) -> str
    pid = (status or {}).get("processes", {}).get("main")
    return TEXTS[fault].format(status=state_text(status), pid=pid, before=watched.get(_pair(job)))


def _correct(job, status, fault, clause):
    # type: (Dict[str, Any], Optional[Dict[str, Any]], str, str) -> Dict[str, Any]
    """Return an entry of ``jobs`` with the present status."""
    return dict(
        job, status=state_text(status), stopped=job["stopped"] or status is None,
        respawned=job["respawned"] or fault == _promise.RESPAWNED, how="%s, but %s" % (job["how"], clause))
