# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role upstart_jobs has to do: from its list of jobs to what upstart_job and upstart_service are given."""

from __future__ import annotations

import difflib
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.sysinit.upstart.plugins.module_utils.events.expand import ExpansionError, expand

ROLE = Path(__file__).resolve().parents[2] / "roles" / "upstart_jobs"
OWN = ("state", "enabled", "instances", "on_change", "on_failure", "template")  # keys that upstart_job does not have
ALIKE = ("state", "enabled", "instances", "on_change", "on_failure")  # a job file and its override agree on these

Entry = Mapping[str, t.Any]
Tasks = list[dict[str, t.Any]]


class DeploymentError(ValueError):
    """What is wrong with a list of jobs, in sentences that name the job and the key."""


@dataclass
class Job:
    """What the entries of one name ask for, of its job file and of its override."""

    name: str
    files: list[Entry] = field(default_factory=list)
    leaves: bool = False  # whether the job itself goes
    state: str | None = None
    enabled: bool | None = None
    instances: list[dict[str, t.Any]] | None = None
    on_change: str | None = None
    on_failure: str | None = None

    def targets(self, state: str | None, enabled: bool | None = None) -> Tasks:
        """Return what upstart_service is to do for this state of the job."""
        said = {key: value for key, value in (("state", state), ("enabled", enabled)) if value is not None}
        if state is None or self.instances is None:
            return [{"name": self.name, **said}] if said else []
        return [{"name": self.name, "env": env, **said} for env in self.instances] or self.targets(None, enabled)


@cache
def specification() -> dict[str, t.Any]:
    """Return the argument specification of one entry of upstart_jobs_list."""
    content = yaml_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: dict[str, t.Any] = content["argument_specs"]["main"]["options"]["upstart_jobs_list"]["options"]
    return options


def checked(entries: t.Any) -> list[Entry]:
    """Return the entries with their values in the types that the role's specification says.

    :raises DeploymentError: for a key or a value that is wrong.
    """
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        raise DeploymentError(f"upstart_jobs_list must be a list of jobs, not {type(entries).__name__}")
    entries = plain(entries)
    validator = ArgumentSpecValidator(specification())
    found: list[Entry] = []
    faults: list[str] = []
    for number, entry in enumerate(entries):
        label = label_of(entry, number)
        if not isinstance(entry, Mapping):
            faults.append(f"{label}: must be a dictionary, not {type(entry).__name__}")
            continue
        result = validator.validate(entry)
        values = result.validated_parameters
        faults += [f"{label}: {fault}" for fault in faults_of(entry, values, result.error_messages)]
        found.append({key: values.get(key, entry[key]) for key in entry})
    faults += clashes(found)
    if faults:
        raise DeploymentError("; ".join(faults))
    return found


def plain(value: t.Any) -> t.Any:
    """Return dictionaries and lists of Ansible's own kinds as Python's, since copying those copies all variables."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [plain(item) for item in value]
    return value


def label_of(entry: t.Any, number: int) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return f"job {name}" if isinstance(name, str) and name else f"entry {number + 1} of upstart_jobs_list"


def faults_of(entry: Entry, values: Entry, messages: Iterable[str]) -> list[str]:
    """Return what is wrong with one entry; an unknown key comes with the one that may be meant."""
    unknown = []
    for key in sorted(str(key) for key in entry if key not in specification()):
        alike = difflib.get_close_matches(key, list(specification()), 1)
        unknown.append(f"unknown key '{key}'" + (f"; did you mean '{alike[0]}'?" if alike else ""))
    if unknown:
        return unknown
    found = [message.rstrip(".") for message in messages]
    if entry.get("template") is not None and entry.get("content") is not None:
        found.append("template and content are two texts for one file; keep one of them")
    if values.get("instances") is not None and values.get("state") in ("present", "absent"):
        found.append(f"instances has no meaning with state {values['state']}")
    return found


def clashes(entries: Sequence[Entry]) -> list[str]:
    """Return what contradicts itself between the entries of one job."""
    found = []
    seen: dict[tuple[str, bool], Entry] = {}
    for entry in entries:
        name, override = str(entry.get("name")), bool(entry.get("override"))
        if (name, override) in seen:
            found.append(f"job {name}: is listed twice")
        other = seen.get((name, not override), {})
        if "absent" not in (entry.get("state"), other.get("state")):
            found += [f"job {name}: its job file and its override differ in {key}" for key in ALIKE
                      if None not in (entry.get(key), other.get(key)) and entry[key] != other[key]]
        seen[name, override] = entry
    return found


def files(entries: t.Any, texts: Sequence[str] = ()) -> Tasks:
    """Return the entries as the option ``jobs`` of upstart_job takes them.

    :param texts: the texts of the templates that entries name, in their order.
    """
    entries = checked(entries)
    wanted = templates(entries)
    if len(texts) != len(wanted):
        raise DeploymentError(f"the jobs name {len(wanted)} templates, but {len(texts)} texts are given")
    rendered = iter(texts)
    found = []
    for entry in entries:
        options = {key: value for key, value in entry.items() if key not in OWN}
        if entry.get("state") == "absent":
            options = {key: entry[key] for key in ("name", "override", "backup") if key in entry}
            options.update(state="absent", keep_running=True)
        if is_rendered(entry):
            options["content"] = next(rendered)
        found.append(options)
    return found


def templates(entries: t.Any) -> list[str]:
    """Return the paths of the templates that ``files`` wants the texts of; what is wrong is left to ``checked``."""
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        return []
    return [str(entry["template"]) for entry in entries if isinstance(entry, Mapping) and is_rendered(entry)]


def is_rendered(entry: Entry) -> bool:
    return entry.get("template") is not None and entry.get("state") != "absent"


def jobs_in(entries: Sequence[Entry]) -> dict[str, Job]:
    """Return the jobs of checked entries by name, those of a job file and its override as one."""
    jobs: dict[str, Job] = {}
    for entry in entries:
        job = jobs.setdefault(entry["name"], Job(entry["name"]))
        job.files.append(entry)
        if entry.get("state") == "absent":
            job.leaves = job.leaves or not entry.get("override")
            job.on_change = job.on_change or entry.get("on_change")
            continue
        for key in ALIKE:
            if getattr(job, key) is None:
                setattr(job, key, entry.get(key))
        job.state = job.state or "started"
    return jobs


def steps(entries: t.Any, written: t.Any, on_change: str, on_failure: str,
          pending: Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Return what is to be done once the files are written; see the filter deployment_steps."""
    results = results_of(written)
    jobs = jobs_in(checked(entries))
    found: dict[str, t.Any] = {"stop": [], "remove": [], "services": [], "due": [], "undo": {}}
    for result in results:
        if is_conf(result) and result["state"] == "absent" and result["stale_instances"]:
            found["stop"].append({"name": result["name"], "state": "stopped"})
            if result["kept"]:
                found["remove"].append({"name": result["name"], "state": "absent"})
    leaving = {entry["name"] for entry in found["stop"]}
    by_name: dict[str, Tasks] = {}
    for result in results:
        by_name.setdefault(result["name"], []).append(result)
    for name in [*jobs, *(name for name in by_name if name not in jobs)]:
        job, mine = jobs.get(name) or Job(name), by_name.get(name, [])
        if name in leaving or job.leaves:
            continue
        due = due_tasks(job, mine, on_change)
        found["due"] += due
        changed = [result for result in mine if result["changed"] and result["state"] == "present"]
        expected = {"expected": changed[-1]["job"]} if changed else {}
        found["services"] += [{**task, **expected} for task in service_tasks(job, due)]
        if changed and (job.on_failure or on_failure) == "rollback" and (due or job.state == "started"):
            found["undo"][name] = {"files": [earlier(result) for result in changed], "instances": job.instances}
    found["news"] = bool(found["due"])
    if pending:
        found["due"] = [task for task in pending["due"] if task not in found["due"]] + found["due"]
        found["undo"] = {**found["undo"], **{name: pending["undo"][name] for name in names_in(pending["due"])
                                             if name in pending["undo"]}}
    return found


def names_in(tasks: Tasks) -> set[str]:
    return {task["name"] for task in tasks}


def results_of(written: t.Any) -> Tasks:
    if not isinstance(written, Mapping) or not isinstance(written.get("jobs", []), Sequence):
        raise DeploymentError("the result of sysinit.upstart.upstart_job is needed")
    return list(written.get("jobs", []))


def is_conf(result: Entry) -> bool:
    return not str(result["path"]).endswith(".override")


def due_state(job: Job, results: Tasks, on_change: str) -> str | None:
    """Return what a handler is to do for a job that ran while its file changed: restarted, reloaded or nothing.

    A restart is due also when an earlier run changed the file and ended before its handlers.
    """
    if job.state == "stopped":
        return None
    wanted = job.on_change or on_change
    stale = [result for result in results if result["stale_instances"]]
    changed = [result for result in stale if result["changed"]]
    if wanted == "restart" and (changed or any(result["state"] == "present" for result in stale)):
        return "restarted"
    return "reloaded" if wanted == "reload" and changed else None


def due_tasks(job: Job, results: Tasks, on_change: str) -> Tasks:
    """Return what the handler gives to upstart_service.

    As long as one instance follows an old file, Upstart starts the job's others with that too: all of them are
    restarted together, and those that are yet to be are started with them.
    """
    state = due_state(job, results, on_change)
    if state is None:
        return []
    stale = stale_names(results)
    listed = {instance_name(results, env): env for env in job.instances or []}
    if not stale <= set(listed):
        return [{"name": job.name, "state": state}]
    wanted = [env for name, env in listed.items() if state == "restarted" or name in stale]
    return [{"name": job.name, "env": env, "state": state} for env in wanted]


def service_tasks(job: Job, due: Tasks) -> Tasks:
    """Return what upstart_service is to do at once, without what the handler restarts or starts."""
    restarts = bool(due) and due[0]["state"] == "restarted"
    if job.state == "present" or (restarts and (job.instances is None or "env" in due[0])):
        return job.targets(None, job.enabled)
    return job.targets(job.state, job.enabled)


def stale_names(results: Tasks) -> set[str]:
    return {name for result in results for name in result["stale_instances"] or ()}


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


def earlier(result: Entry) -> dict[str, t.Any]:
    """Return what upstart_job needs to bring a changed file back to what it was."""
    file = {"name": result["name"], "override": not is_conf(result)}
    if result["created"]:
        return {**file, "state": "absent"}
    return {**file, "restore": result["previous"]}


def failures(outcome: t.Any) -> dict[str, str]:
    """Return why jobs failed, by name, out of a result of upstart_service; empty when the task failed as a whole."""
    found: dict[str, str] = {}
    for instance in outcome.get("instances") or [] if isinstance(outcome, Mapping) else []:
        if instance.get("failed"):
            found.setdefault(instance["name"], str(instance.get("msg", "")))
    return found


def rollback(outcome: t.Any, undo: Mapping[str, t.Any]) -> dict[str, Tasks]:
    """Return what brings failed jobs back to the files that they had; see the filter deployment_rollback."""
    found: dict[str, Tasks] = {"stop": [], "files": [], "services": []}
    for name in failures(outcome):
        if name not in undo:
            continue
        found["files"] += undo[name]["files"]
        if is_new(undo[name]):
            found["stop"].append({"name": name, "state": "stopped"})
        else:
            found["services"] += Job(name, instances=undo[name]["instances"]).targets("restarted")
    return found


def is_new(undo: Entry) -> bool:
    """Return whether a job was not there before."""
    return any(file.get("state") == "absent" and not file["override"] for file in undo["files"])


def verdict(outcome: t.Any, undo: Mapping[str, t.Any], put_back: t.Any, restarted: t.Any) -> str:
    """Return the message that a host fails with after ``rollback``, with the reason for each job.

    :param put_back: result of upstart_job for ``files``.
    :param restarted: result of upstart_service for ``services``; skipped when there are none.
    """
    again = failures(restarted)
    sentences = []
    for name, why in failures(outcome).items():
        reason = why.rstrip(".") + "."
        if name not in undo or not (put_back.get("failed") or put_back.get("changed")):  # check mode replaced none
            sentences.append(reason)
            continue
        sentences.append(f"Job {name} did not come up with its new definition: {reason}")
        if put_back.get("failed"):
            sentences.append(f"Its old file could not be put back: {put_back.get('msg')}")
        elif is_new(undo[name]):
            sentences.append("It was not there before and is removed again.")
        elif name in again:
            sentences.append(f"Its old file is back, but the job did not come up with it either: {again[name]}")
        elif restarted.get("failed") and not again:
            sentences.append(f"Its old file is back, but the job could not be started: {restarted.get('msg')}")
        else:
            sentences.append("Its old file is back and the job runs with it again.")
    return " ".join(sentences)


__all__ = ["DeploymentError", "checked", "files", "rollback", "steps", "templates", "verdict"]
