# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that the processes of a simulation send to init: events to emit, jobs to start and stop."""

from __future__ import absolute_import, division, print_function

from .._jobfile.shell.init_commands import EMITS, RESTARTS, STARTS, STOPS
from . import lifecycle
from .expand import ExpansionError, expand, instance_name
from .model import ENDS, IS_RUNNING, OWN_VARIABLES, SimulatedEvent
from .tables import RUNNING, START, STOP
from .variables import as_dict, merge

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Set, Tuple  # noqa: F401
    from .lifecycle import SimulatedInstance  # noqa: F401
    from .model import Behaviour, Seen, ProcessStep  # noqa: F401

__metaclass__ = type

STEP = "step"  # a kind of entry on the agenda of a Simulation
FAILED_STATUS = 1  # of a process whose request fails
REPLY = "reply"  # the SimulatedEvent that stands for a caller who waits for a job


class Course:
    """The steps of one process.

    :ivar instance: the lifecycle.SimulatedInstance that the process belongs to.
    :ivar process: text, the name of the process.
    :ivar last_event: the event that the process waited for last, or None.
    :ivar waiting_for: dict of the index of a step to the event that the process waits for.
    :ivar postponed: set of the indexes of the steps that wait for something to happen first.
    """

    def __init__(self, instance, process, behaviour):
        # type: (SimulatedInstance, str, Behaviour) -> None
        self.instance = instance
        self.process = process
        self.behaviour = behaviour
        self.last_event = None  # type: Optional[SimulatedEvent]
        self.waiting_for = {}  # type: Dict[int, SimulatedEvent]
        self.postponed = set()  # type: Set[int]
        self._begun = set()  # type: Set[int]
        self._over = set()  # type: Set[int]

    def next_steps(self):
        # type: () -> List[int]
        """Return the indexes of the steps that can begin now, each once."""
        indexes = [index for index, step in enumerate(self.behaviour.steps)
                   if index not in self._begun and self._over.issuperset(step.after)]
        self._begun.update(indexes)
        return indexes

    def finish_step(self, index):
        # type: (int) -> None
        self._over.add(index)
        self.waiting_for.pop(index, None)

    def is_over(self):
        # type: () -> bool
        return len(self._over) == len(self.behaviour.steps)


class Courses:
    """The Courses of a Simulation by the number of their process, and what has happened so far.

    :ivar last: dict of the name of an event to the last one that was emitted.
    """

    def __init__(self, simulation):
        # type: (Any) -> None
        self._simulation = simulation
        self.last = {}  # type: Dict[str, SimulatedEvent]
        self._courses = {}  # type: Dict[int, Course]
        self._emitted = {}  # type: Dict[str, Set[Tuple[str, ...]]]  # event to the sets of its variables
        self._postponed = {}  # type: Dict[str, Set[Tuple[int, int]]]  # event to (number of a process, index of a step)

    def begin(self, instance, process, behaviour, seconds):
        # type: (SimulatedInstance, str, Behaviour, float) -> None
        """Begin the steps of a process that was just run.

        :param seconds: float, until its program runs.
        """
        number = instance.pids[process]
        self._courses[number] = Course(instance, process, behaviour)
        self._go_on(number, seconds)

    def active(self):
        # type: () -> List[Course]
        """Return the Courses of running processes that are not over."""
        return [course for number, course in sorted(self._courses.items())
                if course.instance.pids.get(course.process) == number and not course.is_over()]

    def notice(self, event):
        # type: (SimulatedEvent) -> None
        """Remember that an event was emitted, and go on with the steps that waited for it."""
        self._emitted.setdefault(event.name, set()).add(tuple(event.env))
        self.last[event.name] = event
        for number, index in sorted(self._postponed.pop(event.name, ())):
            course = self._courses[number]
            if index in course.postponed and course.instance.pids.get(course.process) == number:
                course.postponed.discard(index)
                self._schedule(course, index)

    def has_seen(self, course, seen):
        # type: (Course, Seen) -> bool
        """Return whether a model.Seen has happened, or holds, for the process of a Course."""
        if seen.event == OWN_VARIABLES:
            return set(seen.env).issubset(course.instance.env)
        if seen.event.startswith(IS_RUNNING):
            return any(instance.state == RUNNING
                       for instance in self._instances(seen.event[len(IS_RUNNING):]).values())
        return any(set(seen.env).issubset(env) for env in self._emitted.get(seen.event, ()))

    def emitted(self, name):
        # type: (str) -> List[Tuple[str, ...]]
        """Return the sorted variables of the events of a name that were emitted."""
        return sorted(self._emitted.get(name, ()))

    # -- the steps -----------------------------------------------------------------------------------------------
    def take_step(self, number, index):
        # type: (int, int) -> None
        """Take a step of a process that is due."""
        course = self._courses[number]
        step = course.behaviour.steps[index]
        missing = [seen for seen in step.until if not self.has_seen(course, seen)]
        if missing:
            course.postponed.add(index)
            self._postponed.setdefault(missing[0].event, set()).add((number, index))
            return
        env = self._expanded(course, step)
        if (step.verb is None or env is None or not all(self.has_seen(course, seen) for seen in step.only_if)
                or (step.once and tuple(env) in self._emitted.get(step.name, ()))):
            self._finish_step(number, index, False)
            return
        event = self._request(course, step, env)
        if event is not None:
            event.after = course.last_event
        if event is None or not step.waits:
            self._finish_step(number, index, event is None and step.checked)
            return
        course.waiting_for[index] = course.last_event = event
        if event.name == REPLY and event.blockers <= 0:
            self._finish_step(number, index, event.failed)
        elif event.name == REPLY:
            event.on_release = lambda reply: self._finish_step(number, index, reply.failed)
        else:
            event.on_finish = lambda finished: self._finish_step(number, index, finished.failed)

    def _finish_step(self, number, index, failed):
        # type: (int, int, bool) -> None
        course = self._courses[number]
        if course.instance.pids.get(course.process) != number:
            return
        course.finish_step(index)
        if failed and course.behaviour.steps[index].checked:
            self._simulation.schedule_end(course.instance, course.process, 0.0, FAILED_STATUS)
            return
        self._go_on(number, 0.0)

    def _go_on(self, number, delay):
        # type: (int, float) -> None
        course = self._courses[number]
        behaviour = course.behaviour
        for index in course.next_steps():
            self._schedule(course, index, delay)
        if course.is_over() and behaviour.does == ENDS:
            self._simulation.schedule_end(course.instance, course.process, behaviour.seconds or 0.0, behaviour.status)

    def _schedule(self, course, index, delay=0.0):
        # type: (Course, int, float) -> None
        seconds = course.behaviour.steps[index].seconds
        self._simulation.schedule_step(
            course.instance, course.process, index, None if seconds is None else seconds + delay)

    @staticmethod
    def _expanded(course, step):
        # type: (Course, ProcessStep) -> Optional[List[str]]
        """Return the variables of a request, or None if one refers to a variable that the instance does not have."""
        variables = as_dict(course.instance.env)
        try:
            return [entry if "$" not in entry else expand(entry, variables) for entry in step.env]
        except ExpansionError:
            return None

    # -- the requests --------------------------------------------------------------------------------------------
    def _request(self, course, step, env):
        # type: (Course, ProcessStep, List[str]) -> Optional[SimulatedEvent]
        """Send a request; return the event that its sender can wait for, None if init refuses the request."""
        if step.verb == EMITS:
            event = self._simulation.emit(step.name, env, course)  # type: SimulatedEvent
            return event
        instances = self._instances(step.name)
        if step.verb == STARTS:
            return start_instance(self._simulation, step.name, env, course)
        for name in list(instances):
            if step.verb in (STOPS, RESTARTS) and instances[name].goal != STOP:
                return stop_instance(self._simulation, step.name, name, course)
        return None

    def _instances(self, job_name):
        # type: (str) -> Any
        return self._simulation.job(job_name).instances if job_name in self._simulation.world.by_name else {}


def start_instance(simulation, job_name, env, source=None):
    # type: (Any, str, Iterable[str], Any) -> Optional[SimulatedEvent]
    """Start the instance that an environment names, as a request does; return the event that the caller waits for.

    Upstart refuses a started instance and one without a name: then it returns None.

    :param simulation: simulation.Simulation.
    """
    if job_name not in simulation.world.by_name:
        return None
    job = simulation.job(job_name)
    start_env = merge(job.environment(), env)
    name = instance_name(job.definition.instance, start_env)
    if name is None:
        return None
    instance = job.instances.get(name)  # type: Optional[SimulatedInstance]
    if instance is None:
        instance = job.instances[name] = lifecycle.SimulatedInstance(simulation, job, name)
    if instance.goal == START:
        return None
    instance.start_env = start_env
    instance.release_events(False)
    reply = _reply_of(instance, source)
    simulation.start_causes.setdefault((job_name, name), [reply])
    instance.change_goal(START)
    return reply


def stop_instance(simulation, job_name, name, source=None):
    # type: (Any, str, str, Any) -> Optional[SimulatedEvent]
    """Stop an instance, as a request does; return the event that the caller waits for, None if it is stopped already.

    :param simulation: simulation.Simulation.
    """
    job = simulation.job(job_name) if job_name in simulation.world.by_name else None
    instance = job.instances.get(name) if job is not None else None
    if instance is None or instance.goal == STOP:
        return None
    instance.release_events(False)
    reply = _reply_of(instance, source)
    simulation.stop_causes[job_name, name] = [reply]
    instance.change_goal(STOP)
    return reply


def _reply_of(instance, source):
    # type: (SimulatedInstance, Any) -> SimulatedEvent
    """Return a SimulatedEvent for the reply to a request: the instance releases it as it releases events."""
    reply = SimulatedEvent(REPLY, blockers=1)
    reply.source = source
    instance.blocking.append(reply)
    return reply
