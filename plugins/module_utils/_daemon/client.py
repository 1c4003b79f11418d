# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstart's D-Bus interface ``com.ubuntu.Upstart0_6`` as methods."""

from __future__ import absolute_import, division, print_function

import re

from .errors import InvalidArgumentsError, NotFoundError, UnknownInstanceError
from .names import INSTANCE, JOB, MANAGER, MANAGER_PATH, PROPERTIES, instance_name, instance_path, job_name, job_path

__metaclass__ = type


class Upstart:
    """The daemon behind an open Connection.

    :param connection: an open Connection.
    :param timeout: float, seconds that any single look-up may take.
    :param longest: float, seconds that what concerns all jobs may take.
    """

    def __init__(self, connection, timeout=10.0, longest=None):
        self.connection = connection
        self.timeout = timeout
        self.longest = longest or timeout

    def _call(self, path, interface, member, signature="", args=(), timeout=None):
        return self.connection.call(path, interface, member, signature, args, timeout=timeout or self.timeout)

    def version(self):
        """Return the daemon's version as a tuple of ints, ``(1, 13, 2)``."""
        text = self._call(MANAGER_PATH, PROPERTIES, "Get", "ss", (MANAGER, "version"))[0]
        found = re.search(r"([0-9]+(?:\.[0-9]+)+)[^)]*\)\s*$", text)
        return tuple(int(part) for part in found.group(1).split(".")) if found else (0,)

    def reload_configuration(self):
        """Have every job file read again; the daemon answers when that is done."""
        self._call(MANAGER_PATH, MANAGER, "ReloadConfiguration", timeout=self.longest)

    def state(self):
        """Return the daemon's whole inner state as JSON text (since 1.6.1, root only)."""
        return self._call(MANAGER_PATH, MANAGER, "GetState", timeout=self.longest)[0]

    def find_job(self, name):
        """Return the object path of a loaded job; raise UnknownJobError."""
        return self._call(MANAGER_PATH, MANAGER, "GetJobByName", "s", (name,))[0]

    def jobs(self):
        """Return the sorted names of all loaded jobs."""
        return sorted(job_name(path) for path in self._call(MANAGER_PATH, MANAGER, "GetAllJobs")[0])

    def job_properties(self, name):
        """Return a job's D-Bus properties as a dict; raise NotFoundError when it is not loaded."""
        return self._call(job_path(name), PROPERTIES, "GetAll", "s", (JOB,))[0]

    def properties_of(self, names):
        """Return what ``job_properties`` does for many jobs at once, in their order; None for one that is not loaded.
        """
        calls = [(job_path(name), PROPERTIES, "GetAll", "s", (JOB,)) for name in names]
        found = []
        for pending in self.connection.gather(calls, self.timeout):
            try:
                found.append(pending.result()[0])
            except NotFoundError:
                found.append(None)
        return found

    def find_instance(self, name, env):
        """Return the name of the live instance that ``env`` (a list of KEY=VALUE) leads to, or None.

        Raises InvalidArgumentsError when a variable of the instance name is missing.
        """
        try:
            return instance_name(self._call(job_path(name), JOB, "GetInstance", "as", (strings(env),))[0])
        except UnknownInstanceError:
            return None

    def instances(self, name):
        """Return the sorted names of a job's live instances; a job without ``instance`` has one named ''."""
        paths = self._call(job_path(name), JOB, "GetAllInstances")[0]
        return sorted(instance_name(path) for path in paths)

    def instances_of(self, names):
        """Return what ``instances`` does for many jobs at once, in their order; [] for one that is not loaded."""
        calls = [(job_path(name), JOB, "GetAllInstances") for name in names]
        found = []
        for pending in self.connection.gather(calls, self.longest):
            try:
                found.append(sorted(instance_name(path) for path in pending.result()[0]))
            except NotFoundError:
                found.append([])
        return found

    def statuses(self, pairs):
        """Return the status of many instances at once.

        :param pairs: list of (job, instance).
        :returns: list in that order of dicts with ``goal``, ``state`` (text) and
            ``processes`` (dict of process name to pid); None where there is no such instance.
        """
        calls = [(instance_path(job, instance), PROPERTIES, "GetAll", "s", (INSTANCE,)) for job, instance in pairs]
        return [self._status(pending) for pending in self.connection.gather(calls, self.longest)]

    def status(self, job, instance=""):
        return self.statuses([(job, instance)])[0]

    @staticmethod
    def _status(pending):
        try:
            found = pending.result()[0]
        except NotFoundError:
            return None
        return {
            "goal": found["goal"],
            "state": found["state"],
            "processes": dict((name, pid) for name, pid in found["processes"]),
        }

    def request(self, member, job, env=(), wait=True):
        """Send Job.Start, Job.Stop or Job.Restart with ``env`` and return the Pending."""
        return self.connection.send(job_path(job), JOB, member, "asb", (strings(env), wait))

    def request_instance(self, member, job, instance):
        """Send Instance.Start, Stop, Restart (answered when done) or Reload and return the Pending."""
        path = instance_path(job, instance)
        if member == "Reload":
            return self.connection.send(path, INSTANCE, member)
        return self.connection.send(path, INSTANCE, member, "b", (True,))

    def emit(self, name, env=(), wait=True):
        """Send EmitEvent and return the Pending; with ``wait`` it is answered when all effects are over."""
        return self.connection.send(MANAGER_PATH, MANAGER, "EmitEvent", "sasb", (name, strings(env), wait))

    def log_priority(self):
        """Return the priority from which on the daemon's messages are logged, as text."""
        return self._call(MANAGER_PATH, PROPERTIES, "Get", "ss", (MANAGER, "log_priority"))[0]

    def set_log_priority(self, priority):
        """Set the log priority; raise InvalidArgumentsError for one that the daemon does not know."""
        self._call(MANAGER_PATH, PROPERTIES, "Set", "ssv", (MANAGER, "log_priority", priority))

    def job_environment(self):
        """Return the environment common to all jobs, a list of KEY=VALUE; raise NotFoundError before Upstart 1.7."""
        return self._call(MANAGER_PATH, MANAGER, "ListEnv", "as", (strings(()),))[0]

    def try_job_environment(self):
        """Raise PermissionDeniedError when the job environment must not be changed, as in PID 1; changes nothing."""
        try:
            self._call(MANAGER_PATH, MANAGER, "SetEnvList", "asasb", (strings(()), strings(()), True))
        except NotFoundError:  # before 1.13, which takes a nameless variable that these refuse
            try:
                self._call(MANAGER_PATH, MANAGER, "SetEnv", "assb", (strings(()), "", True))
            except InvalidArgumentsError:
                return

    def set_job_variable(self, entry):
        """Put KEY=VALUE into the environment of all jobs, also of those that run."""
        self._call(MANAGER_PATH, MANAGER, "SetEnv", "assb", (strings(()), entry, True))

    def unset_job_variable(self, name):
        """Take a variable out of the environment of all jobs.

        Variables whose names are the beginning of ``name`` may go too, and it may itself stay (1.13.2, measured).
        """
        self._call(MANAGER_PATH, MANAGER, "UnsetEnv", "ass", (strings(()), name))


def strings(values):
    """Return ``values`` as a D-Bus array of strings (dbus-python cannot guess the type of an empty one)."""
    import dbus
    return dbus.Array(list(values), signature="s")
