# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host as the simulation sees it: its jobs, their instances and processes, and its unfinished events."""

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
MANY_RESPAWNS = 300  # a higher respawn limit counts as this one
PENDING, HANDLING, FINISHED = "pending", "handling", "finished"

# The expected behaviour of a process.
# does: STAYS, ENDS or CANNOT_RUN; status: its exit status; seconds: how long it runs, None when unknown; known: whether
# this is certain, and not just usual for such a process; settles: whether it does what the job's expect stanza waits
# for; orders: tuple of init_commands.InitCommand that it may run.
Behaviour = collections.namedtuple("Behaviour", "does status seconds known settles orders")


def stays(known=False, settles=True, orders=()):
    return Behaviour(STAYS, 0, None, known, settles, tuple(orders))


def ends(status=0, seconds=None, known=False, settles=True, orders=()):
    return Behaviour(ENDS, status, seconds, known, settles, tuple(orders))


def cannot_run():
    return Behaviour(CANNOT_RUN, -1, 0.0, True, True, ())


class SimulatedDefinition:
    """The stanzas of a job that matter to events.

    :ivar start_on: condition in reverse Polish order or None; ``stop_on`` too.
    :ivar start_met: list of (whether the event has happened, index of the held event or None), one per item of
        ``start_on``; None when unknown.
    :ivar processes: dict of process name to Behaviour.
    :ivar emits: list of patterns, the event names in its emits stanza.
    :ivar kill_spares: whether its kill signal ends no process by default.
    :ivar instances: list of Present.
    :ivar is_replaced: whether the job gets another definition as soon as it has no instances.
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

    def undetected_emits(self):
        """Return the patterns in ``emits`` for events that no command of its processes emits."""
        behaviours = [self.processes[name] for name in (tables.MAIN,) + tables.HELPERS if name in self.processes]
        seen = [order.pattern(self.name) for behaviour in behaviours for order in behaviour.orders
                if order.verb == EMITS]
        return [name for name in self.emits if not any(fnmatch(pattern, name) for pattern in seen)]

    def waits_for_expect(self, state):
        """Return whether an instance in a state waits for its main process to do what the expect stanza says."""
        return state == tables.SPAWNED and self.expect != "none"

    def ends_on_kill_signal(self):
        """Return whether the kill signal certainly ends its main process."""
        return not self.kill_spares and tables.MAIN in self.processes and self.processes[tables.MAIN].known

    def may_move_on(self, state):
        """Return whether the main process of an instance in a state is likely to end, or to do what expect says."""
        if state == tables.KILLED:
            return not self.ends_on_kill_signal()
        return self.task or self.waits_for_expect(state)


class Present:
    """An instance that exists when the simulation begins.

    :ivar env: list of KEY=VALUE.
    :ivar env_known: whether ``env`` is complete.
    :ivar stop_met: as ``start_met`` of SimulatedDefinition.
    :ivar blocker: index of the starting or stopping event that it waits for, or None.
    :ivar blocking: indexes of the events that wait for it.
    :ivar processes: dict of the names of its running processes to their pids.
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
    """An event; it is not finished while something blocks it.

    :ivar on_release: function that is called with the event when nothing blocks it any more, or None.
    :ivar instance: the SimulatedInstance that waits for this event, or None.
    """

    def __init__(self, name, env=(), progress=PENDING, failed=False, blockers=0):
        self.name = name
        self.env = list(env)
        self.progress = progress
        self.failed = failed
        self.on_release = None
        self._blockers = blockers
        self.instance = None

    @property
    def blockers(self):
        """The number of conditions and instances that it waits for."""
        return self._blockers

    @blockers.setter
    def blockers(self, number):
        self._blockers = number
        if number <= 0 and self.on_release is not None:
            self.on_release(self)


class World:
    """A host at one moment; a Simulation starts from it and leaves it as it is.

    :ivar definitions: list of SimulatedDefinition in the order in which the daemon visits them.
    :ivar events: list of (name, env, progress, failed, blockers), the unfinished events.
    :ivar version: tuple, the daemon's.
    :ivar job_environment: list of KEY=VALUE, the environment that every job begins with.
    :ivar conditions_known: whether the daemon reports which operands of its conditions are met.
    :ivar notes: dict of job name to a list of sentences on unknown facts about it.
    :ivar doubts: list of sentences on unknown facts that matter to every event.
    :ivar successor: function from the name of a replaced job to (its new SimulatedDefinition, or None for a removed
        job; sentence on unknown facts about it, or None).
    :ivar max_respawns: int, how often any of its jobs may be respawned in a row.
    """

    def __init__(self, definitions, events=(), version=(1, 13, 2), job_environment=(), conditions_known=True,
                 notes=None, doubts=()):
        self.definitions = definitions
        self.events = list(events)
        self.version = version
        self.job_environment = list(job_environment)
        self.conditions_known = conditions_known
        self.notes = notes or {}
        self.doubts = list(doubts)
        self.successor = lambda name: (None, None)
        self.by_name = dict((definition.name, definition) for definition in definitions)
        limits = [definition.respawn_limit[0] for definition in definitions if definition.respawn]
        self.max_respawns = min(MANY_RESPAWNS, max(limits or [0]))
        self._order = dict((definition.name, index) for index, definition in enumerate(definitions))
        self._waiting = {}
        self._audience = Audience()
        for definition in definitions:
            for event in definition.awaited():
                self._waiting.setdefault(event, set()).add(definition.name)
            self._audience.add(definition.name, list(definition.start_on) + list(definition.stop_on))

    def waiting_for(self, event, more=()):
        """Return the names of the jobs whose conditions name an event, and those in ``more``, in the daemon's order."""
        return sorted(self._waiting.get(event, set()).union(more), key=self._order.get)

    def reached_by(self, event, more=()):
        """Return the names of the jobs with conditions that an event may meet, and those in ``more``, in that order.

        :param event: SimulatedEvent.
        """
        return sorted(self._audience.jobs_for(event.name, event.env).union(more), key=self._order.get)

    def jobs_matching(self, pattern):
        """Return the sorted names of the jobs that match a pattern."""
        if is_literal(pattern):
            return [pattern] if pattern in self.by_name else []
        return sorted(name for name in self.by_name if fnmatch(pattern, name))

    def awaited(self):
        """Return the set of the names of all events in conditions."""
        return set(self._waiting)

    def is_awaited(self, event):
        """Return whether any condition names an event."""
        return event in self._waiting

    def moving_jobs(self):
        """Return the names of the jobs that hold an event or have an instance that is changing state."""
        return [definition.name for definition in self.definitions
                if any(index is not None for unused, index in definition.start_met or ())
                or any(not present.rests() or any(index is not None for unused, index in present.stop_met or ())
                       for present in definition.instances)]

    def transient_processes(self):
        """Return (job, instance, process) for running processes that are likely to end, or to do what expect says."""
        return [(definition.name, present.name, process) for definition in self.definitions
                for present in definition.instances for process in sorted(present.processes)
                if process != tables.MAIN or definition.may_move_on(present.state)]

    def certainly_ends(self, job, process, seconds):
        """Return whether a running process certainly ends within some seconds, judged by its program."""
        definition = self.by_name[job]
        behaviour = definition.processes[process] if process in definition.processes else stays()
        return behaviour.known and behaviour.does == ENDS and behaviour.seconds <= seconds


class SimulatedJob:
    """A job in a simulation: its definition, its instances, and the met operands of its start on."""

    def __init__(self, definition, events, job_environment):
        self.definition = definition
        self.name = definition.name
        self.start_on = tree_of(definition.start_on, definition.start_met, events)
        self.instances = collections.OrderedDict()
        self._job_environment = job_environment

    def replace(self, definition):
        """Use another definition; the events that met operands of the old one are released."""
        if self.start_on is not None:
            self.start_on.reset()
        self.definition = definition
        self.start_on = tree_of(definition.start_on, None, ())

    def environment(self):
        """Return the environment that a new instance begins with, before the variables of events."""
        return merge(list(self._job_environment), self.definition.env)


def tree_of(rpn, met, events):
    """Return the Tree of a condition, or None without a condition.

    :param met: as ``start_met`` of SimulatedDefinition.
    :param events: list of the SimulatedEvents that the indexes in ``met`` mean.
    """
    if not rpn:
        return None
    if not met:
        return Tree(rpn)
    held = [None if index is None else events[index] for unused, index in met]
    return Tree(rpn, [bool(is_met) for is_met, unused in met], held)
