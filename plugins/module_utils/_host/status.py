# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of instances: read it, judge it, and wait until it settles, for many instances at once."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import instance_path
from .._system import processes
from .._system.clock import monotonic

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Connection  # noqa: F401
    from .._system.deadline import Deadline  # noqa: F401

__metaclass__ = type

START_RUNNING, STOP_WAITING = "start/running", "stop/waiting"
RECONNECT_TIMEOUT = 5.0  # seconds within which a re-executed init answers again
SPAWN_GRACE = 2.0  # seconds that an instance may stay in the state spawned before its process counts as hanging
POLL_INTERVAL = 0.1  # seconds between two readings of a state that no signal announces
NOT_RUNNING_STATES = ("Z", "T", "t")  # of a process in /proc: zombie, stopped by a signal, stopped by a debugger
ZOMBIE_GRACE = 1.0  # seconds that a parent may take to collect a child that has exited


def state_text(status):
    # type: (Optional[Dict[str, Any]]) -> str
    """Return a status as ``goal/state``, as initctl writes it; ``stop/waiting`` if there is no such instance.

    :param status: dict with ``goal`` and ``state``, or None.
    """
    return "%(goal)s/%(state)s" % status if status else STOP_WAITING


def is_resting(status, task=False):
    # type: (Optional[Dict[str, Any]], bool) -> bool
    """Return whether an instance stays as it is until something new happens: it is running, or does not exist.

    A running ``task`` does not rest, because it ends by itself.
    """
    return status is None or (not task and status["goal"] == "start" and status["state"] == "running")


def read_statuses(client, pairs):
    # type: (Upstart, Sequence[Tuple[str, str]]) -> List[Optional[Dict[str, Any]]]
    """Return the statuses of many (job, instance), None for an instance that does not exist.

    A status has the key ``lost``, the pid, if its main process does not exist. It has ``main_state`` if that process is
    a zombie (Z) or suspended (T or t).
    """
    statuses = client.statuses(pairs)  # type: List[Any]
    suspects = [index for index, status in enumerate(statuses) if _add_main_state(client, status) == ""]
    # The process may have ended since Upstart answered. Then the second answer does not name it any more.
    for index, status in zip(suspects, client.statuses([pairs[index] for index in suspects])):
        pid = statuses[index]["processes"]["main"]
        if (_add_main_state(client, status) == ""
                and status["processes"]["main"] == pid):  # type: ignore[index]  # only a status has a main process
            status["lost"] = pid  # type: ignore[index]  # the same
        statuses[index] = status
    return statuses


def _add_main_state(client, status):
    # type: (Upstart, Optional[Dict[str, Any]]) -> Optional[str]
    """Return the state of a status's main process as processes.state_of does, and add it if the process does not run.

    None if the status names no main process.
    """
    pid = (status or {}).get("processes", {}).get("main")
    state = processes.state_of(client.connection.peer["pid"], pid) if pid else None
    if state in NOT_RUNNING_STATES:
        status["main_state"] = state  # type: ignore[index]  # only a status has a main process
    return state


def missing_main_pid(status):
    # type: (Optional[Dict[str, Any]]) -> Optional[int]
    """Return the pid that Upstart tracks as the main process although that process no longer exists, or None.

    Upstart never notices the end of such a process: a stop of the job waits forever.
    """
    return (status or {}).get("lost")


def zombie_pid(status):
    # type: (Optional[Dict[str, Any]]) -> Optional[int]
    """Return the pid of a main process that has exited but is not yet collected by its parent, or None."""
    return status["processes"]["main"] if status is not None and status.get("main_state") == "Z" else None


def suspended_pid(status):
    # type: (Optional[Dict[str, Any]]) -> Optional[int]
    """Return the pid of a main process that a signal or a debugger has suspended, or None."""
    return status["processes"]["main"] if status is not None and status.get("main_state") in ("T", "t") else None


def process_age(peer_pid, pid):
    # type: (int, Optional[int]) -> float
    """Return how many seconds ago a process began: infinite if ``pid`` is None, 0 if the process has ended.

    :param peer_pid: int, the daemon's process; ``pid`` belongs to its PID namespace.
    """
    return float("inf") if pid is None else processes.age(peer_pid, pid)


def is_missing_main_process(definition, status):
    # type: (Any, Optional[Dict[str, Any]]) -> bool
    """Return whether an instance counts as running but lacks the main process that its file defines.

    Upstart shows this in three cases: a main process ended while Upstart expected it to fork; Upstart refused the job
    file and made the job from its override alone; or a process has ended and is about to be respawned.

    :param definition: definitions.Definition or job_directory.JobFiles.
    """
    defined = definition.error is not None or (definition.values and "main" in definition.values["process"])
    return bool(defined) and status is not None and is_resting(status) and "main" not in status["processes"]


def confirm_missing_main_process(client, targets):
    # type: (Upstart, Iterable[Any]) -> None
    """Read the status ``before`` again for targets without their main process: a respawn takes only a moment.

    :param targets: list of _services.targets.Target.
    """
    suspects = [target for target in targets if is_missing_main_process(target.definition, target.before)]
    if suspects:
        client.connection.wait(lambda: False, POLL_INTERVAL)
        statuses = read_statuses(client, [(target.job, target.instance) for target in suspects])
        for target, status in zip(suspects, statuses):
            target.before = status


def wait_until_answered(connection, targets, deadline):
    # type: (Connection, Iterable[Any], Deadline) -> None
    """Wait until the requests of all targets (_services.targets.Target) are answered or the deadline has passed."""
    waiting = [target for target in targets if target.progress.pending is not None]
    connection.wait(lambda: all(target.progress.pending.done for target in waiting), deadline.left())


def wait_until_resting(client, targets, deadline):
    # type: (Upstart, Iterable[Any], Deadline) -> None
    """Read the status of targets into ``after`` until all rest or are stuck, or the deadline has passed.

    :param targets: list of _services.targets.Target.
    """
    moving = list(targets)
    suspects = {}  # type: Dict[Any, Any]
    while True:
        statuses = read_statuses(client, [(target.job, target.instance or "") for target in moving])
        for target, status in zip(moving, statuses):
            target.result.after = status
        moving = [target for target in moving if not _is_settled(client, target, suspects)]
        if not moving or not deadline.left():
            return
        client.connection.wait(lambda: False, min(POLL_INTERVAL, deadline.left()))


def _is_settled(client, target, suspects):
    # type: (Upstart, Any, Dict[Any, Any]) -> bool
    """Return whether waiting longer cannot change the status of a target.

    A missing main process must be missing in two readings without a signal about the instance between them. A zombie
    must stay one for ZOMBIE_GRACE seconds, because a busy init collects its own children late.

    :param suspects: dict that remembers suspicious targets between two calls.
    """
    if missing_main_pid(target.result.after):
        return True
    if not target.rests():
        return False
    pid = zombie_pid(target.result.after)
    if pid:
        since = suspects.setdefault((target, pid), monotonic())
        return monotonic() - since >= ZOMBIE_GRACE
    path = instance_path(target.job, target.instance or "")
    signal_count = sum(signal.path == path for signal in client.connection.signals)
    previous_count = suspects.pop(target, None)
    if not is_missing_main_process(target.definition, target.result.after) or previous_count == signal_count:
        return True
    suspects[target] = signal_count
    return False
