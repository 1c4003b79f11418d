# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of jobs of the role upstart_jobs: checks, and conversion to options of upstart_job."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load
from ansible_collections.sysinit.upstart.plugins.module_utils._arguments import problems, similar_option
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.options import NAMES_OF_OPTIONS
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.instances import faults as instance_faults

ROLE = Path(__file__).resolve().parents[3] / "roles" / "upstart_jobs"
# The keys that a job file and its override share, and all that are not options of upstart_job.
SHARED_KEYS = ("state", "enabled", "instances", "instances_exact", "on_change", "on_failure")
ROLE_KEYS = (*SHARED_KEYS, "template")
SET_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")

STANZAS = frozenset(NAMES_OF_OPTIONS)
Entry = Mapping[str, t.Any]
Tasks = list[dict[str, t.Any]]


class DeploymentError(ValueError):
    """A list of jobs is wrong; the message names the job and the key."""


@dataclass
class ListedJob:
    """A job in the list, with the entries for its job file and its override."""

    name: str
    files: list[Entry] = field(default_factory=list)
    is_removed: bool = False  # True only if the job file is removed, not for an override
    backup: bool = False
    state: str | None = None
    enabled: bool | None = None
    instances: list[dict[str, t.Any]] | None = None
    instances_exact: bool | None = None
    on_change: str | None = None
    on_failure: str | None = None

    def targets(self, state: str | None, enabled: bool | None = None) -> Tasks:
        """Return entries for upstart_service that bring the job into a state."""
        options = {key: value for key, value in (("state", state), ("enabled", enabled)) if value is not None}
        if state is None or self.instances is None:
            return [{"name": self.name, **options}] if options else []
        if self.instances_exact:
            return [{"name": self.name, "instances": self.instances, "exact": True, **options}]
        return [{"name": self.name, "env": env, **options} for env in self.instances] or self.targets(None, enabled)


@cache
def specification() -> dict[str, t.Any]:
    """Return the argument specification of an entry of upstart_jobs_list."""
    content = yaml_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: dict[str, t.Any] = content["argument_specs"]["main"]["options"]["upstart_jobs_list"]["options"]
    return options


def checked(entries: t.Any) -> list[Entry]:
    """Return the entries with their values converted to the types in the role's argument specification.

    :raises DeploymentError: for a wrong key or value.
    """
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        raise DeploymentError(f"upstart_jobs_list must be a list of jobs, not {type(entries).__name__}")
    entries = as_plain_data(entries)
    validator = ArgumentSpecValidator(specification())
    converted: list[Entry] = []
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
        converted.append({key: values.get(key, entry[key]) for key in entry})
    faults += contradictions(converted)
    if faults:
        raise DeploymentError("; ".join(faults))
    return converted


def as_plain_data(value: t.Any) -> t.Any:
    """Return Ansible's own dictionaries and lists as Python's, because copying the former copies all variables.

    Keys with the value ``omit`` are removed, as Ansible does with options of a module.
    """
    if isinstance(value, Mapping):
        return {key: as_plain_data(item) for key, item in value.items() if not is_omitted(item)}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [as_plain_data(item) for item in value]
    return value


def is_omitted(value: t.Any) -> bool:
    """Return whether a value is ``omit``, which is a string before ansible-core 2.19 and an object since."""
    return type(value).__name__ == "_OmitType" or (isinstance(value, str) and value.startswith("__omit_place_holder__"))


def label_of(entry: t.Any, number: int) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return f"job {name}" if isinstance(name, str) and name else f"entry {number + 1} of upstart_jobs_list"


def faults_of(entry: Entry, values: Entry, messages: Iterable[str]) -> list[str]:
    """Return sentences about the faults of an entry. An unknown key comes with the likely key."""
    unknown = []
    for key in sorted(str(key) for key in entry if key not in specification()):
        suggestion = similar_option(key, specification())
        unknown.append(f"unknown key '{key}'" + (f"; {suggestion}" if suggestion else ""))
    if unknown:
        return unknown
    faults = [message.rstrip(".") for message in problems(entry, specification()) or messages]
    if not isinstance(entry.get("name", ""), str):
        faults.append(f"its name must be a string, but YAML reads it as {entry['name']!r}; put it in quotes")
    if entry.get("template") is not None and entry.get("content") is not None:
        faults.append("template and content cannot be combined; remove one of them")
    if is_rendered(entry):
        stanzas = [key for key in entry if key in STANZAS or key == "merge"]
        faults += [f"template is the complete file and cannot be combined with {', '.join(stanzas)}"] if stanzas else []
    if values.get("instances") is not None and values.get("state") in ("present", "absent"):
        faults.append(f"instances has no effect with state {values['state']}")
    if values.get("instances_exact") and (
            values.get("instances") is None or values.get("state", "started") != "started"):
        faults.append("instances_exact requires instances and state started")
    return faults


def contradictions(entries: Sequence[Entry]) -> list[str]:
    """Return sentences about entries of a job that contradict each other."""
    sentences = []
    seen: dict[tuple[str, bool], Entry] = {}
    for entry in entries:
        name, override = str(entry.get("name")), bool(entry.get("override"))
        if (name, override) in seen:
            sentences.append(f"job {name}: is listed twice")
        conf, amended = (seen.get((name, False)), entry) if override else (entry, seen.get((name, True)))
        if conf and amended and conf.get("state") == "absent" != amended.get("state"):
            sentences.append(f"job {name}: removing its job file also removes its override; list only the job file")
        other = seen.get((name, not override), {})
        if "absent" not in (entry.get("state"), other.get("state")):
            sentences += [f"job {name}: its job file and its override differ in {key}" for key in SHARED_KEYS
                          if None not in (entry.get(key), other.get(key)) and entry[key] != other[key]]
        seen[name, override] = entry
    return sentences


def files(entries: t.Any, texts: Sequence[str] = (), set_name: str = "default") -> Tasks:
    """Return the entries as option ``jobs`` of upstart_job.

    :param texts: list of str, the rendered templates of the entries, in their order.
    :param set_name: str, the name of the list, which is only checked.
    """
    if not SET_NAME.fullmatch(str(set_name)):
        raise DeploymentError("upstart_jobs_set must have only letters, digits, '_', '.' and '-', "
                              f"not {str(set_name)!r}")
    entries = checked(entries)
    jobs = jobs_in(entries)
    paths = templates(entries)
    if len(texts) != len(paths):
        raise DeploymentError(f"the list has {len(paths)} templates, but {len(texts)} texts")
    rendered = iter(texts)
    files_options = []
    for entry in entries:
        options = {key: value for key, value in entry.items() if key not in ROLE_KEYS}
        if entry.get("state") == "absent":
            options = {key: entry[key] for key in ("name", "override", "backup") if key in entry}
            options.update(state="absent", keep_running=True)
        elif jobs[entry["name"]].enabled is not None:
            options["enabled"] = jobs[entry["name"]].enabled
        if is_rendered(entry):
            options["content"] = next(rendered)
        files_options.append(options)
    faults = [fault for job in jobs.values() if not job.is_removed for fault in instance_faults(
        job.name, job.state, job.instances, [options for options in files_options if options["name"] == job.name])]
    if faults:
        raise DeploymentError("; ".join(faults))
    return files_options


def templates(entries: t.Any) -> list[str]:
    """Return the paths of the templates whose texts ``files`` needs. ``checked`` reports wrong entries, not this."""
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        return []
    return [str(entry["template"]) for entry in entries if isinstance(entry, Mapping) and is_rendered(entry)]


def is_rendered(entry: Entry) -> bool:
    return entry.get("template") is not None and entry.get("state") != "absent"


def jobs_in(entries: Sequence[Entry]) -> dict[str, ListedJob]:
    """Return the jobs of checked entries by name. A job file and its override are a single job."""
    jobs: dict[str, ListedJob] = {}
    for entry in entries:
        job = jobs.setdefault(entry["name"], ListedJob(entry["name"]))
        job.files.append(entry)
        if entry.get("state") == "absent":
            job.is_removed = job.is_removed or not entry.get("override")
            job.backup = job.backup or bool(entry.get("backup"))
            job.on_change = job.on_change or entry.get("on_change")
            continue
        for key in SHARED_KEYS:
            if getattr(job, key) is None:
                setattr(job, key, entry.get(key))
        job.state = job.state or "started"
    return jobs


__all__ = ["DeploymentError", "Entry", "ListedJob", "Tasks", "checked", "files", "jobs_in", "templates"]
