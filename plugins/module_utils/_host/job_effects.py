# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened to jobs, from the daemon's signals or from a prediction, as the modules return it."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import instance_name, job_name
from .._events.effects import MEMBERS, fold
from . import failures
from .job_logs import log_path, log_tail
from .releases import STATES_SIGNALLED_SINCE
from .status import START_RUNNING, STOP_WAITING, state_text

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.connection import Signal  # noqa: F401
    from .._events.effects import Effect  # noqa: F401

__metaclass__ = type

INSTANCE_SIGNALS = ("InstanceAdded", "InstanceRemoved")
MAX_TURNS_LISTED = 3  # of starts and stops of an instance


def trace(signals):
    # type: (Sequence[Signal]) -> List[Tuple[str, str, str, Any]]
    """Return the signals about instances in the form that _events.effects.fold takes.

    Upstart before 0.6.7 signals only that instances are added and removed.
    """
    entries = []
    for signal in signals:
        if signal.member in MEMBERS:
            entries.append((job_name(signal.path), instance_name(signal.path), signal.member, signal.args[0]))
    if entries:
        return entries
    known_paths = set()
    for signal in signals:
        if signal.member in INSTANCE_SIGNALS:
            name, path = job_name(signal.path), signal.args[0]
            states = ["starting"] if signal.member == "InstanceAdded" else ["waiting"]
            if signal.member == "InstanceRemoved" and path in known_paths:
                states.insert(0, "running")
            known_paths.add(path)
            entries.extend((name, instance_name(path), "StateChanged", state) for state in states)
    return entries


def from_signals(
        signals,  # type: Sequence[Signal]
        log_dir=None,  # type: Optional[str]
        marks=None,  # type: Optional[Dict[str, int]]
        statuses=None,  # type: Optional[Dict[Tuple[str, str], str]]
        version=STATES_SIGNALLED_SINCE,  # type: Tuple[int, ...]
):
    # type: (...) -> List[Dict[str, Any]]
    """Return what signals report about instances, in the daemon's order; see ``entry``.

    Before 0.6.7 the signals do not show whether an instance was restarted, was respawned or failed; these are None.

    :param log_dir: text, directory of the jobs' logs, for the last lines of failed instances; None for no logs.
    :param marks: dict of the path of a log to its earlier size; only later lines are returned.
    :param statuses: dict of (job, instance) to goal/state, for instances whose status was queried since.
    :param version: tuple, the daemon's.
    """
    entries = []
    for effect in fold(trace(signals)):
        cause = failures.from_signals(signals, effect.job, effect.instance) if effect.failed else None
        status = (statuses or {}).get((effect.job, effect.instance), _last_status(effect))
        if status == START_RUNNING and effect.state == "starting":  # no signal reported the states between
            effect.come_up()
        entries.append(entry(effect, status, cause, log_dir, marks))
        if version < STATES_SIGNALLED_SINCE:
            entries[-1].update(restarted=None, respawned=None, failed=None)
    return entries


def _last_status(effect):
    # type: (Effect) -> Optional[str]
    """Return the goal/state that the signals end with, or None when they report no state."""
    if effect.state == "waiting":
        return STOP_WAITING
    return state_text({"goal": effect.goal or "start", "state": effect.state}) if effect.state else None


def from_prediction(prediction):
    # type: (Any) -> List[Dict[str, Any]]
    """Return the same entries for an events.predict.Prediction."""
    entries = []
    for effect in prediction.effects:
        key = effect.job, effect.instance
        cause = None
        if effect.failed:
            cause = dict(_predicted_cause(*prediction.failures[key]), failed_status=effect.failed_status)
        entries.append(entry(effect, prediction.statuses.get(key, STOP_WAITING), cause))
    return entries


def _predicted_cause(process, status):
    # type: (str, int) -> Dict[str, Any]
    """Return a cause as failures.from_signals returns it.

    It never names a signal: the only signal that a prediction knows is init's own TERM, and that is no failure.
    """
    cause = {"process": process}  # type: Dict[str, Any]
    if process != "respawn" and status >= 0:
        cause["exit_status"] = status
    return cause


def entry(effect, status, cause, log_dir=None, marks=None):
    # type: (Effect, Optional[str], Optional[Dict[str, Any]], Optional[str], Optional[Dict[str, int]]) -> Dict[str, Any]
    """Return one instance as upstart_event returns it in ``jobs``.

    :param effect: _events.effects.Effect.
    :param status: text, goal/state, or None.
    :param cause: dict as failures.from_signals returns it for an instance that failed, or None.
    """
    result = {
        "name": effect.job, "instance": effect.instance, "started": effect.started, "stopped": effect.stopped,
        "restarted": effect.restarted, "respawned": effect.respawned, "failed": effect.failed, "status": status,
    }  # type: Dict[str, Any]
    if cause is not None:
        result.update(cause)
        if log_dir is not None:
            result["log_file"] = log_path(log_dir, effect.job, effect.instance)
            result["log_lines"] = log_tail(result["log_file"], (marks or {}).get(result["log_file"], 0))
    result["how"] = how(effect, status, cause)
    return result


def how(effect, status, cause):
    # type: (Effect, Optional[str], Optional[Dict[str, Any]]) -> str
    """Return in a few words what happened to an instance."""
    if effect.failed:
        reason = failures.describe(cause)  # type: ignore[arg-type]  # what failed has a cause
        return "failed" + (": " + reason if reason else "")
    words = [word for word, applies in (("respawned", effect.respawned), ("restarted", effect.restarted)) if applies]
    words += ["stopped"] * effect.stopped if words else _turn_words(effect.turns)
    if not (effect.started or effect.stopped):
        words.append("on its way")
    if status not in (None, START_RUNNING, STOP_WAITING):
        words.append("now in " + status)
    return ", ".join(words)


def _turn_words(turns):
    # type: (List[str]) -> List[str]
    if len(turns) > MAX_TURNS_LISTED:
        return ["started and stopped more than once, finally %s" % turns[-1]]
    return [word + (" again" if index and word == "started" else "") for index, word in enumerate(turns)]
