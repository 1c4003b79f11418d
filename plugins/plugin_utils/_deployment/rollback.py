# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback of jobs that fail to start with their changed files, for the role upstart_jobs."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import variable_behind
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.entries import Entry, ListedJob, Tasks
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.instances import earlier_definition

Undo = Mapping[str, t.Any]


def failed_instances(outcome: t.Any) -> Tasks:
    """Return the failed instances of a result of upstart_service; none if the task failed as a whole."""
    instances = outcome.get("instances") or [] if isinstance(outcome, Mapping) else []
    return [instance for instance in instances if instance.get("failed")]


def failure_reasons(outcome: t.Any) -> dict[str, str]:
    """Return why jobs failed, by name. A job with several failed instances has all their reasons."""
    reasons: dict[str, str] = {}
    for instance in failed_instances(outcome):
        name, reason = instance["name"], str(instance.get("msg", "")).rstrip(".") + "."
        reasons[name] = f"{reasons[name]} {reason}" if name in reasons else reason
    return reasons


def rollback(outcome: t.Any, undo: Undo) -> dict[str, Tasks]:
    """Return the tasks that restore the old files of failed jobs; see the filter deployment_rollback."""
    plan: dict[str, Tasks] = {"stop": [], "files": [], "services": []}
    by_manifest: dict[str | None, Tasks] = {}
    for name in failure_reasons(outcome):
        if name not in undo:
            continue
        by_manifest.setdefault(undo[name]["manifest"], []).extend(undo[name]["files"])
        if is_new(undo[name]):
            plan["stop"].append({"name": name, "state": "stopped"})
        else:
            plan["services"] += restart_tasks(name, outcome["instances"], undo[name])
    plan["files"] = [{"manifest": manifest, "jobs": jobs} for manifest, jobs in by_manifest.items()]
    return plan


def restart_tasks(name: str, instances: Sequence[Entry], undo: Undo) -> Tasks:
    """Return tasks that start a job with its old files, with every instance that ran before or was to run."""
    enabled = {} if undo["enabled"] is None else {"enabled": undo["enabled"]}
    own_instances = [instance for instance in instances if instance["name"] == name]
    earlier = earlier_instances(own_instances, undo)
    if earlier is not None:
        return [{"name": name, "state": "restarted", "instances": earlier, **enabled}]
    if all("env" in instance for instance in own_instances):
        return [{"name": name, "state": "restarted", **({"env": instance["env"]} if instance["env"] else {}), **enabled}
                for instance in own_instances]
    return [{**task, **enabled} for task in ListedJob(name, instances=undo["instances"]).targets("restarted")]


def earlier_instances(own_instances: Sequence[Entry], undo: Undo) -> list[t.Any] | None:
    """Return the variables of the instances that the new file replaced; None if it did not rename instances."""
    old = earlier_definition(undo["files"])
    stanza = old[0] or "" if old else ""
    earlier = [instance for instance in own_instances if "env_before" in instance]
    if earlier:
        return [variable_behind(stanza, instance["instance"]) if instance["env_before"] is None
                else instance["env_before"] for instance in earlier]
    had_single_instance = old is not None and not stanza
    return [[]] if had_single_instance and any(instance.get("instance") for instance in own_instances) else None


def is_new(undo: Undo) -> bool:
    """Return whether a job did not exist before."""
    return any(file["restore"]["content"] is None and not file["override"] for file in undo["files"])


def rollback_report(outcome: t.Any, undo: Undo, put_back: t.Any, restarted: t.Any, waiting: Sequence[str] = (),
                    ended: t.Any = None) -> str:
    """Return the message with which a host fails after a rollback, with the reason for each job.

    :param put_back: results of upstart_job for ``files``, one for each manifest.
    :param restarted: result of upstart_service for ``services``; skipped if there are none.
    :param waiting: names of jobs with a pending restart or reload.
    :param ended: result of upstart_service for ``stop``; skipped if there are none.
    """
    restored = {file["name"]: result for result in put_back.get("results", [])
                for file in result[result["ansible_loop_var"]]["jobs"]}
    sentences = []
    for name, reason in failure_reasons(outcome).items():
        result = restored.get(name, {})
        # In check mode no file was restored.
        if not (result.get("failed") or result.get("changed") or is_kept(name, result)):
            sentences.append(reason)
            continue
        sentences.append(f"Job {name} failed with its new definition: {reason}")
        sentences.append(job_report(name, undo[name], result, restarted, ended or {}))
    late = [name for name in waiting if name not in restored]
    if late:
        sentences.append(f"Restarts and reloads left for the next run: {', '.join(late)}.")
    return " ".join(sentences)


def is_kept(name: str, put_back: Entry) -> bool:
    """Return whether upstart_job kept the file of a new job because the job is running."""
    return any(job["name"] == name and job["kept"] for job in put_back.get("jobs", ()))


def job_report(name: str, undo: Undo, put_back: Entry, restarted: Entry, ended: Entry) -> str:
    """Return the sentence that reports how the rollback of a job ended."""
    failed_again = failure_reasons(restarted)
    if put_back.get("failed"):
        return f"Its old file could not be restored: {put_back.get('msg')}"
    if is_kept(name, put_back):
        return ("The job is new, but its file stays because the job could not be stopped: "
                + failure_reasons(ended).get(name, ended.get("msg", "it was started again.")))
    if is_new(undo):
        return "The job is new and was removed again."
    if name in failed_again:
        return f"Its old file is restored, but the job failed with it too: {failed_again[name]}"
    if restarted.get("failed") and not failed_again:
        return f"Its old file is restored, but the job could not be started: {restarted.get('msg')}"
    return "Its old file is restored, and the job runs with it again."
