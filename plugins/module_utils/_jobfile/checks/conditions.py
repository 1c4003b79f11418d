# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about ``start on`` and ``stop on``."""

from __future__ import absolute_import, division, print_function

import functools
import itertools
import re
from collections import namedtuple

from ..conditions import show
from ..expression import fold
from ..known_events import JOB_EVENTS, SYSTEM, known_event
from ..stanzas import JOB_EVENTS_ONLY_FROM_INIT_SINCE
from . import arguments, names
from .arguments import base, check_arguments, is_certain
from .job import Problem, events_of, required_variables
from .names import check_names, is_dispensable, job_pattern

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterator, List, Optional, Set  # noqa: F401
    from .job import CheckedJob  # noqa: F401

__metaclass__ = type

STANZAS = (("start on", "start_on"), ("stop on", "stop_on"))
WORDS = re.compile(r"\"[^\"]*\"|'[^']*'|#[^\n]*|[()]|[^\s()\"'#]+")
UNKNOWN_JOB = ("unknown-job", "misspelt-job")
NO_SUCH_JOB = " (there is no such job)"
# Places of files that are not mounted yet at startup, or that programs of the early boot do not use.
LATE_FILES = re.compile(r"/(?:data|home|media|mnt|opt|srv|tmp|usr|var)/")


def manual(job):
    # type: (CheckedJob) -> Iterator[Problem]
    after_manual = None
    for stanza in job.all("start on", "manual"):
        if stanza.name == "manual":
            after_manual = stanza.place.file
        elif stanza.place.file == after_manual:
            yield Problem("manual-then-start-on", stanza.place, ())


def mixed_operators(job):
    # type: (CheckedJob) -> Iterator[Problem]
    for stanza, key in STANZAS:
        stanzas = job.all(stanza)
        if stanzas and job.values[key] and _mixes_operators(stanzas[-1].text):
            yield Problem("mixed-operators", stanzas[-1].place, (stanza, show(job.values[key])))


def _mixes_operators(text):
    # type: (str) -> bool
    """Return whether ``and`` and ``or`` stand in the same pair of parentheses."""
    if "and" not in text or "or" not in text:
        return False
    levels = [set()]  # type: List[Set[str]]
    for word in WORDS.findall(text):
        if word == "(":
            levels.append(set())
        elif word == ")":
            levels.pop()
        elif word in ("and", "or"):
            levels[-1].add(word)
            if len(levels[-1]) == 2:
                return True
    return False


Judgement = namedtuple("Judgement", [
    "impossible",  # text of the event because of which the condition certainly never comes true, or None
    "fine",        # whether no problem is known
    "problems",    # list of the Problems of its events
])


def impossible(job):
    # type: (CheckedJob) -> List[Problem]
    """Events that never match or that nothing emits, and conditions that never come true because of them."""
    problems = []
    for stanza, key in STANZAS:
        judgement = fold(job.values[key], functools.partial(_judge_event, job, stanza), _join_judgements)
        if judgement:
            problems.extend(judgement.problems)
            if judgement.impossible:
                problems.append(Problem("condition-impossible", job.place(stanza), (stanza, judgement.impossible)))
    return problems


def _judge_event(job, stanza, item, _index):
    # type: (CheckedJob, str, Dict[str, Any], int) -> Judgement
    problems = list(_event_problems(job, stanza, item))
    certain = [problem.code for problem in problems if _is_certain(job, item, problem.code)]
    only_job = certain and all(code in UNKNOWN_JOB for code in certain)
    text = show([item]) + (NO_SUCH_JOB if only_job else "") if certain else None
    return Judgement(text, not problems, problems)


def _join_judgements(operator, left, right):
    # type: (str, Judgement, Judgement) -> Judgement
    return _both(left, right) if operator == "and" else _either(left, right)


def _both(left, right):
    # type: (Judgement, Judgement) -> Judgement
    left.problems.extend(right.problems)  # not a new list: a condition may have thousands of events
    return Judgement(left.impossible or right.impossible, left.fine and right.fine, left.problems)


def _either(left, right):
    # type: (Judgement, Judgement) -> Judgement
    """Join two alternatives. One of them may name a job that does not exist, such as a display manager of many."""
    problems = [
        problem for side, other in ((left, right), (right, left)) for problem in side.problems
        if not (other.fine and is_dispensable(problem))
    ]
    return Judgement(left.impossible and right.impossible, left.fine or right.fine, problems)


def _is_certain(job, item, code):
    # type: (CheckedJob, Dict[str, Any], str) -> bool
    """Return whether an event with this problem certainly never matches, unless someone emits it by hand."""
    if code in UNKNOWN_JOB:
        return job.version >= JOB_EVENTS_ONLY_FROM_INIT_SINCE and item["event"] not in (job.known_events or ())
    if code == "runlevels-without-brackets":
        return is_certain(item)
    return code not in ("unknown-event", "misspelt-event", "job-as-instance")


def _event_problems(job, stanza, item):
    # type: (CheckedJob, str, Dict[str, Any]) -> Iterator[Problem]
    place = job.place(stanza)
    return itertools.chain(
        _variable_problems(job, stanza, item, place) if any("$" in arg for arg in item["args"]) else (),
        check_arguments(job, place, stanza, item) if item["args"] else (),
        check_names(job, place, stanza, item))


def _variable_problems(job, stanza, item, place):
    # type: (CheckedJob, str, Dict[str, Any], Any) -> Iterator[Problem]
    for name in sorted(set(name for arg in item["args"] if "$" in arg for name in required_variables(arg))):
        if stanza == "start on":
            yield Problem("start-on-variable", place, (show([item]), name))
        elif not job.is_set(name):
            yield Problem("stop-on-unset", place, (show([item]), name))


def remedy(problem):
    # type: (Problem) -> Optional[str]
    """Return the remedy for this case of a finding, or None for the remedy of the table."""
    find_remedy = REMEDIES.get(problem.code)
    return find_remedy(*problem.details) if find_remedy else None


def _remedy_for_impossible(_stanza, text):
    # type: (str, str) -> Optional[str]
    return "check the spelling of the job, or install it" if text.endswith(NO_SUCH_JOB) else None


REMEDIES = {"condition-impossible": _remedy_for_impossible}  # type: Dict[str, Callable[..., Optional[str]]]
REMEDIES.update(arguments.REMEDIES)
REMEDIES.update(names.REMEDIES)


def instances(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Events of single devices, jobs and so on that stop all instances, although they concern only one."""
    if "$" not in (job.values["instance"] or ""):
        return
    starts = events_of(job.values["start_on"])
    for item in events_of(job.values["stop_on"]):
        if not any("$" in arg for arg in item["args"]) and _is_of_one_instance(item, starts):
            yield Problem("stop-on-every-instance", job.place("stop on"), (show([item]),))


def _is_of_one_instance(item, starts):
    # type: (Dict[str, Any], List[Dict[str, Any]]) -> bool
    """Return whether an event of ``stop on`` concerns a single instance like one of the events of ``start on``."""
    name = base(item["event"])
    if name in JOB_EVENTS:
        return any(start["event"] in JOB_EVENTS and job_pattern(start) == job_pattern(item) for start in starts)
    event = known_event(name)
    if event:
        return event.scope != SYSTEM
    stem = name.rpartition("-")[0]
    return bool(stem) and any(start["event"].rpartition("-")[0] == stem for start in starts)


def shutdown_and_boot(job):
    # type: (CheckedJob) -> Iterator[Problem]
    values = job.values
    if values["start_on"] and not values["stop_on"] and not values["task"] and "main" in values["process"]:
        yield Problem("no-stop-on", job.place("start on"), ())
    if not values["task"] and _needs_file_systems(job):
        event = fold(values["start_on"], _event_before_mounts, _join_events)
        if event:
            yield Problem("start-on-startup", job.place("start on"), (event,))


def _event_before_mounts(item, _index):
    # type: (Dict[str, Any], int) -> str
    """Return an event that happens before file systems are mounted, "" for any other event.

    The job mountall has started when it begins to mount them.
    """
    is_early = item["event"] == "startup" or (item["event"] == "started" and job_pattern(item) == "mountall")
    return show([item]) if is_early else ""


def _join_events(operator, left, right):
    # type: (str, str, str) -> str
    """Return an early event because of which a condition is true early, "" if it becomes true later."""
    return left and right if operator == "and" else left or right


def _needs_file_systems(job):
    # type: (CheckedJob) -> bool
    """Return whether a service uses files outside those of the early boot, or belongs to a user."""
    values = job.values
    texts = [values["chdir"] or "", values["chroot"] or ""] + values["env"]
    texts.extend(command.text for command in job.commands())
    return "main" in values["process"] and (
        bool(values["setuid"]) or any(LATE_FILES.search(text + "/") for text in texts))


RULES = (manual, mixed_operators, impossible, instances, shutdown_and_boot)
