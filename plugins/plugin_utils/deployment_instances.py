# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the instances that a list of jobs names are those that its jobs can have."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.sysinit.upstart.plugins.module_utils.events.expand import ExpansionError, expand
from ansible_collections.sysinit.upstart.plugins.module_utils.jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils.jobfile.parser import parse_job

Options = Mapping[str, t.Any]


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
                         "not ASCII; use ASCII in instance and in the variables that it names")
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
