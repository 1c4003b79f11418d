# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until the daemon has loaded changed job files.

Three signs exist, each for its own case. A job without instances is loaded again, with the signal JobAdded (Watcher). A
job with instances sends no signal: the daemon is trusted where it watches the directory, and elsewhere it marks the old
definition as deleted in its dump (RunningJobs). A change that inotify never reports shows only when the loaded
definition is compared with the files (unread_files).
"""

from __future__ import absolute_import, division, print_function

import collections
import os

from .._daemon.errors import DaemonError, UnknownJobError
from .._daemon.names import job_path
from .._errors import UpstartError
from .._jobfile.dialects import CHROMEOS, dialect_of
from .._system import processes
from .._system.deadline import Deadline
from . import daemon_state
from .status import POLL_INTERVAL

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, Counter, Iterable, List, Optional, Sequence, Set, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type

NOTICE_SECONDS = 1.0  # time for the daemon to notice a change by itself


def watch(client, changes):
    # type: (Upstart, Sequence[Tuple[str, bool]]) -> List[Watcher]
    """Return a Watcher for each of ``changes``, in their order; all jobs are queried at once.

    :param client: daemon.client.Upstart, connected before the changes.
    :param changes: list of (job, whether the daemon will load the job because of this change).
    """
    loaded = set(client.jobs())
    known = sorted(loaded.intersection(job for job, _loading in changes))
    instances = dict(zip(known, client.instances_of(known)))
    watchers = []
    loads = collections.Counter()  # type: Counter[str]
    for job, loading in changes:
        loads[job] += bool(loading)
        watchers.append(Watcher(client, job, job in loaded, instances.get(job, []), loads[job]))
    return watchers


def watched_folders(client, paths):
    # type: (Upstart, Iterable[str]) -> Set[str]
    """Return those directories of these files that the daemon surely watches with inotify, a set of paths."""
    return set(folder for folder in set(map(os.path.dirname, paths))
               if processes.watches(client.connection.peer["pid"], folder))


def is_known(client, name):
    # type: (Upstart, str) -> bool
    """Return whether the daemon knows a job."""
    try:
        client.find_job(name)
        return True
    except UnknownJobError:
        return False


def not_loaded_error(job, path, version=()):
    # type: (str, str, Tuple[int, ...]) -> UpstartError
    """Return the error for a job that init does not load from its file.

    :param version: tuple of ints or dialects.Release, of the daemon.
    """
    or_fork = " and that it is the init of ChromeOS, as dialect says" if dialect_of(version) == CHROMEOS else ""
    return UpstartError(
        "Upstart has not loaded job %s from %s, not even after ReloadConfiguration. Check that conf_dir is the job "
        "directory of this daemon%s." % (job, path, or_fork), name=job, path=path)


def still_known_error(job, path):
    # type: (str, str) -> UpstartError
    """Return the error for a job that init keeps although its file was removed."""
    return UpstartError(
        "Upstart still knows job %s although %s was removed. Remove the file of that name from its other directories."
        % (job, path), name=job, path=path)


class RunningJobs:
    """Makes sure that the daemon notices changed files of jobs with instances, for which it sends no signal.

    It does notice them where it watches their directories. Elsewhere its dump marks an old definition that still has
    instances as deleted (since 1.6.1). If there is no dump, or if a definition was marked before the change already,
    the configuration is reloaded to be sure.

    :param changes: list of (name of such a job, path of its file), before the files are changed.
    :ivar unwatched: set of the names of all these jobs if some of their directories are not watched, else empty.
    """

    def __init__(self, client, conf_dir, changes):
        # type: (Upstart, str, Sequence[Tuple[str, str]]) -> None
        self._client = client
        self._conf_dir = conf_dir
        paths = [path for _job, path in changes]
        is_watched = watched_folders(client, paths) == set(map(os.path.dirname, paths))
        self.unwatched = set() if is_watched else set(job for job, _path in changes)  # type: Set[str]
        self._before = self._marked_jobs() if self.unwatched else None

    def _marked_jobs(self):
        # type: () -> Optional[Set[str]]
        """Return the names of the unwatched jobs with an old definition, or None if there is no dump."""
        try:
            classes = daemon_state.read_job_classes(self._client, self._conf_dir)
        except daemon_state.StateUnavailableError:
            return None
        return set(job_class["name"] for job_class in classes if job_class.get("deleted")).intersection(self.unwatched)

    def ensure_noticed(self):
        # type: () -> None
        """Return once the daemon has read the new files."""
        if self.unwatched and not (self._before == set() and self._wait_marked()):
            self._client.reload_configuration()

    def _wait_marked(self):
        # type: () -> bool
        """Wait until all old definitions are marked; return whether they are."""
        deadline = Deadline(NOTICE_SECONDS)
        while True:
            marked = self._marked_jobs()
            if marked == self.unwatched:
                return True
            if marked is None or not deadline.left():
                return False
            self._client.connection.wait(lambda: False, POLL_INTERVAL)


class Watcher:
    """Follows how the daemon loads or drops a job while its files are changed.

    :ivar known: bool, whether the daemon knew the job before.
    :ivar instances: list of text, the names of the job's instances before the change.
    :ivar loads: int, how often the daemon loads the job, this change included: if a job file and its override are both
        changed, the first load must not count for the second change.
    """

    def __init__(self, client, job, known, instances, loads=1):
        # type: (Upstart, str, bool, List[str], int) -> None
        self.client = client
        self.job = job
        self.known = known
        self.instances = instances
        self.loads = max(loads, 1)
        self._mark = len(client.connection.signals)

    def _is_known(self):
        # type: () -> bool
        return is_known(self.client, self.job)

    def _signal_count(self, member):
        # type: (str) -> int
        path = job_path(self.job)
        return sum(signal.member == member and signal.args == [path]
                   for signal in self.client.connection.signals[self._mark:])

    def _is_loaded(self):
        # type: () -> bool
        """Return whether the daemon has added the job again; it keeps a job with instances until they have stopped."""
        if self.instances:
            return self._is_known()
        return self._signal_count("JobAdded") >= self.loads

    def wait_loaded(self, path, written):
        # type: (str, bool) -> bool
        """Return once the daemon has loaded the file at ``path``; raise UpstartError if it does not.

        :param written: bool, whether the file was changed.
        :returns: bool, whether that took a ReloadConfiguration although the file was not changed.
        """
        if self.known and not written:
            return False
        is_ready = self._is_loaded if written else self._is_known
        self._wait(is_ready)
        if not is_ready() and not self.live_instances():  # an instance started since then delays JobAdded
            raise not_loaded_error(self.job, path, self.client.version())
        return not written

    def wait_forgotten(self, path):
        # type: (str) -> None
        """Return once the daemon has dropped the job of a removed file; live instances keep the job until they stop."""
        if self.instances:
            return
        self._wait(lambda: not self._is_known())
        if self._is_known():
            raise still_known_error(self.job, path)

    def _wait(self, is_ready):
        # type: (Callable[[], bool]) -> None
        """Wait for inotify; where that fails (exhausted, bind mounts), reload the configuration."""
        if not self.client.connection.wait(is_ready, NOTICE_SECONDS):
            self.client.reload_configuration()
            self.client.connection.wait(is_ready, NOTICE_SECONDS)

    def live_instances(self):
        # type: () -> List[str]
        """Return the names of the job's instances that exist now; [] if the job is unknown."""
        try:
            return self.client.instances(self.job)
        except DaemonError:
            return []
