# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stale instances: those that run with another definition than the job files now contain."""

from __future__ import absolute_import, division, print_function

from .._host import daemon_state
from .._host.definitions import Definition

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.loading import Watcher  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type


def note_stale(watched, state, client, conf_dir):
    # type: (Sequence[Tuple[FilePlan, Watcher]], Optional[Dict[str, Any]], Upstart, str) -> None
    """Note on plans the names of stale instances, and the definition with which they run; None if unknown.

    :param watched: list of (plans.FilePlan, loading.Watcher).
    :param state: dict, init's state as daemon_state.read_state returns it, or None.
    """
    classes = state["job_classes"] if state else None
    for plan, watcher in watched:
        if not watcher.instances:
            continue
        if plan.changed or plan.values is None:
            plan.stale = watcher.live_instances()
        elif state is None:
            plan.stale = _stale_without_state(client, conf_dir, plan.wanted.name, watcher.live_instances())
        else:
            plan.stale = classes and daemon_state.stale_instances(classes, plan.wanted.name, plan.values)
        if plan.stale and plan.values is not None:
            plan.stale_values = plan.old_values() if classes is None else daemon_state.followed_values(
                classes, plan.wanted.name, plan.values)


def _stale_without_state(client, conf_dir, name, instances):
    # type: (Upstart, str, str, Iterable[str]) -> Optional[List[str]]
    """Return the stale instances of a job where init's state cannot be read, or None if unknown.

    See daemon_state.Snapshot.
    """
    snapshot = daemon_state.snapshot_of(client, conf_dir)
    definition = Definition(name, conf_dir, client.version())
    is_stale = dict((instance, snapshot.is_stale(definition, instance)) for instance in instances)
    return None if None in is_stale.values() else sorted(instance for instance in is_stale if is_stale[instance])
