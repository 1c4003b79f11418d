# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether job files are as a task reports them, and whether init has read exactly those."""

from __future__ import absolute_import, division, print_function

from .. import _promise
from .._errors import UpstartError
from .._host import loading, planned_files, unread_files
from .._host.definitions import Definition
from .._host.planned_files import read_file

__metaclass__ = type


def is_read(plan):
    """Return whether the daemon reads the file: an override does not go without its job file."""
    return not plan.wanted.override or planned_files.exists(plan.path[:-len(".override")] + ".conf")


def is_left(plan, watcher):
    """Return whether the daemon has the job of a removed file, be it one that somebody else removed unseen."""
    unseen = watcher.known and not watcher.instances
    return plan.after is None and not plan.wanted.override and (plan.changed or unseen)


def check_bytes(plan):
    """Raise UpstartError if a file does not hold what the task leaves there."""
    if _promise.FILE_DIFFERS in _promise.file_faults(plan.after, read_file(plan.path)):
        raise UpstartError("%s was changed by somebody else while this task wrote it. Run the task again." % plan.path,
                           name=plan.wanted.name, path=plan.path)


def verify(watched, client, conf_dir, noticed=()):
    """Make sure that all files are as planned, and that init has read exactly those.

    A file that it may not have read is read on ReloadConfiguration; that changes a plan which changed nothing else.

    :param watched: list of (plans.FilePlan, loading.Watcher or None).
    :param noticed: set of names of jobs that init is known to have read.
    :returns: init's state as daemon_state.read_state does, or None if it was not asked or cannot be.
    """
    state, reads = None, {}
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
    """Return whether init knows the job of a plan, None where that does not matter."""
    name = plan.wanted.name
    if plan.kept or (plan.after is None and not is_left(plan, watcher)):
        return None
    if plan.after is not None and (plan.values is None or not is_read(plan)):
        return None
    if plan.after is None and name in known and watcher.live_instances():
        return None
    return name in known


def read_state(watched, client, conf_dir, noticed=()):
    """Return init's state and, for the jobs whose files are in doubt or run, whether init has read exactly the files.

    Nothing is asked where no file is in doubt and nothing runs.

    :returns: (dict as of daemon_state.read_state, or None; dict of job name to True, False or None for unknown).
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
    if state is None:  # a reload in each task is too much where a directory is not watched
        checked = set(name for name in checked
                      if unread_files.is_link(jobs[name].conf) or unread_files.is_link(jobs[name].override))
    present = [Definition(name, conf_dir, jobs[name].version) for name in sorted(checked)]
    return state, unread_files.files_read_by(client, state, [job for job in present if job.values is not None])
