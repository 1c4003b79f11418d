# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of jobs that the role upstart_jobs takes: what is wrong with it, and what upstart_job is given for it."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.options import NAMES_OF_OPTIONS
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.spelling import did_you_mean
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.instances import faults as instance_faults

ROLE = Path(__file__).resolve().parents[3] / "roles" / "upstart_jobs"
OWN = ("state", "enabled", "instances", "on_change", "on_failure", "template")  # keys that upstart_job does not have
ALIKE = ("state", "enabled", "instances", "on_change", "on_failure")  # a job file and its override agree on these
SET_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")

STANZAS = frozenset(NAMES_OF_OPTIONS)
Entry = Mapping[str, t.Any]
Tasks = list[dict[str, t.Any]]


class DeploymentError(ValueError):
    """What is wrong with a list of jobs, in sentences that name the job and the key."""


@dataclass
class ListedJob:
    """What the entries of one name ask for, of its job file and of its override."""

    name: str
    files: list[Entry] = field(default_factory=list)
    leaves: bool = False  # whether the job itself goes
    backup: bool = False
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
            kind = "text" if isinstance(entry, str) else type(entry).__name__
            faults.append(f"{label}: must be a dictionary, not {kind}")
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
    """Return dictionaries and lists of Ansible's own kinds as Python's, since copying those copies all variables.

    Keys whose value is ``omit`` are left out, as Ansible does with the options of a module.
    """
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items() if not is_omitted(item)}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [plain(item) for item in value]
    return value


def is_omitted(value: t.Any) -> bool:
    """Return whether a value is ``omit``, which is a text before ansible-core 2.19 and an object of its own since."""
    return type(value).__name__ == "_OmitType" or (isinstance(value, str) and value.startswith("__omit_place_holder__"))


def label_of(entry: t.Any, number: int) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return f"job {name}" if isinstance(name, str) and name else f"entry {number + 1} of upstart_jobs_list"


def faults_of(entry: Entry, values: Entry, messages: Iterable[str]) -> list[str]:
    """Return what is wrong with one entry; an unknown key comes with the one that may be meant."""
    unknown = []
    for key in sorted(str(key) for key in entry if key not in specification()):
        suggestion = did_you_mean(key, specification())
        unknown.append(f"unknown key '{key}'" + (f"; {suggestion}" if suggestion else ""))
    if unknown:
        return unknown
    found = [message.rstrip(".") for message in messages]
    if not isinstance(entry.get("name", ""), str):
        found.append(f"its name is {entry['name']!r}, which YAML takes for no text; put it in quotes")
    if entry.get("template") is not None and entry.get("content") is not None:
        found.append("template and content are two texts for one file; keep one of them")
    if is_rendered(entry):
        stanzas = [key for key in entry if key in STANZAS or key == "merge"]
        found += [f"template is the whole file, so it cannot be given with {', '.join(stanzas)}"] if stanzas else []
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
        conf, amended = (seen.get((name, False)), entry) if override else (entry, seen.get((name, True)))
        if conf and amended and conf.get("state") == "absent" != amended.get("state"):
            found.append(f"job {name}: its job file is to go, and takes the override along; list only that")
        other = seen.get((name, not override), {})
        if "absent" not in (entry.get("state"), other.get("state")):
            found += [f"job {name}: its job file and its override differ in {key}" for key in ALIKE
                      if None not in (entry.get(key), other.get(key)) and entry[key] != other[key]]
        seen[name, override] = entry
    return found


def files(entries: t.Any, texts: Sequence[str] = (), set_name: str = "default") -> Tasks:
    """Return the entries as the option ``jobs`` of upstart_job takes them.

    :param texts: the texts of the templates that entries name, in their order.
    :param set_name: the name of the list, which is only checked.
    """
    if not SET_NAME.fullmatch(str(set_name)):
        raise DeploymentError(f"upstart_jobs_set is {str(set_name)!r}, and has to be letters, digits, '_', '.' and '-'")
    entries = checked(entries)
    jobs = jobs_in(entries)
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
        elif jobs[entry["name"]].enabled is not None:
            options["enabled"] = jobs[entry["name"]].enabled
        if is_rendered(entry):
            options["content"] = next(rendered)
        found.append(options)
    faults = [fault for job in jobs.values() if not job.leaves for fault in instance_faults(
        job.name, job.state, job.instances, [options for options in found if options["name"] == job.name])]
    if faults:
        raise DeploymentError("; ".join(faults))
    return found


def templates(entries: t.Any) -> list[str]:
    """Return the paths of the templates that ``files`` wants the texts of; what is wrong is left to ``checked``."""
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        return []
    return [str(entry["template"]) for entry in entries if isinstance(entry, Mapping) and is_rendered(entry)]


def is_rendered(entry: Entry) -> bool:
    return entry.get("template") is not None and entry.get("state") != "absent"


def jobs_in(entries: Sequence[Entry]) -> dict[str, ListedJob]:
    """Return the jobs of checked entries by name, those of a job file and its override as one."""
    jobs: dict[str, ListedJob] = {}
    for entry in entries:
        job = jobs.setdefault(entry["name"], ListedJob(entry["name"]))
        job.files.append(entry)
        if entry.get("state") == "absent":
            job.leaves = job.leaves or not entry.get("override")
            job.backup = job.backup or bool(entry.get("backup"))
            job.on_change = job.on_change or entry.get("on_change")
            continue
        for key in ALIKE:
            if getattr(job, key) is None:
                setattr(job, key, entry.get(key))
        job.state = job.state or "started"
    return jobs


__all__ = ["DeploymentError", "Entry", "ListedJob", "Tasks", "checked", "files", "jobs_in", "templates"]
