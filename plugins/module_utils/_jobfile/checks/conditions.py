# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about ``start on`` and ``stop on``."""

from __future__ import absolute_import, division, print_function

import functools
import re
from collections import namedtuple
from fnmatch import fnmatchcase
from itertools import chain

from ..conditions import show
from ..expression import fold
from ..known_events import ITEM, JOB_EVENTS, SYSTEM, VALUES, known_event
from ..stanzas import JOB_EVENTS_ONLY_FROM_INIT_SINCE
from .job import Problem, events_of, required_variables

__metaclass__ = type

STANZAS = (("start on", "start_on"), ("stop on", "stop_on"))
WORDS = re.compile(r"\"[^\"]*\"|'[^']*'|#[^\n]*|[()]|[^\s()\"'#]+")
GLOB = re.compile(r"[*?[]")
# Patterns that Python's fnmatch may read differently from Upstart.
UNDECIDED = re.compile(r"[$\\]|\[\^|\[\[:")


def manual(job):
    after_manual = None
    for stanza in job.all("start on", "manual"):
        if stanza.name == "manual":
            after_manual = stanza.place.file
        elif stanza.place.file == after_manual:
            yield Problem("manual-then-start-on", stanza.place, ())


def mixed_operators(job):
    for stanza, key in STANZAS:
        stanzas = job.all(stanza)
        if stanzas and job.values[key] and _mixes_operators(stanzas[-1].text):
            yield Problem("mixed-operators", stanzas[-1].place, (stanza, show(job.values[key])))


def _mixes_operators(text):
    """Return whether ``and`` and ``or`` stand in the same pair of parentheses."""
    levels = [set()]
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
    problems = list(_event_problems(job, stanza, item))
    is_impossible = any(_is_certain(job, item, problem.code) for problem in problems)
    return Judgement(show([item]) if is_impossible else None, not problems, problems)


def _join_judgements(operator, left, right):
    return _both(left, right) if operator == "and" else _either(left, right)


def _both(left, right):
    return Judgement(left.impossible or right.impossible, left.fine and right.fine, left.problems + right.problems)


def _either(left, right):
    """Join two alternatives. One of them may name a job that does not exist, such as a display manager of many."""
    problems = [
        problem for side, other in ((left, right), (right, left)) for problem in side.problems
        if not (other.fine and problem.code == "unknown-job")
    ]
    return Judgement(left.impossible and right.impossible, left.fine or right.fine, problems)


def _is_certain(job, item, code):
    """Return whether an event with this problem certainly never matches, unless someone emits it by hand."""
    if code == "unknown-job":
        return job.version >= JOB_EVENTS_ONLY_FROM_INIT_SINCE and item["event"] not in (job.known_events or ())
    return code != "unknown-event"


def _event_problems(job, stanza, item):
    place = job.place(stanza)
    for name in sorted(set(name for arg in item["args"] if "$" in arg for name in required_variables(arg))):
        if stanza == "start on":
            yield Problem("start-on-variable", place, (show([item]), name))
        elif not job.is_set(name):
            yield Problem("stop-on-unset", place, (show([item]), name))
    for variable, arg in _never_matching(item) if item["args"] else ():
        yield Problem("condition-never-matches", place, (stanza, show([item]), arg, variable))
    if _is_unknown_job(job, item):
        yield Problem("unknown-job", place, (stanza, _job_pattern(item)))
    if _is_unknown_event(job, item["event"]):
        yield Problem("unknown-event", place, (stanza, item["event"]))


def _is_unknown_event(job, name):
    base = name[:-len("/failed")] if name.endswith("/failed") else name
    return not (job.known_events is None or base in JOB_EVENTS or base in job.known_events or known_event(base))


def _arguments(item):
    """Return (variable or None, pattern, negated, argument) for each argument of an event."""
    event = known_event(item["event"])
    order = JOB_EVENTS.get(item["event"]) or (event.variables if event else None) or ()
    arguments = []
    for position, arg in enumerate(item["args"]):
        variable, equals, pattern = arg.partition("=")
        if equals:
            arguments.append((variable.rstrip("!"), pattern, variable.endswith("!"), arg))
        else:
            arguments.append((order[position] if position < len(order) else None, arg, False, arg))
    return arguments


def _never_matching(item):
    """Yield (variable, argument) for arguments that match no possible value of the event's variable."""
    order = JOB_EVENTS.get(item["event"])
    for variable, pattern, negated, arg in _arguments(item):
        absent = order and variable in JOB_EVENTS["stopped"] and variable not in order
        misplaced = variable == "INSTANCE" and arg in VALUES["RESULT"]
        if absent or misplaced or (variable in VALUES and _excludes(pattern, negated, VALUES[variable])):
            yield variable, arg


def _excludes(pattern, negated, values):
    return not UNDECIDED.search(pattern) and all(fnmatchcase(value, pattern) is negated for value in values)


def remedy(problem):
    """Return the remedy for a condition that never matches; None for other problems, which use that of the table."""
    if problem.code != "condition-never-matches":
        return None
    _stanza, condition, arg, variable = problem.details
    event = condition.split()[0]
    if variable not in JOB_EVENTS.get(event, (variable,)):
        return "remove it, or use stopping or stopped, which have this variable"
    if variable not in VALUES:
        return "name the variable, as in RESULT=failed"
    pattern = arg.partition("=")[2] if "=" in arg else arg
    values = VALUES[variable]
    if len(pattern) > 1 and set(pattern).issubset(values):
        return "put several values in brackets, as in [%s]" % pattern
    return "use one of its values: %s or %s" % (", ".join(values[:-1]), values[-1])


def _job_pattern(item):
    for variable, pattern, negated, _arg in _arguments(item):
        if variable == "JOB" and not negated:
            return pattern
    return "*"


def _is_unknown_job(job, item):
    if job.known_jobs is None or item["event"] not in JOB_EVENTS:
        return False
    pattern = _job_pattern(item)
    if UNDECIDED.search(pattern):
        return False
    if pattern in job.known_jobs or (job.name and pattern == job.name):
        return False
    names = chain(job.known_jobs, [job.name] if job.name else []) if GLOB.search(pattern) else ()
    return not any(fnmatchcase(name, pattern) for name in names)


def instances(job):
    if "$" not in (job.values["instance"] or ""):
        return
    for item in events_of(job.values["stop_on"]):
        event = known_event(item["event"])
        scope = event.scope if event else ITEM
        if scope != SYSTEM and not any("$" in arg for arg in item["args"]):
            yield Problem("stop-on-every-instance", job.place("stop on"), (show([item]),))


def shutdown_and_boot(job):
    values = job.values
    if values["start_on"] and not values["stop_on"] and not values["task"] and "main" in values["process"]:
        yield Problem("no-stop-on", job.place("start on"), ())
    if "main" in values["process"] and any(item["event"] == "startup" for item in events_of(values["start_on"])):
        yield Problem("start-on-startup", job.place("start on"), ())


RULES = (manual, mixed_operators, impossible, instances, shutdown_and_boot)
