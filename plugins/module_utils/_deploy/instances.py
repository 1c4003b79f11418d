# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances in a list of jobs: checks against the jobs' files, and replacements for renamed instances.

Values are those of _jobfile, as in plans.FilePlan.
"""

from __future__ import absolute_import, division, print_function

import re

from .._events.expand import SIMPLE, instance_name
from .._host import environment
from .._host.instance_names import NOT_ASCII

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401
    from .entries import ListedJob  # noqa: F401

__metaclass__ = type

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)")


def faults(job, values):
    # type: (ListedJob, Dict[str, Any]) -> List[str]
    """Return sentences about wrong instances of a job.

    :param values: dict, the job as its files will define it.
    """
    if job.state not in ("started", "stopped"):
        return []
    stanza = values["instance"]
    if not stanza:
        number = len(job.instances or ())
        return ["job %s: instances has %d entries, but the job has no instance stanza and runs only once" % (
            job.name, number)] if number > 1 else []
    if job.instances is None:
        missing = job.state == "started" and name_of(values, {}) is None
        return ["job %s: its instance name is %s; list them in instances, or set state to present" % (
            job.name, stanza)] if missing else []
    sentences = []
    names = set()
    for variables in job.instances:
        name = name_of(values, variables)
        if name is None:
            sentences.append("job %s: instances has %s, without all variables of the instance name %s" % (
                job.name, variables, stanza))
        elif NOT_ASCII.search(name):
            sentences.append("job %s: instances has the name '%s', but names that are not ASCII corrupt the memory of "
                             "Upstart; use ASCII in instance and in its variables" % (job.name, name))
        elif name in names:
            sentences.append("job %s: instances has the name '%s' twice" % (job.name, name))
        names.add(name)
    return sentences


def name_of(values, variables):
    # type: (Dict[str, Any], Any) -> Optional[str]
    """Return the name of an instance; None if it lacks variables.

    :param variables: variables of the instance, in a form of environment.pairs.
    """
    return instance_name(values["instance"], values["env"] + environment.pairs(variables or {}, "instances"))


def replacements(values, job, old):
    # type: (Dict[str, Any], ListedJob, Dict[str, Any]) -> Optional[List[Any]]
    """Return the variables of all instances that replace stale ones; None if the stale ones are restarted instead.

    :param values: dict, the job as its files define it now.
    :param old: dict, the definition of the stale instances.
    """
    if job.state == "present" and values["task"] and not old["task"]:
        return []
    if not renames(old, values):
        return None
    if job.instances is not None:
        return job.instances
    if REFERENCE.search(_naming(values)[0]) and REFERENCE.search(_naming(old)[0]):
        return None  # their own variables may be sufficient
    return [] if name_of(values, {}) is None else [{}]


def renames(old, new):
    # type: (Dict[str, Any], Dict[str, Any]) -> bool
    """Return whether the instance names of two definitions of a job differ."""
    return _naming(old) != _naming(new)


def _naming(values):
    # type: (Dict[str, Any]) -> Tuple[str, Dict[str, Optional[str]]]
    """Return a job's instance stanza with all variables in braces, and the job's own values of these variables."""
    stanza = SIMPLE.sub(r"${\1}", values["instance"] or "")
    own = dict(entry.split("=", 1) for entry in values["env"] if "=" in entry)
    return stanza, dict((name, own.get(name)) for name in REFERENCE.findall(stanza))
