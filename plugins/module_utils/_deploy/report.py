# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the result of a deployment: one entry for each job, with the same keys in every mode."""

from __future__ import absolute_import, division, print_function

import collections

from .._host.diff import difference
from .._jobs.manifest import name_of_set
from .._services.run import loss_data

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Sequence  # noqa: F401
    from .._jobs.manifest import Manifest  # noqa: F401
    from .._jobs.plans import FilePlan  # noqa: F401
    from .apply import Deployer  # noqa: F401

__metaclass__ = type

INSTANCE_KEYS = ("instance", "status", "processes", "stale", "leftovers", "log_file")
COUNTS = ("written", "removed", "started", "stopped", "restarted", "reloaded", "rolled back", "failed", "pending")
NOTHING = {"before": "stop/waiting", "status": "stop/waiting"}


class Messages:
    """What a result says about jobs besides what was done to them.

    :ivar failures: dict of name to text, why a job failed.
    :ivar rollbacks: dict of name to text, how the rollback of a failed job ended.
    :ivar manifest_errors: list of text, why manifests could not be written at the end.
    """

    def __init__(self):
        # type: () -> None
        self.failures = collections.OrderedDict()  # type: Dict[str, str]
        self.rollbacks = {}  # type: Dict[str, str]
        self.manifest_errors = []  # type: List[str]

    def is_failure(self):
        # type: () -> bool
        return bool(self.failures or self.manifest_errors)

    def text(self, pending):
        # type: (Iterable[Dict[str, Any]]) -> str
        """Return the message of a failed task.

        :param pending: list of entries, see pending.py.
        """
        sentences = []
        for name, reason in self.failures.items():
            if name in self.rollbacks:
                sentences.append("Job %s failed with its new definition: %s" % (name, reason))
                sentences.append(self.rollbacks[name])
            else:
                sentences.append(reason)
        late = [entry["name"] for entry in pending if entry["name"] not in self.failures]
        if late:
            sentences.append("Restarts and reloads left for the next run: %s." % ", ".join(late))
        return " ".join(sentences + self.manifest_errors)


def nothing_pending():
    # type: () -> Dict[str, Any]
    """Return the result of a task that has found nothing to make up for."""
    text = summary([])
    return {"changed": False, "jobs": [], "pending": [], "summary": text, "msg": text, "taken_down": [], "diff": []}


def result_of(
    deployer,  # type: Deployer
    names,  # type: Sequence[str]
    manifests,  # type: Sequence[Manifest]
    messages,  # type: Messages
    pending,  # type: List[Dict[str, Any]]
    losses,  # type: List[Any]
):
    # type: (...) -> Dict[str, Any]
    """Return the result of the module.

    :param names: list of text, the jobs in the order of the result; others that were changed follow.
    :param manifests: list of manifest.Manifest after the task.
    :param pending: list of dict, see pending.waiting.
    :param losses: list of bystanders.Loss.
    """
    files, instances = _by_name(deployer)
    paths = set(manifest.path for manifest in manifests)
    waiting = dict((entry["name"], entry) for entry in pending if any(
        name_of_set(path) == entry["set"] for path in paths))
    others = sorted(set(files).union(instances, waiting).difference(names))
    jobs = [_job(name, files.get(name, []), instances.get(name, []), messages, waiting.get(name))
            for name in list(names) + others]
    changed_manifests = [manifest for manifest in manifests if manifest.before != manifest.after]
    # With restart: none, this task asks nobody to make up for what is pending.
    is_handler_needed = bool(waiting) and deployer.params["restart"] != "none"
    text = summary(jobs)
    return {
        "changed": bool(changed_manifests) or is_handler_needed or any(job["changed"] for job in jobs),
        "jobs": jobs,
        "pending": pending,
        "summary": text,
        "msg": text,
        "taken_down": loss_data(losses),
        "diff": _diff(deployer, changed_manifests),
    }


def _by_name(deployer):
    # type: (Deployer) -> Any
    """Return the files and the instances of a deployment, two dicts of name to list."""
    files = {}  # type: Dict[str, List[FilePlan]]
    for plan in deployer.plans:
        files.setdefault(plan.wanted.name, []).append(plan)
    instances = {}  # type: Dict[str, List[Dict[str, Any]]]
    for stage in deployer.stages:
        for entry in stage.entries:
            instances.setdefault(entry["name"], []).append(entry)
    return files, instances


def _job(name, plans, entries, messages, waiting):
    # type: (str, List[FilePlan], List[Dict[str, Any]], Messages, Optional[Dict[str, Any]]) -> Dict[str, Any]
    instances = _instances(entries)
    known = [entry for entry in entries if entry.get("enabled") is not None]
    enabled = known[-1]["enabled"] if known else _enabled_by(plans)
    files = [_file(plan) for plan in plans]
    return {
        "name": name,
        "changed": any(file["action"] not in ("kept", "unchanged") for file in files)
        or any(entry["changed"] for entry in entries) or any(plan.changed for plan in plans),
        "files": files,
        "enabled": enabled,
        "enabled_before": known[0]["enabled_before"] if known else enabled,
        "instances": instances,
        "stale_instances": plans[-1].stale if plans and waiting is not None else [],
        "pending": None if waiting is None else dict(
            (key, waiting[key]) for key in ("action", "since", "reason")),
        "failed": name in messages.failures,
        "msg": messages.failures.get(name),
        "rollback": messages.rollbacks.get(name),
    }


def _enabled_by(plans):
    # type: (Sequence[FilePlan]) -> Optional[bool]
    values = [plan.values for plan in plans if plan.values is not None]
    return values[-1]["start_on"] is not None if values else None


def _file(plan):
    # type: (FilePlan) -> Dict[str, Any]
    if plan.kept:
        action = "kept"
    elif plan.before == plan.after:
        action = "unchanged"
    elif plan.after is None:
        action = "removed"
    else:
        action = "created" if plan.before is None else "changed"
    return {"path": plan.path, "action": action, "backup_file": plan.backup, "warnings": plan.warnings}


def _instances(entries):
    # type: (List[Dict[str, Any]]) -> List[Dict[str, Any]]
    """Return the instances of a job, each once although several stages may have moved it."""
    by_name = collections.OrderedDict()  # type: Dict[str, List[Dict[str, Any]]]
    for entry in entries:
        if entry["before"] != NOTHING["before"] or entry["status"] != NOTHING["status"] or entry["changed"]:
            by_name.setdefault(entry["instance"], []).append(entry)
    return [dict(dict((key, moves[-1].get(key)) for key in INSTANCE_KEYS), before=moves[0]["before"],
                 action=action_of(moves)) for moves in by_name.values()]


def action_of(moves):
    # type: (List[Dict[str, Any]]) -> Optional[str]
    """Return what was done to an instance: started, stopped, restarted, reloaded, or None."""
    if not any(entry["changed"] for entry in moves):
        return None
    was_up = (moves[0]["before"] or "").startswith("start/")
    is_up = (moves[-1]["status"] or "").startswith("start/")
    if is_up and was_up:
        return "restarted" if any("env" in entry for entry in moves) else "reloaded"
    if is_up or any("env" in entry for entry in moves):
        return "started"
    return "stopped" if was_up else None


def summary(jobs):
    # type: (Sequence[Dict[str, Any]]) -> str
    """Return how many jobs were written, restarted and so on, a short text."""
    counts = collections.Counter()  # type: Any
    for job in jobs:
        actions = set(file["action"] for file in job["files"])
        kinds = [kind for kind, is_so in (
            ("written", actions.intersection(["created", "changed"])), ("removed", "removed" in actions)) if is_so]
        kinds.extend(sorted(set(instance["action"] for instance in job["instances"] if instance["action"])))
        kinds = ["rolled back"] if job["rollback"] else kinds
        kinds.extend(kind for kind in ("failed", "pending") if job[kind])
        counts.update(kinds or (["changed"] if job["changed"] else ["unchanged"]))
    parts = ["%d %s" % (counts[kind], kind) for kind in COUNTS + ("changed", "unchanged") if counts[kind]]
    return ", ".join(parts) or "nothing to do"


def _diff(deployer, manifests):
    # type: (Deployer, Sequence[Manifest]) -> List[Dict[str, Any]]
    """Return what Ansible shows of a change: the files first, then the manifests and the states."""
    changes = [difference(plan) for plan in deployer.plans if plan.before != plan.after]
    changes.extend(difference(manifest) for manifest in manifests)
    for stage in deployer.stages:
        changes.extend(stage.diffs)
    return changes
