# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the role upstart_jobs after the files of its list are written."""

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
    """Return the steps after the files are written; see the filter deployment_steps."""
    results, manifest, unproven = read_results(written)
    jobs = jobs_in(checked(entries))
    plan: Steps = {"stop": [], "remove": [], "services": [], "due": [], "running": [], "undo": {},
                   "stable_for": stable_for,
                   "manifests": [manifest] if manifest else [], "claimed": dict((pending or {}).get("claimed", {}))}
    if manifest:
        plan["claimed"][manifest] = [job.name for job in jobs.values() if not job.is_removed]
    for result in results:
        if is_conf(result) and result["state"] == "absent" and result["stale_instances"]:
            plan["stop"].append({"name": result["name"], "state": "stopped"})
            if result["kept"]:
                backup = {"backup": True} if jobs.get(result["name"], ListedJob("")).backup else {}
                plan["remove"].append({"name": result["name"], "state": "absent", **backup})
    by_name: dict[str, Tasks] = {}
    for result in results:
        by_name.setdefault(result["name"], []).append(result)
    stopped = names_in(plan["stop"])
    for name in [*jobs, *(name for name in by_name if name not in jobs)]:
        job, own_results, earlier = jobs.get(name) or ListedJob(name), by_name.get(name, []), unproven.get(name, [])
        if name in stopped or job.is_removed:
            stopped.add(name)
            continue
        if job.state == "stopped":
            stopped.add(name)
        due = due_tasks(job, own_results, bool(earlier), on_change)
        plan["due"] += due
        plan["services"] += service_tasks(job, own_results, due)
        may_roll_back = (job.on_failure or on_failure) == "rollback" and can_undo(earlier, own_results)
        if may_roll_back and (due or job.state == "started"):
            plan["undo"][name] = undo(job, manifest, earlier)
    plan["running"] = [task for task in plan["services"] if task.get("state") == "started"
                       and task["name"] not in names_in(plan["due"])]
    plan["news"] = bool(plan["due"])
    return with_pending(plan, pending, stopped) if pending else plan


def with_pending(plan: Steps, pending: Mapping[str, t.Any], stopped: set[str]) -> Steps:
    """Return the steps together with those that an earlier list left to the handler.

    The new list takes precedence: a job that it stops or removes is no longer restarted.
    """
    earlier = [task for task in pending["due"] if task["name"] not in stopped]
    due = []
    for name in dict.fromkeys(task["name"] for task in [*earlier, *plan["due"]]):
        due += merged_tasks(*([task for task in tasks if task["name"] == name] for tasks in (earlier, plan["due"])))
    running: dict[str, Tasks] = {
        task["name"]: [] for task in [*pending.get("running", ()), *plan["running"]]
        if task["name"] not in stopped | names_in(due)}
    for name in running:  # the later list takes precedence
        later = [task for task in plan["running"] if task["name"] == name]
        running[name] = later or [task for task in pending["running"] if task["name"] == name]
    kept = {name: undo for name, undo in pending["undo"].items() if name in names_in(earlier)}
    return {
        **plan,
        "due": due,
        "running": [task for tasks in running.values() for task in tasks],
        "undo": {**kept, **plan["undo"]},
        "stable_for": max(plan["stable_for"], pending.get("stable_for", 0)),
        "manifests": list(dict.fromkeys([*pending.get("manifests", []), *plan["manifests"]])),
    }


def merged_tasks(earlier: Tasks, later: Tasks) -> Tasks:
    """Return tasks of a job without repeated instances. A restart takes precedence over a reload."""
    tasks = [*earlier, *later]
    if any("instances" in task for task in tasks):  # the later list has the current instance names
        return later if later and later[0]["state"] == "restarted" else earlier
    state = "restarted" if any(task["state"] == "restarted" for task in tasks) else "reloaded"
    if any("env" not in task for task in tasks):
        return [{"name": tasks[0]["name"], "state": state}]
    merged: Tasks = []
    for task in tasks:
        if {**task, "state": state} not in merged:
            merged.append({**task, "state": state})
    return merged


def names_in(tasks: Tasks) -> set[str]:
    return {task["name"] for task in tasks}


def read_results(written: t.Any) -> tuple[Tasks, str | None, dict[str, Tasks]]:
    """Return the results of upstart_job, the path of its manifest, and the earlier files in the manifest by job."""
    if not isinstance(written, Mapping) or not isinstance(written.get("jobs", []), Sequence):
        raise DeploymentError("the result of sysinit.upstart.upstart_job is required")
    manifest = written.get("manifest") or {}
    unproven: dict[str, Tasks] = {}
    for file in manifest.get("unproven", ()):
        unproven.setdefault(file["name"], []).append(file)
    return list(written.get("jobs", [])), manifest.get("path"), unproven


def is_conf(result: Entry) -> bool:
    return not str(result["path"]).endswith(".override")


def due_state(job: ListedJob, results: Tasks, unproven: bool, on_change: str) -> str | None:
    """Return the state to which the handler brings a job that was running when its file changed, or None.

    This includes a file that an earlier run changed, if that run ended before its handlers.
    """
    if job.state == "stopped":
        return None
    action = job.on_change or on_change
    stale = [result for result in results if result["stale_instances"]]
    unknown = [result for result in results if result["stale_instances"] is None]  # runs with an unknown definition
    changed = [result for result in stale if result["changed"]]
    late = unproven and bool(stale or unknown)
    if action == "restart" and (changed or late or any(result["state"] == "present" for result in stale)):
        return "restarted"
    return "reloaded" if action == "reload" and (changed or late) else None


def due_tasks(job: ListedJob, results: Tasks, unproven: bool, on_change: str) -> Tasks:
    """Return the tasks of the handler for upstart_service.

    While any instance uses the old file, Upstart starts the job's other instances with it too. The handler therefore
    restarts all of them together, and starts new instances at the same time.
    """
    state = due_state(job, results, unproven, on_change)
    if state is None:
        return []
    definitions = current_and_stale_job(results)
    if definitions and state == "restarted":
        current, old = definitions
        replacements = instances.replacement_instances(current, job.state, job.instances, old)
        if replacements is not None:
            return [{"name": job.name, "state": state, "instances": replacements}]
    if job.instances_exact and state == "restarted":
        return [{"name": job.name, "state": state, "instances": job.instances}]
    stale = stale_names(results)
    listed = {instance_name(results, env): env for env in job.instances or []}
    if job.instances is None or not stale <= set(listed) or is_renamed(results):
        return [{"name": job.name, "state": state}]
    return [{"name": job.name, "env": env, "state": state} for name, env in listed.items()
            if state == "restarted" or name in stale]


def service_tasks(job: ListedJob, results: Tasks, due: Tasks) -> Tasks:
    """Return the tasks for upstart_service that do not wait for the handler.

    While renamed instances run, nothing is started, because Upstart would use their old definition.
    """
    handled = [task["env"] for task in due if "env" in task]
    stale = stale_names(results)
    left = [env for env in job.instances or [] if env not in handled and instance_name(results, env) not in stale]
    if due and job.instances_exact:
        job = replace(job, instances_exact=None)  # the handler stops the others, or the next run
        left = [] if any("instances" in task for task in due) else left
    if job.state == "present" or (due and not left) or (job.state == "started" and is_renamed(results)):
        return job.targets(None, job.enabled)
    return (replace(job, instances=left) if due else job).targets(job.state, job.enabled)


def stale_names(results: Tasks) -> set[str]:
    return {name for result in results for name in result["stale_instances"] or ()}


def current_and_stale_job(results: Tasks) -> tuple[Entry, Entry] | None:
    """Return the definition in a job's files and that of its stale instances; None if there are none or unknown."""
    known = [(result["job"], result["stale_job"]) for result in results if result["job"] and result["stale_job"]]
    return known[-1] if known else None


def is_renamed(results: Tasks) -> bool:
    """Return whether a job has stale instances, and other instance names in its files."""
    definitions = current_and_stale_job(results)
    return definitions is not None and instances.renames(definitions[1], definitions[0])


def instance_name(results: Tasks, env: Mapping[str, t.Any]) -> str | None:
    """Return the instance name for variables; None if the job's files do not define it."""
    for definition in (result["job"] for result in results if result["job"].get("instance")):
        own = definition.get("env") or {}
        variables = {str(key): str(value) for key, value in env.items()}
        try:
            return str(expand(definition["instance"], {**own, **variables} if isinstance(own, Mapping) else variables))
        except ExpansionError:
            return None
    return None


def can_undo(unproven: Tasks, results: Tasks) -> bool:
    """Return whether there is an earlier file. A new file of an earlier run is not undone by this run."""
    is_new = any(file["previous"]["content"] is None and not file["override"] for file in unproven)
    return bool(unproven) and (not is_new or any(result["changed"] for result in results))


def undo(job: ListedJob, manifest: str | None, unproven: Tasks) -> dict[str, t.Any]:
    """Return the data to restore the files with which a job last started successfully."""
    files = [{"name": job.name, "override": file["override"], "restore": file["previous"], "keep_running": True}
             for file in unproven]
    return {"manifest": manifest, "files": files, "instances": job.instances,
            "enabled": unproven[0]["previous"].get("enabled")}
