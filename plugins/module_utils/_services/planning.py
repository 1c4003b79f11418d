# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plan which steps bring each instance into the wanted state.

Most tasks find everything as it should be, so this file imports little. What only tasks with steps need to plan is in
plan_details.
"""

from __future__ import absolute_import, division, print_function

from .._host import instance_names
from .._host.daemon_state import changed_since
from .._host.status import SPAWN_GRACE, is_missing_main_process, is_resting, missing_main_pid, process_age, zombie_pid
from . import refusals

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._errors import UpstartError  # noqa: F401
    from .._host.daemon_state import Snapshot  # noqa: F401
    from .._host.definitions import Definition  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

WAITING_STEPS = ("wait", "settle", "finish")  # steps that change nothing


def without_error(targets):
    # type: (List[Target]) -> List[Target]
    """Return the targets whose result is no error."""
    return [target for target in targets if target.result.error is None]


def plan(client, targets, request, snapshot):
    # type: (Upstart, List[Target], ServiceRequest, Snapshot) -> None
    """Plan the steps of all targets; a target that must not be touched gets an error instead.

    :param request: request.ServiceRequest.
    :param snapshot: daemon_state.Snapshot.
    """
    for target in targets:
        target.plan.enabled_before = target.definition.is_enabled()
    jobs = [target for target in without_error(targets) if target.script is None]
    for target in jobs:
        if _may_stay_up(target):
            _compare(target, client.connection.peer["pid"], request, snapshot)
    for target in without_error(jobs):
        target.plan.steps, target.result.error = _steps_or_error(target)


def refuse_unsafe_names(targets):
    # type: (List[Target]) -> None
    """Refuse instances whose names corrupt Upstart's memory, or have done so already."""
    for target in without_error(targets):
        error = _unsafe_name_error(target) if target.script is None else None
        if error is not None:
            target.plan.steps, target.result.error = [], error


def has_work(targets, request):
    # type: (List[Target], ServiceRequest) -> bool
    """Return whether a task has anything to do besides reading.

    :param request: request.ServiceRequest.
    """
    if request.unwedge and request.end_leftovers:
        return True  # a stuck instance may have left processes behind
    return any(target.plan.steps or target.script is not None or target.plan.group is not None
               or _enabling_differs(target) for target in targets)


def _enabling_differs(target):
    # type: (Target) -> bool
    """Return whether a job must be enabled or disabled, or cannot be because of its files."""
    return target.wanted.enabled is not None and target.definition.is_enabled() != target.wanted.enabled


def _may_stay_up(target):
    # type: (Target) -> bool
    """Return whether an instance may be left running as it is, so that its definition and variables matter."""
    if target.before is None:
        return False
    return target.wanted.state is None or (target.wanted.state in ("started", "reloaded") and _is_up(target.before))


def _compare(target, peer_pid, request, snapshot):
    # type: (Target, int, ServiceRequest, Snapshot) -> None
    """Find out whether a running instance follows another definition, or has other variables, than is asked for."""
    plan_ = target.plan
    main = target.before["processes"].get("main")  # type: ignore[index]  # it is up
    target.age = process_age(peer_pid, main)
    plan_.stale = snapshot.is_stale(target.definition, target.instance_name)
    plan_.env_differs = snapshot.differing(target.job, target.instance_name, target.env)
    if snapshot.reason and snapshot.environment(target.job, target.instance_name) is None:
        asked = set(entry.partition("=")[0] for entry in target.env)
        plan_.env_unknown = sorted(asked.difference(target.definition.instance_variables()))
        plan_.unknown_because = snapshot.reason
    if plan_.stale is None and snapshot.reason:
        plan_.unknown_because = snapshot.reason_for(target.definition, target.instance_name)
        plan_.changed_file = changed_since(target.definition, peer_pid, main)
        if request.definition == "current":
            target.result.error = refusals.definition_unknown(target, plan_.unknown_because)


def _steps_or_error(target):
    # type: (Target) -> Tuple[List[str], Optional[UpstartError]]
    """Return (list of steps, None), or ([], UpstartError) where the steps would end in an outage."""
    request, status, definition = target.wanted, target.before, target.definition
    if request.state is None:
        return [], None
    pid = missing_main_pid(status)
    if pid and not request.unwedge:
        return [], refusals.wedged(target, pid)
    steps = steps_for(request, status, definition, target.age, bool(pid), target.plan.stale)
    if "reload" in steps and is_resting(status) and "main" not in status["processes"]:  # type: ignore[index]
        return [], refusals.nothing_to_reload(target)
    stops_first = bool({"stop", "free", "finish"}.intersection(steps))
    if "start" in steps and (definition.error is not None or (stops_first and definition.text is None)):
        return [], refusals.refused(target, request.state)
    return steps, None


def _is_up(status):
    # type: (Optional[Dict[str, Any]]) -> bool
    """Return whether an instance exists and is not stopping. One that Upstart is about to respawn is not."""
    return status is not None and status["goal"] != "stop"


def steps_for(request, status, definition, age, is_stuck, is_stale):
    # type: (ServiceRequest, Optional[Dict[str, Any]], Definition, float, bool, Optional[bool]) -> List[str]
    """Return the steps that bring an instance into the wanted state.

    :param request: request.ServiceRequest.
    :param status: dict, the status of the instance, or None where it does not exist.
    :param definition: definitions.Definition.
    :param age: float, seconds that its main process has been running; infinite when there is none.
    :param is_stuck: bool, whether Upstart tracks a process that no longer exists.
    :param is_stale: bool, whether it follows an older definition; None when that is unknown.
    """
    up = _is_up(status)
    outdated = request.definition == "current" and is_stale
    may_come_up = request.state == "started" and up and not outdated
    if is_stuck or (request.unwedge and not may_come_up and _may_hang(status, definition, age)):
        return ["free"] if request.state == "stopped" else ["free", "start"]
    if request.state == "stopped":
        return [] if status is None else ["stop" if up else "wait"]
    if status is not None and not up:
        return ["finish", "start"]  # a start before that would only turn the goal round, with the old definition
    if up and request.state in ("started", "reloaded") and is_missing_main_process(definition, status):
        return ["stop", "start"]
    if request.state == "started" and up:
        if outdated:
            return _restart(status)
        settled = is_resting(status, definition.is_task()) and age >= request.stable_for
        return [] if settled and not zombie_pid(status) else ["wait"]
    if not up:
        return ["start"]
    if request.state == "reloaded":
        return ["reload"] if is_resting(status) else ["wait", "reload"]
    return _restart(status)


def _restart(status):
    # type: (Optional[Dict[str, Any]]) -> List[str]
    return ["stop", "start"] if is_resting(status) else ["settle", "stop", "start"]


def only_stays_up(target):
    # type: (Target) -> bool
    """Return whether all that a target needs is time in which its service stays up."""
    return (target.progress.todo == ["wait"] and target.wanted.state != "stopped"
            and not target.definition.is_task())


def _may_hang(status, definition, age):
    # type: (Optional[Dict[str, Any]], Definition, float) -> bool
    """Return whether Upstart may wait for an event of ``expect`` that never comes; it neither ends that nor gives up.

    The present file is no proof: an instance follows the file it was started with. Without ``expect`` an instance is in
    this state for a moment only, so unwedge waits that long. A reload alone is no reason to stop a young instance.
    """
    expects = definition.values is None or definition.values["expect"] != "none"
    return status is not None and status["state"] == "spawned" and (expects or age >= SPAWN_GRACE)


def _unsafe_name_error(target):
    # type: (Target) -> Optional[UpstartError]
    """Return the error for an instance whose name corrupts Upstart's memory, or None."""
    values = target.definition.values
    if target.wanted.state is None or not (target.instance or (values and values["instance"])):
        return None
    name = instance_names.unsafe_name(target.definition, target.instance, target.env,
                                      "start" in target.plan.steps or target.wanted.env is not None)
    if name is None:
        return None
    is_running = instance_names.UNREADABLE in target.instance_name
    return (refusals.name_has_done_harm if is_running else refusals.name_would_harm)(target, name)


def predict(target):
    # type: (Target) -> Optional[Dict[str, Any]]
    """Return the status that an instance would have after its steps; None for no such instance."""
    steps = target.plan.steps
    if "start" in steps and target.definition.is_task():
        return None
    if "start" in steps or (steps[-1:] == ["wait"] and _is_up(target.before)):
        return None if target.definition.is_task() else {"goal": "start", "state": "running", "processes": {}}
    if "reload" in steps:
        return {"goal": "start", "state": "running", "processes": target.before["processes"]}  # type: ignore[index]
    return None if set(steps) - {"clean"} else target.before
