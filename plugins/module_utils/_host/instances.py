# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All instances of a daemon and their processes, from its GetState dump or from D-Bus calls."""

from __future__ import absolute_import, division, print_function

import os

from .._system import processes
from . import daemon_state
from .instance_names import NOT_ASCII, UNREADABLE
from .status import POLL_INTERVAL, is_missing_main_process, read_statuses

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .job_directory import JobFiles  # noqa: F401

__metaclass__ = type


class InstanceReport:
    """A live instance.

    :ivar status: dict as client.Upstart.statuses returns it, with ``lost`` if its main process does not exist.
    :ivar env: list of KEY=VALUE that it was started with, or None when unknown.
    :ivar since: int, seconds since 1970 at which its main process began, or None.
    :ivar state_since: int, the same for the process that its present state waits for, such as pre-start, or None.
    :ivar lacks_main: bool, see status.is_missing_main_process.
    :ivar zombie: bool, whether the main process has ended and its parent, which is not init, has not collected it.
    :ivar suspended: bool, whether a signal or a debugger has stopped the main process.
    """

    def __init__(self, job, name, status, env=None):
        # type: (str, str, Dict[str, Any], Optional[List[str]]) -> None
        self.job = job
        self.name = name
        self.status = status
        self.env = env
        self.since = None  # type: Optional[int]
        self.state_since = None  # type: Optional[int]
        self.lacks_main = False
        self.zombie = False
        self.suspended = False

    @property
    def lost(self):
        # type: () -> Optional[int]
        """The pid that the daemon tracks although there is no such process, or None."""
        return self.status.get("lost")


def from_dump(classes):
    # type: (Dict[str, Dict[str, Any]]) -> List[InstanceReport]
    """Return a list of InstanceReport.

    :param classes: dict of job name to job class, see daemon_state.PendingState.
    """
    reports = []
    for name, job_class in classes.items():
        for job in job_class.get("jobs") or []:
            env = daemon_state.started_with(job.get("env") or [], job_class.get("env") or [])
            reports.append(InstanceReport(name, job["name"], _status(job), env))
    return reports


def _status(job):
    # type: (Dict[str, Any]) -> Dict[str, Any]
    return {
        "goal": daemon_state.dbus_word(job["goal"]),
        "state": daemon_state.dbus_word(job["state"]),
        "processes": dict((name, pid) for name, pid in zip(daemon_state.PROCESSES, job.get("pid") or []) if pid > 0),
    }


def from_calls(client, names):
    # type: (Upstart, List[str]) -> Tuple[List[InstanceReport], List[str]]
    """Return a list of InstanceReport for the jobs called ``names``, and the sorted names of jobs with other instances.

    Other instances have names that are not ASCII, and Upstart makes wrong D-Bus paths from these. All jobs are queried
    in two rounds of calls.
    """
    pairs = [(name, instance) for name, instances in zip(names, client.instances_of(names)) for instance in instances]
    hidden = sorted(set(job for job, instance in pairs if UNREADABLE in instance))
    pairs = [pair for pair in pairs if UNREADABLE not in pair[1]]
    reports = [InstanceReport(job, instance, status)
               for (job, instance), status in zip(pairs, client.statuses(pairs)) if status is not None]
    return reports, hidden


class Clock:
    """Start times of processes in whole seconds since 1970, by the pids that the daemon uses."""

    def __init__(self, peer_pid):
        # type: (int) -> None
        self._proc = processes.proc_of(peer_pid) if peer_pid > 0 else None  # type: Any  # text or None
        self._ticks = float(os.sysconf("SC_CLK_TCK"))
        self._boot = processes.boot_time() if self._proc else None

    @property
    def works(self):
        # type: () -> bool
        return self._boot is not None and os.path.exists("%s/1" % self._proc)

    def read(self, pid):
        # type: (int) -> Tuple[Optional[int], Optional[str]]
        """Return the start time of a process and its state (a letter, as in /proc); None for what cannot be read."""
        fields = processes.read_stat(pid, self._proc)
        if len(fields) <= processes.START_FIELD:
            return None, None
        began = int(
            self._boot + int(fields[processes.START_FIELD]) / self._ticks)  # type: ignore[operator]  # if it works
        return began, fields[processes.STATE_FIELD].decode("ascii")


def examine(client, instances, definitions):
    # type: (Upstart, List[InstanceReport], Dict[str, JobFiles]) -> List[InstanceReport]
    """Set the start times of main processes, and mark those that are missing, dead or suspended.

    Suspicious instances are examined twice: by then a respawn is over and init has collected its dead children.

    :param instances: list of InstanceReport.
    :param definitions: dict of job name to an object with ``values`` and ``error``, as definitions.Definition.
    :returns: the instances that still exist.
    """
    clock = Clock(client.connection.peer["pid"])
    states = [_read_clock(clock, instance) if clock.works else None for instance in instances]
    suspects = [instance for instance, state in zip(instances, states)
                if _is_suspect(instance, clock, state, definitions)]
    if not suspects:
        return instances
    client.connection.wait(lambda: False, POLL_INTERVAL)
    for instance, status in zip(suspects, read_statuses(client, [(suspect.job, suspect.name) for suspect in suspects])):
        instance.status = status  # type: ignore[assignment]  # one without a status is dropped below
        if status is not None:
            if clock.works and "lost" not in status:
                state = _read_clock(clock, instance)
                instance.zombie = _is_in(state, processes.DEAD)
                instance.suspended = _is_suspended(instance, state)
            instance.lacks_main = _lacks_main(instance, definitions)
    return [instance for instance in instances if instance.status is not None]


def _read_clock(clock, instance):
    # type: (Clock, InstanceReport) -> Optional[str]
    """Set ``since`` and ``state_since`` of an instance; return the state of its main process, None when it has none."""
    pids = instance.status["processes"]
    pid = pids.get("main")
    instance.since, state = clock.read(pid) if pid else (None, None)
    helper = pids.get(instance.status["state"])  # pre-start and so on
    instance.state_since = clock.read(helper)[0] if helper else None
    if instance.status["state"] == "spawned":
        instance.state_since = instance.since
    return state


def _is_in(state, states):
    # type: (Optional[str], str) -> bool
    return state is not None and state in states


def _is_suspended(instance, state):
    # type: (InstanceReport, Optional[str]) -> bool
    """Return whether something has suspended the main process; in ``spawned`` init itself may hold it (expect)."""
    return _is_in(state, processes.SUSPENDED) and instance.status["state"] != "spawned"


def _is_suspect(instance, clock, state, definitions):
    # type: (InstanceReport, Clock, Optional[str], Dict[str, JobFiles]) -> bool
    if NOT_ASCII.search(instance.name):
        return False
    missing = clock.works and instance.since is None and "main" in instance.status["processes"]
    return (missing or _is_in(state, processes.DEAD) or _is_suspended(instance, state)
            or _lacks_main(instance, definitions))


def _lacks_main(instance, definitions):
    # type: (InstanceReport, Dict[str, JobFiles]) -> bool
    definition = definitions.get(instance.job)
    return definition is not None and is_missing_main_process(definition, instance.status)
