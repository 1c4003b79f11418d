# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restore the earlier files of jobs that fail with their present files, and start the jobs with them."""

from __future__ import absolute_import, division, print_function

import base64
import collections

from .._errors import UpstartError
from .._events.expand import variable_behind
from .._host.definitions import Definition
from .._jobs.run import plan_files
from .._jobs.wanted_file import WantedFile
from .entries import ListedJob
from .plan import targets

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple  # noqa: F401
    from .._jobs.manifest import Manifest  # noqa: F401
    from .apply import Deployer  # noqa: F401
    from .plan import Task  # noqa: F401

    Entries = Sequence[Dict[str, Any]]

__metaclass__ = type

# How to restore a job. manifest: manifest.Manifest; files: list of (whether it is an override, its earlier file as
# FilePlan.previous); instances: list of variables of the listed instances, or None.
Undo = collections.namedtuple("Undo", "manifest files instances")


class Restoration:
    """What became of the files of a rollback.

    :ivar error: UpstartError, why the files were not restored, or None.
    :ivar kept: set of the names of new jobs whose files stay because the jobs are running.
    """

    def __init__(self):
        # type: () -> None
        self.error = None  # type: Optional[UpstartError]
        self.kept = set()  # type: Any


def undo_for(manifest, name, listed):
    # type: (Manifest, str, Optional[List[Any]]) -> Undo
    """Return the Undo for a job in ``manifest.unproven``."""
    files = [(override, previous) for (job, override), previous in sorted(
        manifest.unproven.items(), key=lambda item: item[0]) if job == name]
    return Undo(manifest, files, listed)


def is_new(undo):
    # type: (Undo) -> bool
    """Return whether a job did not exist before."""
    return any(previous["content"] is None and not override for override, previous in undo.files)


def failure_reasons(entries):
    # type: (Entries) -> Dict[str, str]
    """Return why jobs failed, by name. A job with several failed instances has all their reasons.

    :param entries: list of dict, as ``instances`` of upstart_service.
    """
    reasons = collections.OrderedDict()  # type: Dict[str, str]
    for entry in entries:
        if entry.get("failed"):
            name, reason = entry["name"], entry["msg"].rstrip(".") + "."
            reasons[name] = "%s %s" % (reasons[name], reason) if name in reasons else reason
    return reasons


def roll_back(deployer, entries, undo, stable_for):
    # type: (Deployer, Entries, Mapping[str, Undo], float) -> Dict[str, str]
    """Restore the earlier files of failed jobs and start the jobs with them. Return a sentence for each, by name.

    :param entries: list of dict, as ``instances`` of upstart_service.
    :param undo: dict of name to Undo, the jobs that may be rolled back.
    """
    failed = [name for name in failure_reasons(entries) if name in undo]
    if not failed:
        return {}
    new = [name for name in failed if is_new(undo[name])]
    ended = deployer.bring_about([{"name": name, "state": "stopped"} for name in new], 0.0, must_exist=False,
                                 unwedge=True)
    restorations = _restore_all(deployer, failed, undo)
    tasks = [task for name in failed if name not in new and restorations[name].error is None
             for task in restart_tasks(name, entries, undo[name], deployer)]
    restarted = deployer.bring_about(tasks, stable_for, unwedge=True)
    for manifest in _manifests(failed, undo):
        deployer.save(manifest)
    return dict((name, _sentence(name, undo[name], restorations[name], failure_reasons(restarted.entries),
                                 failure_reasons(ended.entries))) for name in failed)


def _manifests(names, undo):
    # type: (Iterable[str], Mapping[str, Undo]) -> List[Manifest]
    by_path = dict((undo[name].manifest.path, undo[name].manifest) for name in names)
    return [by_path[path] for path in sorted(by_path)]


def _restore_all(deployer, names, undo):
    # type: (Deployer, Sequence[str], Mapping[str, Undo]) -> Dict[str, Restoration]
    """Restore the files of jobs, those of each manifest together. Return a Restoration for each job."""
    restorations = {}  # type: Dict[str, Restoration]
    for manifest in _manifests(names, undo):
        own = [name for name in names if undo[name].manifest is manifest]
        restoration = Restoration()
        restorations.update(dict.fromkeys(own, restoration))
        try:
            plans = plan_files([_wanted(name, override, previous) for name in own
                                for override, previous in undo[name].files],
                               deployer.client, deployer.params, deployer.version, deployer.check_mode)
            deployer.write(plans, manifest)
            restoration.kept.update(plan.wanted.name for plan in plans if plan.kept)
        except UpstartError as error:
            restoration.error = error
    return restorations


def _wanted(name, override, previous):
    # type: (str, bool, Dict[str, Any]) -> WantedFile
    return WantedFile(name=name, state="absent" if previous["content"] is None else "present", override=override,
                      stanzas={}, content=None, restore=previous, merge=False, exact=False, backup=False,
                      keep_running=True, validate=None, enabled=None, force=True)


def restart_tasks(name, entries, undo, deployer):
    # type: (str, Entries, Undo, Deployer) -> List[Task]
    """Return tasks that start a job with its old files, with every instance that ran before or was to run."""
    was_enabled = undo.files[0][1].get("enabled")
    enabled = {} if was_enabled is None else {"enabled": was_enabled}
    own = [entry for entry in entries if entry["name"] == name]
    earlier = earlier_instances(own, _earlier_stanza(name, undo, deployer))
    if earlier is not None:
        return [dict(enabled, name=name, state="restarted", instances=earlier)]
    if all("env" in entry for entry in own):
        return [dict(enabled, name=name, state="restarted", **({"env": entry["env"]} if entry["env"] else {}))
                for entry in own]
    return [dict(task, **enabled) for task in targets(ListedJob(name), "restarted", undo.instances)]


def _earlier_stanza(name, undo, deployer):
    # type: (str, Undo, Deployer) -> Optional[str]
    """Return the instance stanza of a job in its earlier files; None if these are not a whole job."""
    texts = dict((override, previous["content"] and base64.b64decode(previous["content"]))
                 for override, previous in undo.files)  # type: Dict[bool, Optional[bytes]]
    definition = Definition(name, deployer.conf_dir, deployer.version, read=False)
    definition.take(texts.get(False), texts.get(True))
    return definition.values["instance"] or "" if definition.values else None


def earlier_instances(entries, stanza):
    # type: (Entries, Optional[str]) -> Optional[List[Any]]
    """Return the variables of the instances that the new file replaced; None if it did not rename instances.

    :param entries: list of dict, the instances of the job as upstart_service reports them.
    :param stanza: text, the earlier instance stanza, empty for none; None if it is unknown.
    """
    earlier = [entry for entry in entries if "env_before" in entry]
    if earlier:
        return [variable_behind(stanza or "", entry["instance"]) if entry["env_before"] is None
                else entry["env_before"] for entry in earlier]
    return [[]] if stanza == "" and any(entry["instance"] for entry in entries) else None


def _sentence(name, undo, restoration, failed_again, not_ended):
    # type: (str, Undo, Restoration, Dict[str, str], Dict[str, str]) -> str
    """Return the sentence that reports how the rollback of a job ended."""
    if restoration.error is not None:
        return "Its old file could not be restored: %s" % restoration.error.message
    if name in restoration.kept:
        return "The job is new, but its file stays because the job could not be stopped: %s" % (
            not_ended.get(name, "it was started again."))
    if is_new(undo):
        return "The job is new and was removed again."
    if name in failed_again:
        return "Its old file is restored, but the job failed with it too: %s" % failed_again[name]
    return "Its old file is restored, and the job runs with it again."
