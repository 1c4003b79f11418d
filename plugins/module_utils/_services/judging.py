# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what a task of upstart_service asked for with what was read of each instance, by the promise."""

from __future__ import absolute_import, division, print_function

from .. import _promise
from .._host.status import is_missing_main_process, missing_main_pid
from .held import HeldError
from .planning import without_error

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, List, Optional, Tuple  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def judged_targets(targets):
    # type: (List[Target]) -> List[Target]
    """Return the targets whose state the task promises."""
    return [target for target in without_error(targets) if target.script is None and target.wanted.state is not None]


def expectation(target):
    # type: (Target) -> _promise.Expectation
    """Return the _promise.Expectation of a target."""
    wanted = target.wanted
    current = wanted.state == "restarted" or wanted.definition == "current"
    return _promise.Expectation(wanted.state, target.definition.is_task(), current, wanted.stable_for)


def observed_instance(target, main, seconds, respawned=False, finished=None):
    # type: (Target, Any, float, bool, Optional[bool]) -> Optional[_promise.ObservedInstance]
    """Return what was read of a target last as _promise.ObservedInstance, or None where there is no such instance.

    :param main: what identifies its main process, or None.
    :param seconds: float, the age of that process.
    :param respawned: bool, whether its main process was respawned since the task started it.
    :param finished: bool, whether a task job ran to its end; None where that is unknown.
    """
    status = target.result.after
    if status is None and (not target.definition.is_task() or target.wanted.state == "stopped"):
        return None
    defined = is_missing_main_process(target.definition, dict(status, processes={})) if status else None
    return _promise.ObservedInstance(
        goal=status["goal"] if status else "stop", state=status["state"] if status else "waiting", main=main,
        main_defined=defined, main_state="" if missing_main_pid(status) else (status or {}).get("main_state"),
        age=seconds, current=None if target.plan.stale is None else not target.plan.stale, respawned=respawned,
        env_as_asked=not target.plan.env_differs, finished=finished)


def instance_before(target):
    # type: (Target) -> Optional[_promise.ObservedInstance]
    """Return the ObservedInstance of a target before the task, as far as it matters; None for no such instance."""
    if target.before is None:
        return None
    return _promise.ObservedInstance(
        goal=target.before["goal"], state=target.before["state"], main=target.main, main_defined=None, main_state=None,
        age=0.0, current=None, respawned=False, env_as_asked=True, finished=None)


def is_held(target):
    # type: (Target) -> bool
    """Return whether a target did not reach its state in time because another job holds one of its events."""
    return isinstance(target.result.error, HeldError)


def first_fault(faults):
    # type: (List[str]) -> Optional[str]
    """Return the first fault that fails a task, or None."""
    return next((fault for fault in faults if fault not in _promise.WARNINGS), None)


def faults_of_unchanged(targets):
    # type: (List[Target]) -> List[Tuple[Target, str]]
    """Return a list of (target, fault) for a task that has done nothing and reports what it read."""
    faults = []
    for target in judged_targets(targets):
        main = (target.result.after or {}).get("processes", {}).get("main")
        observed = observed_instance(target, main, target.age)
        fault = first_fault(_promise.instance_faults(expectation(target), None, observed))
        if fault is not None:
            faults.append((target, fault))
    return faults
