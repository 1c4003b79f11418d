# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emit an event, wait until its effects are over, and return them."""

from __future__ import absolute_import, division, print_function

import collections
import os

from .._daemon.errors import DaemonError, EventFailedError
from .._daemon.names import instance_path
from .._errors import UpstartError
from .._events.effects import MEMBERS, fold
from .._events.tables import RUNNING, WAITING
from .._host.consequences import Consequences
from .._host.definitions import Definition
from .._host.job_effects import INSTANCE_SIGNALS, from_signals, trace
from .._host.job_logs import log_size
from .._host.releases import JOB_LOGS_SINCE, STATES_SIGNALLED_SINCE
from .._host.status import POLL_INTERVAL, is_resting, state_text
from .._system.deadline import Deadline
from . import report

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Signal  # noqa: F401
    from .._events.effects import Effect  # noqa: F401

__metaclass__ = type

SETTLE_SECONDS = 2.0  # how long jobs are followed that move after the answer to the event
MIN_SETTLE_SECONDS = 0.5  # how long to wait for the first signal of a job that failed
QUIET_SECONDS = 0.05  # without a signal: no more signals are expected
MAX_LOGS = 5000

# stable_for: seconds for which services that the event started are watched.
Emission = collections.namedtuple("Emission", "name env wait timeout stable_for log_dir conf_dir")
# jobs: list of dicts, see job_effects.from_signals; moving: set of the (job, instance) that have not come to rest;
# settled: whether there are none, None without ``wait``, when nothing is known; watched: dict of the (job, instance) of
# services to the pids of their main processes when the event was over; conditions_unavailable: a clause on why it is
# unknown which changes the event caused, or None.
Outcome = collections.namedtuple("Outcome", "jobs moving settled watched conditions_unavailable")


class HeldEventError(Exception):
    """The event is not over in time.

    :ivar jobs: list of dicts, its effects so far.
    """

    def __init__(self, jobs):
        # type: (List[Dict[str, Any]]) -> None
        super(HeldEventError, self).__init__()
        self.jobs = jobs


def emit(client, emission, version):
    # type: (Upstart, Emission, Tuple[int, ...]) -> Outcome
    """Emit an event and return its Outcome.

    :param version: tuple, the daemon's.
    :raises UpstartError: when the event fails because of a job.
    :raises HeldEventError: when the event is not over within ``timeout`` seconds.
    """
    connection = client.connection
    if version < JOB_LOGS_SINCE:
        emission = emission._replace(log_dir=None)
    log_sizes = _log_sizes(emission.log_dir) if emission.wait and emission.log_dir else {}
    consequences = Consequences(client, emission, len(connection.signals), version)
    pending = client.emit(emission.name, emission.env, emission.wait)
    if not connection.wait(lambda: pending.done, emission.timeout):
        connection.forget(pending)
        raise HeldEventError(_effects_so_far(client, consequences, emission, log_sizes, version))
    _raise_unless_emitted(emission, pending.error)
    if not emission.wait:
        return Outcome([], frozenset(), None, {}, None)
    failed = pending.error is not None
    moving = _follow(client, consequences, emission, version, SETTLE_SECONDS, failed)
    watched = {}  # type: Dict[Tuple[str, str], Optional[int]]
    if not failed:
        watched = _watch_services(client, consequences, emission, version)
        if watched:
            moving = _follow(client, consequences, emission, version, 0 if moving else SETTLE_SECONDS)
    jobs = _effects(client, consequences.signals(), emission, log_sizes, version)
    if failed:
        raise report.failed_error(emission, _without_guesses(jobs), consequences.conditions_unavailable, not moving)
    unavailable = consequences.conditions_unavailable if version >= STATES_SIGNALLED_SINCE else None
    return Outcome(jobs, frozenset(moving), not moving, watched, unavailable)


def _raise_unless_emitted(emission, error):
    # type: (Emission, Optional[Exception]) -> None
    """Raise the daemon's error for an event that it did not emit; None and the failure of a job mean that it did."""
    if error is None or isinstance(error, EventFailedError):
        return
    if not isinstance(error, DaemonError):
        raise error
    raise UpstartError("Upstart refused the event %s: %s." % (emission.name, error.message.rstrip(".")),
                       name=emission.name, **error.facts)


# -- the effects of the event --------------------------------------------------------------------------------------
def _effects(client, signals, emission, log_sizes, version):
    # type: (Upstart, Sequence[Signal], Emission, Dict[str, int], Tuple[int, ...]) -> List[Dict[str, Any]]
    """Return the effects that the signals report, with the present status of the instances."""
    pairs = [(effect.job, effect.instance) for effect in fold(trace(signals))]
    return from_signals(signals, emission.log_dir, log_sizes, _statuses(client, pairs), version)


def _effects_so_far(client, consequences, emission, log_sizes, version):
    # type: (Upstart, Consequences, Emission, Dict[str, int], Tuple[int, ...]) -> List[Dict[str, Any]]
    """Return the effects of an event that is not over; where states are not signalled, they are queried."""
    if version < STATES_SIGNALLED_SINCE:
        try:
            return _without_guesses(_effects(client, consequences.signals(), emission, log_sizes, version))
        except UpstartError:
            pass  # the daemon does not answer: the signals have to do
    jobs = from_signals(consequences.signals(), emission.log_dir, log_sizes, None, version)
    without_status = [(job["name"], job["instance"]) for job in jobs if job["status"] is None]
    if without_status and version >= STATES_SIGNALLED_SINCE:  # only the goal has changed so far
        try:
            jobs = from_signals(consequences.signals(), emission.log_dir, log_sizes, _statuses(client, without_status),
                                version)
        except UpstartError:
            pass
    return [dict(job, status=None, how="on its way") if job["failed"] is None and not job["stopped"] else job
            for job in _without_guesses(jobs)]


def _without_guesses(jobs):
    # type: (Iterable[Dict[str, Any]]) -> List[Dict[str, Any]]
    """Return the effects without the guess that an instance which appeared and disappeared was running."""
    return [dict(job, started=None, how="came and went")
            if job["failed"] is None and job["started"] and job["stopped"] else job for job in jobs]


def _statuses(client, pairs):
    # type: (Upstart, Sequence[Tuple[str, str]]) -> Dict[Tuple[str, str], str]
    return dict((pair, state_text(status)) for pair, status in zip(pairs, client.statuses(pairs)))


def _log_sizes(log_dir):
    # type: (str) -> Dict[str, int]
    try:
        names = os.listdir(log_dir)[:MAX_LOGS]
    except OSError:
        return {}
    return dict((path, log_size(path)) for path in [os.path.join(log_dir, name) for name in names])


# -- waiting -------------------------------------------------------------------------------------------------------
def _follow(client, consequences, emission, version, seconds, failed=False):
    # type: (Upstart, Consequences, Emission, Tuple[int, ...], float, bool) -> List[Tuple[str, str]]
    """Wait until all instances rest that the event moved, directly or through others, and signal nothing more.

    :param failed: whether the event failed; the signals about the failure may come before the answer or after it.
    :returns: list of the (job, instance) that do not rest after ``seconds``.
    """
    connection = client.connection
    signals_states = version >= STATES_SIGNALLED_SINCE
    members = MEMBERS if signals_states else INSTANCE_SIGNALS

    def has_moved():
        # type: () -> bool
        return any(signal.member in members for signal in consequences.all_signals())

    if not connection.wait(has_moved, MIN_SETTLE_SECONDS if failed and signals_states else 0):
        return []  # it concerns no job
    deadline = Deadline(seconds)
    tasks = {}  # type: Dict[str, bool]
    while True:
        seen = len(connection.signals)
        effects = fold(trace(consequences.signals()))
        moving = (_moving if signals_states else _moving_by_status)(client, effects, emission, version, tasks)
        if not deadline.left():
            return moving
        settled = not moving and (not failed or not signals_states or any(effect.failed for effect in effects))
        timeout = QUIET_SECONDS if settled else deadline.left() if signals_states else POLL_INTERVAL
        more = connection.wait(
            lambda count=seen: len(connection.signals) > count,  # type: ignore[misc]  # mypy infers no default
            min(timeout, deadline.left()))
        if settled and not more:
            return []


def _moving(unused, effects, emission, version, tasks):
    # type: (Upstart, Iterable[Effect], Emission, Tuple[int, ...], Dict[str, bool]) -> List[Tuple[str, str]]
    """Return the (job, instance) of the Effects that do not rest."""
    return [(effect.job, effect.instance) for effect in effects
            if not effect.rests(effect.state == RUNNING and _is_task(effect.job, emission, version, tasks))]


def _moving_by_status(client, effects, emission, version, tasks):
    # type: (Upstart, Iterable[Effect], Emission, Tuple[int, ...], Dict[str, bool]) -> List[Tuple[str, str]]
    """Return the same where Upstart signals only that instances appear and disappear."""
    pairs = [(effect.job, effect.instance) for effect in effects]
    return [pair for pair, status in zip(pairs, client.statuses(pairs))
            if not is_resting(status, _is_task(pair[0], emission, version, tasks))]


def _watch_services(client, consequences, emission, version):
    # type: (Upstart, Consequences, Emission, Tuple[int, ...]) -> Dict[Tuple[str, str], Optional[int]]
    """Watch the services that the event started for ``stable_for`` seconds, or until all of them have ended.

    :returns: dict of their (job, instance) to the pids that their main processes had at the beginning.
    """
    pairs = [(effect.job, effect.instance) for effect in fold(trace(consequences.signals()))
             if (effect.started or version < STATES_SIGNALLED_SINCE) and effect.state != WAITING]
    tasks = {}  # type: Dict[str, bool]
    watched = dict((pair, status["processes"].get("main")) for pair, status in zip(pairs, client.statuses(pairs))
                   if status is not None and is_resting(status, _is_task(pair[0], emission, version, tasks)))
    if not watched or not emission.stable_for:
        return {}
    paths = set(instance_path(*pair) for pair in watched)
    connection = client.connection
    mark = len(connection.signals)

    def all_ended():
        # type: () -> bool
        signals = connection.signals[mark:]
        return paths <= set([signal.path for signal in signals
                             if signal.member == "StateChanged" and signal.args[0] == WAITING]
                            + [signal.args[0] for signal in signals if signal.member == "InstanceRemoved"])

    connection.wait(all_ended, emission.stable_for)
    return watched


def _is_task(job, emission, version, known):
    # type: (str, Emission, Tuple[int, ...], Dict[str, bool]) -> bool
    """Return whether the file of a job makes it a task.

    :param known: dict of job to the answer, which is filled.
    """
    if job not in known:
        try:
            known[job] = Definition(job, emission.conf_dir, version).is_task()
        except UpstartError:
            known[job] = False
    return known[job]
