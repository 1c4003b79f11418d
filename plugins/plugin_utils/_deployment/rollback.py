# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role upstart_jobs does when jobs do not come up with their changed files."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import variable_behind
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.entries import Entry, ListedJob, Tasks
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.instances import earlier_definition

Undo = Mapping[str, t.Any]


def failed_instances(outcome: t.Any) -> Tasks:
    """Return the failed ones of upstart_service's result; none when the task failed as a whole."""
    found = outcome.get("instances") or [] if isinstance(outcome, Mapping) else []
    return [instance for instance in found if instance.get("failed")]


def reasons(outcome: t.Any) -> dict[str, str]:
    """Return why jobs failed, by name, with the reasons of all of their instances."""
    found: dict[str, str] = {}
    for instance in failed_instances(outcome):
        why = str(instance.get("msg", "")).rstrip(".") + "."
        found[instance["name"]] = f"{found[instance['name']]} {why}" if instance["name"] in found else why
    return found


def rollback(outcome: t.Any, undo: Undo) -> dict[str, Tasks]:
    """Return what brings failed jobs back to the files that they had; see the filter deployment_rollback."""
    found: dict[str, Tasks] = {"stop": [], "files": [], "services": []}
    by_manifest: dict[str | None, Tasks] = {}
    for name in reasons(outcome):
        if name not in undo:
            continue
        by_manifest.setdefault(undo[name]["manifest"], []).extend(undo[name]["files"])
        if is_new(undo[name]):
            found["stop"].append({"name": name, "state": "stopped"})
        else:
            found["services"] += again(name, outcome["instances"], undo[name])
    found["files"] = [{"manifest": manifest, "jobs": jobs} for manifest, jobs in by_manifest.items()]
    return found


def again(name: str, instances: Sequence[Entry], undo: Undo) -> Tasks:
    """Return what has a job run by its old files, with every instance that ran before or was to run."""
    enabled = {} if undo["enabled"] is None else {"enabled": undo["enabled"]}
    touched = [instance for instance in instances if instance["name"] == name]
    earlier = replaced(touched, undo)
    if earlier is not None:
        return [{"name": name, "state": "restarted", "instances": earlier, **enabled}]
    if all("env" in instance for instance in touched):
        return [{"name": name, "state": "restarted", **({"env": instance["env"]} if instance["env"] else {}), **enabled}
                for instance in touched]
    return [{**task, **enabled} for task in ListedJob(name, instances=undo["instances"]).targets("restarted")]


def replaced(touched: Sequence[Entry], undo: Undo) -> list[t.Any] | None:
    """Return the variables of the instances that ran before others were to run; None when these are no others."""
    old = earlier_definition(undo["files"])
    stanza = old[0] or "" if old else ""
    earlier = [instance for instance in touched if "env_before" in instance]
    if earlier:
        return [variable_behind(stanza, instance["instance"]) if instance["env_before"] is None
                else instance["env_before"] for instance in earlier]
    has_one = old is not None and not stanza
    return [[]] if has_one and any(instance.get("instance") for instance in touched) else None


def is_new(undo: Undo) -> bool:
    """Return whether a job was not there before."""
    return any(file["restore"]["content"] is None and not file["override"] for file in undo["files"])


def verdict(outcome: t.Any, undo: Undo, put_back: t.Any, restarted: t.Any, waiting: Sequence[str] = (),
            ended: t.Any = None) -> str:
    """Return the message that a host fails with after ``rollback``, with the reason for each job.

    :param put_back: results of upstart_job for ``files``, one for each manifest.
    :param restarted: result of upstart_service for ``services``; skipped when there are none.
    :param waiting: jobs that are still to be restarted or reloaded.
    :param ended: result of upstart_service for ``stop``; skipped when there are none.
    """
    written = {file["name"]: result for result in put_back.get("results", [])
               for file in result[result["ansible_loop_var"]]["jobs"]}
    sentences = []
    for name, reason in reasons(outcome).items():
        result = written.get(name, {})
        if not (result.get("failed") or result.get("changed") or is_kept(name, result)):  # check mode replaced none
            sentences.append(reason)
            continue
        sentences.append(f"Job {name} did not come up with its new definition: {reason}")
        sentences.append(ending(name, undo[name], result, restarted, ended or {}))
    late = [name for name in waiting if name not in written]
    if late:
        sentences.append(f"Not restarted or reloaded yet, and due in the next run: {', '.join(late)}.")
    return " ".join(sentences)


def is_kept(name: str, put_back: Entry) -> bool:
    """Return whether the file of a job that was to go is still there, as the job runs."""
    return any(job["name"] == name and job["kept"] for job in put_back.get("jobs", ()))


def ending(name: str, undo: Undo, put_back: Entry, restarted: Entry, ended: Entry) -> str:
    """Return the sentence that tells what became of a job that was rolled back."""
    failed_again = reasons(restarted)
    if put_back.get("failed"):
        return f"Its old file could not be put back: {put_back.get('msg')}"
    if is_kept(name, put_back):
        return ("It was not there before, but its file stays, as it could not be stopped: "
                + reasons(ended).get(name, ended.get("msg", "it was started again.")))
    if is_new(undo):
        return "It was not there before and is removed again."
    if name in failed_again:
        return f"Its old file is back, but the job did not come up with it either: {failed_again[name]}"
    if restarted.get("failed") and not failed_again:
        return f"Its old file is back, but the job could not be started: {restarted.get('msg')}"
    return "Its old file is back and the job runs with it again."
