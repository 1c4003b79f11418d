# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Handle the end of a process, or the failure to run it."""

from __future__ import annotations

from . import states
from .instance import RESPAWN_FAILURE, Instance, signal_name

_WAITS_FOR = {states.POST_START: "post-start", states.PRE_STOP: "pre-stop"}


def process_ended(instance: Instance, process: str, status: int, now: float) -> None:
    """Advance ``instance``; ``status`` is the exit status, or the signal times 256; ``now`` is in seconds."""
    _report(instance, process, status)
    failed = stop = False
    moves = instance.blocker is None
    if process == states.MAIN:
        helper = _WAITS_FOR.get(instance.state)
        if helper in instance.pids:
            moves = False
        failed, stop = _main_ended(instance, status, now, moves)
    elif process in ("pre-start", "post-stop"):
        failed = stop = status != 0
    instance.pids.pop(process, None)
    if failed:
        instance.fail(process, status)
    if stop:
        if instance.state == states.RUNNING:
            moves = False  # changing the goal already advances it
        instance.change_goal(states.STOP)
    if moves:
        instance.advance()


def not_run(instance: Instance, process: str) -> None:
    """Record that ``process`` could not be run; the caller advances the instance."""
    instance.pids.pop(process, None)
    if process in (states.MAIN, "pre-start", "post-stop"):
        instance.fail(process, -1)
        instance.change_goal(states.STOP)


def _main_ended(instance: Instance, status: int, now: float, moves: bool) -> tuple[bool, bool]:
    """Return whether the end of the main process is a failure, and whether the job stops."""
    values = instance.job.values
    abnormal = status != 0 or (values["respawn"] and not values["task"])
    if instance.state in (states.STOPPING, states.KILLED):
        return False, False  # it was stopped or waits for its stopping event; the goal may already be start again
    stopped = instance.goal == states.STOP and not instance.context.version.death_while_stopping_counts
    if stopped or not abnormal or status in values["normal_exit"]:
        return False, True
    if not values["respawn"]:
        return True, True
    if instance.respawns.too_many(now, *values["respawn_limit"]):
        instance.context.messages.warn("%s respawning too fast, stopped" % instance.label)
        instance.fail(RESPAWN_FAILURE, 0)
        return False, True
    instance.context.messages.warn("%s %s process ended, respawning" % (instance.label, states.MAIN))
    if not moves:
        # The respawn must wait until the helper has ended; the goal remembers it.
        instance.change_goal(states.RESPAWN)
    return False, False


def _report(instance: Instance, process: str, status: int) -> None:
    """Log the end of a process, as a warning unless ``normal exit`` lists its status or the number of its signal."""
    description = "%s %s process (%d)" % (instance.label, process, instance.pids.get(process, 0))
    messages = instance.context.messages
    number = status >> 8 or status
    priority = "info" if number in instance.job.values["normal_exit"] else "warn"
    if status > 255 and signal_name(number).isdigit():
        messages.warn("%s killed by signal %d" % (description, number))
    elif status > 255:
        messages.write(priority, "%s killed by %s signal" % (description, signal_name(number)))
    elif status:
        messages.write(priority, "%s terminated with status %d" % (description, status))
    else:
        messages.info("%s exited normally" % description)
