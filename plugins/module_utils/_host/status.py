# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for requests and states of many instances at once, with one deadline."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import NoReplyError
from .._daemon.names import instance_path
from .._system import processes
from .._system.clock import monotonic

__metaclass__ = type

RECONNECT_TIMEOUT = 5.0  # seconds within which a re-executed init answers again
SPAWN_GRACE = 2.0  # seconds after which a process that Upstart has started but not gone on from is taken to hang
POLL_INTERVAL = 0.1  # seconds between two looks at states that no reply will announce
NOT_RUNNING = ("Z", "T", "t")  # states of processes in /proc
ZOMBIE_GRACE = 1.0  # seconds that a process which has ended may wait for its parent to collect it


def is_resting(status, task=False):
    """Return whether an instance is where it stays until somebody asks: running, or gone; a ``task`` only when gone."""
    return status is None or (not task and status["goal"] == "start" and status["state"] == "running")


def read_statuses(client, pairs):
    """Return the statuses of many (job, instance).

    One has the key ``lost``, the pid, where the main process does not exist, and ``main_state`` where that is a zombie
    (Z) or suspended (T or t).
    """
    statuses = client.statuses(pairs)
    gone = [number for number, status in enumerate(statuses) if _main_state(client, status) == ""]
    # A process may have ended since that answer: then the next one tells so.
    for number, status in zip(gone, client.statuses([pairs[number] for number in gone])):
        pid = statuses[number]["processes"]["main"]
        if _main_state(client, status) == "" and status["processes"]["main"] == pid:
            status["lost"] = pid
        statuses[number] = status
    return statuses


def _main_state(client, status):
    """Return the state of the main process of a status, as processes.state_of; note one in which it does not run."""
    pid = (status or {}).get("processes", {}).get("main")
    state = processes.state_of(client.connection.peer["pid"], pid) if pid else None
    if state in NOT_RUNNING:
        status["main_state"] = state
    return state


def missing_main_pid(status):
    """Return the pid that the daemon tracks as main although no such process exists any more, or None.

    Upstart never notices the end of such a process: what waits for it waits for ever.
    """
    return (status or {}).get("lost")


def zombie_pid(status):
    """Return the pid of the main process of an instance where that has ended and its parent has not collected it."""
    return status["processes"]["main"] if status is not None and status.get("main_state") == "Z" else None


def suspended_pid(status):
    """Return the pid of the main process of an instance where a signal or a debugger has suspended it, or None."""
    return status["processes"]["main"] if status is not None and status.get("main_state") in ("T", "t") else None


def process_age(peer_pid, pid):
    """Return the seconds since a process that the daemon knows as ``pid`` began: infinite for None, 0 for one that
    has ended meanwhile."""
    return float("inf") if pid is None else processes.age(peer_pid, pid)


def is_missing_main_process(definition, status):
    """Return whether an instance counts as running although the main process that its file defines is not there.

    Upstart shows this for a main process that ended while it was still expected to fork, for a job that it made of an
    override alone beside a file that it refuses, and for the moment between a process's end and its respawn.
    """
    defined = definition.error is not None or (definition.values and "main" in definition.values["process"])
    return bool(defined) and status is not None and is_resting(status) and "main" not in status["processes"]


def confirm_missing_main_process(client, targets):
    """Look again at targets that were hollow ``before``: one between two processes has its next one by then."""
    found = [target for target in targets if is_missing_main_process(target.definition, target.before)]
    if found:
        client.connection.wait(lambda: False, POLL_INTERVAL)
        for target, status in zip(found, read_statuses(client, [(target.job, target.instance) for target in found])):
            target.before = status


def wait_until_answered(connection, targets, deadline):
    """Wait until the requests of all targets are answered or the deadline is over."""
    waiting = [target for target in targets if target.progress.pending is not None]
    connection.wait(lambda: all(target.progress.pending.done for target in waiting), deadline.left())


def wait_until_resting(client, targets, deadline):
    """Read the status of targets until all rest, are wedged, or the deadline is over; fills ``after``."""
    moving = list(targets)
    suspects = {}
    while True:
        for target, status in zip(
            moving, read_statuses(client, [(target.job, target.instance or "") for target in moving])
        ):
            target.result.after = status
        moving = [target for target in moving if not _is_settled(client, target, suspects)]
        if not moving or not deadline.left():
            return
        client.connection.wait(lambda: False, min(POLL_INTERVAL, deadline.left()))


def _is_settled(client, target, suspects):
    """A hollow target must be so in two looks between which the daemon signalled nothing of it.

    One whose main process is a zombie must be so for ZOMBIE_GRACE: init collects its own children late when it is busy.
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
    signalled = sum(signal.path == path for signal in client.connection.signals)
    suspected = suspects.pop(target, None)
    if not is_missing_main_process(target.definition, target.result.after) or suspected == signalled:
        return True
    suspects[target] = signalled
    return False


def timeout_error(target, verb, deadline):
    """Return the error for a target that did not get there in time, with where it stands."""
    status = target.result.after
    if target.definition.is_task() and is_resting(status):
        return NoReplyError("The task job %s was still running after %g s. It goes on; give it more time with timeout."
                            % (target.label, deadline.seconds), name=target.job, timeout=deadline.seconds)
    where = "%(goal)s/%(state)s" % status if status else "stop/waiting"
    text = "Job %s was not %s within %g s: it is in %s." % (target.label, verb, deadline.seconds, where)
    advice = _advice(target, status)
    return NoReplyError(text + (" " + advice if advice else ""), name=target.job, timeout=deadline.seconds)


def _about_expect(expect, pid):
    if expect != "none":
        return ("Its main process never did what 'expect %s' waits for; Upstart neither gives up nor stops it. Correct "
                "the expect stanza and stop the job with unwedge: true, which ends process %s." % (expect, pid))
    return ("If it was started with an expect stanza that its file has no more, Upstart waits for that for ever, and "
            "neither gives up nor stops it. Stop the job with unwedge: true then, which ends process %s." % pid)


def _advice(target, status):
    values = target.definition.values or {}
    state = (status or {}).get("state")
    if state == "spawned":
        return _about_expect(values.get("expect", "none"), status["processes"].get("main", "?"))
    if state in ("pre-start", "post-start", "pre-stop", "post-stop"):
        return "Its %s process is still running; Upstart sets no limit to it." % state
    if state in ("starting", "stopping"):
        return "Another job holds its %s event." % state
    if state == "killed":
        return "Its process does not end; Upstart kills it for good after %s s." % values.get("kill_timeout", "some")
    return None
