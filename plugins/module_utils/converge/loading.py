# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the daemon has loaded what was written, and which instances still follow something older."""

from __future__ import absolute_import, division, print_function

from ..daemon.errors import DaemonError, UnknownJob
from ..daemon.names import job_path
from ..errors import UpstartError

__metaclass__ = type

NOTICE = 1.0  # seconds that the daemon is given to notice a file by itself


class Watcher:
    """Follows what the daemon makes of a job's files while they are changed.

    :param client: daemon.client.Upstart, connected before the change.
    """

    def __init__(self, client, job):
        self.client = client
        self.job = job
        self.known = self._is_known()
        self.instances = client.instances(job) if self.known else []
        self._mark = len(client.connection.signals)

    def _is_known(self):
        try:
            self.client.find_job(self.job)
            return True
        except UnknownJob:
            return False

    def _signalled(self, member):
        path = job_path(self.job)
        return any(signal.member == member and signal.args[:1] == [path]
                   for signal in self.client.connection.signals[self._mark:])

    def _loaded(self):
        """The daemon drops and adds a job anew; one with instances it keeps until they are gone."""
        if self.instances or not self.known:
            return self._is_known()
        return self._signalled("JobAdded")

    def see_loaded(self, path, written):
        """Return once the daemon has loaded the file at ``path``; raise UpstartError when it does not.

        Returns whether that took a ReloadConfiguration although nothing was ``written``.
        """
        if not written:
            ready, reloaded = self._is_known, not self.known
        else:
            ready, reloaded = self._loaded, False
        self._wait(ready)
        if not ready():
            raise UpstartError(
                "%s is in place, but Upstart has not loaded the job %s from it, not even on ReloadConfiguration. Does "
                "this daemon read its jobs from that directory (conf_dir)?" % (path, self.job),
                name=self.job, path=path)
        return reloaded

    def wait_forgotten(self, path):
        """Return once the daemon has dropped the job of a removed file; one with live instances stays until they end."""
        if self.instances:
            return
        self._wait(lambda: not self._is_known())
        if self._is_known():
            raise UpstartError("%s is removed, but Upstart still knows the job %s: another of its directories may hold "
                               "one." % (path, self.job), name=self.job, path=path)

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
