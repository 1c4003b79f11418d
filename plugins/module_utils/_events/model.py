# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host as the simulation sees it: its jobs, their instances and processes, and its unfinished events."""

from __future__ import absolute_import, division, print_function

import collections

from .._jobfile.shell.init_commands import EMITS
from .._jobfile.signals import NUMBERS
from . import tables
from .audience import Audience
from .glob import fnmatch, is_literal
from .trees import Tree
from .variables import merge

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, OrderedDict, Protocol, Sequence  # noqa: F401
    from typing import Set, Tuple  # noqa: F401
    from .._jobfile.shell.init_commands import InitCommand  # noqa: F401

    class Behaviours(Protocol):
        """The Behaviours of a job's processes by name: a dict, or an object that determines them when needed."""

        def __contains__(self, process):
            # type: (object) -> bool
            """Return whether the job has a process."""

        def __getitem__(self, process):
            # type: (str) -> Behaviour
            """Return the Behaviour of a process."""

__metaclass__ = type

STAYS, ENDS, CANNOT_RUN = "stays", "ends", "cannot run"
MANY_RESPAWNS = 300  # a higher respawn limit counts as this one
STANZAS = ("start_on", "stop_on", "env", "export", "instance", "task", "respawn", "respawn_limit", "normal_exit",
           "expect", "emits")
HARMLESS_SIGNALS = frozenset([0] + [NUMBERS[name] for name in (
    "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "WINCH")])  # their default action ends no process
PENDING, HANDLING, FINISHED = "pending", "handling", "finished"

# The expected behaviour of a process.
# does: STAYS, ENDS or CANNOT_RUN; status: its exit status; seconds: how long it runs, None when unknown; known: whether
# this is certain, not only usual for such a process; settles: whether it does what the job's expect stanza waits
# for; orders: tuple of init_commands.InitCommand that it may run; steps: tuple of ProcessStep that it certainly takes;
# possible: tuple of ProcessStep that it may take.
Behaviour = collections.namedtuple("Behaviour", "does status seconds known settles orders steps possible")
# A request that a process sends to init, or a pause.
# verb: as in InitCommand, None for a pause; name: event or job, env: tuple of KEY=VALUE, both with references to the
# variables of the instance; waits: whether the process waits for the end of what it requests; checked: whether the
# process fails with its request; after: tuple of the indexes of the steps that must be over; seconds: float, how long
# it works before the request, None when unknown; until: tuple of Seen, what it waits for first; only_if: tuple of Seen,
# without which it does not send the request; once: whether nobody sends the same event twice.
ProcessStep = collections.namedtuple("ProcessStep", "verb name env waits checked after seconds until only_if once")
# Something that has happened: the name of an event, and a tuple of the KEY=VALUE among its variables. ``running/NAME``
# stands for a running job, ``own variables`` for the variables of the process's own instance.
Seen = collections.namedtuple("Seen", "event env")
IS_RUNNING, OWN_VARIABLES = "running/", "own variables"


def stays(known=False, settles=True, orders=(), steps=(), possible=()):
    # type: (bool, bool, Iterable[InitCommand], Iterable[ProcessStep], Iterable[ProcessStep]) -> Behaviour
    return Behaviour(STAYS, 0, None, known, settles, tuple(orders), tuple(steps), tuple(possible))


def ends(status=0,  # type: int
         seconds=None,  # type: Optional[float]
         known=False,  # type: bool
         settles=True,  # type: bool
         orders=(),  # type: Iterable[InitCommand]
         steps=(),  # type: Iterable[ProcessStep]
         possible=(),  # type: Iterable[ProcessStep]
         ):
    # type: (...) -> Behaviour
    return Behaviour(ENDS, status, seconds, known, settles, tuple(orders), tuple(steps), tuple(possible))


def cannot_run():
    # type: () -> Behaviour
    return Behaviour(CANNOT_RUN, -1, 0.0, True, True, (), (), ())


def step(verb,  # type: Optional[str]
         name=u"",  # type: str
         env=(),  # type: Iterable[str]
         waits=True,  # type: bool
         checked=False,  # type: bool
         after=(),  # type: Iterable[int]
         seconds=0.0,  # type: Optional[float]
         until=(),  # type: Iterable[Seen]
         only_if=(),  # type: Iterable[Seen]
         once=False,  # type: bool
         ):
    # type: (...) -> ProcessStep
    """Return a ProcessStep; by default the process waits for what it requests, and does not fail with it."""
    return ProcessStep(
        verb, name, tuple(env), waits, checked, tuple(after), seconds, tuple(until), tuple(only_if), once)


def stanzas_of(values):
    # type: (Mapping[str, Any]) -> Dict[str, Any]
    """Return the stanzas for a SimulatedDefinition from the values of a job, see _jobfile.values."""
    return dict([(name, values[name]) for name in STANZAS], kill_spares=values["kill_signal"] in HARMLESS_SIGNALS)


class SimulatedDefinition:
    """The stanzas of a job that matter to events.

    :ivar start_on: condition in reverse Polish order, empty if there is none; ``stop_on`` too.
    :ivar start_met: list of (whether the event has happened, index of the held event or None), one per item of
        ``start_on``; None when unknown.
    :ivar processes: the Behaviours of its processes by name, a dict or an object with ``in`` and ``[]`` only.
    :ivar emits: list of patterns, the event names in its emits stanza.
    :ivar kill_spares: whether its kill signal ends no process by default.
    :ivar instances: list of Present.
    :ivar is_replaced: whether the job gets another definition as soon as it has no instances.
    """

    def __init__(self, name, **stanzas):
        # type: (str, **Any) -> None
        self.name = name
        self.start_on = stanzas.get("start_on") or []  # type: List[Dict[str, Any]]
        self.stop_on = stanzas.get("stop_on") or []  # type: List[Dict[str, Any]]
        self.start_met = stanzas.get("start_met")  # type: Optional[Sequence[Tuple[bool, Optional[int]]]]
        self.env = stanzas.get("env") or []  # type: List[str]
        self.export = stanzas.get("export") or []  # type: List[str]
        self.instance = stanzas.get("instance") or u""  # type: str
        self.task = bool(stanzas.get("task"))
        self.respawn = bool(stanzas.get("respawn"))
        self.respawn_limit = stanzas.get("respawn_limit") or (10, 5)  # type: Sequence[int]
        self.normal_exit = stanzas.get("normal_exit") or []  # type: Sequence[int]
        self.expect = stanzas.get("expect") or "none"  # type: str
        self.processes = stanzas.get("processes") or {}  # type: Behaviours
        self.emits = stanzas.get("emits") or []  # type: List[str]
        self.kill_spares = bool(stanzas.get("kill_spares"))
        self.instances = stanzas.get("instances") or []  # type: List[Present]
        self.is_replaced = bool(stanzas.get("is_replaced"))

    def awaited(self):
        # type: () -> List[str]
        """Return the names of the events in its conditions."""
        return [item["event"] for item in list(self.start_on) + list(self.stop_on) if "event" in item]

    def undetected_emits(self):
        # type: () -> List[str]
        """Return the patterns in ``emits`` for events that no command of its processes emits."""
        behaviours = [self.processes[name] for name in (tables.MAIN,) + tables.HELPERS if name in self.processes]
        seen = [order.pattern(self.name) for behaviour in behaviours for order in behaviour.orders
                if order.verb == EMITS]
        seen += [taken.name for behaviour in behaviours for taken in behaviour.steps if taken.verb == EMITS]
        return [name for name in self.emits if not any(fnmatch(pattern, name) for pattern in seen)]

    def waits_for_expect(self, state):
        # type: (str) -> bool
        """Return whether an instance in a state waits for its main process to do what the expect stanza says."""
        return state == tables.SPAWNED and self.expect != "none"

    def ends_on_kill_signal(self):
        # type: () -> bool
        """Return whether the kill signal certainly ends its main process."""
        return not self.kill_spares and tables.MAIN in self.processes and self.processes[tables.MAIN].known

    def may_move_on(self, state):
        # type: (str) -> bool
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
        # type: (str, str, str, **Any) -> None
        self.name = name
        self.goal = goal
        self.state = state
        self.env = more.get("env") or []  # type: List[str]
        self.env_known = more.get("env_known", True)  # type: bool
        self.stop_met = more.get("stop_met")  # type: Optional[Sequence[Tuple[bool, Optional[int]]]]
        self.blocker = more.get("blocker")  # type: Optional[int]
        self.blocking = more.get("blocking") or []  # type: List[int]
        self.processes = more.get("processes") or {}  # type: Dict[str, int]

    def rests(self):
        # type: () -> bool
        return (self.goal, self.state) == (tables.START, tables.RUNNING) and not self.blocking


class SimulatedEvent:
    """An event; it is not finished while something blocks it.

    :ivar on_release: function that is called with the event when nothing blocks it any more, or None.
    :ivar on_finish: function that is called with the event when it is finished, or None.
    :ivar instance: the SimulatedInstance that waits for this event, or None.
    :ivar source: the SimulatedInstance whose event this is, the steps.Course that sent it, the event that failed, or
        None for one that comes from outside.
    :ivar released_by: the SimulatedInstance that was the last to release it, or None.
    :ivar after: the event whose end its sender waited for before, or None.
    """

    def __init__(self, name, env=(), progress=PENDING, failed=False, blockers=0):
        # type: (str, Iterable[str], str, bool, int) -> None
        self.name = name
        self.env = list(env)
        self.progress = progress
        self.failed = failed
        self.on_release = None  # type: Optional[Callable[[SimulatedEvent], None]]
        self.on_finish = None  # type: Optional[Callable[[SimulatedEvent], None]]
        self._blockers = blockers
        self.instance = None  # type: Any
        self.source = None  # type: Any
        self.released_by = None  # type: Any
        self.after = None  # type: Any

    @property
    def blockers(self):
        # type: () -> int
        """The number of conditions and instances that it waits for."""
        return self._blockers

    @blockers.setter
    def blockers(self, number):
        # type: (int) -> None
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
    :ivar notes: dict of job name to a list of sentences that name what is unknown about it.
    :ivar doubts: list of sentences about unknown facts that affect every event.
    :ivar successor: function from the name of a replaced job to (its new SimulatedDefinition, or None for a removed
        job; sentence that names what is unknown about it, or None).
    :ivar max_respawns: int, how often any of its jobs may be respawned in a row.
    """

    def __init__(self,
                 definitions,  # type: Sequence[SimulatedDefinition]
                 events=(),  # type: Iterable[Tuple[str, Sequence[str], str, bool, int]]
                 version=(1, 13, 2),  # type: Tuple[int, ...]
                 job_environment=(),  # type: Iterable[str]
                 conditions_known=True,  # type: bool
                 notes=None,  # type: Optional[Dict[str, List[str]]]
                 doubts=(),  # type: Iterable[str]
                 ):
        # type: (...) -> None
        self.definitions = definitions
        self.events = list(events)
        self.version = version
        self.job_environment = list(job_environment)
        self.conditions_known = conditions_known
        self.notes = notes or {}
        self.doubts = list(doubts)
        self.successor = (
            lambda name: (None, None))  # type: Callable[[str], Tuple[Optional[SimulatedDefinition], Optional[str]]]
        self.by_name = dict((definition.name, definition) for definition in definitions)
        limits = [definition.respawn_limit[0] for definition in definitions if definition.respawn]
        self.max_respawns = min(MANY_RESPAWNS, max(limits or [0]))
        self._order = dict((definition.name, index) for index, definition in enumerate(definitions))
        self._waiting = {}  # type: Dict[str, Set[str]]
        self._audience = Audience()
        for definition in definitions:
            for event in definition.awaited():
                self._waiting.setdefault(event, set()).add(definition.name)
            self._audience.add(definition.name, list(definition.start_on) + list(definition.stop_on))

    def waiting_for(self, event, more=()):
        # type: (str, Iterable[str]) -> List[str]
        """Return the names of the jobs whose conditions name an event, and those in ``more``, in the daemon's order."""
        return sorted(self._waiting.get(event, set()).union(more),
                      key=self._order.get)  # type: ignore[arg-type]  # all jobs are in it

    def reached_by(self, event, more=()):
        # type: (SimulatedEvent, Iterable[str]) -> List[str]
        """Return the names of the jobs with conditions that an event may meet, and those in ``more``, in that order.

        :param event: SimulatedEvent.
        """
        return sorted(self._audience.jobs_for(event.name, event.env).union(more),
                      key=self._order.get)  # type: ignore[arg-type]  # all jobs are in it

    def jobs_matching(self, pattern):
        # type: (str) -> List[str]
        """Return the sorted names of the jobs that match a pattern."""
        if is_literal(pattern):
            return [pattern] if pattern in self.by_name else []
        return sorted(name for name in self.by_name if fnmatch(pattern, name))

    def awaited(self):
        # type: () -> Set[str]
        """Return the set of the names of all events in conditions."""
        return set(self._waiting)

    def is_awaited(self, event):
        # type: (str) -> bool
        """Return whether any condition names an event."""
        return event in self._waiting

    def moving_jobs(self):
        # type: () -> List[str]
        """Return the names of the jobs that hold an event or have an instance that is changing state."""
        return [definition.name for definition in self.definitions
                if any(index is not None for unused, index in definition.start_met or ())
                or any(not present.rests() or any(index is not None for unused, index in present.stop_met or ())
                       for present in definition.instances)]

    def transient_processes(self):
        # type: () -> List[Tuple[str, str, str]]
        """Return (job, instance, process) for running processes that are likely to end, or to do what expect says."""
        return [(definition.name, present.name, process) for definition in self.definitions
                for present in definition.instances for process in sorted(present.processes)
                if process != tables.MAIN or definition.may_move_on(present.state)]

    def certainly_ends(self, job, process, seconds):
        # type: (str, str, float) -> bool
        """Return whether a running process certainly ends within some seconds, judged by its program."""
        definition = self.by_name[job]
        behaviour = definition.processes[process] if process in definition.processes else stays()
        return behaviour.known and behaviour.does == ENDS and behaviour.seconds <= seconds


class SimulatedJob:
    """A job in a simulation: its definition, its instances, and the met operands of its start on.

    :ivar instances: dict of name to lifecycle.SimulatedInstance.
    """

    def __init__(self, definition, events, job_environment):
        # type: (SimulatedDefinition, Sequence[SimulatedEvent], Iterable[str]) -> None
        self.definition = definition
        self.name = definition.name
        self.start_on = tree_of(definition.start_on, definition.start_met, events)
        self.instances = collections.OrderedDict()  # type: OrderedDict[str, Any]
        self._job_environment = job_environment

    def replace(self, definition):
        # type: (SimulatedDefinition) -> None
        """Use another definition; the events that met operands of the old one are released."""
        if self.start_on is not None:
            self.start_on.reset()
        self.definition = definition
        self.start_on = tree_of(definition.start_on, None, ())

    def environment(self):
        # type: () -> List[str]
        """Return the environment that a new instance begins with, before the variables of events."""
        return merge(list(self._job_environment), self.definition.env)


def tree_of(rpn,  # type: Optional[Sequence[Dict[str, Any]]]
            met,  # type: Optional[Sequence[Tuple[bool, Optional[int]]]]
            events,  # type: Sequence[SimulatedEvent]
            ):
    # type: (...) -> Optional[Tree]
    """Return the Tree of a condition, or None without a condition.

    :param met: as ``start_met`` of SimulatedDefinition.
    :param events: list of the SimulatedEvents that the indexes in ``met`` refer to.
    """
    if not rpn:
        return None
    if not met:
        return Tree(rpn)
    held = [None if index is None else events[index] for unused, index in met]
    return Tree(rpn, [bool(is_met) for is_met, unused in met], held)
