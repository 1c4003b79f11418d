# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task of upstart_service is about: one instance of one job on its way to a wanted state."""

from __future__ import absolute_import, division, print_function

from .._daemon import names
from .._host.job_logs import log_path, log_size
from .._host.releases import JOB_LOGS_SINCE
from .._host.status import is_resting
from .._system import processes

__metaclass__ = type


class Plan:
    """What a task is going to do to one instance, from what it has read before.

    :ivar steps: list of what is to be done, in order: clean, wait, free, stop, start, reload.
    :ivar change: enabling.Change that enables or disables the job, or None; one target of a job has it.
    :ivar group: list of Targets, the instances that a job shall have and those that give way to them, or None.
    :ivar env_before: list of KEY=VALUE that an instance in a group was started with; None when that is not known.
    :ivar stale: bool, whether the running instance follows an older definition; None when that is unknown.
    :ivar changed_file: path of its file that was changed after it began, where its definition is unknown, or None.
    :ivar kept_by: list of text, other instances for which Upstart keeps an older definition and uses it for this one.
    :ivar env_differs: list of text, variables that the running instance has other values of than ``env`` asks for.
    :ivar env_unknown: list of text, variables in ``env`` whose values in the running instance are unknown.
    :ivar unknown_because: text, a clause that says why, or None.
    """

    def __init__(self):
        self.steps = []
        self.change = None
        self.group = None
        self.env_before = None
        self.stale = None
        self.changed_file = None
        self.kept_by = []
        self.env_differs = []
        self.env_unknown = []
        self.unknown_because = None


class Progress:
    """How far the steps of one instance are.

    :ivar todo: list of the steps that are not done yet.
    :ivar sent: set of the steps whose request went out.
    :ivar pending: connection.Pending, the request that is not answered yet, or None.
    :ivar succeeded: bool, whether the daemon answered our start, which for a task job is its success.
    :ivar stop_result_ambiguous: bool, whether the daemon called our stop failed although that may mean nothing.
    :ivar up_mark: int, the number of signals when the task had started the instance, or None.
    :ivar up_at_mark: bool, whether it was up by then.
    :ivar overtaken: bool, whether somebody else had started it before our start arrived.
    :ivar is_new: bool, whether somebody started it during a task that was to leave no such instance.
    :ivar log_mark: int, the size in bytes of the job's log before the first step.
    :ivar init_log: init_log.InitLog, or None.
    """

    def __init__(self):
        self.todo = []
        self.sent = set()
        self.pending = None
        self.succeeded = False
        self.stop_result_ambiguous = False
        self.up_mark = None
        self.up_at_mark = False
        self.overtaken = False
        self.is_new = False
        self.log_mark = 0
        self.init_log = None


class InstanceResult:
    """Where one instance has ended up.

    :ivar after: dict, its status at the end, or None for no such instance.
    :ivar error: UpstartError, why the wanted state was not reached, or None.
    :ivar warnings: list of text.
    :ivar leftovers: list of dicts ``pid``, ``command``: processes that a stuck instance left unsupervised.
    """

    def __init__(self):
        self.after = None
        self.error = None
        self.warnings = []
        self.leftovers = []


class Target:
    """One instance of one job, and what is asked of it.

    :ivar wanted: request.ServiceRequest, what is asked of it.
    :ivar env: list of KEY=VALUE that it is started with.
    :ivar instance: text, the instance's name ('' for a job that has only one), or
        None while nothing tells its name.
    :ivar before: dict, its status before anything was done, or None.
    :ivar main: for a restart, what identifies its main process before anything was done, or None; see ``main_of``.
    :ivar age: float, seconds that its main process has been running; infinite when there is none.
    :ivar unread: bool, whether the daemon does not know the job although its file is in order.
    :ivar script: init_scripts.Script behind a name that is no Upstart job, or None.
    :ivar plan: Plan.
    :ivar progress: Progress.
    :ivar result: InstanceResult.
    """

    def __init__(self, job, definition, wanted):
        self.job = job
        self.env = wanted.env or []
        self.definition = definition
        self.wanted = wanted
        self.instance = None
        self.before = None
        self.main = None
        self.age = float("inf")
        self.unread = False
        self.script = None
        self.plan = Plan()
        self.progress = Progress()
        self.result = InstanceResult()

    @property
    def label(self):
        return names.display_name(self.job, self.instance or "")

    def rests(self):
        """Return whether it is, after the steps so far, where it stays until somebody asks."""
        return is_resting(self.result.after, self.definition.is_task())

    def mark_signals(self, client):
        """Remember which signals had come when it was started, or was waited for."""
        self.progress.up_mark = len(client.connection.signals)
        self.progress.up_at_mark = self.result.after is not None and is_resting(self.result.after)

    def mark_log(self, log_dir):
        """Remember where the job's log ends now, so that only what comes later is shown."""
        path = self.log_file(log_dir)
        self.progress.log_mark = log_size(path) if path else 0

    def log_file(self, log_dir):
        """Return the path of the job's log; None where Upstart keeps none."""
        return log_path(log_dir, self.job, self.instance or "") if self.definition.version >= JOB_LOGS_SINCE else None


def main_of(client, status):
    """Return what identifies the main process of an instance, its pid and when it began; None where it has none."""
    pid = (status or {}).get("processes", {}).get("main")
    return (pid, processes.start_ticks(client.connection.peer["pid"], pid)) if pid else None
