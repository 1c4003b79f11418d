# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All instances of a daemon and their processes: from its own dump where it gives one, else from calls in flight."""

from __future__ import absolute_import, division, print_function

import os

from .._daemon.errors import NoReplyError
from .._daemon.names import MANAGER, MANAGER_PATH
from .._system import processes
from . import crash_guard, daemon_state
from .instance_names import NOT_ASCII, UNREADABLE
from .status import POLL_INTERVAL, is_missing_main_process, read_statuses

__metaclass__ = type

NO_SESSION = 0  # the index of a job that is no chroot's or user's


class InstanceReport:
    """One live instance.

    :ivar status: dict as of client.Upstart.statuses; with ``lost`` when its main process does not exist.
    :ivar env: list of KEY=VALUE that it was started with, or None when that is not told.
    :ivar since: int, seconds since 1970 at which its main process began, or None.
    :ivar hollow: bool, see status.is_missing_main_process.
    :ivar zombie: bool, whether the main process has ended, but its parent, which is not init, has not collected it.
    :ivar suspended: bool, whether the main process does not run, since a signal or a debugger has stopped it.
    """

    def __init__(self, job, name, status, env=None):
        self.job = job
        self.name = name
        self.status = status
        self.env = env
        self.since = None
        self.hollow = False
        self.zombie = False
        self.suspended = False

    @property
    def lost(self):
        """The pid that the daemon follows although there is no such process, or None."""
        return self.status.get("lost")


class DaemonDump:
    """The dump of the daemon's state, asked for at once and waited for when it is wanted.

    :param harmful: path of a file for which Upstart would crash, so that it is not asked; or None.
    :raises StateUnavailableError: see deadly.
    """

    def __init__(self, client, harmful):
        crash_guard.ensure_file_is_safe(harmful)
        self._connection = client.connection
        self._timeout = client.bulk_timeout
        self._pending = client.connection.send(MANAGER_PATH, MANAGER, "GetState")

    def classes(self):
        """Return the job classes by name, without those of chroots and users' sessions; raise StateUnavailableError."""
        return dict((one["name"], one) for one in daemon_state.classes_in(self._text)
                    if one.get("session", NO_SESSION) == NO_SESSION)

    def _text(self):
        if not self._connection.wait(lambda: self._pending.done, self._timeout):
            self._connection.forget(self._pending)
            raise NoReplyError("no answer within %g s" % self._timeout)
        return self._pending.result()[0]


def from_dump(classes):
    """Return all Instances in job classes as Dump returns them."""
    found = []
    for name, job_class in classes.items():
        for job in job_class.get("jobs") or []:
            env = daemon_state.started_with(job.get("env") or [], job_class.get("env") or [])
            found.append(InstanceReport(name, job["name"], _status(job), env))
    return found


def _status(job):
    return {
        "goal": daemon_state.word(job["goal"]),
        "state": daemon_state.word(job["state"]),
        "processes": dict((name, pid) for name, pid in zip(daemon_state.PROCESSES, job.get("pid") or []) if pid > 0),
    }


def from_calls(client, names):
    """Return the Instances of the jobs called ``names``, asked for in two rounds of calls, and the names of those jobs
    that have others: Upstart makes no right D-Bus path of an instance whose name is not ASCII."""
    pairs = [(name, instance) for name, found in zip(names, client.instances_of(names)) for instance in found]
    hidden = sorted(set(job for job, instance in pairs if UNREADABLE in instance))
    pairs = [pair for pair in pairs if UNREADABLE not in pair[1]]
    found = [InstanceReport(pair[0], pair[1], status) for pair, status in zip(pairs, client.statuses(pairs))
             if status is not None]
    return found, hidden


class Clock:
    """When processes that the daemon knows by their pids began, in whole seconds since 1970."""

    def __init__(self, peer_pid):
        self._proc = processes.proc_of(peer_pid) if peer_pid > 0 else None
        self._ticks = float(os.sysconf("SC_CLK_TCK"))
        self._boot = processes.boot_time() if self._proc else None

    @property
    def works(self):
        return self._boot is not None and os.path.exists("%s/1" % self._proc)

    def began(self, pid):
        """Return when a process began; None when there is none, or that cannot be seen."""
        return self.read(pid)[0]

    def read(self, pid):
        """Return when a process began and its state, a letter as /proc has it; None for what cannot be seen."""
        fields = processes.read_stat(pid, self._proc)
        if len(fields) <= processes.START_FIELD:
            return None, None
        began = int(self._boot + int(fields[processes.START_FIELD]) / self._ticks)
        return began, fields[processes.STATE_FIELD].decode("ascii")


def examine(client, instances, definitions):
    """Find out when main processes began, which of them do not exist or do not run, and which instances are hollow.

    What is suspicious is looked at again, once a respawn would be over, and init has collected what it can.

    :param definitions: dict of job name to an object with ``values`` and ``error``, as definitions.Definition.
    :returns: the Instances that are still there.
    """
    clock = Clock(client.connection.peer["pid"])
    states = [_read_clock(clock, instance) if clock.works else None for instance in instances]
    suspects = [instance for instance, state in zip(instances, states)
                if _is_suspect(instance, clock, state, definitions)]
    if not suspects:
        return instances
    client.connection.wait(lambda: False, POLL_INTERVAL)
    for instance, status in zip(suspects, read_statuses(client, [(one.job, one.name) for one in suspects])):
        instance.status = status
        if status is not None:
            if clock.works and "lost" not in status:
                state = _read_clock(clock, instance)
                instance.zombie = _is_in(state, processes.DEAD)
                instance.suspended = _is_suspended(instance, state)
            instance.hollow = _is_hollow(instance, definitions)
    return [instance for instance in instances if instance.status is not None]


def _read_clock(clock, instance):
    """Note when the main process of an instance began; return its state, None when there is none."""
    pid = instance.status["processes"].get("main")
    instance.since, state = clock.read(pid) if pid else (None, None)
    return state


def _is_in(state, states):
    return state is not None and state in states


def _is_suspended(instance, state):
    """Return whether a main process in this state should run; one that is to fork or stop first is held by init."""
    return _is_in(state, processes.SUSPENDED) and instance.status["state"] != "spawned"


def _is_suspect(instance, clock, state, definitions):
    if NOT_ASCII.search(instance.name):
        return False
    missing = clock.works and instance.since is None and "main" in instance.status["processes"]
    return (missing or _is_in(state, processes.DEAD) or _is_suspended(instance, state)
            or _is_hollow(instance, definitions))


def _is_hollow(instance, definitions):
    definition = definitions.get(instance.job)
    return definition is not None and is_missing_main_process(definition, instance.status)
