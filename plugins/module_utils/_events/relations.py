# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events that the jobs of a host wait for, and the jobs that cause them."""

from __future__ import absolute_import, division, print_function

import re

from .._jobfile.known_events import JOB_EVENTS, known_event
from .._jobfile.shell import init_commands
from .expand import ExpansionError, expand
from .glob import fnmatch
from .match import split_argument

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Collection, Dict, Iterator, List, Optional, Set, Tuple  # noqa: F401

__metaclass__ = type

STANZAS = ("start_on", "stop_on")
GLOB = re.compile(r"[*?\[\\]")
FAILED = "/failed"


class RelatedJob:
    """The conditions, events and commands of a job.

    :ivar start_on: condition in reverse Polish order, or None; ``stop_on`` likewise.
    :ivar emits: list of event names, from its emits stanzas.
    :ivar init_commands: list of InitCommand, the calls of initctl and the like in its commands and scripts.
    :ivar scripted: list of event names that its scripts emit with initctl, but that ``emits`` lacks.
    """

    def __init__(self, name, values):
        # type: (str, Dict[str, Any]) -> None
        self.name = name
        self.start_on = values["start_on"]
        self.stop_on = values["stop_on"]
        self.task = bool(values["task"])
        self.emits = list(values["emits"])
        self.init_commands = [
            command for process in values["process"].values()
            for command in init_commands.read_init_commands(process["command"])
        ]
        self.scripted = sorted(set(
            command.name for command in self.init_commands
            if command.verb == init_commands.EMITS and command.is_literal()
        ).difference(self.emits, [init_commands.RUNLEVEL]))  # no job lists the event of telinit and the like
        self.env = dict(entry.partition("=")[::2] for entry in values["env"] if "=" in entry)

    def leaves(self):
        # type: () -> Iterator[Tuple[str, Dict[str, Any]]]
        """Yield (stanza, event of the condition) for both conditions."""
        for stanza in STANZAS:
            for item in getattr(self, stanza) or ():
                if "event" in item:
                    yield stanza, item


class Relations:
    """The events between jobs.

    :param jobs: list of RelatedJob.
    :param names: all job names of the host, including jobs whose conditions are unknown.
    """

    def __init__(self, jobs, names):
        # type: (List[RelatedJob], Collection[str]) -> None
        self.jobs = jobs
        self.names = sorted(names)
        self._all = set(names)
        self._emitters = {}  # type: Dict[str, List[str]]
        self._patterns = []  # type: List[str]
        self._emitters_by_event = {}  # type: Dict[str, List[str]]
        for job in jobs:
            for event in job.emits + job.scripted:
                self._emitters.setdefault(event, []).append(job.name)
                if GLOB.search(event) and event not in self._patterns:
                    self._patterns.append(event)

    def emitters(self, name):
        # type: (str) -> List[str]
        """Return the sorted names of the jobs that emit an event, also with a pattern in ``emits``."""
        if name not in self._emitters_by_event:
            jobs = set(self._emitters.get(name, ()))
            for pattern in self._patterns:
                if fnmatch(pattern, name):
                    jobs.update(self._emitters[pattern])
            self._emitters_by_event[name] = sorted(jobs)
        return self._emitters_by_event[name]

    def emitted(self):
        # type: () -> Set[str]
        """Return the set of all events that jobs emit, including events that only match a pattern in ``emits``."""
        wanted = set(base(item["event"]) for job in self.jobs for _stanza, item in job.leaves())
        return set(self._emitters).union(name for name in wanted if self._patterns and self.emitters(name))

    def causes(self, job, stanza, item):
        # type: (RelatedJob, str, Dict[str, Any]) -> List[str]
        """Return the sorted names of the jobs that can cause an event in a job's condition."""
        if base(item["event"]) in JOB_EVENTS:
            return self.named(item, job.env if stanza == "stop_on" else {})
        return self.emitters(base(item["event"]))

    def named(self, item, env):
        # type: (Dict[str, Any], Dict[str, str]) -> List[str]
        """Return the sorted names of the jobs that a condition on starting, started, stopping or stopped matches."""
        pattern, negated = job_argument(item)
        if pattern is None:
            return self.names
        if "$" in pattern:
            try:
                pattern = expand(pattern, env)
            except ExpansionError:
                return []
        if not negated and not GLOB.search(pattern):
            return [pattern] if pattern in self._all else []
        return [name for name in self.names if fnmatch(pattern, name) != negated]

    def edges(self):
        # type: () -> List[Dict[str, Any]]
        """Return a dict for each event in a condition, see upstart_info."""
        return [
            {"event": item["event"], "args": list(item["args"]), "job": job.name, "stanza": stanza,
             "emitters": self.causes(job, stanza, item)}
            for job in self.jobs for stanza, item in job.leaves()]

    def kind(self, name):
        # type: (str) -> str
        """Return the kind of an event: "job", "emitted", "known" or "unknown"."""
        if base(name) in JOB_EVENTS:
            return "job"
        if self.emitters(base(name)):
            return "emitted"
        return "known" if known_event(base(name)) else "unknown"

    def events(self, edges, names):
        # type: (List[Dict[str, Any]], Set[str]) -> List[Dict[str, Any]]
        """Return a dict for each event of the edges and each event that a job among ``names`` emits, see upstart_info.

        :param edges: list as ``edges`` returns it, or some of it.
        :param names: set of job names.
        """
        emitted_by, starts, stops = {}, {}, {}  # type: Dict[str, Set[str]], Dict[str, Set[str]], Dict[str, Set[str]]
        for edge in edges:
            emitted_by.setdefault(edge["event"], set()).update(edge["emitters"])
            jobs = starts if edge["stanza"] == "start_on" else stops
            jobs.setdefault(edge["event"], set()).add(edge["job"])
        for name, emitters in self._emitters.items():
            if not names.isdisjoint(emitters):
                emitted_by.setdefault(name, set(emitters))
        return [
            {"name": name, "kind": self.kind(name), "emitted_by": sorted(emitted_by[name]),
             "starts": sorted(starts.get(name, ())), "stops": sorted(stops.get(name, ()))}
            for name in sorted(emitted_by)]


def base(name):
    # type: (str) -> str
    """Return the event NAME for ``NAME/failed``, the event of its failure, and for NAME itself."""
    return name[:-len(FAILED)] if name.endswith(FAILED) else name


def job_argument(item):
    # type: (Dict[str, Any]) -> Tuple[Optional[str], bool]
    """Return (pattern of the job's name or None, whether it is negated) for a job event in a condition."""
    for position, argument in enumerate(item["args"]):
        variable, pattern, negated = split_argument(argument)
        if variable == "JOB" or (variable is None and position == 0):
            return pattern, negated
    return None, False
