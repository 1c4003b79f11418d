# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An instance in a simulation: its goal, its states, and the ends of its processes."""

from __future__ import absolute_import, division, print_function

from .._jobfile.stanzas import MAIN_MAY_END_DURING_STOP_SINCE
from . import tables
from .model import CANNOT_RUN, tree_of
from .tables import KILLED, MAIN, POST_START, PRE_STOP, RESPAWN, RUNNING, SPAWNED, START, STOP, STOPPING
from .variables import entry_of, put

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, List, Optional, Tuple  # noqa: F401
    from .model import Present, SimulatedEvent, SimulatedJob  # noqa: F401
    from .trees import Tree  # noqa: F401

__metaclass__ = type

TERM = 15
RESPAWNED_TOO_OFTEN = "respawn"


class SimulatedInstance:
    """An instance of a job.

    :ivar simulation: simulation.Simulation.
    :ivar pids: dict of process name to a number, for the processes that run.
    :ivar blocker: the starting or stopping event that it waits for, or None.
    :ivar blocking: list of the events that wait for it.
    :ivar failure: (process, status) of this run, or None.
    :ivar present: the model.Present that describes it when the simulation begins, or None.
    """

    def __init__(self, simulation, job, name):
        # type: (Any, SimulatedJob, str) -> None
        self.simulation = simulation
        self.job = job
        self.name = name
        self.goal = STOP
        self.state = tables.WAITING
        self.env = []  # type: List[str]
        self.start_env = None  # type: Optional[List[str]]
        self.stop_on = tree_of(job.definition.stop_on, None, ())
        self.pids = {}  # type: Dict[str, int]
        self.blocker = None  # type: Optional[SimulatedEvent]
        self.blocking = []  # type: List[SimulatedEvent]
        self.failure = None  # type: Optional[Tuple[str, int]]
        self.respawns = (0.0, 0)  # start of the interval, respawns since
        self.exec_is_separate = simulation.version >= tables.EXEC_NOT_AWAITED_SINCE
        self.present = None  # type: Optional[Present]

    # -- goal and state ------------------------------------------------------------------------------------------
    def release_events(self, failed):
        # type: (bool) -> None
        """Release the events that wait for this instance."""
        events, self.blocking = self.blocking, []
        for event in events:
            event.failed = event.failed or failed
            event.released_by = self
            event.blockers -= 1

    def block_events(self, tree):
        # type: (Tree) -> None
        """Let the events that met a condition wait for this instance."""
        for event in tree.events():
            event.blockers += 1
            self.blocking.append(event)

    def change_goal(self, goal):
        # type: (str) -> None
        if goal == self.goal:
            return
        self.goal = goal
        self.simulation.note(self, "GoalChanged", goal)
        if (goal, self.state) in ((START, tables.WAITING), (STOP, RUNNING)):
            self.advance()

    def advance(self):
        # type: () -> None
        """Enter the next state, and the following ones until one has to wait for something."""
        state = self._following_state()
        while state != self.state:
            old, self.state = self.state, state
            self.simulation.note(self, "StateChanged", state)
            state = self._enter(state, old)

    def _following_state(self):
        # type: () -> str
        goal = self.goal
        state = tables.following(self.state, goal, MAIN in self.pids)
        if goal == RESPAWN and self.state in tables.SETTLES:
            self.change_goal(START)
        return state

    def advance_after_event(self):
        # type: () -> None
        """Advance after the end of the starting or stopping event that this instance waits for."""
        self.blocker = None
        self.advance()

    # -- the states ----------------------------------------------------------------------------------------------
    def _enter(self, state, old):
        # type: (str, str) -> str
        enter = _ENTER.get(state)
        if enter is not None:
            return enter(self, old)
        if state in tables.BEFORE or state in tables.HELPERS:
            return self._helper(state)
        return self._following_state()

    def _helper(self, state):
        # type: (str) -> str
        """Run a helper process: since 1.13 in the state before its own, in older releases in its own."""
        process = tables.BEFORE.get(state, state)
        if process not in self.job.definition.processes:
            return self._following_state()
        if state in tables.BEFORE:
            if self.exec_is_separate:
                self._run(process)
            return self._following_state()
        return state if self.exec_is_separate or self._run(process) else self._following_state()

    def _starting(self, unused):
        # type: (str) -> str
        if self.start_env is not None:
            self.env, self.start_env = self.start_env, None
        self.failure = None
        return self._emit_and_wait("starting")

    def _spawning(self, unused):
        # type: (str) -> str
        if self.exec_is_separate and MAIN in self.job.definition.processes:
            self._run(MAIN)
        return self._following_state()

    def _spawned(self, unused):
        # type: (str) -> str
        if MAIN not in self.job.definition.processes:
            return self._following_state()
        if self.exec_is_separate:
            return SPAWNED
        return SPAWNED if self._run(MAIN) and self.job.definition.expect != "none" else self._following_state()

    def _running(self, old):
        # type: (str) -> str
        if old != PRE_STOP:
            self.simulation.emit("started", self._event_env(), self)
        if not self.job.definition.task:
            self.release_events(False)
        return RUNNING

    def _stopping(self, unused):
        # type: (str) -> str
        return self._emit_and_wait("stopping")

    def _killed(self, unused):
        # type: (str) -> str
        if MAIN not in self.pids:
            return self._following_state()
        self.simulation.kill(self)
        return KILLED

    def _waiting(self, unused):
        # type: (str) -> str
        self.simulation.emit("stopped", self._event_env(stopped=True), self)
        self.release_events(False)
        if self.stop_on is not None:
            self.stop_on.reset()
        self.job.instances.pop(self.name, None)
        if not self.job.instances:
            self.simulation.use_next_definition(self.job)
        return tables.WAITING

    # -- events --------------------------------------------------------------------------------------------------
    def _emit_and_wait(self, name):
        # type: (str) -> str
        self.blocker = self.simulation.emit(name, self._event_env(stopped=name == "stopping"), self)
        self.blocker.instance = self
        return self.state

    def _event_env(self, stopped=False):
        # type: (bool) -> List[str]
        env = ["JOB=" + self.job.name, "INSTANCE=" + self.name]
        if stopped:
            env.extend(self._result_env())
        for name in self.job.definition.export:
            entry = entry_of(self.env, name.partition("=")[0])
            if entry is not None:
                put(env, entry, replace=False)
        return env

    def _result_env(self):
        # type: () -> List[str]
        if self.failure is None:
            return ["RESULT=ok"]
        process, status = self.failure
        result = ["RESULT=failed", "PROCESS=" + process]
        if process != RESPAWNED_TOO_OFTEN and status >= 0:
            result.append("EXIT_STATUS=%d" % status)
        return result

    # -- processes -----------------------------------------------------------------------------------------------
    def _run(self, process):
        # type: (str) -> bool
        """Run a process; return False when init learns at once that it cannot be run."""
        if self.exec_is_separate or self.job.definition.processes[process].does != CANNOT_RUN:
            self.simulation.spawn(self, process)
            return True
        self._exec_failed(process)
        return False

    def handle_exec(self, process):
        # type: (str) -> None
        """Handle the result of an exec that init did not wait for."""
        behaviour = self.job.definition.processes[process]
        if behaviour.does == CANNOT_RUN:
            self._exec_failed(process)
            self.advance()
        elif (process, self.state, self.job.definition.expect) == (MAIN, SPAWNED, "none"):
            self.advance()

    def handle_expect(self):
        # type: () -> None
        """Advance after the main process did what its expect stanza waits for."""
        if self.state == SPAWNED:
            self.advance()

    def _exec_failed(self, process):
        # type: (str) -> None
        self.pids.pop(process, None)
        if process in (MAIN, "pre-start", "post-stop"):
            self.fail(process, -1)
            self.change_goal(STOP)

    def handle_exit(self, process, status):
        # type: (str, int) -> None
        """Handle the end of a process; ``status`` is its exit status, or a signal times 256."""
        failed = stop = False
        advances = self.blocker is None
        if process == MAIN:
            helper = {POST_START: "post-start", PRE_STOP: "pre-stop"}.get(self.state)
            if helper in self.pids:
                advances = False
            failed, stop = self._handle_main_exit(status, advances)
        elif process in ("pre-start", "post-stop"):
            failed = stop = status != 0
        self.pids.pop(process, None)
        if failed:
            self.fail(process, status)
        if stop:
            if self.state == RUNNING:
                advances = False  # the change of the goal advances it
            self.change_goal(STOP)
        if advances:
            self.advance()

    def _handle_main_exit(self, status, advances):
        # type: (int, bool) -> Tuple[bool, bool]
        """Return whether the end of the main process is a failure, and whether the job must stop."""
        definition = self.job.definition
        if self.state in (STOPPING, KILLED):
            return False, False
        abnormal = status != 0 or (definition.respawn and not definition.task)
        may_end = self.goal == STOP and self.simulation.version >= MAIN_MAY_END_DURING_STOP_SINCE
        if may_end or not abnormal or status in definition.normal_exit:
            return False, True
        if not definition.respawn:
            return True, True
        if self._is_respawned_too_often(*definition.respawn_limit):
            self.fail(RESPAWNED_TOO_OFTEN, 0)
            return False, True
        if not advances:
            self.change_goal(RESPAWN)
        return False, False

    def _is_respawned_too_often(self, limit, interval):
        # type: (int, int) -> bool
        """Count a respawn; return whether it exceeds the respawn limit."""
        if not limit or not interval:
            return False
        start, count = self.respawns
        now = int(self.simulation.now)
        if count and now - start < interval:
            self.respawns = (start, count + 1)
            return count + 1 > limit
        self.respawns = (now, 1)
        return False

    def fail(self, process, status):
        # type: (str, int) -> None
        """Mark this run as failed, once."""
        if self.failure is None:
            self.failure = (process, status)
            self.simulation.failures[self.job.name, self.name] = self.failure
            self.simulation.note(self, "Failed", status)
            self.release_events(True)


_ENTER = {
    tables.STARTING: SimulatedInstance._starting,
    tables.SPAWNING: SimulatedInstance._spawning,
    SPAWNED: SimulatedInstance._spawned,
    RUNNING: SimulatedInstance._running,
    STOPPING: SimulatedInstance._stopping,
    KILLED: SimulatedInstance._killed,
    tables.WAITING: SimulatedInstance._waiting,
}  # type: Dict[str, Callable[[SimulatedInstance, str], str]]
