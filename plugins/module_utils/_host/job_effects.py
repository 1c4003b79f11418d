# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of jobs, from the daemon's signals or from a prediction, as the modules return it."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import instance_name, job_name
from .._events.effects import MEMBERS, fold
from . import failures
from .job_logs import log_path, log_tail
from .releases import STATES_SIGNALLED_SINCE

__metaclass__ = type

UP, GONE = "start/running", "stop/waiting"
COMES_AND_GOES = ("InstanceAdded", "InstanceRemoved")
MANY_TURNS = 3  # more of them are not told one by one


def trace(signals):
    """Return the signals of instances as _events.effects.fold takes them.

    Upstart before 0.6.7 tells only that instances come and go.
    """
    found = []
    for signal in signals:
        if signal.member in MEMBERS:
            found.append((job_name(signal.path), instance_name(signal.path), signal.member, signal.args[0]))
    if found:
        return found
    there = set()
    for signal in signals:
        if signal.member in COMES_AND_GOES:
            name, path = job_name(signal.path), signal.args[0]
            states = ["starting"] if signal.member == "InstanceAdded" else ["waiting"]
            if signal.member == "InstanceRemoved" and path in there:
                states.insert(0, "running")
            there.add(path)
            found.extend((name, instance_name(path), "StateChanged", state) for state in states)
    return found


def from_signals(signals, log_dir=None, marks=None, statuses=None, version=STATES_SIGNALLED_SINCE):
    """Return what signals tell of instances, in the order in which the daemon turned to them; see ``entry``.

    Before 0.6.7 these do not tell whether an instance was restarted or respawned or failed, and that is None.

    :param log_dir: text, directory of the logs that those are given of which failed; None for none.
    :param marks: dict of the path of a log to its size before, for the lines that it got since.
    :param statuses: dict of (job, instance) to goal/state, where that has been asked for since.
    :param version: tuple, the daemon's.
    """
    found = []
    for effect in fold(trace(signals)):
        cause = failures.from_signals(signals, effect.job, effect.instance) if effect.failed else None
        status = (statuses or {}).get((effect.job, effect.instance), _status(effect))
        if status == UP and effect.state == "starting":  # nothing was signalled between
            effect.come_up()
        found.append(entry(effect, status, cause, log_dir, marks))
        if version < STATES_SIGNALLED_SINCE:
            found[-1].update(restarted=None, respawned=None, failed=None)
    return found


def _status(effect):
    if effect.state == "waiting":
        return GONE
    return "%s/%s" % (effect.goal or "start", effect.state) if effect.state else None


def predicted(prediction):
    """Return the same for an events.predict.Prediction."""
    found = []
    for effect in prediction.effects:
        key = effect.job, effect.instance
        cause = None
        if effect.failed:
            cause = dict(_cause(*prediction.failures[key]), failed_status=effect.failed_status)
        found.append(entry(effect, prediction.statuses.get(key, GONE), cause))
    return found


def _cause(process, status):
    """Nothing that is predicted to fail fails by a signal: init's own TERM, after a stop, is no failure."""
    cause = {"process": process}
    if process != "respawn" and status >= 0:
        cause["exit_status"] = status
    return cause


def entry(effect, status, cause, log_dir=None, marks=None):
    """Return one instance as upstart_event returns it in ``jobs``.

    :param effect: _events.effects.Effect.
    :param cause: dict as of failures.from_signals for one that failed, else None.
    """
    found = {
        "name": effect.job, "instance": effect.instance, "started": effect.started, "stopped": effect.stopped,
        "restarted": effect.restarted, "respawned": effect.respawned, "failed": effect.failed, "status": status}
    if cause is not None:
        found.update(cause)
        if log_dir is not None:
            found["log_file"] = log_path(log_dir, effect.job, effect.instance)
            found["log_lines"] = log_tail(found["log_file"], (marks or {}).get(found["log_file"], 0))
    found["how"] = how(effect, status, cause)
    return found


def how(effect, status, cause):
    """Return in a few words what became of an instance."""
    if effect.failed:
        reason = failures.describe(cause)
        return "failed" + (": " + reason if reason else "")
    words = [word for word, is_so in (("respawned", effect.respawned), ("restarted", effect.restarted)) if is_so]
    words += ["stopped"] * effect.stopped if words else _turns(effect.turns)
    if not (effect.started or effect.stopped):
        words.append("on its way")
    if status not in (None, UP, GONE):
        words.append("now in " + status)
    return ", ".join(words)


def _turns(turns):
    if len(turns) > MANY_TURNS:
        return ["started and stopped more than once, in the end %s" % turns[-1]]
    return [word + (" again" if number and word == "started" else "") for number, word in enumerate(turns)]
