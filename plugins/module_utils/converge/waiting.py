# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for requests and states of many instances at once, with one deadline."""

from __future__ import absolute_import, division, print_function

from ..daemon import process
from ..daemon.connection import monotonic
from ..daemon.errors import NoAnswer

__metaclass__ = type

LOOK_EVERY = 0.1  # seconds between two looks at states that no reply will announce


class Deadline:
    """A point in time ``seconds`` from now."""

    def __init__(self, seconds):
        self.seconds = seconds
        self._end = monotonic() + seconds

    def left(self):
        return max(0.0, self._end - monotonic())


def resting(status):
    """Return whether an instance is where it stays until somebody asks: running, or gone."""
    return status is None or (status["goal"] == "start" and status["state"] == "running")


def look(client, pairs):
    """Return the statuses of many (job, instance), with the key ``lost`` where the main process does not exist."""
    statuses = client.statuses(pairs)
    gone = [number for number, status in enumerate(statuses) if _main_is_gone(client, status)]
    # A process may have ended since that answer: then the next one tells so.
    for number, status in zip(gone, client.statuses([pairs[number] for number in gone])):
        pid = statuses[number]["processes"]["main"]
        if status is not None and status["processes"].get("main") == pid:
            status["lost"] = pid
        statuses[number] = status
    return statuses


def _main_is_gone(client, status):
    pid = (status or {}).get("processes", {}).get("main")
    return bool(pid) and not process.exists(client.connection.peer["pid"], pid)


def lost_process(status):
    """Return the pid that the daemon tracks as main although no such process exists any more, or None.

    Upstart never notices the end of such a process: what waits for it waits for ever.
    """
    return (status or {}).get("lost")


def hollow(definition, status):
    """Return whether an instance counts as running although the main process that its file defines is not there.

    Upstart shows this for a main process that ended while it was still expected to fork, and for a job that it made
    of an override alone.
    """
    defined = bool(definition.values and "main" in definition.values["process"])
    return defined and status is not None and resting(status) and "main" not in status["processes"]


def until_answered(connection, targets, deadline):
    """Wait until the requests of all targets are answered or the deadline is over."""
    waiting = [target for target in targets if target.pending is not None]
    connection.wait(lambda: all(target.pending.done for target in waiting), deadline.left())


def until_resting(client, targets, deadline):
    """Read the status of targets until all rest, are wedged, or the deadline is over; fills ``after``."""
    moving = list(targets)
    while True:
        for target, status in zip(moving, look(client, [(target.job, target.instance or "") for target in moving])):
            target.after = status
        moving = [target for target in moving if not resting(target.after) and not lost_process(target.after)]
        if not moving or not deadline.left():
            return
        client.connection.wait(lambda: False, min(LOOK_EVERY, deadline.left()))


def no_answer(target, verb, deadline):
    """Return the error for a target that did not get there in time, with where it stands."""
    status = target.after
    where = "%(goal)s/%(state)s" % status if status else "stop/waiting"
    text = "Job %s was not %s within %g s: it is in %s." % (target.label, verb, deadline.seconds, where)
    advice = _advice(target, status)
    return NoAnswer(text + (" " + advice if advice else ""), name=target.job, timeout=deadline.seconds)


def _advice(target, status):
    values = target.definition.values or {}
    state = (status or {}).get("state")
    if state == "spawned" and values.get("expect", "none") != "none":
        return ("Its main process never did what 'expect %s' waits for; Upstart neither gives up nor stops it. Correct "
                "the expect stanza, end process %s by hand and run the task again."
                % (values["expect"], status["processes"].get("main", "?")))
    if state in ("pre-start", "post-start", "pre-stop", "post-stop"):
        return "Its %s process is still running; Upstart sets no limit to it." % state
    if state in ("starting", "stopping"):
        return "Another job holds its %s event." % state
    if state == "killed":
        return "Its process does not end; Upstart kills it for good after %s s." % values.get("kill_timeout", "some")
    return None
