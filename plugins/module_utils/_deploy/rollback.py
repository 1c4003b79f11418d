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
from .._jobs.wanted_file import without_options
from .entries import ListedJob
from .plan import earlier_files, targets

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple  # noqa: F401
    from .._jobs.manifest import Manifest  # noqa: F401
    from .._jobs.plans import FilePlan  # noqa: F401
    from .._jobs.wanted_file import WantedFile  # noqa: F401
    from .apply import Deployer  # noqa: F401
    from .plan import Task  # noqa: F401

    Entries = Sequence[Dict[str, Any]]

__metaclass__ = type

# How to restore a job. manifest: manifest.Manifest; files: list of (whether it is an override, its earlier file as
# FilePlan.previous); instances: list of variables of the listed instances, or None.
Undo = collections.namedtuple("Undo", "manifest files instances")


class Restoration:
    """What became of the rollback of a job.

    :ivar error: UpstartError, why the files were not restored, or None.
    :ivar is_kept: bool, whether the file of a new job stays because the job is running.
    :ivar stop_error: text, why a new job could not be stopped, or None.
    :ivar start_error: text, why the job does not run with its earlier files, or None.
    :ivar is_tried: bool, whether the job has failed with its earlier files; else it could not be started at all.
    """

    def __init__(self, error=None, is_kept=False):
        # type: (Optional[UpstartError], bool) -> None
        self.error = error
        self.is_kept = is_kept
        self.stop_error = None  # type: Optional[str]
        self.start_error = None  # type: Optional[str]
        self.is_tried = False


def undo_for(manifest, name, listed, plans=()):
    # type: (Manifest, str, Optional[List[Any]], Iterable[FilePlan]) -> Undo
    """Return the Undo for a job in ``manifest.unproven``.

    :param plans: plans.FilePlan of this run, those of the job.
    """
    return Undo(manifest, earlier_files(name, manifest.unproven, plans), listed)


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
    not_ended, unused = _bring_about(deployer, [{"name": name, "state": "stopped"} for name in new], 0.0,
                                     must_exist=False)
    restorations = _restore_all(deployer, failed, undo)
    tasks = [task for name in failed if name not in new and restorations[name].error is None
             for task in restart_tasks(name, entries, undo[name], deployer)]
    failed_again, start_error = _bring_about(deployer, tasks, stable_for)
    for manifest in _manifests(failed, undo):
        try:
            deployer.save(manifest)
        except UpstartError:
            pass  # the task writes it once more at its end, and reports the error then
    for name in failed:
        restorations[name].stop_error = not_ended.get(name)
        restorations[name].is_tried = name in failed_again
        restorations[name].start_error = failed_again.get(name, start_error)
    return dict((name, sentence(is_new(undo[name]), restorations[name])) for name in failed)


def _bring_about(deployer, tasks, stable_for, **options):
    # type: (Deployer, Sequence[Task], float, **Any) -> Tuple[Dict[str, str], Optional[str]]
    """Carry out tasks. Return why jobs failed, by name, and why nothing could be done, or None."""
    try:
        stage = deployer.bring_about(tasks, stable_for, unwedge=True, **options)
    except UpstartError as error:
        return {}, error.message
    return failure_reasons(stage.entries), None


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
        try:
            plans = plan_files([_wanted(name, override, previous) for name in own
                                for override, previous in undo[name].files],
                               deployer.client, deployer.params, deployer.version, deployer.check_mode)
            deployer.write(plans, manifest)
            kept = set(plan.wanted.name for plan in plans if plan.kept)
            restorations.update((name, Restoration(is_kept=name in kept)) for name in own)
        except UpstartError as error:
            restorations.update((name, Restoration(error)) for name in own)
    return restorations


def _wanted(name, override, previous):
    # type: (str, bool, Dict[str, Any]) -> WantedFile
    return without_options(
        name, override, state="absent" if previous["content"] is None else "present", restore=previous)


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


def sentence(was_new, restoration):
    # type: (bool, Restoration) -> str
    """Return the sentence that reports how the rollback of a job ended.

    :param was_new: bool, whether the job did not exist before.
    """
    if restoration.error is not None:
        return "Its old file could not be restored: %s" % restoration.error.message
    if restoration.is_kept:
        return "The job is new, but its file stays because the job could not be stopped: %s" % (
            restoration.stop_error or "it was started again.")
    if was_new:
        return "The job is new and was removed again."
    if restoration.is_tried:
        return "Its old file is restored, but the job failed with it too: %s" % restoration.start_error
    if restoration.start_error is not None:
        return "Its old file is restored, but the job could not be started: %s" % restoration.start_error
    return "Its old file is restored, and the job runs with it again."
