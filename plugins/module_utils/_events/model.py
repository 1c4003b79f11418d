# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulation is told of a host: its jobs, their instances and processes, and the events under way."""

from __future__ import absolute_import, division, print_function

import collections

from .._jobfile.shell.init_commands import EMITS
from . import tables
from .audience import Audience
from .glob import fnmatch, is_literal
from .trees import Tree
from .variables import merge

__metaclass__ = type

STAYS, ENDS, CANNOT_RUN = "stays", "ends", "cannot run"
MANY_RESPAWNS = 300  # more than these are like no limit
PENDING, HANDLING, FINISHED = "pending", "handling", "finished"

# What a process is expected to do.
# does: one of STAYS, ENDS, CANNOT_RUN; status: its exit status; seconds: how long it takes, None when that is not
# known; known: whether this is certain, not only what such a process is for; settles: whether it does what the job's
# expect stanza waits for; orders: tuple of init_commands.InitCommand, what it may have init do.
Behaviour = collections.namedtuple("Behaviour", "does status seconds known settles orders")


def stays(known=False, settles=True, orders=()):
    return Behaviour(STAYS, 0, None, known, settles, tuple(orders))


def ends(status=0, seconds=None, known=False, settles=True, orders=()):
    return Behaviour(ENDS, status, seconds, known, settles, tuple(orders))


def cannot_run():
    return Behaviour(CANNOT_RUN, -1, 0.0, True, True, ())


class SimulatedDefinition:
    """What of a job matters to events.

    :ivar start_on: condition in reverse Polish order or None; ``stop_on`` too.
    :ivar start_met: for each item of ``start_on`` (whether it has come, index of the event that it holds or None), or
        None when that is not known.
    :ivar processes: dict of process name to Behaviour.
    :ivar emits: list of patterns, the names of the events that it says it emits.
    :ivar kill_spares: whether its kill signal is one that ends no process by itself.
    :ivar instances: list of Present.
    :ivar is_replaced: whether the job gets another definition as soon as these are gone.
    """

    def __init__(self, name, **stanzas):
        self.name = name
        self.start_on = stanzas.get("start_on") or []
        self.stop_on = stanzas.get("stop_on") or []
        self.start_met = stanzas.get("start_met")
        self.env = stanzas.get("env") or []
        self.export = stanzas.get("export") or []
        self.instance = stanzas.get("instance") or u""
        self.task = bool(stanzas.get("task"))
        self.respawn = bool(stanzas.get("respawn"))
        self.respawn_limit = stanzas.get("respawn_limit") or (10, 5)
        self.normal_exit = stanzas.get("normal_exit") or []
        self.expect = stanzas.get("expect") or "none"
        self.processes = stanzas.get("processes") or {}
        self.emits = stanzas.get("emits") or []
        self.kill_spares = bool(stanzas.get("kill_spares"))
        self.instances = stanzas.get("instances") or []
        self.is_replaced = bool(stanzas.get("is_replaced"))

    def awaited(self):
        """Return the names of the events in its conditions."""
        return [item["event"] for item in list(self.start_on) + list(self.stop_on) if "event" in item]

    def declared(self):
        """Return the patterns in ``emits`` of events that no order of its processes is seen to emit."""
        behaviours = [self.processes[name] for name in (tables.MAIN,) + tables.HELPERS if name in self.processes]
        seen = [order.pattern(self.name) for one in behaviours for order in one.orders if order.verb == EMITS]
        return [name for name in self.emits if not any(fnmatch(pattern, name) for pattern in seen)]

    def awaits_main(self, state):
        """Return whether an instance in a state waits for what its expect stanza says."""
        return state == tables.SPAWNED and self.expect != "none"

    def ends_when_told(self):
        """Return whether its main process certainly does."""
        return not self.kill_spares and tables.MAIN in self.processes and self.processes[tables.MAIN].known

    def passes(self, state):
        """Return whether the main process of an instance in a state may well end, or do what it is awaited to."""
        if state == tables.KILLED:
            return not self.ends_when_told()
        return self.task or self.awaits_main(state)


class Present:
    """An instance that there is now.

    :ivar env_known: whether ``env`` is all of it.
    :ivar stop_met: as ``start_met`` of Definition.
    :ivar blocker: index of the starting or stopping event that it waits for, or None.
    :ivar blocking: indexes of the events that wait for it.
    :ivar processes: dict of the names of those of its processes that live to their pids.
    """

    def __init__(self, name, goal, state, **more):
        self.name = name
        self.goal = goal
        self.state = state
        self.env = more.get("env") or []
        self.env_known = more.get("env_known", True)
        self.stop_met = more.get("stop_met")
        self.blocker = more.get("blocker")
        self.blocking = more.get("blocking") or []
        self.processes = more.get("processes") or {}

    def rests(self):
        return (self.goal, self.state) == (tables.START, tables.RUNNING) and not self.blocking


class SimulatedEvent:
    """One event; as long as somebody blocks it, it is not finished.

    :ivar on_release: function that is called with the event when nobody blocks it any more, or None.
    """

    def __init__(self, name, env=(), progress=PENDING, failed=False, blockers=0):
        self.name = name
        self.env = list(env)
        self.progress = progress
        self.failed = failed
        self.on_release = None
        self._blockers = blockers
        self.instance = None  # which waits for it

    @property
    def blockers(self):
        """How many conditions and instances it waits for."""
        return self._blockers

    @blockers.setter
    def blockers(self, number):
        self._blockers = number
        if number <= 0 and self.on_release is not None:
            self.on_release(self)


class World:
    """A host at one moment; a Simulation starts from it and leaves it as it is.

    :ivar definitions: list of Definition in the order in which the daemon visits them.
    :ivar events: list of (name, env, progress, failed, blockers) that are under way.
    :ivar version: tuple, the daemon's.
    :ivar job_environment: list of KEY=VALUE that every job begins with.
    :ivar tells: whether the daemon tells what of its conditions has been met.
    :ivar notes: dict of job name to a list of sentences on what is not known of it.
    :ivar doubts: list of sentences on what is not known, whatever the event.
    :ivar successor: function of the name of a job that is replaced; returns (its new Definition or None for a job that
        is removed, sentence on what is not known of it or None).
    :ivar respawns_at_most: int, how often one of its jobs may be respawned at once.
    """

    def __init__(self, definitions, events=(), version=(1, 13, 2), job_environment=(), tells=True, notes=None,
                 doubts=()):
        self.definitions = definitions
        self.events = list(events)
        self.version = version
        self.job_environment = list(job_environment)
        self.tells = tells
        self.notes = notes or {}
        self.doubts = list(doubts)
        self.successor = lambda name: (None, None)
        self.by_name = dict((one.name, one) for one in definitions)
        limits = [one.respawn_limit[0] for one in definitions if one.respawn]
        self.respawns_at_most = min(MANY_RESPAWNS, max(limits or [0]))
        self._order = dict((one.name, number) for number, one in enumerate(definitions))
        self._waiting = {}
        self._audience = Audience()
        for one in definitions:
            for event in one.awaited():
                self._waiting.setdefault(event, set()).add(one.name)
            self._audience.add(one.name, list(one.start_on) + list(one.stop_on))

    def waiting_for(self, event, more=()):
        """Return the names of the jobs whose conditions name an event, and of ``more``, in the daemon's order."""
        return sorted(self._waiting.get(event, set()).union(more), key=self._order.get)

    def reached_by(self, event, more=()):
        """Return the names of the jobs whose conditions an Event may meet, and of ``more``, in the daemon's order."""
        return sorted(self._audience.of(event.name, event.env).union(more), key=self._order.get)

    def named(self, pattern):
        """Return the sorted names of the jobs that a pattern covers."""
        if is_literal(pattern):
            return [pattern] if pattern in self.by_name else []
        return sorted(name for name in self.by_name if fnmatch(pattern, name))

    def awaited(self):
        """Return the names of all events in conditions, a set."""
        return set(self._waiting)

    def is_awaited(self, event):
        """Return whether some condition names an event."""
        return event in self._waiting

    def moving(self):
        """Return the names of the jobs that hold an event or have an instance which does not rest."""
        return [one.name for one in self.definitions
                if any(index is not None for unused, index in one.start_met or ())
                or any(not present.rests() or any(index is not None for unused, index in present.stop_met or ())
                       for present in one.instances)]

    def passing(self):
        """Return (job, instance, process) for each process now that ends by nature, or is awaited to do something."""
        return [(one.name, present.name, process) for one in self.definitions for present in one.instances
                for process in sorted(present.processes)
                if process != tables.MAIN or one.passes(present.state)]

    def surely_ends(self, job, process, seconds):
        """Return whether a process that there is now ends within some seconds, as far as its program tells."""
        definition = self.by_name[job]
        behaviour = definition.processes[process] if process in definition.processes else stays()
        return behaviour.known and behaviour.does == ENDS and behaviour.seconds <= seconds


class SimulatedJob:
    """A Definition in a simulation, with its instances and its memory."""

    def __init__(self, definition, events, job_environment):
        self.definition = definition
        self.name = definition.name
        self.start_on = tree_of(definition.start_on, definition.start_met, events)
        self.instances = collections.OrderedDict()
        self._job_environment = job_environment

    def replace(self, definition):
        """Take another definition, as there is no instance left of this one; what it remembered is lost."""
        if self.start_on is not None:
            self.start_on.reset()
        self.definition = definition
        self.start_on = tree_of(definition.start_on, None, ())

    def environment(self):
        """Return what the environment of a new instance begins with."""
        return merge(list(self._job_environment), self.definition.env)


def tree_of(rpn, met, events):
    """Return the Tree of a condition, None without one, from what the daemon tells of its parts."""
    if not rpn:
        return None
    if not met:
        return Tree(rpn)
    return Tree(rpn, [bool(one[0]) for one in met], [None if one[1] is None else events[one[1]] for one in met])
