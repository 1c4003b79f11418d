# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verify that init has loaded the job files as the task reports them."""

from __future__ import absolute_import, division, print_function

from .. import _promise
from .._daemon.errors import ConnectionLostError
from .._errors import UpstartError
from .._host import loading, unread_files
from .._host.definitions import Definition
from .._host.planned_files import read_file
from .._host.status import RECONNECT_TIMEOUT
from .watching import is_left, is_read, watchers

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Container, Dict, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.loading import Watcher  # noqa: F401
    from .plans import FilePlan  # noqa: F401

__metaclass__ = type


def watch_running_jobs(watched, client, conf_dir):
    # type: (Sequence[Tuple[FilePlan, Optional[Watcher]]], Optional[Upstart], str) -> loading.RunningJobs
    """Return the loading.RunningJobs for the changed files of running jobs, before they are changed."""
    return loading.RunningJobs(client, conf_dir, [  # type: ignore[arg-type]  # without a client there are no watchers
        (plan.wanted.name, plan.path) for plan, watcher in watched
        if watcher and watcher.instances and _is_noticeable(plan)])


def _is_noticeable(plan):
    # type: (FilePlan) -> bool
    """Return whether a plan changes the definition that the daemon has of the job."""
    return is_read(plan) and (plan.before != plan.after or (plan.after is None and plan.changed))


def verify(watched, client, conf_dir, running):
    # type: (Sequence[Tuple[FilePlan, Any]], Optional[Upstart], str, loading.RunningJobs) -> Optional[Dict[str, Any]]
    """Wait until init has loaded the changed files, and check that it has read exactly the present files.

    If init is re-executed in the meantime, connect again: it has then read all files.

    :param watched: list of (plans.FilePlan, loading.Watcher or None).
    :param client: daemon.client.Upstart, or None to check only the files.
    :param running: loading.RunningJobs of ``watch_running_jobs``.
    :returns: init's state as daemon_state.read_state returns it, or None if it was not needed or cannot be read.
    :raises UpstartError: for a file or a job that is not as planned.
    """
    try:
        for plan, watcher in watched:
            _wait_until_loaded(plan, watcher)
        running.ensure_noticed()
        return check(watched, client, conf_dir, running.unwatched)
    except ConnectionLostError:
        plans = [plan for plan, _watcher in watched]
        _reconnect(plans, client)  # type: ignore[arg-type]  # without a client, no connection can be lost
        return check(watched, client, conf_dir, set(plan.wanted.name for plan in plans))


def _wait_until_loaded(plan, watcher):
    # type: (FilePlan, Optional[Watcher]) -> None
    if plan.before != plan.after:
        check_bytes(plan)
    if watcher is None or plan.kept:
        return
    if plan.after is None:
        if is_left(plan, watcher):
            plan.changed = True
            watcher.wait_forgotten(plan.path)
        elif plan.fallback and plan.changed:
            watcher.wait_loaded(plan.fallback, True)
    elif is_read(plan):
        plan.changed = watcher.wait_loaded(plan.path, plan.before != plan.after) or plan.changed


def _reconnect(plans, client):
    # type: (Sequence[FilePlan], Upstart) -> None
    """Connect to a re-executed daemon again, and wait until it has loaded the jobs: it reads all files."""
    try:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
    except UpstartError as error:
        error.message += " The job files are already as this task wants them."
        raise
    for plan, watcher in zip(plans, watchers(plans, client)):
        if plan.after is not None and is_read(plan):
            watcher.known = False
            watcher.wait_loaded(plan.path, False)
        elif is_left(plan, watcher):
            watcher.wait_forgotten(plan.path)


def check_bytes(plan):
    # type: (FilePlan) -> None
    """Raise UpstartError if a file does not contain what the task has written."""
    if _promise.FILE_DIFFERS in _promise.file_faults(plan.after, read_file(plan.path)):
        raise UpstartError("%s was changed by another process while this task wrote it. Run the task again."
                           % plan.path, name=plan.wanted.name, path=plan.path)


def check(watched, client, conf_dir, noticed=()):
    # type: (Sequence[Tuple[FilePlan, Any]], Optional[Upstart], str, Container[str]) -> Optional[Dict[str, Any]]
    """Raise UpstartError if a file is not as planned or init has read another one.

    For a file that init may not have read, reload the configuration first. That counts as a change.

    :param noticed: set of names of jobs whose files init is known to have read.
    :returns: init's state as daemon_state.read_state returns it, or None if it was not needed or cannot be read.
    """
    state, reads = None, {}  # type: Optional[Dict[str, Any]], Dict[str, Optional[bool]]
    if client:
        state, reads = read_state(watched, client, conf_dir, noticed)
        if not all(reads.values()):
            client.reload_configuration()
            for plan, _watcher in watched:
                plan.changed = plan.changed or (plan.after is not None and reads.get(plan.wanted.name) is False)
            state, reads = read_state(watched, client, conf_dir, noticed)
    known = set(client.jobs()) if client else None
    for plan, watcher in watched:
        check_bytes(plan)
        is_known = None if known is None else _is_known(plan, watcher, known)
        for fault in _promise.file_faults(plan.after, plan.after, is_known, reads.get(plan.wanted.name)):
            raise ERRORS[fault](plan.wanted.name, plan.path)
    return state


ERRORS = {
    _promise.JOB_UNKNOWN: loading.not_loaded_error,
    _promise.JOB_REMAINS: loading.still_known_error,
    _promise.FILE_UNREAD: unread_files.other_definition_error,
}


def _is_known(plan, watcher, known):
    # type: (FilePlan, Watcher, Container[str]) -> Optional[bool]
    """Return whether init knows the job of a plan, or None if that does not matter."""
    name = plan.wanted.name
    if plan.kept or (plan.after is None and not is_left(plan, watcher)):
        return None
    if plan.after is not None and (plan.values is None or not is_read(plan)):
        return None
    if plan.after is None and name in known and watcher.live_instances():
        return None
    return name in known


def read_state(
    watched,  # type: Sequence[Tuple[FilePlan, Watcher]]
    client,  # type: Upstart
    conf_dir,  # type: str
    noticed=(),  # type: Container[str]
):
    # type: (...) -> Tuple[Optional[Dict[str, Any]], Dict[str, Optional[bool]]]
    """Return init's state, and whether init has read exactly the present files of jobs that run or may be unread.

    If there are no such jobs, init is not queried.

    :returns: (dict of daemon_state.read_state, or None; dict of job name to True, False or None for unknown).
    """
    jobs = dict((plan.wanted.name, Definition(plan.wanted.name, conf_dir, plan.version, read=False))
                for plan, _watcher in watched
                if plan.after is not None and plan.values is not None and not plan.kept and is_read(plan)
                and plan.wanted.name not in noticed)
    alive = set(plan.wanted.name for plan, watcher in watched if watcher.instances)
    checked = unread_files.unreliably_watched(client, list(jobs.values())).union(alive).intersection(jobs)
    if not checked and not alive:
        return None, {}
    state = unread_files.state_or_none(client, conf_dir)
    if state is None:  # else every task would reload where a directory is not watched
        checked = set(name for name in checked
                      if unread_files.is_link(jobs[name].conf) or unread_files.is_link(jobs[name].override))
    present = [Definition(name, conf_dir, jobs[name].version) for name in sorted(checked)]
    return state, unread_files.files_read_by(client, state, [job for job in present if job.values is not None])
