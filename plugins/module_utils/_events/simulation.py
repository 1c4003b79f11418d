# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstart's queue of events and a clock: play through what an event does, without a daemon and without waiting."""

from __future__ import absolute_import, division, print_function

import heapq

from . import tables
from .budget import Budget, OverBudgetError
from .event_queue import EventQueue
from .expand import ExpansionError, expand
from .glob import fnmatch, is_literal
from .lifecycle import TERM, SimulatedInstance
from .model import ENDS, SimulatedDefinition, SimulatedEvent, SimulatedJob, tree_of
from .tables import EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE, MAIN, START, STOP
from .timing import ENDED, EXECUTED, SETTLED, Timing
from .variables import as_dict

__metaclass__ = type

FAILED = "/failed"
SHOWN_TO_NONE = "; Upstart 1.13 then shows the event %s to no further job"
STARTS = 30  # of one instance besides its respawns, after which it goes round for ever
NEW_INSTANCES = 10  # of one job for each job that there is, after which their names grow for ever


class EndlessError(Exception):
    """The jobs go on and on."""


class Simulation:
    """A World that goes on from where it is, for ``horizon`` seconds.

    The processes that there are now are taken to go on, and those that were told to end, to do so.

    :param otherwise: list of (job, instance, process) of those of which the contrary is assumed.
    :param budget: budget.Budget of the time that it may take; by default without an end.

    :ivar trace: list of (job, instance, member, value) as the daemon's signals tell them.
    :ivar now: float, seconds since the begin.
    :ivar run_processes: set of (job, process, Behaviour) that were run.
    :ivar killed: set of the names of jobs whose main process was told to end, though it may not.
    :ivar concerned: set of the names of jobs of whose conditions an event met a part.
    :ivar doubtful: set of the names of jobs of whose conditions one may have met a part.
    :ivar doubts: set of (job, sentence) on what is not known of a definition that has just come into force.
    :ivar notes: list of sentences on what could not be done.
    :ivar failures: dict of (job, instance) to the (process, status) that it failed by.
    :ivar is_cut_off: whether the budget was used up before it came to an end.
    :ivar started_again: set of the (job, instance) that were asked to start once more, see requested.play.
    :ivar endless: sorted list of the names of the jobs that go round for ever.
    """

    def __init__(self, world, pace=None, horizon=60.0, otherwise=(), budget=None):
        self.world = world
        self.version = world.version
        self.now = 0.0
        self.trace = []
        self.run_processes = set()
        self.killed = set()
        self.concerned = set()
        self.doubtful = set()
        self.doubts = set()
        self.notes = []
        self.failures = {}
        self.endless = []
        self.started_again = set()
        self.is_cut_off = False
        self._queue = EventQueue()
        self._budget = budget or Budget()
        self._pace = pace or Timing()
        self._jobs = {}
        self._awaited = {}  # event to a set of the names of jobs whose new definition names it
        self._starts = {}  # job to a dict of instance to how often it has begun to start
        self._agenda = []
        self._serial = self._entries = 0
        self._horizon = horizon
        self._otherwise = otherwise
        self._restore()

    # -- the present ---------------------------------------------------------------------------------------------
    def _restore(self):
        """Take over the events under way and all that hold them."""
        self._known = [SimulatedEvent(*one) for one in self.world.events]
        for event in self._known:
            self._queue.add(event)
        for name in self.world.moving() + [one[0] for one in self._otherwise]:
            self.job(name)

    def job(self, name):
        """Return the Job called ``name``."""
        if name not in self._jobs:
            definition = self.world.by_name[name]
            job = self._jobs[name] = SimulatedJob(definition, self._known, self.world.job_environment)
            for present in definition.instances:
                self._take_over(job, present)
        return self._jobs[name]

    @property
    def events(self):
        """The Events that are not finished, in their order."""
        return self._queue.events()

    def jobs(self):
        """Return the Jobs that have been looked at, in the daemon's order."""
        return [self._jobs[one.name] for one in self.world.definitions if one.name in self._jobs]

    def _take_over(self, job, present):
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
            self._serial += 1
            instance.pids[process] = self._serial
            self._go_on(instance, process, (job.name, instance.name, process) in self._otherwise)

    def _go_on(self, instance, process, otherwise):
        """Note what becomes of a process that there is now."""
        awaited = process == MAIN and instance.job.definition.awaits_main(instance.state)
        told_to_end = process == MAIN and instance.state == tables.KILLED
        if process == MAIN and instance.state == tables.SPAWNED and not awaited:
            self._at(self._pace.exec_time(), instance, MAIN, EXECUTED)
        if told_to_end and not otherwise:
            self._at(self._pace.kill_time(), instance, MAIN, ENDED, TERM << 8)
        if otherwise and not told_to_end:
            self._at(self._pace.life(None), instance, process, SETTLED if awaited else ENDED)

    def status_of(self, job, instance):
        """Return goal/state of an instance as text, or None when there is none."""
        found = self.job(job).instances.get(instance) if job in self.world.by_name else None
        return "%s/%s" % (found.goal, found.state) if found is not None else None

    def waiting_for(self, event):
        """Return the names of the jobs whose conditions name an event, in the daemon's order."""
        return self.world.waiting_for(event, self._awaited.get(event, ()))

    def awaited(self, pattern):
        """Return the sorted names of the events in conditions that a pattern covers."""
        if is_literal(pattern):
            return [pattern] if pattern in self._awaited or self.world.is_awaited(pattern) else []
        names = self.world.awaited().union(self._awaited)
        return sorted(event for event in names if fnmatch(pattern, event))

    # -- what the instances call ---------------------------------------------------------------------------------
    def note(self, instance, member, value):
        self.trace.append((instance.job.name, instance.name, member, value))
        if (member, value) == ("StateChanged", tables.STARTING):
            self._count_start(instance.job, instance.name)

    def _count_start(self, job, instance):
        counts = self._starts.setdefault(job.name, {})
        counts[instance] = counts.get(instance, 0) + 1
        if (counts[instance] > STARTS + self.world.respawns_at_most
                or len(counts) > STARTS + NEW_INSTANCES * len(self.world.definitions)):
            raise EndlessError()

    def emit(self, name, env):
        event = SimulatedEvent(name, env)
        self._queue.add(event)
        return event

    def spawn(self, instance, process):
        """Run a process, and note how it will go on."""
        self._serial += 1
        instance.pids[process] = self._serial
        definition = instance.job.definition
        behaviour = definition.processes[process]
        self.run_processes.add((instance.job.name, process, behaviour))
        executed = self._at(self._pace.exec_time(), instance, process, EXECUTED)
        if process == MAIN and definition.expect != "none" and behaviour.settles:
            executed = self._at(self._pace.life(0.0 if behaviour.known else None), instance, process, SETTLED,
                                after=executed)
        if behaviour.does == ENDS:
            if self._pace.first == ENDED and behaviour.seconds == 0:
                executed = self.now  # init may hear of the end first (1.13: of 2 in 60 that it started together)
            self._at(self._pace.life(behaviour.seconds), instance, process, ENDED, behaviour.status, executed)

    def kill(self, instance):
        if not instance.job.definition.ends_when_told():
            self.killed.add(instance.job.name)
        self._at(self._pace.kill_time(), instance, MAIN, ENDED, TERM << 8)

    def gone(self, job):
        """Give a job without instances the definition that its files have now, if it is not that one already."""
        if not job.definition.is_replaced:
            return
        definition, doubt = self.world.successor(job.name)
        job.replace(definition or SimulatedDefinition(job.name))
        if doubt:
            self.doubts.add((job.name, doubt))
        for event in job.definition.awaited():
            self._awaited.setdefault(event, set()).add(job.name)

    def _at(self, seconds, instance, process, what, status=0, after=None):
        """Note what happens to a process ``seconds`` from now, or ``after`` another time; return when."""
        self._entries += 1
        due = (self.now if after is None else after) + seconds
        heapq.heappush(self._agenda, (due, self._pace.sign * self._entries, instance, process, instance.pids[process],
                                      what, status))
        return due

    # -- what happens --------------------------------------------------------------------------------------------
    def run(self, until=lambda: False):
        """Go on until nothing more happens by itself, or ``until()`` is true."""
        try:
            self._poll()
            while self._agenda and self._agenda[0][0] <= self._horizon and not until():
                self._budget.check()
                for entry in self._due():
                    self._happen(*entry)
                self._poll()
        except OverBudgetError:
            self.is_cut_off = True
        except EndlessError:
            self.endless = sorted(name for name, counts in self._starts.items() if sum(counts.values()) > STARTS // 2)

    def _due(self):
        """Return what init hears of next."""
        found = [heapq.heappop(self._agenda)]
        absence = self._pace.busy_time()
        while absence and self._agenda and self._agenda[0][0] <= min(found[0][0] + absence, self._horizon):
            found.append(heapq.heappop(self._agenda))
        return found

    def _happen(self, due, unused, instance, process, pid, what, status):
        if instance.pids.get(process) != pid:
            return
        self.now = max(self.now, due)
        if what == EXECUTED:
            if instance.waits_for_exec:
                instance.executed(process)
        elif what == SETTLED:
            instance.settled()
        else:
            instance.ended(process, status)

    def _poll(self):
        """Handle and finish events until none can be moved any more."""
        for event in self._queue.movable():
            self._budget.check()
            if self._queue.begin(event):
                self._deliver(event)
            if self._queue.finish(event):
                self._finish(event)

    def _finish(self, event):
        instance, event.instance = event.instance, None
        if instance is not None:
            instance.go_on()
        if event.failed and not event.name.endswith(FAILED):
            self.emit(event.name + FAILED, event.env)

    def _deliver(self, event):
        for name in self.world.reached_by(event, self._awaited.get(event.name, ())):
            job = self.job(name)
            for instance in list(job.instances.values()):
                self._stop(instance, event)
            if not self._start(job, event) and self.version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE:
                return  # the other jobs do not see this event

    def _stop(self, instance, event):
        tree = instance.stop_on
        if tree is None:
            return
        if instance.present is not None and not instance.present.env_known and tree.may_handle(event):
            self.doubtful.add(instance.job.name)
        if not tree.handle(event, as_dict(instance.env)):
            return
        self.concerned.add(instance.job.name)
        if not tree.is_met():
            return
        if instance.goal != STOP:
            instance.finish(False)
            instance.hold(tree)
            instance.change_goal(STOP)
        tree.reset()

    def _start(self, job, event):
        """Let the ``start on`` of a job look at an event; return False when there is no name for its instance."""
        tree = job.start_on
        if tree is None or not tree.handle(event, None):
            return True
        self.concerned.add(job.name)
        if not tree.is_met():
            return True
        env = tree.environment(job.environment(), "UPSTART_EVENTS")
        try:
            name = expand(job.definition.instance, as_dict(env))
        except ExpansionError as error:
            ends = self.version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE
            self.notes.append("job %s gets no instance: %s%s" % (
                job.name, error.message, SHOWN_TO_NONE % event.name if ends else ""))
            tree.reset()
            return False
        instance = job.instances.get(name)
        if instance is None:
            instance = job.instances[name] = SimulatedInstance(self, job, name)
        if instance.goal != START:
            instance.start_env = env
            instance.finish(False)
            instance.hold(tree)
            instance.change_goal(START)
        tree.reset()
        return True
