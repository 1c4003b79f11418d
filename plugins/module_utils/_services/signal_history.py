# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the signals of Upstart show of an instance since a task started it."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import instance_path
from .._host.status import is_resting

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def was_stopped(client, target, last_run=False):
    # type: (Upstart, Target, bool) -> bool
    """Return whether somebody stopped an instance since its mark, or since the task began, as far as signals show.

    One that ends by itself skips pre-stop, and was up before unless it had to fork for that.

    :param last_run: bool, whether only the last of its runs counts.
    """
    values = target.definition.values or {}
    forks = values.get("expect", "none") != "none"
    # Without a post-start process an instance is in that state for no time, and its main process cannot end in it.
    up_states = ("post-start", "running") if "post-start" in values.get("process", {}) else ("running",)
    states, run = _states_since_mark(client, target)
    up, stopped = run, False
    for state in states:
        if state == "starting":
            run, up, stopped = True, False, stopped and not last_run
        elif run and (state == "pre-stop" or (state == "stopping" and not up)):
            stopped = True
        up = up or state in up_states or (forks and state == "spawned")
        run = run or up
    return stopped


def _states_since_mark(client, target):
    # type: (Upstart, Target) -> Tuple[List[str], bool]
    """Return the states that were signalled of an instance since its mark, and whether it was up by then.

    Without a mark the task has not started it; then all count, since what it was before the task.
    """
    path = instance_path(target.job, target.instance_name)
    signals = client.connection.signals[target.progress.up_mark or 0:]
    states = [item.args[0] for item in signals if item.path == path and item.member == "StateChanged"]
    if target.progress.up_mark is None:
        return states, target.before is not None and is_resting(target.before)
    # A start that overtook ours after the mark is signalled like ours would be.
    return states, target.progress.up_at_mark or (target.progress.overtaken and states[:1] != ["starting"])


def is_same_process(target):
    # type: (Target) -> bool
    """Return whether the main process of an instance is the one that it had before the task."""
    before, after = [(status or {}).get("processes", {}).get("main") for status in (target.before, target.result.after)]
    return before is not None and before == after


def is_respawned(client, target):
    # type: (Upstart, Target) -> bool
    """Return whether signals show that an instance has gone down and come up again since its mark."""
    states, down = _states_since_mark(client, target)
    for state in states:
        if state == "starting" and down:
            return True
        down = down or state in ("running", "stopping")
    return False
