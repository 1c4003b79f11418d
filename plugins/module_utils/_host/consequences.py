# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find which of the instances that changed since an event was emitted may have changed because of it."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import DaemonError
from .._daemon.names import instance_path, job_name
from .._errors import UpstartError
from .._events.effects import MEMBERS
from .._events.expand import ExpansionError, expand, instance_name
from .._events.glob import fnmatch
from .._events.match import split_argument
from .._events.model import SimulatedEvent
from .._events.relations import FAILED
from .._events.tables import RUNNING, START, STARTING, STOP, STOPPING, WAITING
from .._events.trees import environment_started_by
from .._events.variables import OF_INIT, merge
from .._jobfile.expression import dbus_to_rpn
from .._jobfile.shell import init_commands
from . import crash_guard
from .definitions import Definition
from .job_effects import trace
from .releases import STATES_SIGNALLED_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Set, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._daemon.connection import Signal  # noqa: F401

__metaclass__ = type

EVENT_OF_STATE = {STARTING: "starting", RUNNING: "started", STOPPING: "stopping", WAITING: "stopped"}


class PossibleEvent:
    """An event that may have been emitted.

    :ivar env: list of KEY=VALUE, the first of its variables.
    :ivar env_complete: bool, whether it has no others.
    """

    def __init__(self, name, env, env_complete):
        # type: (str, List[str], bool) -> None
        self.name = name
        self.env = env
        self.env_complete = env_complete


class Reaction:
    """The events that a job reacts to, and what it causes itself.

    :ivar conditions: list of (goal, operand), the operands of ``start on`` and ``stop on``.
    :ivar emits: list of patterns, names of the events that it emits.
    :ivar commands: set of patterns, names of other jobs that its scripts start or stop.
    """

    def __init__(self, job, properties, values):
        # type: (str, Dict[str, Any], Optional[Dict[str, Any]]) -> None
        rpn = dict((goal, dbus_to_rpn(properties.get(key) or []) or []) for goal, key in (
            (START, "start_on"), (STOP, "stop_on")))
        self.conditions = [(goal, item) for goal in (START, STOP) for item in rpn[goal] if "event" in item]
        self._start_on = rpn[START]
        self._values = values
        self.emits = list(properties.get("emits") or [])
        self.commands = set()  # type: Set[str]
        for process in values["process"].values() if values is not None else ():
            for command in init_commands.read_init_commands(process["command"]):
                if command.verb == init_commands.EMITS:
                    self.emits.append(command.pattern(job))
                elif command.name is not None:  # without a name it acts on its own instance
                    self.commands.add(command.pattern(job))

    def has_instances(self):
        # type: () -> bool
        return self._values is not None and bool(self._values["instance"])

    def instance_of(self, event):
        # type: (PossibleEvent) -> Optional[str]
        """Return the name of the instance that an event starts according to the job's file, None if it is unknown.

        It is unknown unless all variables of the event are known and the event alone fulfils ``start on``: an
        earlier event would give the instance variables too.
        """
        has_and = any(item.get("op") == "and" for item in self._start_on)
        if not self.has_instances() or not event.env_complete or has_and:
            return None
        env = environment_started_by(
            SimulatedEvent(event.name, event.env), self._start_on,
            merge(list(OF_INIT), self._values["env"]))  # type: ignore[index]  # has_instances has checked them
        return None if env is None else instance_name(
            self._values["instance"], env)  # type: ignore[index]  # the same


class Consequences:
    """The consequences of an event according to the jobs' conditions.

    These are the jobs that react to the event, the jobs that react to events of those jobs, and so on. Effects of other
    events in the meantime do not count.

    :param emission: _emission.emit.Emission.
    :param mark: int, the number of signals before the event was emitted.
    :ivar conditions_unavailable: clause with the reason why the conditions cannot be queried, or None. Without
        conditions all instances that changed count.
    """

    def __init__(self, client, emission, mark, version):
        # type: (Upstart, Any, int, Tuple[int, ...]) -> None
        self.conditions_unavailable = None  # type: Optional[str]
        self._client = client
        self._mark = mark
        self._conf_dir = emission.conf_dir
        self._version = version
        self._event = emission.name, emission.env
        self._reactions = {}  # type: Dict[str, Optional[Reaction]]
        # The names of the instances of each job after the event was emitted.
        self._instances = {}  # type: Dict[str, List[str]]
        self._readable = None  # type: Optional[Set[str]]
        if version < STATES_SIGNALLED_SINCE:
            self.conditions_unavailable = "Upstart reports conditions only since 0.6.7"

    def all_signals(self):
        # type: () -> List[Signal]
        return self._client.connection.signals[self._mark:]

    def signals(self):
        # type: () -> List[Signal]
        """Return the signals since the event, without those of instances that it cannot have changed."""
        signals = self.all_signals()
        goals, states = _new_goals_and_states(signals)
        self._query_reactions(job for job, unused in goals)
        # Upstart no longer has the conditions of a definition that has been replaced.
        self._reactions.update((job_name(signal.args[0]), None) for signal in signals if signal.member == "JobRemoved")
        if self.conditions_unavailable:
            return signals
        unrelated = set(instance_path(*pair) for pair in set(goals).difference(self._reached_pairs(goals, states)))
        return [signal for signal in signals if unrelated.isdisjoint([signal.path] + signal.args[:1])]

    def _query_reactions(self, jobs):
        # type: (Iterable[str]) -> None
        """Query the conditions of jobs not seen before; None for jobs that no longer exist."""
        names = sorted(set(jobs).difference(self._reactions))
        if self.conditions_unavailable or not names:
            return
        try:
            if self._readable is None:
                self._readable = crash_guard.names_safe_to_query(self._client, self._conf_dir)
            readable = [name for name in names if name in self._readable]
            properties_by_name = dict(zip(readable, self._client.properties_of(readable)))
            for name in names:
                properties = properties_by_name.get(name)
                self._reactions[name] = None if properties is None else Reaction(name, properties, self._values(name))
            instanced = [
                name for name in names
                if self._reactions[name] and self._reactions[name].has_instances()]  # type: ignore[union-attr]
            if instanced:
                self._instances.update(zip(instanced, self._client.instances_of(instanced)))
        except (DaemonError, crash_guard.StateUnavailableError) as error:
            self.conditions_unavailable = error.message.rstrip(".")

    def _values(self, name):
        # type: (str) -> Optional[Dict[str, Any]]
        try:
            return Definition(name, self._conf_dir, self._version).values
        except UpstartError:
            return None

    def _reached_pairs(self, goals, states):
        # type: (Dict[Tuple[str, str], Set[str]], Dict[Tuple[str, str], Set[str]]) -> Set[Tuple[str, str]]
        """Return the set of the (job, instance) that the event may have changed.

        :param goals: dict of (job, instance) to the set of its new goals; ``states`` the same for its new states.
        """
        name, env = self._event
        reached, remaining = set(), set(goals)
        new = [PossibleEvent(name, env, True), PossibleEvent(name + FAILED, env, True)]
        emits, commands = [], set()  # type: List[str], Set[str]
        while new or commands:
            reacting = set(pair for pair in remaining if self._reacts(pair, goals, new, emits, commands))
            reached |= reacting
            remaining -= reacting
            new, emits, commands = [], [], set()
            for pair in reacting:
                new.extend(events_of(pair, states[pair]))
                reaction = self._reactions[pair[0]]
                if reaction is not None:
                    emits.extend(reaction.emits)
                    commands |= reaction.commands
        return reached

    def _reacts(
            self,
            pair,  # type: Tuple[str, str]
            goals,  # type: Dict[Tuple[str, str], Set[str]]
            events,  # type: List[PossibleEvent]
            emits,  # type: List[str]
            commands,  # type: Set[str]
    ):
        # type: (...) -> bool
        """Return whether an instance may have reacted to one of these events, emitted patterns or commands."""
        reaction = self._reactions[pair[0]]
        if reaction is None or any(fnmatch(pattern, pair[0]) for pattern in commands):
            return True
        for goal, item in reaction.conditions:
            if goal not in goals[pair]:
                continue
            if any(fnmatch(pattern, item["event"]) for pattern in emits):
                return True
            if any(event.name == item["event"] and may_match(item["args"], event, goal)
                   and not (goal == START and self._starts_another(pair, event, goals)) for event in events):
                return True
        return False

    def _starts_another(self, pair, event, changed):
        # type: (Tuple[str, str], PossibleEvent, Dict[Tuple[str, str], Set[str]]) -> bool
        """Return whether an event starts another instance of a job.

        That instance must exist. If it does not, the file may be newer than the definition that Upstart used.
        """
        job, instance = pair
        name = self._reactions[job].instance_of(event)  # type: ignore[union-attr]  # _reacts has found it
        return name not in (None, instance) and ((job, name) in changed or name in self._instances.get(job, ()))


def _new_goals_and_states(signals):
    # type: (Iterable[Signal]) -> Tuple[Dict[Tuple[str, str], Set[str]], Dict[Tuple[str, str], Set[str]]]
    """Return two dicts of (job, instance) to a set: of its new goals, and of its new states."""
    goals, states = {}, {}  # type: Dict[Tuple[str, str], Set[str]], Dict[Tuple[str, str], Set[str]]
    for job, instance, member, value in trace([signal for signal in signals if signal.member in MEMBERS]):
        goals.setdefault((job, instance), set())
        states.setdefault((job, instance), set())
        if member == "GoalChanged":
            goals[job, instance].add(value)
        elif member == "StateChanged":
            states[job, instance].add(value)
    return goals, states


def events_of(pair, states):
    # type: (Tuple[str, str], Iterable[str]) -> List[PossibleEvent]
    """Return the events that an instance caused by reaching some states. Only JOB and INSTANCE are known.

    :param pair: (job, instance).
    """
    env = ["JOB=" + pair[0], "INSTANCE=" + pair[1]]
    names = [EVENT_OF_STATE[state] for state in states if state in EVENT_OF_STATE]
    return [PossibleEvent(name + end, env, False) for name in names for end in ("", FAILED)]


def may_match(args, event, goal):
    # type: (List[str], PossibleEvent, str) -> bool
    """Return whether an event can match the arguments of an operand; variables of an instance may have any value."""
    names = [entry.split("=", 1)[0] for entry in event.env]
    position = 0  # type: Optional[int]
    for argument in args:
        variable, pattern, negated = split_argument(argument)
        if variable is not None:
            position = names.index(variable) if variable in names else None
        if position is None or position >= len(names):
            if event.env_complete:
                return False
            position = None  # among the unknown variables
            continue
        if "$" not in pattern or goal == START:
            try:
                if fnmatch(expand(pattern, {}), event.env[position].split("=", 1)[1]) == negated:
                    return False
            except ExpansionError:
                return False
        position += 1
    return True
