# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances in a list of jobs: checks against the jobs' files, and replacements for renamed instances."""

from __future__ import annotations

import base64
import re
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import SIMPLE, ExpansionError, expand
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA

Options = Mapping[str, t.Any]
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)")


def faults(name: str, state: str | None, instances: Sequence[Options] | None, files: Sequence[Options]) -> list[str]:
    """Return sentences about wrong instances of a job.

    :param instances: list of dict, the variables of each instance; None if the list has no instances.
    :param files: list of dict, options of upstart_job for the job file and the override.
    """
    known = definition(files)
    if known is None or state not in ("started", "stopped"):
        return []
    stanza, env = known
    if stanza is None:
        number = len(instances or ())
        return [f"job {name}: instances has {number} entries, but the job has no instance stanza and runs only once"] \
            if number > 1 else []
    if instances is None:
        missing = state == "started" and name_of(stanza, env) is None
        return [f"job {name}: its instance name is {stanza}; list them in instances, or set state to present"] \
            if missing else []
    sentences = []
    instance_names = set()
    for variables in instances:
        instance_name = name_of(stanza, {**env, **{str(key): str(value) for key, value in variables.items()}})
        if instance_name is None:
            sentences.append(f"job {name}: instances has {dict(variables)}, without all variables of the instance name "
                             f"{stanza}")
        elif not instance_name.isascii():
            sentences.append(f"job {name}: instances has the name '{instance_name}', but names that are not ASCII "
                             "corrupt the memory of Upstart; use ASCII in instance and in its variables")
        elif instance_name in instance_names:
            sentences.append(f"job {name}: instances has the name '{instance_name}' twice")
        instance_names.add(instance_name)
    return sentences


def definition(files: Sequence[Options]) -> tuple[str | None, dict[str, str]] | None:
    """Return a job's instance stanza and default variables; None if its files are not all in the list."""
    known: tuple[str | None, dict[str, str]] | None = None
    for options in sorted(files, key=lambda options: bool(options.get("override"))):
        own = file_definition(options)
        if own is None:
            return None
        if not options.get("override"):
            known = own
        elif known is not None:
            known = (known[0] if own[0] is None else own[0], {**known[1], **own[1]})
    return known


def earlier_definition(files: Sequence[Options]) -> tuple[str | None, dict[str, str]] | None:
    """Return ``definition`` of the files that upstart_job restores."""
    texts = {bool(file["override"]): file["restore"]["content"] for file in files if file["restore"]["content"]}
    return definition([{"override": override, "content": base64.b64decode(text).decode("utf-8", "replace")}
                       for override, text in texts.items()])


def file_definition(options: Options) -> tuple[str | None, dict[str, str]] | None:
    """Return the instance stanza and the variables in a file; None if unknown."""
    if options.get("content") is not None:
        try:
            values = parse_job(options["content"], version=EVERY_STANZA)
        except JobFileError:
            return None  # upstart_job rejects it and reports the line
        return values["instance"] or None, pairs(values["env"]) or {}
    if options.get("merge") or options.get("state") == "absent":
        return None
    env = pairs(options.get("env") or {})
    return None if env is None else (options.get("instance"), env)


def replacement_instances(job: Options, state: str | None, instances: list[t.Any] | None,
                          old: Options) -> list[t.Any] | None:
    """Return the variables of all instances that replace stale ones; None if the stale ones are restarted instead.

    :param job: dict, the job as upstart_job returns it.
    :param instances: list of dict, the instances in the list, or None.
    :param old: dict, the definition of the stale instances.
    """
    if state == "present" and job.get("task") and not old.get("task"):
        return []
    if not renames(old, job):
        return None
    if instances is not None:
        return instances
    stanza, env = naming(job)
    if REFERENCE.search(stanza) and REFERENCE.search(naming(old)[0]):
        return None  # their own variables may be sufficient
    return [] if name_of(stanza, env) is None else [{}]


def renames(old: Options, new: Options) -> bool:
    """Return whether the instance names of two definitions of a job differ. Both are as upstart_job returns them."""
    before, after = ((stanza, {name: env.get(name) for name in REFERENCE.findall(stanza)})
                     for stanza, env in (naming(old), naming(new)))
    return before != after


def naming(job: Options) -> tuple[str, dict[str, str]]:
    """Return a job's instance stanza with all variables in braces (empty if it has none), and its own variables."""
    return SIMPLE.sub(r"${\1}", str(job.get("instance") or "")), pairs(job.get("env") or {}) or {}


def pairs(env: t.Any) -> dict[str, str] | None:
    """Return variables as a dictionary; None if only the host can split them."""
    if isinstance(env, Mapping):
        return {str(key): str(value) for key, value in env.items()}
    if isinstance(env, str):
        return None
    return {name: value for name, unused, value in (str(entry).partition("=") for entry in env)}


def name_of(stanza: str, env: Mapping[str, str]) -> str | None:
    """Return the name of an instance; None if it lacks variables."""
    try:
        return str(expand(stanza, dict(env)))
    except ExpansionError:
        return None
