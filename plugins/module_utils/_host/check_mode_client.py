# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that answers like the daemon after the earlier check-mode tasks of the play: its jobs, and what runs."""

from __future__ import absolute_import, division, print_function

import json

from .._daemon.errors import InvalidArgumentsError, UnknownJobError
from .._daemon.names import ERROR_PREFIX, instance_path, job_path
from .._events.expand import ExpansionError, expand
from .._jobfile.values import same_job
from . import check_mode
from .daemon_state import Snapshot
from .definitions import Definition

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple, TypeVar  # noqa: F401
    from .._daemon.client import Upstart

    AnyClient = TypeVar("AnyClient", bound=Optional[Upstart])

__metaclass__ = type

NO_PROCESS = 0  # stands for the pid of a process that would have been started
UNKNOWN_JOB = ERROR_PREFIX + "UnknownJob"


def values_at(start, version):
    # type: (check_mode.PlannedStart, Tuple[int, ...]) -> Optional[Dict[str, Any]]
    """Return the values of the job file that an instance would have been started with, None if the file has an error.

    :param start: check_mode.PlannedStart.
    """
    definition = Definition("", "", version, read=False)
    definition.take(*start.texts)
    return definition.values


def is_stale(then, now):
    # type: (Dict[str, Any], Dict[str, Any]) -> bool
    """Return whether the values that an instance was started with differ from the present ones.

    :param then: dict, the values at the start; ``now`` the values of the present job file.
    """
    if not then["instance"]:  # "start on" no longer matters once the only instance of a job is running
        then = dict(then, start_on=now["start_on"])
    return not same_job(then, now)


class CheckModeSnapshot(Snapshot):
    """A Snapshot that includes the instances that earlier tasks would have started."""

    def __init__(self, client, conf_dir):
        # type: (CheckModeClient, str) -> None
        super(CheckModeSnapshot, self).__init__(client, conf_dir)  # type: ignore[arg-type]  # it answers like Upstart
        self._up = client.foreseen.up

    def is_stale(self, definition, instance):
        # type: (Definition, str) -> Optional[bool]
        start = self._up.get((definition.name, instance))
        if start is None or definition.values is None:
            return super(CheckModeSnapshot, self).is_stale(definition, instance)
        then = values_at(start, definition.version)
        return then is None or is_stale(then, definition.values)

    def environment(self, job, instance):
        # type: (str, str) -> Optional[List[str]]
        start = self._up.get((job, instance))
        return super(CheckModeSnapshot, self).environment(job, instance) if start is None else list(start.env)

    def differing(self, job, instance, env):
        # type: (str, str, Iterable[str]) -> List[str]
        start = self._up.get((job, instance))
        if start is None:
            return super(CheckModeSnapshot, self).differing(job, instance, env)
        planned = dict(entry.partition("=")[::2] for entry in start.env)
        given = dict(entry.partition("=")[::2] for entry in env)
        return sorted(name for name in given if planned.get(name) != given[name])


class CheckModeClient:
    """A daemon.client.Upstart for check mode that answers like the daemon after earlier tasks.

    :ivar real: daemon.client.Upstart.
    :ivar foreseen: check_mode.PlayState.
    """

    snapshot_class = CheckModeSnapshot

    def __init__(self, client, play_state, conf_dir):
        # type: (Upstart, check_mode.PlayState, str) -> None
        self.real = client
        self.foreseen = play_state
        self._conf_dir = conf_dir
        self._version = client.version()

    def __getattr__(self, name):
        # type: (str) -> Any
        return getattr(self.real, name)

    def _values(self, job):
        # type: (str) -> Optional[Dict[str, Any]]
        return Definition(job, self._conf_dir, self._version).values

    def _is_known(self, job):
        # type: (str) -> Optional[bool]
        """Return whether the daemon would know a job, None if no earlier task changed its job file."""
        if self.foreseen.paths(job)[0] not in self.foreseen.texts:
            return None
        return self._values(job) is not None or bool(self.instances(job))

    def jobs(self):
        # type: () -> List[str]
        names = set(self.real.jobs())
        for job in self.foreseen.changed_jobs():
            (names.add if self._is_known(job) else names.discard)(job)
        return sorted(names)

    def find_job(self, name):
        # type: (str) -> str
        known = self._is_known(name)
        if known is None:
            return self.real.find_job(name)
        if not known:
            raise UnknownJobError("Unknown job: %s" % name, error=UNKNOWN_JOB)
        return job_path(name)

    def instances(self, name):
        # type: (str) -> List[str]
        return self.instances_of([name])[0]

    def instances_of(self, names):
        # type: (Sequence[str]) -> List[List[str]]
        result = []
        for name, instances in zip(names, self.real.instances_of(names)):
            running = set(instance for instance in instances if (name, instance) not in self.foreseen.down)
            result.append(sorted(running.union(instance for job, instance in self.foreseen.up if job == name)))
        return result

    def find_instance(self, name, env):
        # type: (str, Iterable[str]) -> Optional[str]
        started = any(job == name for job, unused in self.foreseen.up)
        if not started and not self.foreseen.files_changed(name):
            instance = self.real.find_instance(name, env)
            return None if (name, instance) in self.foreseen.down else instance
        values = self._values(name)
        entries = (values["env"] if values else []) + list(env)
        try:
            instance = expand(values["instance"] if values else "", dict(
                entry.split("=", 1) for entry in entries if "=" in entry))
        except ExpansionError as error:
            raise InvalidArgumentsError(error.message)
        return instance if instance in self.instances(name) else None

    def statuses(self, pairs):
        # type: (Sequence[Tuple[str, str]]) -> List[Optional[Dict[str, Any]]]
        return [self._running(pair) if pair in self.foreseen.up else None if pair in self.foreseen.down else status
                for pair, status in zip(pairs, self.real.statuses(pairs))]

    def _running(self, pair):
        # type: (Tuple[str, str]) -> Dict[str, Any]
        values = values_at(self.foreseen.up[pair], self._version)
        processes = {"main": NO_PROCESS} if values and "main" in values["process"] else {}
        return {"goal": "start", "state": "running", "processes": processes}

    def status(self, job, instance=""):
        # type: (str, str) -> Optional[Dict[str, Any]]
        return self.statuses([(job, instance)])[0]

    def state(self):
        # type: () -> str
        """Return the daemon's state without the instances that earlier tasks would have stopped or started again."""
        dump = json.loads(self.real.state())
        outdated = set(instance_path(*pair) for pair in list(self.foreseen.down) + list(self.foreseen.up))
        for job_class in dump["job_classes"]:
            job_class["jobs"] = [job for job in job_class.get("jobs") or [] if job["path"] not in outdated]
        return json.dumps(dump)

    def stale_starts(self, name, values):
        # type: (str, Optional[Dict[str, Any]]) -> List[Tuple[str, Optional[Dict[str, Any]]]]
        """Return the instances that earlier tasks would have started with another definition than ``values``.

        :returns: list of (instance, values that it would run with).
        """
        starts = [(instance, values_at(start, self._version)) for (job, instance), start in self.foreseen.up.items()
                  if job == name]
        return [] if values is None else [pair for pair in starts if pair[1] is None or is_stale(pair[1], values)]


def client_for(client, params):
    # type: (AnyClient, Dict[str, Any]) -> AnyClient
    """Return the client for a module in check mode: a CheckModeClient if an action plugin called the module."""
    play_state = check_mode.load(params)
    if play_state is None or client is None:
        return client
    return CheckModeClient(client, play_state, params["conf_dir"])  # type: ignore[return-value]  # it answers like one
