# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states of a job instance and the transitions between them."""

from __future__ import annotations

START, STOP, RESPAWN = "start", "stop", "respawn"

WAITING = "waiting"
STARTING = "starting"
SECURITY_SPAWNING = "security-spawning"
SECURITY = "security"
PRE_STARTING = "pre-starting"
PRE_START = "pre-start"
SPAWNING = "spawning"
SPAWNED = "spawned"
POST_STARTING = "post-starting"
POST_START = "post-start"
RUNNING = "running"
PRE_STOPPING = "pre-stopping"
PRE_STOP = "pre-stop"
STOPPING = "stopping"
KILLED = "killed"
POST_STOPPING = "post-stopping"
POST_STOP = "post-stop"

MAIN = "main"
PROCESS_NAMES = (MAIN, "pre-start", "post-start", "pre-stop", "post-stop", "security")

# States with the goal "any" have the same successor for every goal.
_ANY = "any"
_NEXT: dict[str, dict[str, str]] = {
    WAITING: {START: STARTING},
    STARTING: {START: SECURITY_SPAWNING, STOP: STOPPING},
    SECURITY_SPAWNING: {_ANY: SECURITY},
    SECURITY: {START: PRE_STARTING, STOP: STOPPING},
    PRE_STARTING: {_ANY: PRE_START},
    PRE_START: {START: SPAWNING, STOP: STOPPING},
    SPAWNING: {_ANY: SPAWNED},
    SPAWNED: {START: POST_STARTING, STOP: STOPPING},
    POST_STARTING: {_ANY: POST_START},
    POST_START: {START: RUNNING, STOP: STOPPING, RESPAWN: STOPPING},
    RUNNING: {START: STOPPING, STOP: PRE_STOPPING},
    PRE_STOPPING: {_ANY: PRE_STOP},
    PRE_STOP: {START: RUNNING, STOP: STOPPING, RESPAWN: STOPPING},
    STOPPING: {_ANY: KILLED},
    KILLED: {_ANY: POST_STOPPING},
    POST_STOPPING: {_ANY: POST_STOP},
    POST_STOP: {START: STARTING, STOP: WAITING, RESPAWN: STARTING},
}


def next_state(state: str, goal: str, main_alive: bool) -> str:
    """Return the next state; raise KeyError for an impossible pair of state and goal."""
    if state == RUNNING and goal == STOP and not main_alive:
        return STOPPING  # no main process is left, so pre-stop does not run
    row = _NEXT[state]
    return row[goal] if goal in row else row[_ANY]


def respawn_settles(state: str) -> bool:
    """Return whether leaving ``state`` turns the goal "respawn" back into "start"."""
    return state in (POST_START, PRE_STOP, POST_STOP)
