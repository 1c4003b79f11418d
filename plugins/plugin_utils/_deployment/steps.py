# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role upstart_jobs has to do once the files of its list are written."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import ExpansionError, expand
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment import instances
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.entries import (
    DeploymentError,
    Entry,
    ListedJob,
    Tasks,
    checked,
    jobs_in,
)

Steps = dict[str, t.Any]


def steps(entries: t.Any, written: t.Any, on_change: str, on_failure: str, stable_for: float = 1,
          pending: Mapping[str, t.Any] | None = None) -> Steps:
    """Return what is to be done once the files are written; see the filter deployment_steps."""
    results, manifest, unproven = told(written)
    jobs = jobs_in(checked(entries))
    found: Steps = {"stop": [], "remove": [], "services": [], "due": [], "running": [], "undo": {},
                    "stable_for": stable_for,
                    "manifests": [manifest] if manifest else [], "claimed": dict((pending or {}).get("claimed", {}))}
    if manifest:
        found["claimed"][manifest] = [job.name for job in jobs.values() if not job.leaves]
    for result in results:
        if is_conf(result) and result["state"] == "absent" and result["stale_instances"]:
            found["stop"].append({"name": result["name"], "state": "stopped"})
            if result["kept"]:
                backup = {"backup": True} if jobs.get(result["name"], ListedJob("")).backup else {}
                found["remove"].append({"name": result["name"], "state": "absent", **backup})
    by_name: dict[str, Tasks] = {}
    for result in results:
        by_name.setdefault(result["name"], []).append(result)
    resting = names_in(found["stop"])
    for name in [*jobs, *(name for name in by_name if name not in jobs)]:
        job, mine, earlier = jobs.get(name) or ListedJob(name), by_name.get(name, []), unproven.get(name, [])
        if name in resting or job.leaves:
            resting.add(name)
            continue
        if job.state == "stopped":
            resting.add(name)
        due = due_tasks(job, mine, bool(earlier), on_change)
        found["due"] += due
        found["services"] += service_tasks(job, mine, due)
        if may_undo(earlier, mine) and (job.on_failure or on_failure) == "rollback" and (due or job.state == "started"):
            found["undo"][name] = undo(job, manifest, earlier)
    found["running"] = [task for task in found["services"] if task.get("state") == "started"
                        and task["name"] not in names_in(found["due"])]
    found["news"] = bool(found["due"])
    return with_pending(found, pending, resting) if pending else found


def with_pending(found: Steps, pending: Mapping[str, t.Any], resting: set[str]) -> Steps:
    """Return the steps with those that an earlier list left to the handler.

    What the new list says of a job counts more: one that it stops or removes is not restarted any more.
    """
    earlier = [task for task in pending["due"] if task["name"] not in resting]
    due = []
    for name in dict.fromkeys(task["name"] for task in [*earlier, *found["due"]]):
        due += united(*([task for task in tasks if task["name"] == name] for tasks in (earlier, found["due"])))
    running: dict[str, Tasks] = {
        task["name"]: [] for task in [*pending.get("running", ()), *found["running"]]
        if task["name"] not in resting | names_in(due)}
    for name in running:  # what the later list says of a job counts
        later = [task for task in found["running"] if task["name"] == name]
        running[name] = later or [task for task in pending["running"] if task["name"] == name]
    kept = {name: undo for name, undo in pending["undo"].items() if name in names_in(earlier)}
    return {
        **found,
        "due": due,
        "running": [task for tasks in running.values() for task in tasks],
        "undo": {**kept, **found["undo"]},
        "stable_for": max(found["stable_for"], pending.get("stable_for", 0)),
        "manifests": list(dict.fromkeys([*pending.get("manifests", []), *found["manifests"]])),
    }


def united(earlier: Tasks, later: Tasks) -> Tasks:
    """Return what does for tasks of one job, each instance once: a restart counts more than a reload."""
    tasks = [*earlier, *later]
    if any("instances" in task for task in tasks):  # the later list knows what they are called by now
        return later if later and later[0]["state"] == "restarted" else earlier
    state = "restarted" if any(task["state"] == "restarted" for task in tasks) else "reloaded"
    if any("env" not in task for task in tasks):
        return [{"name": tasks[0]["name"], "state": state}]
    found: Tasks = []
    for task in tasks:
        if {**task, "state": state} not in found:
            found.append({**task, "state": state})
    return found


def names_in(tasks: Tasks) -> set[str]:
    return {task["name"] for task in tasks}


def told(written: t.Any) -> tuple[Tasks, str | None, dict[str, Tasks]]:
    """Return the results of upstart_job, and what its manifest tells: its path, and earlier files by the job's name."""
    if not isinstance(written, Mapping) or not isinstance(written.get("jobs", []), Sequence):
        raise DeploymentError("the result of sysinit.upstart.upstart_job is needed")
    manifest = written.get("manifest") or {}
    unproven: dict[str, Tasks] = {}
    for each in manifest.get("unproven", ()):
        unproven.setdefault(each["name"], []).append(each)
    return list(written.get("jobs", [])), manifest.get("path"), unproven


def is_conf(result: Entry) -> bool:
    return not str(result["path"]).endswith(".override")


def due_state(job: ListedJob, results: Tasks, unproven: bool, on_change: str) -> str | None:
    """Return what a handler is to do for a job that ran while its file changed: restarted, reloaded or nothing.

    It is due also when an earlier run changed the file and ended before its handlers.
    """
    if job.state == "stopped":
        return None
    wanted = job.on_change or on_change
    stale = [result for result in results if result["stale_instances"]]
    untold = [result for result in results if result["stale_instances"] is None]  # it runs, nobody tells by what
    changed = [result for result in stale if result["changed"]]
    late = unproven and bool(stale or untold)
    if wanted == "restart" and (changed or late or any(result["state"] == "present" for result in stale)):
        return "restarted"
    return "reloaded" if wanted == "reload" and (changed or late) else None


def due_tasks(job: ListedJob, results: Tasks, unproven: bool, on_change: str) -> Tasks:
    """Return what the handler gives to upstart_service.

    As long as one instance follows an old file, Upstart starts the job's others with that too: all of them are
    restarted together, and those that are yet to be are started with them.
    """
    state = due_state(job, results, unproven, on_change)
    if state is None:
        return []
    followed = old_job(results)
    if followed and state == "restarted":
        successors = instances.successors(followed[0], job.state, job.instances, followed[1])
        if successors is not None:
            return [{"name": job.name, "state": state, "instances": successors}]
    stale = stale_names(results)
    listed = {instance_name(results, env): env for env in job.instances or []}
    if job.instances is None or not stale <= set(listed) or is_renamed(results):
        return [{"name": job.name, "state": state}]
    wanted = [env for name, env in listed.items() if state == "restarted" or name in stale]
    return [{"name": job.name, "env": env, "state": state} for env in wanted]


def service_tasks(job: ListedJob, results: Tasks, due: Tasks) -> Tasks:
    """Return what upstart_service is to do at once, without what the handler restarts, reloads or starts.

    Nothing is started beside instances whose names the job has no more: Upstart would do that by their definition.
    """
    handled = [task["env"] for task in due if "env" in task]
    stale = stale_names(results)
    left = [env for env in job.instances or [] if env not in handled and instance_name(results, env) not in stale]
    if job.state == "present" or (due and not left) or (job.state == "started" and is_renamed(results)):
        return job.targets(None, job.enabled)
    return (replace(job, instances=left) if due else job).targets(job.state, job.enabled)


def stale_names(results: Tasks) -> set[str]:
    return {name for result in results for name in result["stale_instances"] or ()}


def old_job(results: Tasks) -> tuple[Entry, Entry] | None:
    """Return a job as its files say it and as its stale instances follow it; None without these, or when untold."""
    known = [(result["job"], result["stale_job"]) for result in results if result["job"] and result["stale_job"]]
    return known[-1] if known else None


def is_renamed(results: Tasks) -> bool:
    """Return whether a job has stale instances, and names its instances otherwise now."""
    followed = old_job(results)
    return followed is not None and instances.renames(followed[1], followed[0])


def instance_name(results: Tasks, env: Mapping[str, t.Any]) -> str | None:
    """Return the name of the instance that variables lead to; None when the job's files do not tell it."""
    for definition in (result["job"] for result in results if result["job"].get("instance")):
        own = definition.get("env") or {}
        given = {str(key): str(value) for key, value in env.items()}
        try:
            return str(expand(definition["instance"], {**own, **given} if isinstance(own, Mapping) else given))
        except ExpansionError:
            return None
    return None


def may_undo(unproven: Tasks, results: Tasks) -> bool:
    """Return whether there is something to go back to; a new file that an earlier run brought is none of this one."""
    is_new = any(each["previous"]["content"] is None and not each["override"] for each in unproven)
    return bool(unproven) and (not is_new or any(result["changed"] for result in results))


def undo(job: ListedJob, manifest: str | None, unproven: Tasks) -> dict[str, t.Any]:
    """Return what brings a job back to the files by which it last came up."""
    files = [{"name": job.name, "override": each["override"], "restore": each["previous"], "keep_running": True}
             for each in unproven]
    return {"manifest": manifest, "files": files, "instances": job.instances,
            "enabled": unproven[0]["previous"].get("enabled")}
