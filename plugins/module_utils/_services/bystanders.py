# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that ran before a task and do not run after it, although the task was not to stop them.

A task that restarts one job may stop others, because they depend on it. Each loss says which job caused it, and which
events the lost service waits for.
"""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.errors import DaemonError
from .._errors import UpstartError
from .._events.effects import fold
from .._events.tables import HELPERS, STOP
from .._host import crash_guard, failures
from .._host.consequences import events_of
from .._host.definitions import Definition
from .._host.instance_names import UNREADABLE
from .._host.job_effects import trace
from .._host.planned_files import read_file
from .._host.releases import STATES_SIGNALLED_SINCE
from .._host.status import POLL_INTERVAL, is_resting, state_text
from .._jobfile.expression import dbus_to_rpn
from .._jobfile.shell import init_commands
from .._system.deadline import Deadline
from . import bystander_messages
from .stop_causes import causes_of_moves, links_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Collection, Dict, Iterable, List, Optional, Set, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Signal  # noqa: F401
    from .stop_causes import Links, MoveCause  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

SETTLE_SECONDS = 2.0  # seconds to follow the jobs that the task set in motion, as long as no service is lost
QUIET_SECONDS = 0.05  # seconds without a signal after which no more signals are expected

# What a task does to instances. stops: list of (job, instance) that it stops, including restarts; starts: list of
# (job, instance, list of KEY=VALUE) that it starts; down: set of (job, instance) that it shall leave stopped; up: list
# like starts, the instances that shall run in the end. The task starts these again if something stops them meanwhile.
Acts = collections.namedtuple("Acts", "stops starts down up")
Acts.__new__.__defaults__ = ((),)
# pids: dict of (job, instance) to the pid of the main process, None for a job without one; signal_count: int, the
# number of signals that had arrived by then.
RunningServices = collections.namedtuple("RunningServices", "pids signal_count")


class Loss:
    """A service that ran before the task and does not run after it.

    :ivar status: text, its goal/state now.
    :ivar by_task: bool, whether it stopped because of what the task stopped or started; None when that is unknown.
    :ivar caused_by: list of text, the names of the task's jobs that caused it; empty when ``by_task`` is not True.
    :ivar event: text, the event in its ``stop on`` that stopped it, or None.
    :ivar happened: list of text, the events of its ``start on`` that were emitted since its last start.
    :ivar waits_for: list of text, the events of its ``start on`` that are still missing; None when that is unknown.
    :ivar reason: text, a clause that says why it does not run although it was started again, or None.
    """

    def __init__(self, job, instance, status):
        # type: (str, str, str) -> None
        self.job = job
        self.instance = instance
        self.status = status
        self.by_task = None  # type: Optional[bool]
        self.caused_by = []  # type: List[str]
        self.event = None  # type: Optional[str]
        self.happened = []  # type: List[str]
        self.waits_for = None  # type: Optional[List[str]]
        self.reason = None  # type: Optional[str]

    def set_causes(self, causes):
        # type: (List[MoveCause]) -> None
        """Set what made it stop.

        :param causes: list of stop_causes.MoveCause, in order; the last stop has the event.
        """
        stops = [cause for cause in causes if cause.goal == STOP]
        self.by_task = bool(stops)
        self.caused_by = sorted(set(cause.origin[0] for cause in stops))
        self.event = stops[-1].operand if stops else None

    def set_progress(self, progress, is_complete=True):
        # type: (Dict[str, Any], bool) -> None
        """Set which events of its ``start on`` were emitted and which are missing.

        :param progress: dict, as ``explain.explain`` returns it.
        :param is_complete: bool, whether all events that count were observed.
        """
        self.happened = progress["happened"]
        self.waits_for = progress["missing"] if is_complete else None


def acts_of(targets):
    # type: (List[Target]) -> Acts
    """Return the Acts of a task: the planned steps of its targets, or the requests sent for targets that failed.

    LSB scripts are left out.

    :param targets: list of targets.Target.
    """
    jobs = [target for target in targets if target.script is None]
    stops = [_pair(target) for target in jobs if {"stop", "free"}.intersection(_steps(target))]
    starts = [_pair(target) + (list(target.env),) for target in jobs if "start" in _steps(target)]
    up = [_pair(target) + (list(target.env),) for target in jobs if target.result.error is None
          and target.wanted.state in ("started", "restarted", "reloaded") and not target.definition.is_task()]
    return Acts(stops, starts, set(_pair(target) for target in jobs if target.wanted.state == "stopped"), up)


def _steps(target):
    # type: (Target) -> Collection[str]
    steps = target.plan.steps
    return steps if target.result.error is None else set(steps).intersection(target.progress.sent)


def pairs_of(acts):
    # type: (Acts) -> Set[Tuple[str, str]]
    """Return the set of the (job, instance) that a task itself stops or starts."""
    return set(acts.stops).union((job, instance) for job, instance, unused in acts.starts)


def _pair(target):
    # type: (Target) -> Tuple[str, str]
    return target.job, target.instance_name


def running_services(client, conf_dir, version):
    # type: (Upstart, str, Tuple[int, ...]) -> RunningServices
    """Return the RunningServices of this host. Jobs with the stanza ``task`` are no services."""
    signal_count = len(client.connection.signals)
    names = client.jobs()
    pairs = [(name, instance) for name, instances in zip(names, client.instances_of(names)) for instance in instances
             if UNREADABLE not in instance]
    tasks = {}  # type: Dict[str, bool]
    pids = {}  # type: Dict[Tuple[str, str], Optional[int]]
    for pair, status in zip(pairs, client.statuses(pairs)):
        if is_resting(status) and status is not None and not _is_task(pair[0], conf_dir, version, tasks):
            pids[pair] = status["processes"].get("main")
    return RunningServices(pids, signal_count)


def _is_task(job, conf_dir, version, known):
    # type: (str, str, Tuple[int, ...], Dict[str, bool]) -> bool
    """Return whether a job's files have the stanza ``task``. Files without that word are not parsed."""
    if job not in known:
        try:
            definition = Definition(job, conf_dir, version, read=False)
            texts = [read_file(path) or b"" for path in (definition.conf, definition.override)]
            known[job] = any(b"task" in text for text in texts) and Definition(job, conf_dir, version).is_task()
        except UpstartError:
            known[job] = False
    return known[job]


def lost_services(client, services, acts, conf_dir, version, deadline):
    # type: (Upstart, RunningServices, Acts, str, Tuple[int, ...], Deadline) -> List[Loss]
    """Return the Losses since ``running_services``, sorted by job and instance.

    Waits while one of the services, or an instance that the task set in motion, still changes its state.

    :param services: RunningServices.
    :param acts: Acts; a service in ``acts.down`` is no loss.
    :param deadline: deadline.Deadline.
    """
    expected = sorted(set(services.pids) - acts.down)
    missing = _missing(client, expected)
    history = _History(client, acts, services.signal_count, conf_dir, version)
    has_losses = bool(missing)
    if not has_losses:
        if not history.is_moving(missing):
            return []
        deadline = Deadline(min(SETTLE_SECONDS, deadline.left()))  # moving instances may still stop a service
    while True:
        signals = len(client.connection.signals)
        moving = history.is_moving(missing)
        client.connection.wait(lambda count=signals: len(client.connection.signals) > count,  # type: ignore[misc]
                               min(POLL_INTERVAL if moving else QUIET_SECONDS, deadline.left()))
        missing = _missing(client, expected)
        is_quiet = not moving and len(client.connection.signals) == signals
        if is_quiet or (has_losses and not missing) or not deadline.left():
            break
    losses = [Loss(job, instance, state_text(missing[job, instance])) for job, instance in sorted(missing)]
    if losses:
        history.add_causes(losses)
    return losses


def _missing(client, pairs):
    # type: (Upstart, List[Tuple[str, str]]) -> Dict[Tuple[str, str], Optional[Dict[str, Any]]]
    """Return a dict of the (job, instance) that are not running now to their statuses."""
    return dict((pair, status) for pair, status in zip(pairs, client.statuses(pairs))
                if status is None or not is_resting(status))


class _History:
    """What was signalled since the task began, and which of that the task caused."""

    def __init__(self, client, acts, signal_count, conf_dir, version):
        # type: (Upstart, Acts, int, str, Tuple[int, ...]) -> None
        self._client = client
        self._task_pairs = pairs_of(acts)
        self._signal_count = signal_count
        self._conf_dir = conf_dir
        self._version = version
        self._links = {}  # type: Dict[str, Links]
        self._tasks = {}  # type: Dict[str, bool]
        self._can_query_conditions = version >= STATES_SIGNALLED_SINCE
        self._is_safe_to_query = False

    def signals(self):
        # type: () -> List[Signal]
        return self._client.connection.signals[self._signal_count:]

    def is_moving(self, missing):
        # type: (Iterable[Tuple[str, str]]) -> bool
        """Return whether one of these services, or an instance that the task set in motion, changes its state."""
        moves = trace(self.signals())
        moved = set((job, instance) for job, instance, unused, unused_too in moves)
        if self._version >= STATES_SIGNALLED_SINCE:
            moved.intersection_update(self._task_pairs.union(self._causes(moves)))
        pairs = sorted(moved.union(missing))
        return any(not is_resting(status, _is_task(pair[0], self._conf_dir, self._version, self._tasks))
                   for pair, status in zip(pairs, self._client.statuses(pairs)))

    def add_causes(self, losses):
        # type: (List[Loss]) -> None
        """Set why services stopped, as far as signals and conditions show it."""
        if self._version < STATES_SIGNALLED_SINCE:
            return
        moves = trace(self.signals())
        causes = self._causes(moves)
        turns = dict(((effect.job, effect.instance), effect.turns) for effect in fold(moves))
        for loss in losses:
            loss.set_causes(causes.get((loss.job, loss.instance), []))
            if not loss.by_task and (not self._can_query_conditions or self._has_helper_processes()):
                loss.by_task = None
            loss.reason = failures.describe(failures.from_signals(self.signals(), loss.job, loss.instance))
            if loss.reason is None and turns.get((loss.job, loss.instance), [])[-2:] == ["started", "stopped"]:
                loss.reason = "it started again and then stopped"

    def _has_helper_processes(self):
        # type: () -> bool
        """Return whether one of the task's jobs has processes beside main. These may stop other jobs unnoticed."""
        definitions = [self._values(job) for job in sorted(set(job for job, unused in self._task_pairs))]
        return any(values is None or set(values["process"]).intersection(HELPERS) for values in definitions)

    def _causes(self, moves):
        # type: (List[Tuple[str, str, str, Any]]) -> Dict[Tuple[str, str], List[MoveCause]]
        self._read_links(sorted(set(move[0] for move in moves) - set(self._links)))
        return causes_of_moves(moves, self._task_pairs, self._links)

    def _read_links(self, names):
        # type: (List[str]) -> None
        """Read how jobs react: from the daemon where it is safe to query it, otherwise from their files."""
        if not names:
            return
        for name, properties in zip(names, self._properties(names)):
            values = self._values(name)
            conditions = [dbus_to_rpn(properties.get(key) or []) if properties is not None else (values or {}).get(key)
                          for key in ("start_on", "stop_on")]
            emits = (properties or {}).get("emits") or (values or {}).get("emits") or []
            processes = values["process"].values() if values is not None else ()
            commands = [command for process in processes
                        for command in init_commands.read_init_commands(process["command"])]
            self._links[name] = links_of(name, conditions[0], conditions[1], emits, commands)

    def _properties(self, names):
        # type: (List[str]) -> List[Optional[Dict[str, Any]]]
        """Return the D-Bus properties of jobs in their order; None for jobs whose properties are unknown."""
        try:
            if self._can_query_conditions and not self._is_safe_to_query:
                crash_guard.ensure_safe_to_query(self._client, self._conf_dir)
                self._is_safe_to_query = True
            if self._can_query_conditions:
                return self._client.properties_of(names)
        except (DaemonError, crash_guard.StateUnavailableError):
            self._can_query_conditions = False
        return [None] * len(names)

    def _values(self, name):
        # type: (str) -> Optional[Dict[str, Any]]
        try:
            return Definition(name, self._conf_dir, self._version).values
        except UpstartError:
            return None


def events_since(client, services):
    # type: (Upstart, RunningServices) -> List[Tuple[str, List[str]]]
    """Return the events that were signalled since ``running_services``, a list of (name, list of KEY=VALUE)."""
    signals = client.connection.signals[services.signal_count:]
    events = [(signal.args[0], signal.args[1]) for signal in signals if signal.member == "EventEmitted"]
    for job, instance, member, value in trace(signals):
        if member == "StateChanged":
            events.extend((event.name, event.env) for event in events_of((job, instance), [value])[:1])
    return events


def others(targets, losses):
    # type: (List[Target], List[Loss]) -> List[Loss]
    """Return the losses of instances that the task does not judge itself."""
    own = set((target.job, target.instance_name) for target in targets if target.wanted.state is not None)
    return [loss for loss in losses if (loss.job, loss.instance) not in own]


warning, prediction = bystander_messages.warning, bystander_messages.prediction


def as_dicts(losses):
    # type: (List[Loss]) -> List[Dict[str, Any]]
    """Return Losses as dicts, the value of ``taken_down`` in the result of upstart_service."""
    return [{"name": loss.job, "instance": loss.instance, "status": loss.status, "caused_by": loss.caused_by,
             "event": loss.event, "happened": loss.happened, "waits_for": loss.waits_for} for loss in losses]
