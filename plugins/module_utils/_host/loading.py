# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the daemon has loaded what was written, and which instances still follow something older."""

from __future__ import absolute_import, division, print_function

import collections
import os

from .._daemon.errors import DaemonError, UnknownJobError
from .._daemon.names import job_path
from .._errors import UpstartError
from .._system import processes
from .._system.deadline import Deadline
from . import daemon_state
from .status import POLL_INTERVAL

__metaclass__ = type

NOTICE = 1.0  # seconds that the daemon is given to notice a file by itself


def watch(client, changes):
    """Return a Watcher for each of ``changes``, in their order; the daemon is asked once for all.

    :param client: daemon.client.Upstart, connected before the changes.
    :param changes: list of (job, whether the daemon will load it for this change).
    """
    there = set(client.jobs())
    known = sorted(there.intersection(job for job, _loading in changes))
    instances = dict(zip(known, client.instances_of(known)))
    watchers = []
    loads = collections.Counter()
    for job, loading in changes:
        loads[job] += bool(loading)
        watchers.append(Watcher(client, job, job in there, instances.get(job, []), loads[job]))
    return watchers


def are_watched(client, paths):
    """Return whether the daemon is surely told when any of these files changes."""
    return all(processes.watches(client.connection.peer["pid"], folder) for folder in set(map(os.path.dirname, paths)))


def not_loaded(job, path):
    """Return the error for a job that init does not load from its file."""
    return UpstartError(
        "%s is in place, but Upstart has not loaded the job %s from it, not even on ReloadConfiguration. Does this "
        "daemon read its jobs from that directory (conf_dir)?" % (path, job), name=job, path=path)


def not_forgotten(job, path):
    """Return the error for a job that init keeps although its file is gone."""
    return UpstartError("%s is removed, but Upstart still knows the job %s: another of its directories may hold one."
                        % (path, job), name=job, path=path)


class Running:
    """Whether the daemon notices that files of jobs with instances change: of those it signals nothing.

    It does where it watches their directories. Else its dump marks what runs by an older file as deleted (since
    1.6.1); where that is not told, or was so before, the configuration is reloaded to be sure.

    :param changes: list of (name of such a job, path of its file), before the files are changed.
    :ivar jobs: set of the names of those whose directories are not watched.
    """

    def __init__(self, client, conf_dir, changes):
        self._client = client
        self._conf_dir = conf_dir
        self.jobs = set() if are_watched(client, [path for _job, path in changes]) else set(
            job for job, _path in changes)
        self._before = self._marked() if self.jobs else None

    def _marked(self):
        """Return the jobs that are marked, or None when the daemon cannot be asked."""
        try:
            classes = daemon_state.read_job_classes(self._client, self._conf_dir)
        except daemon_state.StateUnavailableError:
            return None
        return set(each["name"] for each in classes if each.get("deleted")).intersection(self.jobs)

    def see_noticed(self):
        """Return when the daemon has read the new files."""
        if self.jobs and not (self._before == set() and self._is_noticed()):
            self._client.reload_configuration()

    def _is_noticed(self):
        deadline = Deadline(NOTICE)
        while True:
            marked = self._marked()
            if marked == self.jobs:
                return True
            if marked is None or not deadline.left():
                return False
            self._client.connection.wait(lambda: False, POLL_INTERVAL)


class Watcher:
    """Follows what the daemon makes of a job's files while they are changed.

    :ivar known: bool, whether the daemon knew the job before.
    :ivar instances: list of text, the names of its instances that were alive then.
    :ivar loads: int, how often the daemon loads the job, this change included: a job file and its override may both
        be changed, and the first must not be taken for the second.
    """

    def __init__(self, client, job, known, instances, loads=1):
        self.client = client
        self.job = job
        self.known = known
        self.instances = instances
        self.loads = max(loads, 1)
        self._mark = len(client.connection.signals)

    def _is_known(self):
        try:
            self.client.find_job(self.job)
            return True
        except UnknownJobError:
            return False

    def _signalled(self, member):
        path = job_path(self.job)
        return sum(signal.member == member and signal.args == [path]
                   for signal in self.client.connection.signals[self._mark:])

    def _loaded(self):
        """The daemon drops and adds a job anew; one with instances it keeps until they are gone."""
        if self.instances:
            return self._is_known()
        return self._signalled("JobAdded") >= self.loads

    def see_loaded(self, path, written):
        """Return once the daemon has loaded the file at ``path``; raise UpstartError when it does not.

        Returns whether that took a ReloadConfiguration although nothing was ``written``.
        """
        if self.known and not written:
            return False
        ready = self._loaded if written else self._is_known
        self._wait(ready)
        if not ready() and not self.live_instances():  # one that was started meanwhile keeps JobAdded back
            raise not_loaded(self.job, path)
        return not written

    def wait_forgotten(self, path):
        """Return once the daemon has dropped the job of a removed file; live instances keep theirs until they end."""
        if self.instances:
            return
        self._wait(lambda: not self._is_known())
        if self._is_known():
            raise not_forgotten(self.job, path)

    def _wait(self, ready):
        """Wait for inotify; where that fails (exhausted, bind mounts), have the configuration reloaded."""
        if not self.client.connection.wait(ready, NOTICE):
            self.client.reload_configuration()
            self.client.connection.wait(ready, NOTICE)

    def live_instances(self):
        """Return the names of the job's instances that are alive now; [] when the job is unknown."""
        try:
            return self.client.instances(self.job)
        except DaemonError:
            return []
