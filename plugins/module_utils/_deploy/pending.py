# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts and reloads that a task leaves to a later task, as the manifest records them.

An entry is a dict: ``name`` of the job; ``action``, restart or reload; ``since``, when it became due, in UTC;
``reason``, a clause; ``tasks``, entries of the option ``jobs`` of upstart_service; ``state``, the state in the list, or
None; ``stable_for`` in seconds; ``rollback``, whether the earlier files are restored if the job fails; ``instances``,
those in the list, or None; ``play``, which names the play that left it, or None; ``unrecorded``, names of other jobs in
the list, which the manifest does not record because their files are not its own.
"""

from __future__ import absolute_import, division, print_function

import time

from .._errors import UpstartError
from .._jobs.manifest import Manifest, name_of_set, path_of_set, sets_in
from .._jobs.wanted_file import is_removed_job
from .plan import merged_tasks

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence  # noqa: F401
    from .plan import JobPlan  # noqa: F401

__metaclass__ = type

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
SHOWN_KEYS = ("name", "action", "since", "reason")


def after_plans(
    earlier,  # type: Sequence[Dict[str, Any]]
    job_plans,  # type: Sequence[JobPlan]
    play,  # type: Optional[str]
    stable_for,  # type: float
    unrecorded=(),  # type: Sequence[str]
):
    # type: (...) -> List[Dict[str, Any]]
    """Return the entries after a list is deployed, those of jobs that it does not have included.

    A restart that an earlier use in the same play has asked for stays due. One of an earlier play counts only if it is
    still due: the list says anew what is to happen. What an earlier play has left for jobs that are not in the list is
    taken over.

    :param earlier: list of entries.
    :param unrecorded: list of text, see above.
    """
    by_name = dict((entry["name"], entry) for entry in earlier)
    planned = set(plan.job.name for plan in job_plans)
    entries = [dict(entry, play=play) for entry in earlier if entry["name"] not in planned]
    for plan in job_plans:
        old = by_name.get(plan.job.name)
        is_own = old is not None and play is not None and old.get("play") == play
        gone = plan.job.is_removed or plan.job.state == "stopped" or any(
            is_removed_job(file.wanted) for file in plan.files)
        if not gone and (plan.due or is_own):
            entry = _entry(plan, old, is_own, play, stable_for)
            entries.append(dict(entry, unrecorded=list(unrecorded)) if unrecorded else entry)
    return sorted(entries, key=lambda entry: str(entry["name"]))


def _entry(plan, old, is_own, play, stable_for):
    # type: (JobPlan, Optional[Dict[str, Any]], bool, Optional[str], float) -> Dict[str, Any]
    tasks = merged_tasks(old["tasks"] if old is not None and is_own else [], plan.due)
    return {
        "name": plan.job.name,
        "action": "restart" if any(task["state"] == "restarted" for task in tasks) else "reload",
        "since": old["since"] if old is not None else time.strftime(TIME_FORMAT, time.gmtime()),
        "reason": plan.reason if old is None else old["reason"],
        "tasks": tasks,
        "state": plan.job.state,
        "stable_for": max(stable_for, old["stable_for"]) if old is not None and is_own else stable_for,
        "rollback": plan.may_roll_back or (is_own and old is not None and old["rollback"]),
        "instances": plan.job.instances,
        "play": play,
    }


def load(folder, set_name, play, unread=None):
    # type: (str, Optional[str], Optional[str], Optional[List[UpstartError]]) -> List[Manifest]
    """Return the manifests with pending entries, see ``selected``.

    A file of another set that is no manifest is left to the tasks of that set.

    :param folder: text, the directory of the manifests.
    :param unread: list, receives the error of each file of another set that cannot be read.
    """
    manifests = []
    for name in sets_in(folder) if set_name is None else [set_name]:
        try:
            manifest = Manifest(path_of_set(folder, name))
        except UpstartError as exc:
            if name == set_name:
                raise
            if unread is not None:
                unread.append(exc)
            continue
        if selected(manifest, set_name, play):
            manifests.append(manifest)
    return manifests


def selected(manifest, set_name, play):
    # type: (Manifest, Optional[str], Optional[str]) -> List[Dict[str, Any]]
    """Return the entries of a manifest that a task makes up for.

    :param set_name: text, the set whose entries these are; None for those of the play in all sets.
    """
    if set_name is not None:
        return manifest.pending if name_of_set(manifest.path) == set_name else []
    return [entry for entry in manifest.pending if entry.get("play") == play]


def waiting(folder, manifests, set_name, play):
    # type: (str, Iterable[Manifest], Optional[str], Optional[str]) -> List[Dict[str, Any]]
    """Return what is pending after a task, as the result shows it: in its set, and by the same play in other sets.

    :param manifests: list of Manifest, those that the task has changed.
    """
    known = dict((manifest.path, manifest) for manifest in manifests)
    for manifest in load(folder, None, play) if play is not None else []:
        known.setdefault(manifest.path, manifest)
    return [dict(((key, entry.get(key)) for key in SHOWN_KEYS), set=name_of_set(path)) for path in sorted(known)
            for entry in known[path].pending
            if entry in selected(known[path], set_name, play) or (play is not None and entry.get("play") == play)]
