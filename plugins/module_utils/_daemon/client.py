# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstart's D-Bus interface ``com.ubuntu.Upstart0_6`` as methods."""

from __future__ import absolute_import, division, print_function

import re

from .errors import InvalidArgumentsError, NotFoundError, UnknownInstanceError
from .names import INSTANCE, JOB, MANAGER, MANAGER_PATH, PROPERTIES, instance_name, instance_path, job_name, job_path

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple  # noqa: F401
    from .connection import Connection, Pending  # noqa: F401

__metaclass__ = type


class Upstart:
    """The daemon behind an open Connection.

    :param connection: an open Connection.
    :param timeout: float, seconds that a single query may take.
    :param bulk_timeout: float, seconds that a query about many jobs may take; ``timeout`` if None.
    :param release: function from the numbers of the daemon's version to a tuple, which ``version`` returns.
    """

    def __init__(self, connection, timeout=10.0, bulk_timeout=None, release=tuple):
        # type: (Connection, float, Optional[float], Callable[[Iterable[int]], Tuple[int, ...]]) -> None
        self.connection = connection
        self.timeout = timeout
        self.bulk_timeout = bulk_timeout or timeout
        self._release = release

    def _call(self, path, interface, member, signature="", args=(), timeout=None):
        # type: (str, str, str, str, Sequence[Any], Optional[float]) -> List[Any]
        return self.connection.call(path, interface, member, signature, args, timeout=timeout or self.timeout)

    def version(self):
        # type: () -> Tuple[int, ...]
        """Return the daemon's version as a tuple of ints, ``(1, 13, 2)``."""
        text = self._call(MANAGER_PATH, PROPERTIES, "Get", "ss", (MANAGER, "version"))[0]
        match = re.search(r"([0-9]+(?:\.[0-9]+)+)[^)]*\)\s*$", text)
        return self._release([int(number) for number in match.group(1).split(".")] if match else [0])

    def reload_configuration(self):
        # type: () -> None
        """Make the daemon read all job files again, and wait until it has."""
        self._call(MANAGER_PATH, MANAGER, "ReloadConfiguration", timeout=self.bulk_timeout)

    def state(self):
        # type: () -> str
        """Return the daemon's complete internal state as JSON text (since 1.6.1, root only)."""
        return self._call(MANAGER_PATH, MANAGER, "GetState", timeout=self.bulk_timeout)[0]

    def find_job(self, name):
        # type: (str) -> str
        """Return the object path of a loaded job; raise UnknownJobError if it is not loaded."""
        return self._call(MANAGER_PATH, MANAGER, "GetJobByName", "s", (name,))[0]

    def jobs(self):
        # type: () -> List[str]
        """Return the sorted names of all loaded jobs."""
        return sorted(job_name(path) for path in self._call(MANAGER_PATH, MANAGER, "GetAllJobs")[0])

    def job_properties(self, name):
        # type: (str) -> Dict[str, Any]
        """Return a job's D-Bus properties as a dict; raise NotFoundError if it is not loaded."""
        return self._call(job_path(name), PROPERTIES, "GetAll", "s", (JOB,))[0]

    def properties_of(self, names):
        # type: (Iterable[str]) -> List[Optional[Dict[str, Any]]]
        """Return the D-Bus properties of many jobs at once.

        :param names: list of text.
        :returns: list of dicts in the same order, None for a job that is not loaded.
        """
        calls = [(job_path(name), PROPERTIES, "GetAll", "s", (JOB,)) for name in names]
        properties = []  # type: List[Optional[Dict[str, Any]]]
        for pending in self.connection.gather(calls, self.timeout):
            try:
                properties.append(pending.result()[0])
            except NotFoundError:
                properties.append(None)
        return properties

    def find_instance(self, name, env):
        # type: (str, Iterable[str]) -> Optional[str]
        """Return the name of the job's live instance with these variables, or None if there is none.

        :param env: list of text, KEY=VALUE.
        :raises InvalidArgumentsError: if ``env`` lacks a variable of the instance name.
        """
        try:
            return instance_name(self._call(job_path(name), JOB, "GetInstance", "as", (list(env),))[0])
        except UnknownInstanceError:
            return None

    def instances(self, name):
        # type: (str) -> List[str]
        """Return the sorted names of a job's live instances; a job without ``instance`` has one named ''."""
        paths = self._call(job_path(name), JOB, "GetAllInstances")[0]
        return sorted(instance_name(path) for path in paths)

    def instances_of(self, names):
        # type: (Iterable[str]) -> List[List[str]]
        """Return the sorted names of the live instances of many jobs at once.

        :param names: list of text.
        :returns: list of lists in the same order, [] for a job that is not loaded.
        """
        calls = [(job_path(name), JOB, "GetAllInstances") for name in names]
        names_of_instances = []  # type: List[List[str]]
        for pending in self.connection.gather(calls, self.bulk_timeout):
            try:
                names_of_instances.append(sorted(instance_name(path) for path in pending.result()[0]))
            except NotFoundError:
                names_of_instances.append([])
        return names_of_instances

    def statuses(self, pairs):
        # type: (Iterable[Tuple[str, str]]) -> List[Optional[Dict[str, Any]]]
        """Return the statuses of many instances at once.

        :param pairs: list of (job, instance).
        :returns: list of dicts in the same order, with ``goal``, ``state`` (text) and ``processes`` (dict of process
            name to pid); None if there is no such instance.
        """
        calls = [(instance_path(job, instance), PROPERTIES, "GetAll", "s", (INSTANCE,)) for job, instance in pairs]
        return [self._status(pending) for pending in self.connection.gather(calls, self.bulk_timeout)]

    def status(self, job, instance=""):
        # type: (str, str) -> Optional[Dict[str, Any]]
        return self.statuses([(job, instance)])[0]

    @staticmethod
    def _status(pending):
        # type: (Pending) -> Optional[Dict[str, Any]]
        try:
            properties = pending.result()[0]
        except NotFoundError:
            return None
        return {
            "goal": properties["goal"],
            "state": properties["state"],
            "processes": dict((name, pid) for name, pid in properties["processes"]),
        }

    def request(self, member, job, env=(), wait=True):
        # type: (str, str, Iterable[str], bool) -> Pending
        """Send Job.Start, Job.Stop or Job.Restart with ``env`` and return the Pending."""
        return self.connection.send(job_path(job), JOB, member, "asb", (list(env), wait))

    def request_instance(self, member, job, instance):
        # type: (str, str, str) -> Pending
        """Send Instance.Start, Stop, Restart or Reload and return the Pending. Upstart answers when it has finished."""
        path = instance_path(job, instance)
        if member == "Reload":
            return self.connection.send(path, INSTANCE, member)
        return self.connection.send(path, INSTANCE, member, "b", (True,))

    def emit(self, name, env=(), wait=True):
        # type: (str, Iterable[str], bool) -> Pending
        """Send EmitEvent and return the Pending; with ``wait``, Upstart answers after all jobs have reacted."""
        return self.connection.send(MANAGER_PATH, MANAGER, "EmitEvent", "sasb", (name, list(env), wait))

    def log_priority(self):
        # type: () -> str
        """Return the lowest priority of messages that the daemon logs, as text."""
        return self._call(MANAGER_PATH, PROPERTIES, "Get", "ss", (MANAGER, "log_priority"))[0]

    def set_log_priority(self, priority):
        # type: (str) -> None
        """Set the log priority; raise InvalidArgumentsError if the daemon does not know it."""
        self._call(MANAGER_PATH, PROPERTIES, "Set", "ssv", (MANAGER, "log_priority", priority))

    def job_environment(self):
        # type: () -> List[str]
        """Return the environment of all jobs, a list of KEY=VALUE; raise NotFoundError before Upstart 1.7."""
        return self._call(MANAGER_PATH, MANAGER, "ListEnv", "as", ([],))[0]

    def try_job_environment(self):
        # type: () -> None
        """Raise PermissionDeniedError if the job environment cannot be changed, as in PID 1. This changes nothing."""
        try:
            self._call(MANAGER_PATH, MANAGER, "SetEnvList", "asasb", ([], [], True))
        except NotFoundError:  # before 1.13; those releases refuse a variable without a name, but 1.13 would set it
            try:
                self._call(MANAGER_PATH, MANAGER, "SetEnv", "assb", ([], "", True))
            except InvalidArgumentsError:
                return

    def set_job_variable(self, entry):
        # type: (str) -> None
        """Set KEY=VALUE in the environment of all jobs, running ones included."""
        self._call(MANAGER_PATH, MANAGER, "SetEnv", "assb", ([], entry, True))

    def unset_job_variable(self, name):
        # type: (str) -> None
        """Remove a variable from the environment of all jobs.

        Upstart 1.13.2 may also remove variables whose names are a prefix of ``name``, or keep the variable (measured).
        """
        self._call(MANAGER_PATH, MANAGER, "UnsetEnv", "ass", ([], name))
