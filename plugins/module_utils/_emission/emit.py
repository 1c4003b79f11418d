# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emit an event, and tell what it did: which jobs started, stopped and failed, or who holds it."""

from __future__ import absolute_import, division, print_function

import collections
import os

from .._daemon.errors import DaemonError, EventFailedError, NoReplyError
from .._daemon.names import display_name, instance_path
from .._errors import UpstartError
from .._events.effects import MEMBERS, fold
from .._events.tables import RUNNING, WAITING
from .._host.consequences import Consequences
from .._host.definitions import Definition
from .._host.job_effects import COMES_AND_GOES, from_signals, trace
from .._host.job_logs import log_size
from .._host.releases import JOB_LOGS_SINCE, STATES_SIGNALLED_SINCE
from .._host.status import POLL_INTERVAL, is_resting
from .._system.deadline import Deadline
from . import verifying

__metaclass__ = type

SETTLE_SECONDS = 2.0  # seconds for which jobs are followed that an event moves after it is answered
MIN_SETTLE_SECONDS = 0.5  # seconds for which the first of them is waited for when a job failed
QUIET_SECONDS = 0.05  # seconds without a signal after which nothing more is to come
LOGS_AT_MOST = 5000

# stable_for: seconds for which what the event started is watched.
Emission = collections.namedtuple("Emission", "name env wait timeout stable_for log_dir conf_dir")
# jobs: see job_effects.from_signals; settled: whether all that the event moved has come to rest; warnings: list of
# sentences. Without ``wait`` nothing of that is known, and settled is None.
Outcome = collections.namedtuple("Outcome", "jobs settled warnings")


def missing_knowledge(version):
    """Return the sentence on what a daemon of that version does not tell of an event's effects, or None."""
    if version >= STATES_SIGNALLED_SINCE:
        return None
    return ("Upstart %s tells only which instances come and go, states and failures since 0.6.7: jobs lacks what was "
            "restarted or respawned, has what other events did meanwhile, and does not say what failed."
            % ".".join(str(part) for part in version))


def emit(client, emission, version):
    """Emit an event and return its Outcome.

    Raises UpstartError when it fails because of a job, or when it is not over within ``timeout`` seconds.

    :param version: tuple, the daemon's.
    """
    connection = client.connection
    if version < JOB_LOGS_SINCE:
        emission = emission._replace(log_dir=None)
    marks = _log_sizes(emission.log_dir) if emission.wait and emission.log_dir else {}
    caused = Consequences(client, emission, len(connection.signals), version)
    pending = client.emit(emission.name, emission.env, emission.wait)
    answered = connection.wait(lambda: pending.done, emission.timeout)
    if not answered:
        connection.forget(pending)
        raise _held(client, emission, _so_far(client, caused, emission, marks, version))
    error = pending.error
    if error is not None and not isinstance(error, EventFailedError):
        if not isinstance(error, DaemonError):
            raise error
        raise UpstartError("Upstart refused the event %s: %s." % (emission.name, error.message.rstrip(".")),
                           name=emission.name, **error.facts)
    if not emission.wait:
        return Outcome([], None, [])
    moving = _follow(client, caused, emission, version, SETTLE_SECONDS, failed=error is not None)
    watched = {}
    if error is None:
        watched = _watch(client, caused, emission, version)
        if watched:
            moving = _follow(client, caused, emission, version, 0 if moving else SETTLE_SECONDS)
    jobs = _effects(client, caused.signals(), emission, marks, version)
    if error is not None:
        raise _failed(emission, _doubted(jobs), caused.untold, not moving)
    warnings = _warnings(emission, jobs, moving, version >= STATES_SIGNALLED_SINCE and caused.untold)
    resting_jobs = [job for job in jobs if (job["name"], job["instance"]) not in moving]
    faults = verifying.verify(client, emission.conf_dir, version, resting_jobs, watched)
    return Outcome(jobs, not moving, warnings + verifying.sentences(emission.name, faults))


def _so_far(client, caused, emission, marks, version):
    """Return the effects on an event that is not over; where states are not signalled, they are asked for."""
    if version < STATES_SIGNALLED_SINCE:
        try:
            return _doubted(_effects(client, caused.signals(), emission, marks, version))
        except UpstartError:
            pass  # a daemon that does not answer: what came and went is all that is known
    jobs = from_signals(caused.signals(), emission.log_dir, marks, None, version)
    untold = [(job["name"], job["instance"]) for job in jobs if job["status"] is None]
    if untold and version >= STATES_SIGNALLED_SINCE:  # only the goal has changed so far
        try:
            jobs = from_signals(caused.signals(), emission.log_dir, marks, _statuses(client, untold), version)
        except UpstartError:
            pass
    for job in _doubted(jobs):
        if job["failed"] is None and not job["stopped"]:
            job.update(status=None, how="on its way")
    return jobs


def _doubted(jobs):
    """Return the effects without a claim that what only came and went, be it by a failure, was up."""
    for job in jobs:
        if job["failed"] is None and job["started"] and job["stopped"]:
            job.update(started=None, how="came and went")
    return jobs


def _log_sizes(log_dir):
    try:
        names = os.listdir(log_dir)[:LOGS_AT_MOST]
    except OSError:
        return {}
    return dict((path, log_size(path)) for path in [os.path.join(log_dir, name) for name in names])


def _follow(client, caused, emission, version, seconds, failed=False):
    """Wait until the instances rest that the event moved, or moved by way of others, and signal nothing more.

    The answer may come before the signals that tell how a job failed, or after them.

    :returns: list of the (job, instance) that do not rest after ``seconds``.
    """
    connection = client.connection
    tells = version >= STATES_SIGNALLED_SINCE
    members = MEMBERS if tells else COMES_AND_GOES

    def told():
        return any(signal.member in members for signal in caused.all_signals())

    if not connection.wait(told, MIN_SETTLE_SECONDS if failed and tells else 0):
        return []  # it concerned nobody
    deadline = Deadline(seconds)
    tasks = {}
    while True:
        seen = len(connection.signals)
        found = fold(trace(caused.signals()))
        moving = (_moving if tells else _moving_by_looks)(client, found, emission, tasks)
        if not deadline.left():
            return moving
        settled = not moving and (not failed or not tells or any(effect.failed for effect in found))
        patience = QUIET_SECONDS if settled else deadline.left() if tells else POLL_INTERVAL
        more = connection.wait(lambda count=seen: len(connection.signals) > count, min(patience, deadline.left()))
        if settled and not more:
            return []


def _moving(unused, found, emission, tasks):
    """Return the (job, instance) of those Effects that do not rest."""
    return [(effect.job, effect.instance) for effect in found
            if not effect.rests(effect.state == RUNNING and _is_task(effect.job, emission, tasks))]


def _moving_by_looks(client, found, emission, tasks):
    """The same where it is told only that instances come and go."""
    pairs = [(effect.job, effect.instance) for effect in found]
    return [pair for pair, status in zip(pairs, client.statuses(pairs))
            if not is_resting(status, _is_task(pair[0], emission, tasks))]


def _watch(client, caused, emission, version):
    """Keep an eye on the services that the event started, for ``stable_for`` seconds or until all have ended.

    :returns: dict of (job, instance) of each to the pid that its main process had at the beginning.
    """
    pairs = [(effect.job, effect.instance) for effect in fold(trace(caused.signals()))
             if (effect.started or version < STATES_SIGNALLED_SINCE) and effect.state != WAITING]
    tasks = {}
    watched = dict((pair, status["processes"].get("main")) for pair, status in zip(pairs, client.statuses(pairs))
                   if status is not None and is_resting(status, _is_task(pair[0], emission, tasks)))
    if not watched or not emission.stable_for:
        return {}
    paths = set(instance_path(*pair) for pair in watched)
    connection = client.connection
    mark = len(connection.signals)

    def all_left():
        signals = connection.signals[mark:]
        return paths <= set([signal.path for signal in signals
                             if signal.member == "StateChanged" and signal.args[0] == WAITING]
                            + [signal.args[0] for signal in signals if signal.member == "InstanceRemoved"])

    connection.wait(all_left, emission.stable_for)
    return watched


def _is_task(job, emission, known):
    """Return whether a job is one that ends by itself, as far as its file tells."""
    if job not in known:
        try:
            known[job] = Definition(job, emission.conf_dir).is_task()
        except UpstartError:
            known[job] = False
    return known[job]


def _effects(client, signals, emission, marks, version):
    """Return the effects that signals tell of, with the status that each instance has by now."""
    pairs = [(effect.job, effect.instance) for effect in fold(trace(signals))]
    return from_signals(signals, emission.log_dir, marks, _statuses(client, pairs), version)


def _statuses(client, pairs):
    return dict((pair, "%(goal)s/%(state)s" % status if status else "stop/waiting")
                for pair, status in zip(pairs, client.statuses(pairs)))


def _warnings(emission, jobs, moving, untold):
    """Return sentences on what an event that is over did not bring to a good end."""
    found = []
    ill = [_told(job) for job in jobs if job["failed"] or job["respawned"]]
    if ill:
        found.append("The event %s is over and did not fail, but not all is well that it has set in motion: %s." % (
            emission.name, "; ".join(ill)))
    on_their_way = ["%s is in %s" % (display_name(job["name"], job["instance"]), job["status"]) for job in jobs
                    if (job["name"], job["instance"]) in moving]
    if on_their_way:
        found.append("The event %s is over, but not yet all that it has set in motion: %s. That was followed no "
                     "further." % (emission.name, "; ".join(on_their_way)))
    if jobs and untold:
        found.append("Cannot tell which of these changes the event %s caused: %s." % (emission.name, untold))
    return found


def _failed(emission, jobs, untold, settled):
    """Return the error for an event that made jobs fail.

    :param untold: a clause on why it is not known which jobs it concerns, else None.
    :param settled: whether all that the event moved has come to rest.
    """
    failed = [job for job in jobs if job["failed"]]
    number = "a job" if len(failed) < 2 else "%d jobs" % len(failed)
    text = "The event %s was emitted, but %s that it concerns failed. " % (emission.name, number)
    if untold and failed:
        text = ("The event %s was emitted, but it failed. %s failed meanwhile, because of it or not, as conditions "
                "cannot be asked for (%s): " % (emission.name, number[0].upper() + number[1:], untold))
    text += "; ".join(_told(job) for job in failed) + "." if failed else "Upstart does not tell which."
    return UpstartError(text, name=emission.name, env=emission.env, jobs=jobs, held_by=[], changed=True,
                        settled=settled)


def _told(job):
    text = "%s %s" % (display_name(job["name"], job["instance"]), job["how"])
    if job.get("log_lines"):
        text += " (its log ends: %s)" % " | ".join(job["log_lines"][-3:])
    return text


def _held(client, emission, jobs):
    """Return the error for an event that is not over in time, with who holds it."""
    from . import holding
    try:
        holders = holding.holders(client, emission.name, emission.env, emission.conf_dir, jobs)
    except NoReplyError as error:
        if not jobs:
            return UpstartError("Whether the event %s was emitted is not known, as no answer came within %g s. %s" % (
                emission.name, emission.timeout, error.message), name=emission.name, env=emission.env, held_by=[],
                jobs=[], changed=True, settled=False, timeout=emission.timeout)
        holders = []
        reason = " Who holds it cannot be told: %s" % error.message
    except UpstartError as error:
        holders = []
        reason = " Who holds it cannot be told: %s" % error.message
    else:
        reason = " It is held: %s." % "; ".join(holders) if holders else ""
    text = "The event %s was emitted, but not all that it causes was over within %g s.%s" % (
        emission.name, emission.timeout, reason)
    return UpstartError(text + " Set wait to false if that is meant to go on.", name=emission.name, env=emission.env,
                        held_by=holders, jobs=jobs, changed=True, settled=False, timeout=emission.timeout)
