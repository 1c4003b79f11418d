# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which events the jobs of a host wait for, who causes those, and which of them nothing causes."""

from __future__ import absolute_import, division, print_function

import re

from .._events.expand import ExpansionError, expand
from .._events.glob import fnmatch
from .._events.match import split_argument
from .._jobfile.known_events import JOB_EVENTS, known_event
from .._jobfile.shell import init_commands

__metaclass__ = type

STANZAS = ("start_on", "stop_on")
GLOB = re.compile(r"[*?\[\\]")
FAILED = "/failed"


class RelatedJob:
    """What the relations need of a job.

    :ivar start_on: condition in reverse Polish order or None, so is ``stop_on``.
    :ivar emits: list of names, those of its emits stanzas.
    :ivar orders: list of init_commands.InitCommand, what its commands and scripts have init do.
    :ivar scripted: list of further names, which its scripts emit by initctl.
    """

    def __init__(self, name, values):
        self.name = name
        self.start_on = values["start_on"]
        self.stop_on = values["stop_on"]
        self.task = bool(values["task"])
        self.emits = list(values["emits"])
        self.orders = [
            order for one in values["process"].values() for order in init_commands.read_init_commands(one["command"])
        ]
        self.scripted = sorted(set(
            order.name for order in self.orders if order.verb == init_commands.EMITS and order.is_literal()
        ).difference(self.emits, [init_commands.RUNLEVEL]))  # for telinit and its kind that goes without saying
        self.env = dict(entry.partition("=")[::2] for entry in values["env"] if "=" in entry)

    def leaves(self):
        """Yield (stanza, event of the condition) for both conditions."""
        for stanza in STANZAS:
            for item in getattr(self, stanza) or ():
                if "event" in item:
                    yield stanza, item


class Relations:
    """The events between jobs.

    :param jobs: list of Jobs.
    :param names: all job names of the host, those included whose conditions are not known.
    """

    def __init__(self, jobs, names):
        self.jobs = jobs
        self.names = sorted(names)
        self._all = set(names)
        self._emitters = {}
        self._families = []
        self._found = {}
        for job in jobs:
            for event in job.emits + job.scripted:
                self._emitters.setdefault(event, []).append(job.name)
                if GLOB.search(event) and event not in self._families:
                    self._families.append(event)

    def emitters(self, name):
        """Return the sorted names of the jobs that emit an event themselves, patterns in ``emits`` included."""
        if name not in self._found:
            found = set(self._emitters.get(name, ()))
            for family in self._families:
                if fnmatch(family, name):
                    found.update(self._emitters[family])
            self._found[name] = sorted(found)
        return self._found[name]

    def emitted(self):
        """Return the names of all events that jobs emit, also those that only a pattern in ``emits`` covers."""
        wanted = set(base(item["event"]) for job in self.jobs for _stanza, item in job.leaves())
        return set(self._emitters).union(name for name in wanted if self._families and self.emitters(name))

    def causes(self, job, stanza, item):
        """Return the sorted names of the jobs that can cause an event of a job's condition."""
        if base(item["event"]) in JOB_EVENTS:
            return self.named(item, job.env if stanza == "stop_on" else {})
        return self.emitters(base(item["event"]))

    def named(self, item, env):
        """Return the sorted names of the jobs whose starting, started, stopping or stopped an event is."""
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
        """Return one dict for each event in a condition, see upstart_info."""
        return [
            {"event": item["event"], "args": list(item["args"]), "job": job.name, "stanza": stanza,
             "emitters": self.causes(job, stanza, item)}
            for job in self.jobs for stanza, item in job.leaves()]

    def kind(self, name):
        """Return what is known of an event: "job", "emitted", "known" or "unknown"."""
        if base(name) in JOB_EVENTS:
            return "job"
        if self.emitters(base(name)):
            return "emitted"
        return "known" if known_event(base(name)) else "unknown"

    def events(self, edges, names):
        """Return one dict for each event of the edges and each that a job among ``names`` emits, see upstart_info."""
        found = {}
        for edge in edges:
            event = found.setdefault(edge["event"], ([], set(), set()))
            event[0].append(edge["emitters"])
            event[1 if edge["stanza"] == "start_on" else 2].add(edge["job"])
        for name, emitters in self._emitters.items():
            if not names.isdisjoint(emitters):
                found.setdefault(name, ([emitters], set(), set()))
        return [
            {"name": name, "kind": self.kind(name), "emitted_by": sorted(set().union(*found[name][0])),
             "starts": sorted(found[name][1]), "stops": sorted(found[name][2])}
            for name in sorted(found)]


def base(name):
    """Return the event of whose failure ``NAME/failed`` tells, or the event itself."""
    return name[:-len(FAILED)] if name.endswith(FAILED) else name


def job_argument(item):
    """Return (pattern of the job's name or None, whether it is negated) of a job event in a condition."""
    for position, argument in enumerate(item["args"]):
        variable, pattern, negated = split_argument(argument)
        if variable == "JOB" or (variable is None and position == 0):
            return pattern, negated
    return None, False
