# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the instances that moved since an event was emitted can have moved because of it."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import DaemonError
from .._daemon.names import instance_path, job_name
from .._errors import UpstartError
from .._events.effects import MEMBERS
from .._events.expand import ExpansionError, expand
from .._events.glob import fnmatch
from .._events.match import split_argument
from .._events.model import SimulatedEvent
from .._events.tables import RUNNING, START, STARTING, STOP, STOPPING, WAITING
from .._events.trees import Tree
from .._events.variables import OF_INIT, as_dict, merge
from .._jobfile.conditions import dbus_to_rpn
from .._jobfile.shell import init_commands
from . import crash_guard
from .definitions import Definition
from .job_effects import trace
from .relations import FAILED
from .releases import STATES_SIGNALLED_SINCE

__metaclass__ = type

OF_STATES = {STARTING: "starting", RUNNING: "started", STOPPING: "stopping", WAITING: "stopped"}


class PossibleEvent:
    """An event that can have come.

    :ivar env: list of KEY=VALUE, the first of its variables.
    :ivar whole: whether these are all.
    """

    def __init__(self, name, env, whole):
        self.name = name
        self.env = env
        self.whole = whole


class Reaction:
    """What a job reacts to and what it causes itself.

    :ivar conditions: list of (goal, operand), the operands of ``start on`` and ``stop on``.
    :ivar emits: list of patterns, names of the events that it emits.
    :ivar commands: set of patterns, names of other jobs that its scripts start or stop.
    """

    def __init__(self, job, properties, values):
        held = dict((goal, dbus_to_rpn(properties.get(key) or []) or []) for goal, key in (
            (START, "start_on"), (STOP, "stop_on")))
        self.conditions = [(goal, item) for goal in (START, STOP) for item in held[goal] if "event" in item]
        self._start_on = held[START]
        self._values = values
        self.emits = list(properties.get("emits") or [])
        self.commands = set()
        for process in values["process"].values() if values is not None else ():
            for order in init_commands.read_init_commands(process["command"]):
                if order.verb == init_commands.EMITS:
                    self.emits.append(order.pattern(job))
                elif order.name is not None:  # else it is this instance itself
                    self.commands.add(order.pattern(job))

    def has_instances(self):
        return self._values is not None and bool(self._values["instance"])

    def instance_of(self, event):
        """Return the name of the instance that an event of which all is known starts, by the job's file.

        None where that cannot be told, as where a half that came before gives the instance variables too.
        """
        if not self.has_instances() or not event.whole or any(item.get("op") == "and" for item in self._start_on):
            return None
        tree = Tree(self._start_on)
        if not tree.handle(SimulatedEvent(event.name, event.env), None):
            return None
        env = tree.environment(merge(list(OF_INIT), self._values["env"]), "UPSTART_EVENTS")
        try:
            return expand(self._values["instance"], as_dict(env))
        except ExpansionError:
            return None


class Consequences:
    """What an event led to, as far as the jobs' conditions tell: a job that reacts to it, one that reacts to an event
    of such a job, and so on. What other events did meanwhile is none of it.

    :param mark: int, the number of signals before the event was emitted.
    :ivar untold: a clause on why the conditions cannot be asked for, else None: then all that moved counts.
    """

    def __init__(self, client, emission, mark, version):
        self.untold = None
        self._client = client
        self._mark = mark
        self._conf_dir = emission.conf_dir
        self._version = version
        self._event = emission.name, emission.env
        self._reactions = {}
        self._there = {}  # job to the names of its instances, once the event was emitted
        self._readable = None
        if version < STATES_SIGNALLED_SINCE:
            self.untold = "Upstart tells conditions only since 0.6.7"

    def all_signals(self):
        return self._client.connection.signals[self._mark:]

    def signals(self):
        """Return the signals since the event but those of instances that it cannot have moved."""
        signals = self.all_signals()
        goals, states = _moves(signals)
        self._ask(job for job, unused in goals)
        # The conditions of a definition that has been replaced since are not to be had any more.
        self._reactions.update((job_name(signal.args[0]), None) for signal in signals if signal.member == "JobRemoved")
        if self.untold:
            return signals
        strange = set(instance_path(*pair) for pair in set(goals).difference(self._led_to(goals, states)))
        return [signal for signal in signals if strange.isdisjoint([signal.path] + signal.args[:1])]

    def _ask(self, jobs):
        """Learn how jobs react of which that is not known yet; a job that is gone by now is one of which it is not."""
        names = sorted(set(jobs).difference(self._reactions))
        if self.untold or not names:
            return
        try:
            if self._readable is None:
                self._readable = crash_guard.names_safe_to_query(self._client, self._conf_dir)
            told = [name for name in names if name in self._readable]
            found = dict(zip(told, self._client.properties_of(told)))
            for name in names:
                properties = found.get(name)
                self._reactions[name] = None if properties is None else Reaction(name, properties, self._values(name))
            several = [name for name in names if self._reactions[name] and self._reactions[name].has_instances()]
            if several:
                self._there.update(zip(several, self._client.instances_of(several)))
        except (DaemonError, crash_guard.StateUnavailableError) as error:
            self.untold = error.message.rstrip(".")

    def _values(self, name):
        try:
            return Definition(name, self._conf_dir, self._version).values
        except UpstartError:
            return None

    def _led_to(self, goals, states):
        """Return the set of those (job, instance) that the event can have moved.

        :param goals: dict of (job, instance) to the set of goals that it got; ``states`` the same of its states.
        """
        name, env = self._event
        found, left = set(), set(goals)
        new = [PossibleEvent(name, env, True), PossibleEvent(name + FAILED, env, True)]
        emits, commands = [], set()
        while new or commands:
            reached = set(pair for pair in left if self._reacts(pair, goals, new, emits, commands))
            found |= reached
            left -= reached
            new, emits, commands = [], [], set()
            for pair in reached:
                new.extend(events_of(pair, states[pair]))
                reaction = self._reactions[pair[0]]
                if reaction is not None:
                    emits.extend(reaction.emits)
                    commands |= reaction.commands
        return found

    def _reacts(self, pair, goals, happened, emits, commands):
        reaction = self._reactions[pair[0]]
        if reaction is None or any(fnmatch(pattern, pair[0]) for pattern in commands):
            return True
        for goal, item in reaction.conditions:
            if goal not in goals[pair]:
                continue
            if any(fnmatch(pattern, item["event"]) for pattern in emits):
                return True
            if any(one.name == item["event"] and may_match(item["args"], one, goal)
                   and not (goal == START and self._starts_another(pair, one, goals)) for one in happened):
                return True
        return False

    def _starts_another(self, pair, event, moved):
        """Return whether an event starts another instance of a job, one that there is: else the file may be newer."""
        job, instance = pair
        name = self._reactions[job].instance_of(event)
        return name not in (None, instance) and ((job, name) in moved or name in self._there.get(job, ()))


def _moves(signals):
    """Return two dicts of (job, instance): to the set of its new goals, and to that of the states that it got to."""
    goals, states = {}, {}
    for job, instance, member, value in trace([one for one in signals if one.member in MEMBERS]):
        goals.setdefault((job, instance), set())
        states.setdefault((job, instance), set())
        if member == "GoalChanged":
            goals[job, instance].add(value)
        elif member == "StateChanged":
            states[job, instance].add(value)
    return goals, states


def events_of(pair, states):
    """Return the events that an instance caused by itself; what follows JOB and INSTANCE is left open."""
    env = ["JOB=" + pair[0], "INSTANCE=" + pair[1]]
    names = [OF_STATES[state] for state in states if state in OF_STATES]
    return [PossibleEvent(name + end, env, False) for name in names for end in ("", FAILED)]


def may_match(args, event, goal):
    """Return whether the arguments of an operand allow for an event; variables of an instance may have any value."""
    names = [entry.split("=", 1)[0] for entry in event.env]
    position = 0
    for argument in args:
        variable, pattern, negated = split_argument(argument)
        if variable is not None:
            position = names.index(variable) if variable in names else None
        if position is None or position >= len(names):
            if event.whole:
                return False
            position = None  # somewhere among the variables that are not known
            continue
        if "$" not in pattern or goal == START:
            try:
                if fnmatch(expand(pattern, {}), event.env[position].split("=", 1)[1]) == negated:
                    return False
            except ExpansionError:
                return False
        position += 1
    return True
