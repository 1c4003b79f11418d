# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of an instance and their order, which depends on its goal (Upstart 0.6.5 to 1.13.2, measured)."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

START, STOP, RESPAWN = "start", "stop", "respawn"
MAIN = "main"
WAITING, STARTING, RUNNING = "waiting", "starting", "running"
SPAWNING, SPAWNED = "spawning", "spawned"
PRE_STOP, STOPPING, KILLED = "pre-stop", "stopping", "killed"
POST_START, POST_STOP = "post-start", "post-stop"
HELPERS = ("pre-start", "post-start", "pre-stop", "post-stop")

# Differences between releases that only the simulation needs. _host/releases.py has the others.
# An event reaches no further job once it meets a job whose instance name cannot be expanded.
EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE = (1, 13)
# Init does not wait until a process has called exec.
EXEC_NOT_AWAITED_SINCE = (1, 13)

# States whose goal decides what follows: state, then goal.
_FORKS = {
    WAITING: {START: STARTING},
    STARTING: {START: "security", STOP: STOPPING},
    "security": {START: "pre-starting", STOP: STOPPING},
    "pre-start": {START: SPAWNING, STOP: STOPPING},
    SPAWNED: {START: "post-starting", STOP: STOPPING},
    POST_START: {START: RUNNING, STOP: STOPPING, RESPAWN: STOPPING},
    RUNNING: {START: STOPPING, STOP: "pre-stopping"},
    PRE_STOP: {START: RUNNING, STOP: STOPPING, RESPAWN: STOPPING},
    POST_STOP: {START: STARTING, STOP: WAITING, RESPAWN: STARTING},
}
# The other states.
_ALWAYS = {
    "security-spawning": "security", "pre-starting": "pre-start", SPAWNING: SPAWNED, "post-starting": POST_START,
    "pre-stopping": PRE_STOP, STOPPING: KILLED, KILLED: "post-stopping", "post-stopping": POST_STOP,
}
BEFORE = {"pre-starting": "pre-start", "post-starting": POST_START, "pre-stopping": PRE_STOP,
          "post-stopping": POST_STOP}  # the state that only Upstart 1.13 has, and the state of the process itself
SETTLES = (POST_START, PRE_STOP, POST_STOP)  # leaving one of these turns the goal respawn into start


def following(state, goal, main_alive):
    # type: (str, str, bool) -> str
    """Return the next state; a goal without a meaning in a state counts as start."""
    if state == RUNNING and goal == STOP and not main_alive:
        return STOPPING
    if state in _ALWAYS:
        return _ALWAYS[state]
    row = _FORKS[state]
    return row[goal] if goal in row else row[START]
