# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emit an event, and tell what it did: which jobs started, stopped and failed, or who holds it."""

from __future__ import absolute_import, division, print_function

import collections
import os

from ..daemon.errors import DaemonError, EventFailed, NoAnswer
from ..daemon.names import label
from ..errors import UpstartError
from ..events.effects import MEMBERS, fold
from ..events.tables import RUNNING
from .causes import TELLS_STATES
from .consequences import Consequences
from .definitions import Definition
from .effects import COMES_AND_GOES, from_signals, trace
from .logs import KEEPS_LOGS, log_size
from .waiting import LOOK_EVERY, Deadline, resting

__metaclass__ = type

SETTLE = 2.0  # seconds for which jobs are followed that an event moves after it is answered
SHORT = 0.5  # seconds for which the first of them is waited for when a job failed
QUIET = 0.05  # seconds without a signal after which nothing more is to come
LOGS_AT_MOST = 5000

Emission = collections.namedtuple("Emission", "name env wait timeout log_dir conf_dir")


def untold(version):
    """Return the sentence on what a daemon of that version does not tell of an event's effects, or None."""
    if version >= TELLS_STATES:
        return None
    return ("Upstart %s tells only which instances come and go, states and failures since 0.6.7: jobs lacks what was "
            "restarted or respawned, and does not say what failed." % ".".join(str(part) for part in version))


def emit(client, emission, version):
    """Emit an event and return its effects, see effects.from_signals; without ``wait`` none are known.

    Raises UpstartError when it fails because of a job, or when it is not over within ``timeout`` seconds.

    :param version: tuple, the daemon's.
    """
    connection = client.connection
    if version < KEEPS_LOGS:
        emission = emission._replace(log_dir=None)
    marks = _log_sizes(emission.log_dir) if emission.wait and emission.log_dir else {}
    caused = Consequences(client, emission, len(connection.signals), version)
    pending = client.emit(emission.name, emission.env, emission.wait)
    answered = connection.wait(lambda: pending.done, emission.timeout)
    if not answered:
        connection.forget(pending)
        raise _held(client, emission, _so_far(client, caused, emission, marks, version))
    error = pending.error
    if error is not None and not isinstance(error, EventFailed):
        if not isinstance(error, DaemonError):
            raise error
        raise UpstartError("Upstart refused the event %s: %s." % (emission.name, error.message.rstrip(".")),
                           name=emission.name, **error.facts)
    if not emission.wait:
        return []
    follow = _follow_presence if version < TELLS_STATES else _follow
    follow(client, caused, emission, error is not None)
    jobs = _effects(client, caused.signals(), emission, marks, version)
    if error is not None:
        raise _failed(emission, _doubted(jobs), caused.untold)
    return jobs


def _so_far(client, caused, emission, marks, version):
    """Return the effects on an event that is not over; where states are not signalled, they are asked for."""
    if version < TELLS_STATES:
        try:
            return _doubted(_effects(client, caused.signals(), emission, marks, version))
        except UpstartError:
            pass  # a daemon that does not answer: what came and went is all that is known
    jobs = from_signals(caused.signals(), emission.log_dir, marks, None, version)
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


def _follow(client, caused, emission, failed):
    """Wait until the instances rest that the event moved, or moved by way of others, and signal nothing more.

    The answer may come before the signals that tell how a job failed, or after them.
    """
    connection = client.connection

    def told():
        return any(signal.member in MEMBERS for signal in caused.all_signals())

    if not connection.wait(told, SHORT if failed else 0):
        return  # it concerned nobody
    deadline = Deadline(SETTLE)
    tasks = {}
    while deadline.left():
        seen = len(connection.signals)
        found = fold(trace(caused.signals()))
        resting_all = all(effect.rests(effect.state == RUNNING and _is_task(effect.job, emission, tasks))
                          for effect in found)
        settled = resting_all and (not failed or any(effect.failed for effect in found))
        more = connection.wait(lambda count=seen: len(connection.signals) > count,
                               min(QUIET, deadline.left()) if settled else deadline.left())
        if settled and not more:
            return


def _follow_presence(client, caused, emission, unused):
    """The same where it is told only that instances come and go: those that came are looked at until they rest."""
    connection = client.connection
    deadline = Deadline(SETTLE)
    tasks = {}
    while deadline.left() and any(signal.member in COMES_AND_GOES for signal in caused.signals()):
        seen = len(connection.signals)
        pairs = [(effect.job, effect.instance) for effect in fold(trace(caused.signals()))]
        settled = all(resting(status, _is_task(pair[0], emission, tasks))
                      for pair, status in zip(pairs, client.statuses(pairs)))
        more = connection.wait(lambda count=seen: len(connection.signals) > count,
                               min(QUIET if settled else LOOK_EVERY, deadline.left()))
        if settled and not more:
            return


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
    statuses = {}
    for pair, status in zip(pairs, client.statuses(pairs)):
        statuses[pair] = "%(goal)s/%(state)s" % status if status else "stop/waiting"
    return from_signals(signals, emission.log_dir, marks, statuses, version)


def _failed(emission, jobs, untold):
    """Return the error for an event that made jobs fail.

    :param untold: a clause on why it is not known which jobs it concerns, else None.
    """
    failed = [job for job in jobs if job["failed"]]
    number = "a job" if len(failed) < 2 else "%d jobs" % len(failed)
    text = "The event %s was emitted, but %s that it concerns failed. " % (emission.name, number)
    if untold and failed:
        text = ("The event %s was emitted, but it failed. %s failed meanwhile, because of it or not, as conditions "
                "cannot be asked for (%s): " % (emission.name, number[0].upper() + number[1:], untold))
    text += "; ".join(_told(job) for job in failed) + "." if failed else "Upstart does not tell which."
    return UpstartError(text, name=emission.name, env=emission.env, jobs=jobs, held_by=[], changed=True)


def _told(job):
    text = "%s %s" % (label(job["name"], job["instance"]), job["how"])
    if job.get("log_lines"):
        text += " (its log ends: %s)" % " | ".join(job["log_lines"][-3:])
    return text


def _held(client, emission, jobs):
    """Return the error for an event that is not over in time, with who holds it."""
    from . import holding  # only the event that is held needs it
    try:
        holders = holding.holders(client, emission.name, emission.env, emission.conf_dir, jobs)
    except NoAnswer as error:
        if not jobs:
            return UpstartError("Whether the event %s was emitted is not known, as no answer came within %g s. %s" % (
                emission.name, emission.timeout, error.message), name=emission.name, env=emission.env, held_by=[],
                jobs=[], changed=True, timeout=emission.timeout)
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
                        held_by=holders, jobs=jobs, changed=True, timeout=emission.timeout)
