# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plans of a task, with what init knew about their jobs before the changes."""

from __future__ import absolute_import, division, print_function

from .._host import loading, planned_files

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.loading import Watcher  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type


def watch(plans, client):
    # type: (Sequence[FilePlan], Optional[Upstart]) -> List[Tuple[FilePlan, Any]]
    """Return a list of (plans.FilePlan, loading.Watcher); the watcher is None without a daemon.

    This also decides which files of running jobs are kept, see ``keep_files_of_running_jobs``.

    :param client: daemon.client.Upstart, or None to leave the daemon alone (image builds).
    """
    watched = list(zip(plans, watchers(plans, client)))
    if client:
        keep_files_of_running_jobs(watched)
    return watched


def watchers(plans, client):
    # type: (Sequence[FilePlan], Optional[Upstart]) -> List[Any]
    """Return the loading.Watcher of each plan's job, or None for each plan without a daemon."""
    if client is None:
        return [None] * len(plans)
    changes = []  # type: List[Tuple[str, bool]]
    has_file = {}  # type: Dict[str, bool]
    for plan in plans:
        name = plan.wanted.name
        if not plan.wanted.override:
            has_file[name] = plan.after is not None or plan.fallback is not None
        elif name not in has_file:
            has_file[name] = is_read(plan)
        changes.append((name, has_file[name] and plan.before != plan.after))
    return loading.watch(client, changes)


def keep_files_of_running_jobs(watched):
    # type: (Iterable[Tuple[FilePlan, Watcher]]) -> None
    """Cancel the removal of files with ``keep_running`` whose jobs have instances."""
    for plan, watcher in watched:
        if plan.after is None and plan.wanted.keep_running and not plan.wanted.override and watcher.instances:
            plan.kept = True
            plan.after = plan.before
            plan.changed = False


def is_read(plan):
    # type: (FilePlan) -> bool
    """Return whether the daemon reads the file: it reads no override without a job file."""
    return (not plan.wanted.override or plan.fallback is not None
            or planned_files.exists(plan.path[:-len(".override")] + ".conf"))


def is_left(plan, watcher):
    # type: (FilePlan, Watcher) -> bool
    """Return whether the daemon still has the job of a removed file, even if it did not notice the removal."""
    unnoticed = watcher.known and not watcher.instances
    return plan.after is None and not (plan.wanted.override or plan.fallback) and (plan.changed or unnoticed)
