# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulate the effects of events with Upstart's queue of events and a clock, without a daemon and without waiting."""

from __future__ import absolute_import, division, print_function

import collections
import heapq

from . import tables
from .budget import Budget, OverBudgetError
from .event_queue import EventQueue
from .expand import ExpansionError, expand_instance_name
from .glob import fnmatch, is_literal
from .lifecycle import TERM, SimulatedInstance
from .model import ENDS, SimulatedDefinition, SimulatedEvent, SimulatedJob, tree_of
from .steps import STEP, Courses
from .tables import EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE, MAIN, START, STOP
from .timing import ENDED, EXECUTED, SETTLED, Timing
from .variables import as_dict

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Optional, OrderedDict  # noqa: F401
    from typing import Sequence, Set, Tuple  # noqa: F401
    from .model import Behaviour, Present, World  # noqa: F401

__metaclass__ = type

FAILED = "/failed"
EVENT_ENDS_HERE = "; Upstart 1.13 then shows the event %s to no further job"
MAX_STARTS = 30  # of an instance, besides its respawns; more mean an endless loop
MAX_NEW_INSTANCES = 10  # of a job, times the number of all jobs; more mean that the names of instances grow forever


class EndlessError(Exception):
    """The jobs start each other forever."""


class Simulation:
    """A World whose time passes, for at most ``horizon`` seconds.

    It assumes that running processes keep running, and that processes end when they get their kill signal.

    :param world: model.World.
    :param timing: timing.Timing.
    :param contrary: list of (job, instance, process), the running processes for which the opposite is assumed.
    :param budget: budget.Budget, the time limit; unlimited by default.

    :ivar trace: list of (job, instance, member, value) as in the daemon's signals.
    :ivar now: float, seconds since the beginning.
    :ivar run_processes: set of (job, process, Behaviour), the processes that were run.
    :ivar killed: set of the names of jobs whose main process got a kill signal that may not end it.
    :ivar concerned: set of the names of jobs with an operand that an event met.
    :ivar possibly_concerned: set of the names of jobs with an operand that an event may have met.
    :ivar doubts: set of (job, sentence) about unknown facts of definitions that have taken effect.
    :ivar notes: list of sentences about what could not be done.
    :ivar failures: dict of (job, instance) to the (process, status) of its failure.
    :ivar is_cut_off: whether the budget was used up before the end.
    :ivar started_again: set of the (job, instance) that were asked to start again, see requested.play.
    :ivar endless: sorted list of the names of the jobs that start each other forever.
    :ivar courses: steps.Courses, the processes that send requests to init.
    :ivar emitted: list of all SimulatedEvents in their order, finished ones too.
    :ivar start_causes: OrderedDict of (job, instance) to the list of events that let it start first, the deciding one
        first; in the order of these starts.
    :ivar stop_causes: dict of (job, instance) to the same for its last stop.
    """

    def __init__(self, world, timing=None, horizon=60.0, contrary=(), budget=None):
        # type: (World, Optional[Timing], float, Sequence[Tuple[str, str, str]], Optional[Budget]) -> None
        self.world = world
        self.version = world.version
        self.now = 0.0
        self.trace = []  # type: List[Tuple[str, str, str, Any]]
        self.run_processes = set()  # type: Set[Tuple[str, str, Behaviour]]
        self.killed = set()  # type: Set[str]
        self.concerned = set()  # type: Set[str]
        self.possibly_concerned = set()  # type: Set[str]
        self.doubts = set()  # type: Set[Tuple[str, str]]
        self.notes = []  # type: List[str]
        self.failures = {}  # type: Dict[Tuple[str, str], Tuple[str, int]]
        self.endless = []  # type: List[str]
        self.started_again = set()  # type: Set[Tuple[str, str]]
        self.is_cut_off = False
        self.start_causes = collections.OrderedDict()  # type: OrderedDict[Tuple[str, str], List[SimulatedEvent]]
        self.stop_causes = {}  # type: Dict[Tuple[str, str], List[SimulatedEvent]]
        self.emitted = []  # type: List[SimulatedEvent]
        self.courses = Courses(self)
        self._queue = EventQueue()
        self._budget = budget or Budget()
        self._timing = timing or Timing()
        self._jobs = {}  # type: Dict[str, SimulatedJob]
        self._awaited = {}  # type: Dict[str, Set[str]]  # event to the names of jobs whose new definition names it
        self._starts = {}  # type: Dict[str, Dict[str, int]]  # job to a dict of instance to the number of its starts
        # heap of (seconds, tie breaker, instance, process, number of the process, kind, status)
        self._agenda = []  # type: List[Tuple[float, int, SimulatedInstance, str, int, str, int]]
        self._processes = self._entries = 0  # numbers given so far
        self._horizon = horizon
        self._contrary = contrary
        self._restore()

    # -- the present ---------------------------------------------------------------------------------------------
    def _restore(self):
        # type: () -> None
        """Create the unfinished events, and the jobs that hold or cause them."""
        self._known = [SimulatedEvent(*fields) for fields in self.world.events]
        for event in self._known:
            self._queue.add(event)
        for name in self.world.moving_jobs() + [job for job, unused, unused_too in self._contrary]:
            self.job(name)

    def job(self, name):
        # type: (str) -> SimulatedJob
        """Return the SimulatedJob called ``name``."""
        if name not in self._jobs:
            definition = self.world.by_name[name]
            job = self._jobs[name] = SimulatedJob(definition, self._known, self.world.job_environment)
            for present in definition.instances:
                self._restore_instance(job, present)
        return self._jobs[name]

    @property
    def events(self):
        # type: () -> List[SimulatedEvent]
        """The unfinished SimulatedEvents in their order."""
        return self._queue.events()

    def jobs(self):
        # type: () -> List[SimulatedJob]
        """Return the SimulatedJobs that mattered so far, in the daemon's order."""
        return [self._jobs[definition.name] for definition in self.world.definitions if definition.name in self._jobs]

    def _restore_instance(self, job, present):
        # type: (SimulatedJob, Present) -> None
        instance = job.instances[present.name] = SimulatedInstance(self, job, present.name)
        instance.goal, instance.state = present.goal, present.state
        instance.env = list(present.env)
        instance.stop_on = tree_of(job.definition.stop_on, present.stop_met, self._known)
        instance.present = present
        if present.blocker is not None:
            instance.blocker = self._known[present.blocker]
            instance.blocker.instance = instance
        instance.blocking = [self._known[index] for index in present.blocking]
        for process in sorted(present.processes):
            self._processes += 1
            instance.pids[process] = self._processes
            self._restore_process(instance, process, (job.name, instance.name, process) in self._contrary)

    def _restore_process(self, instance, process, contrary):
        # type: (SimulatedInstance, str, bool) -> None
        """Schedule the end of a running process, or what its job waits for."""
        awaited = process == MAIN and instance.job.definition.waits_for_expect(instance.state)
        killed = process == MAIN and instance.state == tables.KILLED
        if process == MAIN and instance.state == tables.SPAWNED and not awaited:
            self._schedule(self._timing.exec_time(), instance, MAIN, EXECUTED)
        if killed and not contrary:
            self._schedule(self._timing.kill_time(), instance, MAIN, ENDED, TERM << 8)
        if contrary and not killed:
            self._schedule(self._timing.life(None), instance, process, SETTLED if awaited else ENDED)

    def status_of(self, job, instance):
        # type: (str, str) -> Optional[str]
        """Return the goal/state of an instance as text, or None when it does not exist."""
        simulated = self.job(job).instances.get(instance) if job in self.world.by_name else None
        return "%s/%s" % (simulated.goal, simulated.state) if simulated is not None else None

    def waiting_for(self, event):
        # type: (str) -> List[str]
        """Return the names of the jobs whose conditions name an event, in the daemon's order."""
        return self.world.waiting_for(event, self._awaited.get(event, ()))

    def awaited(self, pattern):
        # type: (str) -> List[str]
        """Return the sorted names of the events in conditions that match a pattern."""
        if is_literal(pattern):
            return [pattern] if pattern in self._awaited or self.world.is_awaited(pattern) else []
        names = self.world.awaited().union(self._awaited)
        return sorted(event for event in names if fnmatch(pattern, event))

    # -- called by the instances ---------------------------------------------------------------------------------
    def note(self, instance, member, value):
        # type: (SimulatedInstance, str, Any) -> None
        self.trace.append((instance.job.name, instance.name, member, value))
        if (member, value) == ("StateChanged", tables.STARTING):
            self._count_start(instance.job, instance.name)

    def _count_start(self, job, instance):
        # type: (SimulatedJob, str) -> None
        counts = self._starts.setdefault(job.name, {})
        counts[instance] = counts.get(instance, 0) + 1
        if (counts[instance] > MAX_STARTS + self.world.max_respawns
                or len(counts) > MAX_STARTS + MAX_NEW_INSTANCES * len(self.world.definitions)):
            raise EndlessError()

    def emit(self, name, env, source=None):
        # type: (str, Iterable[str], Any) -> SimulatedEvent
        """Return a new event in the queue; ``source`` as in SimulatedEvent."""
        event = SimulatedEvent(name, env)
        event.source = source
        self.emitted.append(event)
        self._queue.add(event)
        self.courses.notice(event)
        return event

    def spawn(self, instance, process):
        # type: (SimulatedInstance, str) -> None
        """Run a process and schedule its exec, its end and what expect waits for."""
        self._processes += 1
        instance.pids[process] = self._processes
        definition = instance.job.definition
        behaviour = definition.processes[process]
        self.run_processes.add((instance.job.name, process, behaviour))
        executed = self._schedule(self._timing.exec_time(), instance, process, EXECUTED)
        if process == MAIN and definition.expect != "none" and behaviour.settles:
            executed = self._schedule(self._timing.life(0.0 if behaviour.known else None), instance, process, SETTLED,
                                      after=executed)
        if behaviour.steps:
            self.courses.begin(instance, process, behaviour, executed - self.now)
        elif behaviour.does == ENDS:
            if self._timing.first == ENDED and behaviour.seconds == 0:
                executed = self.now  # init may learn of the end first (1.13: of 2 in 60 that it started together)
            self._schedule(self._timing.life(behaviour.seconds), instance, process, ENDED, behaviour.status, executed)

    def kill(self, instance):
        # type: (SimulatedInstance) -> None
        if not instance.job.definition.ends_on_kill_signal():
            self.killed.add(instance.job.name)
        self._schedule(self._timing.kill_time(), instance, MAIN, ENDED, TERM << 8)

    def use_next_definition(self, job):
        # type: (SimulatedJob) -> None
        """Let a job use the definition in its files if only its instances made it keep an older one."""
        if not job.definition.is_replaced:
            return
        definition, doubt = self.world.successor(job.name)
        job.replace(definition or SimulatedDefinition(job.name))
        if doubt:
            self.doubts.add((job.name, doubt))
        for event in job.definition.awaited():
            self._awaited.setdefault(event, set()).add(job.name)

    def schedule_step(self, instance, process, index, seconds):
        # type: (SimulatedInstance, str, int, Optional[float]) -> None
        """Schedule a step of a process, after a time as in Timing.life."""
        self._schedule(self._timing.life(seconds), instance, process, STEP, index)

    def schedule_end(self, instance, process, seconds, status):
        # type: (SimulatedInstance, str, Optional[float], int) -> None
        """Schedule the end of a process, after a time as in Timing.life."""
        self._schedule(self._timing.life(seconds), instance, process, ENDED, status)

    def _schedule(self, seconds, instance, process, kind, status=0, after=None):
        # type: (float, SimulatedInstance, str, str, int, Optional[float]) -> float
        """Put an entry for a process on the agenda, due ``seconds`` after ``after``; return when it is due.

        :param kind: EXECUTED, SETTLED or ENDED.
        :param after: float, a time; None for now.
        """
        self._entries += 1
        due = (self.now if after is None else after) + seconds
        heapq.heappush(self._agenda, (due, self._timing.sign * self._entries, instance, process, instance.pids[process],
                                      kind, status))
        return due

    # -- the course of events ------------------------------------------------------------------------------------
    def run(self, until=lambda: False, seconds=None):
        # type: (Callable[[], bool], Optional[float]) -> None
        """Run until nothing more happens by itself, until ``until()`` is true, or for at most some seconds."""
        end = self._horizon if seconds is None else min(self._horizon, self.now + seconds)
        try:
            self._poll()
            while self._agenda and self._agenda[0][0] <= end and not until():
                self._budget.check()
                for entry in self._due_entries():
                    self._handle(*entry)
                self._poll()
        except OverBudgetError:
            self.is_cut_off = True
        except EndlessError:
            self.endless = sorted(name for name, counts in self._starts.items()
                                  if sum(counts.values()) > MAX_STARTS // 2)

    def _due_entries(self):
        # type: () -> List[Tuple[float, int, SimulatedInstance, str, int, str, int]]
        """Remove the entries that init learns of next from the agenda, and return them."""
        entries = [heapq.heappop(self._agenda)]
        busy_time = self._timing.busy_time()
        while busy_time and self._agenda and self._agenda[0][0] <= min(entries[0][0] + busy_time, self._horizon):
            entries.append(heapq.heappop(self._agenda))
        return entries

    def _handle(self, due, unused, instance, process, pid, kind, status):
        # type: (float, int, SimulatedInstance, str, int, str, int) -> None
        if instance.pids.get(process) != pid:
            return
        self.now = max(self.now, due)
        if kind == STEP:
            self.courses.take_step(pid, status)
        elif kind == EXECUTED:
            if instance.exec_is_separate:
                instance.handle_exec(process)
        elif kind == SETTLED:
            instance.handle_expect()
        else:
            instance.handle_exit(process, status)

    def _poll(self):
        # type: () -> None
        """Handle and finish events until none makes progress any more."""
        for event in self._queue.movable():
            self._budget.check()
            if self._queue.begin(event):
                self._deliver(event)
            if self._queue.finish(event):
                self._finish(event)

    def _finish(self, event):
        # type: (SimulatedEvent) -> None
        instance, event.instance = event.instance, None
        if instance is not None:
            instance.advance_after_event()
        if event.on_finish is not None:
            event.on_finish(event)
        if event.failed and not event.name.endswith(FAILED):
            self.emit(event.name + FAILED, event.env, event)

    def _deliver(self, event):
        # type: (SimulatedEvent) -> None
        for name in self.world.reached_by(event, self._awaited.get(event.name, ())):
            job = self.job(name)
            for instance in list(job.instances.values()):  # type: SimulatedInstance
                self._stop(instance, event)
            if not self._start(job, event) and self.version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE:
                return  # the other jobs do not see this event

    def _stop(self, instance, event):
        # type: (SimulatedInstance, SimulatedEvent) -> None
        tree = instance.stop_on
        if tree is None:
            return
        if instance.present is not None and not instance.present.env_known and tree.may_handle(event):
            self.possibly_concerned.add(instance.job.name)
        if not tree.handle(event, as_dict(instance.env)):
            return
        self.concerned.add(instance.job.name)
        if not tree.is_met():
            return
        if instance.goal != STOP:
            instance.release_events(False)
            instance.block_events(tree)
            self.stop_causes[instance.job.name, instance.name] = [event] + tree.events()
            instance.change_goal(STOP)
        tree.reset()

    def _start(self, job, event):
        # type: (SimulatedJob, SimulatedEvent) -> bool
        """Show an event to the ``start on`` of a job; return False when its instance cannot be named."""
        tree = job.start_on
        if tree is None or not tree.handle(event, None):
            return True
        self.concerned.add(job.name)
        if not tree.is_met():
            return True
        env = tree.environment(job.environment(), "UPSTART_EVENTS")
        try:
            name = expand_instance_name(job.definition.instance, env)
        except ExpansionError as error:
            ends = self.version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE
            self.notes.append("job %s gets no instance: %s%s" % (
                job.name, error.message, EVENT_ENDS_HERE % event.name if ends else ""))
            tree.reset()
            return False
        instance = job.instances.get(name)  # type: Optional[SimulatedInstance]
        if instance is None:
            instance = job.instances[name] = SimulatedInstance(self, job, name)
        if instance.goal != START:
            instance.start_env = env
            instance.release_events(False)
            instance.block_events(tree)
            self.start_causes.setdefault((job.name, name), [event] + tree.events())
            instance.change_goal(START)
        tree.reset()
        return True
