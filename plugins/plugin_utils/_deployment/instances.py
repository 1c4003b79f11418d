# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the instances that a list of jobs names are those that its jobs can have."""

from __future__ import annotations

import base64
import re
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import SIMPLE, ExpansionError, expand
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job

Options = Mapping[str, t.Any]
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)")


def faults(name: str, state: str | None, instances: Sequence[Options] | None, files: Sequence[Options]) -> list[str]:
    """Return what is wrong with the instances of one job, as far as its files tell.

    :param instances: the variables of each; None when the list does not name any.
    :param files: what upstart_job is given for the job file and the override.
    """
    known = definition(files)
    if known is None or state not in ("started", "stopped"):
        return []
    stanza, env = known
    if stanza is None:
        number = len(instances or ())
        return [f"job {name}: instances has {number} entries, but without an instance stanza the job runs only once"] \
            if number > 1 else []
    if instances is None:
        missing = state == "started" and name_of(stanza, env) is None
        return [f"job {name}: its instances are named by {stanza}; name them in instances, or set state to present"] \
            if missing else []
    found = []
    seen = set()
    for given in instances:
        label = name_of(stanza, {**env, **{str(key): str(value) for key, value in given.items()}})
        if label is None:
            found.append(f"job {name}: instances has {dict(given)}, which does not give all that {stanza} is made of")
        elif not label.isascii():
            found.append(f"job {name}: instances names '{label}', but Upstart corrupts its memory by a name that is "
                         "not ASCII; use ASCII in instance and in the variables that it uses")
        elif label in seen:
            found.append(f"job {name}: instances names '{label}' twice")
        seen.add(label)
    return found


def definition(files: Sequence[Options]) -> tuple[str | None, dict[str, str]] | None:
    """Return a job's instance stanza and default variables; None when its files are not all in the list."""
    known: tuple[str | None, dict[str, str]] | None = None
    for options in sorted(files, key=lambda each: bool(each.get("override"))):
        said = told(options)
        if said is None:
            return None
        if not options.get("override"):
            known = said
        elif known is not None:
            known = (known[0] if said[0] is None else said[0], {**known[1], **said[1]})
    return known


def earlier_definition(files: Sequence[Options]) -> tuple[str | None, dict[str, str]] | None:
    """Return what ``definition`` does of files that upstart_job is to restore."""
    texts = {bool(each["override"]): each["restore"]["content"] for each in files if each["restore"]["content"]}
    return definition([{"override": override, "content": base64.b64decode(text).decode("utf-8", "replace")}
                       for override, text in texts.items()])


def told(options: Options) -> tuple[str | None, dict[str, str]] | None:
    """Return the instance stanza and the variables in one file; None when it is not known."""
    if options.get("content") is not None:
        try:
            values = parse_job(options["content"])
        except JobFileError:
            return None  # upstart_job refuses it, with the line
        return values["instance"] or None, pairs(values["env"]) or {}
    if options.get("merge") or options.get("state") == "absent":
        return None
    env = pairs(options.get("env") or {})
    return None if env is None else (options.get("instance"), env)


def successors(job: Options, state: str | None, instances: list[t.Any] | None, old: Options) -> list[t.Any] | None:
    """Return the variables of all instances that shall run instead of stale ones; None when those are restarted.

    :param job: the job as upstart_job tells it; ``old`` is the one that the stale ones follow.
    :param instances: those that the list names, or None.
    """
    if state == "present" and job.get("task") and not old.get("task"):
        return []
    if not renames(old, job):
        return None
    if instances is not None:
        return instances
    stanza, env = naming(job)
    if REFERENCE.search(stanza) and REFERENCE.search(naming(old)[0]):
        return None  # the variables that they have may do
    return [] if name_of(stanza, env) is None else [{}]


def renames(old: Options, new: Options) -> bool:
    """Return whether a job, as upstart_job tells it, names its instances otherwise than it did."""
    one, other = ((stanza, {name: env.get(name) for name in REFERENCE.findall(stanza)})
                  for stanza, env in (naming(old), naming(new)))
    return one != other


def naming(job: Options) -> tuple[str, dict[str, str]]:
    """Return a job's instance stanza, empty for none, with all variables in braces, and its own variables."""
    return SIMPLE.sub(r"${\1}", str(job.get("instance") or "")), pairs(job.get("env") or {}) or {}


def pairs(env: t.Any) -> dict[str, str] | None:
    """Return variables as a dictionary; a name without a value has one that only the host knows."""
    if isinstance(env, Mapping):
        return {str(key): str(value) for key, value in env.items()}
    if isinstance(env, str):
        return None
    return {name: value for name, unused, value in (str(entry).partition("=") for entry in env)}


def name_of(stanza: str, env: Mapping[str, str]) -> str | None:
    """Return the name of an instance; None when variables for it are missing."""
    try:
        return str(expand(stanza, dict(env)))
    except ExpansionError:
        return None
