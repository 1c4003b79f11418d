# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the names of events and jobs in ``start on`` and ``stop on``."""

from __future__ import absolute_import, division, print_function

import collections
import re
from fnmatch import fnmatchcase
from itertools import chain

from ..known_events import BY_NAME, JOB_EVENTS, NAMES_OF_OTHERS, UNMISTAKABLE, known_event
from ..similar_names import KnownNames, is_same_length
from .arguments import UNDECIDED, arguments, base
from .job import Problem, events_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, Optional  # noqa: F401
    from .job import CheckedJob, Place  # noqa: F401

__metaclass__ = type

GLOB = re.compile(r"[*?[]")
NOT_IN_A_NAME = re.compile(r".*[][=*?!$;,&|\s]|(?:[0-9]+|[Ss]|not)$", re.DOTALL)
RUNLEVELS = re.compile(r"(?:runlevel|RUNLEVEL)?!?=?\[?(!?[0-9Ss]+)\]?[;,]?$")
GLUED = re.compile(r"(starting|started|stopping|stopped)([^-_./].*)$")
OLD_RUNLEVEL = re.compile(r"runlevel[-_]?([0-6S]+)$")
UNMISTAKABLE_NAMES = KnownNames(UNMISTAKABLE)


# What a condition names. events, jobs: sets of text; has_and: bool.
ConditionNames = collections.namedtuple("ConditionNames", "events jobs has_and")


def check_names(job, place, stanza, item):
    # type: (CheckedJob, Place, str, Dict[str, Any]) -> Iterator[Problem]
    """Yield the Problems of the names of an event and of the job that its arguments name."""
    if _is_unknown_job(job, item):
        pattern = job_pattern(item)
        meant = _similar_job(job, stanza, pattern)
        if meant is None:
            yield Problem("unknown-job", place, (stanza, pattern))
        else:
            yield Problem("misspelt-job", place, (stanza, pattern, meant))
    name = item["event"]
    if NOT_IN_A_NAME.match(name):
        if name not in (job.known_events or ()):
            yield Problem("event-name-literal", place, (stanza, name))
    elif not _is_known_event(job, name):
        meant = _similar_event(job, stanza, item)
        if meant is not None:
            yield Problem("misspelt-event", place, (stanza, name, meant))
        elif job.known_events is not None:
            yield Problem("unknown-event", place, (stanza, name))


def is_dispensable(problem):
    # type: (Problem) -> bool
    """Return whether a Problem does not matter if another job is enough: one of several display managers may exist."""
    if problem.code == "misspelt-job":
        _stanza, pattern, meant = problem.details
        return not is_same_length(pattern, meant)
    return problem.code == "unknown-job"


def _is_known_event(job, name):
    # type: (CheckedJob, str) -> bool
    name = base(name)
    return name in JOB_EVENTS or name in (job.known_events or ()) or known_event(name) is not None


def _similar_event(job, stanza, item):
    # type: (CheckedJob, str, Dict[str, Any]) -> Optional[str]
    """Return the condition that is almost certainly meant by one on an unknown event, or None."""
    name = item["event"]
    if name in NAMES_OF_OTHERS and not item["args"]:
        return NAMES_OF_OTHERS[name]
    glued = GLUED.match(name)
    if glued and glued.group(2) in (job.known_jobs or ()):
        return u"%s %s" % glued.groups()
    if item["args"] in ([verb] for verb in JOB_EVENTS):
        return u"%s %s" % (item["args"][0], name)
    level = OLD_RUNLEVEL.match(name)
    if level and not item["args"]:
        return u"runlevel [%s]" % level.group(1)
    is_job = name in (job.known_jobs or ()) and name != job.name and not item["args"]
    if is_job and _condition(job, stanza).has_and:  # others may be triggers for a job of this name
        return u"started %s" % name
    meant = _event_names(job).similar(base(name))
    return None if meant is None or meant in _condition(job, stanza).events else meant


def _condition(job, stanza):
    # type: (CheckedJob, str) -> ConditionNames
    """Return the ConditionNames of a stanza; they are read once, since a condition may have thousands of events."""
    if stanza not in job.condition_names:
        rpn = job.values["start_on" if stanza == "start on" else "stop_on"]
        items = events_of(rpn)
        job.condition_names[stanza] = ConditionNames(
            set(base(item["event"]) for item in items),
            set(job_pattern(item) for item in items if item["event"] in JOB_EVENTS),
            any(item.get("op") == "and" for item in rpn))
    return job.condition_names[stanza]


def _event_names(job):
    # type: (CheckedJob) -> KnownNames
    if job.known_events is None:
        return UNMISTAKABLE_NAMES
    if job.event_names is None:
        job.event_names = KnownNames(chain(job.known_events, JOB_EVENTS, BY_NAME))
    return job.event_names


def _similar_job(job, stanza, pattern):
    # type: (CheckedJob, str, str) -> Optional[str]
    """Return the job that is almost certainly meant by the name of one that does not exist, or None."""
    if GLOB.search(pattern):
        return None
    if not isinstance(job.known_jobs, KnownNames):
        job.known_jobs = KnownNames(job.known_jobs or ())
    meant = job.known_jobs.similar(pattern)
    return None if meant is None or meant in _condition(job, stanza).jobs else meant


def job_pattern(item):
    # type: (Dict[str, Any]) -> str
    """Return the pattern of the job's name in a condition on starting, started, stopping or stopped."""
    for variable, pattern, negated, _arg in arguments(item):
        if variable == "JOB" and not negated:
            return pattern
    return "*"


def _is_unknown_job(job, item):
    # type: (CheckedJob, Dict[str, Any]) -> bool
    if job.known_jobs is None or item["event"] not in JOB_EVENTS:
        return False
    pattern = job_pattern(item)
    if UNDECIDED.search(pattern) or pattern[:1] in ("!", "="):
        return False
    if pattern in job.known_jobs or (job.name and pattern == job.name):
        return False
    names = chain(job.known_jobs, [job.name] if job.name else []) if GLOB.search(pattern) else ()
    return not any(fnmatchcase(name, pattern) for name in names)


def _remedy_for_literal_name(_stanza, name):
    # type: (str, str) -> Optional[str]
    """Return the remedy for ``event-name-literal``."""
    levels = RUNLEVELS.match(name)
    if levels:
        return "write runlevel [%s]" % levels.group(1)
    if name == "not" or name.startswith("!"):
        return "name an event that happens; Upstart has no operator for not"
    event, bracket, rest = name.partition("[")
    if bracket and event.isalpha():
        return "put a blank before the bracket: %s %s" % (event, bracket + rest)
    if re.search(r"\s", name):
        return "leave out the quotes"
    if "=" in name:
        return "put it after the event that has this variable, with only a blank between them"
    stripped = name.rstrip(";,&|")
    if stripped != name and stripped and not NOT_IN_A_NAME.match(stripped):
        return "write %s" % stripped
    if GLOB.search(name):
        return "write the whole name; only values can be patterns"
    return None


REMEDIES = {"event-name-literal": _remedy_for_literal_name}
