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
from .._system.clock import monotonic

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Set, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Pending  # noqa: F401
    from .._errors import UpstartError  # noqa: F401
    from .._host.definitions import Definition  # noqa: F401
    from .._host.enabling import Change  # noqa: F401
    from .._host.init_log import InitLog  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .script import Script  # noqa: F401

__metaclass__ = type


class Plan:
    """What a task is going to do to one instance, from what it has read before.

    :ivar steps: list of what is to be done, in order: clean, wait, free, stop, start, reload.
    :ivar change: enabling.Change that enables or disables the job, or None; one target of a job has it.
    :ivar enabled_before: bool, whether events started the job before the task; None if the daemon rejects its files.
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
        # type: () -> None
        self.steps = []  # type: List[str]
        self.change = None  # type: Optional[Change]
        self.enabled_before = None  # type: Optional[bool]
        self.group = None  # type: Optional[List[Target]]
        self.env_before = None  # type: Optional[List[str]]
        self.stale = None  # type: Optional[bool]
        self.changed_file = None  # type: Optional[str]
        self.kept_by = []  # type: List[str]
        self.env_differs = []  # type: List[str]
        self.env_unknown = []  # type: List[str]
        self.unknown_because = None  # type: Optional[str]


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
    :ivar main_seen: tuple of the main process's pid and the time by ``monotonic`` when the task first saw it, or None.
    :ivar log_mark: int, the size in bytes of the job's log before the first step.
    :ivar init_log: init_log.InitLog, or None.
    """

    def __init__(self):
        # type: () -> None
        self.todo = []  # type: List[str]
        self.sent = set()  # type: Set[str]
        self.pending = None  # type: Optional[Pending]
        self.succeeded = False
        self.stop_result_ambiguous = False
        self.up_mark = None  # type: Optional[int]
        self.up_at_mark = False
        self.overtaken = False
        self.is_new = False
        self.main_seen = None  # type: Optional[Tuple[int, float]]
        self.log_mark = 0
        self.init_log = None  # type: Optional[InitLog]

    def seconds_seen(self, pid):
        # type: (int) -> float
        """Return how long the task has seen this main process without an interruption.

        The process has run for at least that long, which matters where /proc does not tell its age.
        """
        now = monotonic()
        if self.main_seen is None or self.main_seen[0] != pid:
            self.main_seen = (pid, now)
        return now - self.main_seen[1]


class InstanceResult:
    """Where one instance has ended up.

    :ivar after: dict, its status at the end, or None for no such instance.
    :ivar error: UpstartError, why the wanted state was not reached, or None.
    :ivar warnings: list of text.
    :ivar leftovers: list of dicts ``pid``, ``command``: processes that a stuck instance left unsupervised.
    """

    def __init__(self):
        # type: () -> None
        self.after = None  # type: Optional[Dict[str, Any]]
        self.error = None  # type: Optional[UpstartError]
        self.warnings = []  # type: List[str]
        self.leftovers = []  # type: List[Dict[str, Any]]


class Target:
    """One instance of one job, and what is asked of it.

    The load stage sets all attributes but the last three. After that, only two facts are learned: the answer to a start
    names the instance, and the definition is read again before the result is judged.

    :ivar wanted: request.ServiceRequest, what is asked of it.
    :ivar env: list of KEY=VALUE that it is started with.
    :ivar definition: definitions.Definition, the job's files.
    :ivar instance: text, the instance's name ('' for a job that has only one); None while it is unknown.
    :ivar is_ambiguous: bool, whether it may be one of several instances, so that its status is unknown.
    :ivar before: dict, its status before anything was done, or None.
    :ivar main: for a restart, what identifies its main process before anything was done, or None; see ``main_of``.
    :ivar age: float, seconds that its main process has been running; infinite when there is none.
    :ivar unread: bool, whether the daemon does not know the job although its file is in order.
    :ivar script: script.Script behind a name that is no Upstart job, or None.
    :ivar plan: Plan.
    :ivar progress: Progress.
    :ivar result: InstanceResult.
    """

    def __init__(self, job, definition, wanted):
        # type: (str, Definition, ServiceRequest) -> None
        self.job = job
        self.env = wanted.env or []  # type: List[str]
        self.definition = definition
        self.wanted = wanted
        self.instance = None  # type: Optional[str]
        self.is_ambiguous = False
        self.before = None  # type: Optional[Dict[str, Any]]
        self.main = None  # type: Optional[Tuple[int, Optional[int]]]
        self.age = float("inf")
        self.unread = False
        self.script = None  # type: Optional[Script]
        self.plan = Plan()
        self.progress = Progress()
        self.result = InstanceResult()

    @property
    def instance_name(self):
        # type: () -> str
        """The instance's name, also '' while it is unknown."""
        return self.instance or ""

    @property
    def label(self):
        # type: () -> str
        return names.display_name(self.job, self.instance_name)

    def rests(self):
        # type: () -> bool
        """Return whether it is, after the steps so far, where it stays until somebody asks."""
        return is_resting(self.result.after, self.definition.is_task())

    def mark_signals(self, client):
        # type: (Upstart) -> None
        """Remember which signals had come when it was started, or was waited for."""
        self.progress.up_mark = len(client.connection.signals)
        self.progress.up_at_mark = self.result.after is not None and is_resting(self.result.after)

    def mark_log(self, log_dir):
        # type: (str) -> None
        """Remember where the job's log ends now, so that only what comes later is shown."""
        path = self.log_file(log_dir)
        self.progress.log_mark = log_size(path) if path else 0

    def log_file(self, log_dir):
        # type: (str) -> Optional[str]
        """Return the path of the job's log; None where Upstart keeps none."""
        return log_path(log_dir, self.job, self.instance_name) if self.definition.version >= JOB_LOGS_SINCE else None


def main_of(client, status):
    # type: (Upstart, Optional[Dict[str, Any]]) -> Optional[Tuple[int, Optional[int]]]
    """Return what identifies the main process of an instance, its pid and when it began; None where it has none."""
    pid = (status or {}).get("processes", {}).get("main")
    return (pid, processes.start_ticks(client.connection.peer["pid"], pid)) if pid else None
