# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job instance: its goal, its state and its state changes."""

from __future__ import annotations

import signal

from . import conditions, environment, states
from .context import Context
from .dbus.paths import instance_path
from .events import Event, Waiter
from .jobclass import JobClass
from .messages import RealDaemonCrashError
from .respawn import RespawnWindow
from .tracing import Trace

RESPAWN_FAILURE = "respawn"  # the PROCESS of an instance that respawned too fast


class Instance:
    """A running, starting or stopping instance of a job."""

    def __init__(self, context: Context, job: JobClass, name: str) -> None:
        self.context = context
        self.job = job
        self.name = name
        self.path = instance_path(job.name, name)
        self.goal = states.STOP
        self.state = states.WAITING
        self.env: list[str] = []
        self.start_env: list[str] | None = None
        self.stop_env: list[str] | None = None
        self.pids: dict[str, int] = {}
        self.trace: Trace | None = None  # of the last process that was started
        self.blocker: Event | None = None
        self.blocking: list[Event] = []
        self.waiters: list[Waiter] = []
        self.stop_on = conditions.build(job.values["stop_on"])
        self.respawns = RespawnWindow()
        self.failed = False
        self.failed_process: str | None = None
        self.exit_status = -1
        self.fds: list[int] = []
        self._enter = {
            states.STARTING: self._enter_starting,
            states.SECURITY: self._enter_security,
            states.SPAWNING: self._enter_spawning,
            states.SPAWNED: self._enter_spawned,
            states.RUNNING: self._enter_running,
            states.STOPPING: self._enter_stopping,
            states.KILLED: self._enter_killed,
            states.WAITING: self._enter_waiting,
        }
        if not name.isascii():
            # The real daemon writes past the end of its path buffer. It may survive that; the emulator never does.
            raise RealDaemonCrashError("an instance name beyond ASCII: %r" % name)
        job.instances[name] = self
        context.announcer.instance_added(self)

    @property
    def label(self) -> str:
        """The instance's name in messages: ``job`` or ``job (instance)``."""
        return "%s (%s)" % (self.job.name, self.name) if self.name else self.job.name

    @property
    def main_alive(self) -> bool:
        return states.MAIN in self.pids

    # -- requests ------------------------------------------------------------
    def request(self, goal: str, waiter: Waiter | None = None) -> None:
        """Release all waiters, then change the goal ("restart": to stop and back to start)."""
        self.finish(False)
        if waiter is not None:
            self.waiters.append(waiter)
        if goal == "restart":
            self.change_goal(states.STOP)
            goal = states.START
        self.change_goal(goal)

    def finish(self, failed: bool) -> None:
        """Report the result to the callers and events that wait for this instance."""
        events, self.blocking = self.blocking, []
        waiters, self.waiters = self.waiters, []
        for event in events:
            event.failed = event.failed or failed
            event.unblock()
        for waiter in waiters:
            waiter.finish(failed)

    def hold(self, condition: conditions.Condition) -> None:
        """Block the events that changed the goal until this instance has settled."""
        for event in condition.events():
            event.block()
            self.blocking.append(event)

    # -- goal and state --------------------------------------------------------
    def change_goal(self, goal: str) -> None:
        if goal == self.goal:
            return
        self.context.messages.info("%s goal changed from %s to %s" % (self.label, self.goal, goal))
        self.goal = goal
        self.context.announcer.goal_changed(self)
        if (goal, self.state) in ((states.START, states.WAITING), (states.STOP, states.RUNNING)):
            self.advance()

    def advance(self) -> None:
        """Move to the next state, and on until a state has something to wait for."""
        self.change_state(self._next())

    def change_state(self, state: str) -> None:
        while state != self.state:
            old, self.state = self.state, state
            if state in self.context.version.states:
                self.context.messages.info("%s state changed from %s to %s" % (self.label, old, state))
                self.context.announcer.state_changed(self)
            enter = self._enter.get(state)
            if enter is not None:
                state = enter(old)
            elif state in _SPAWNING or state in _SPAWNING.values():
                state = self._helper(state)
            else:
                state = self._next()

    def _next(self) -> str:
        if self.goal == states.RESPAWN and states.respawn_settles(self.state):
            state = states.next_state(self.state, states.RESPAWN, self.main_alive)
            self.change_goal(states.START)
            return state
        return states.next_state(self.state, self.goal, self.main_alive)

    def event_finished(self) -> None:
        """Continue after the starting or stopping event that this instance waited for."""
        self.blocker = None
        self.advance()

    # -- the single states -----------------------------------------------------
    def _helper(self, state: str) -> str:
        """Run a helper process in the state before its own; up to 1.12 in its own state, and wait for the exec."""
        asynchronous = self.context.version.asynchronous_spawn
        process = state if state in self.job.values["process"] else _SPAWNING.get(state, "")
        if not self.job.has_process(process):
            return self._next()
        if state in _SPAWNING:
            if asynchronous:
                self.context.processes.run(self, process)
            return self._next()
        if asynchronous or self.context.processes.run(self, process):
            return state
        return self._next()

    def _enter_starting(self, _old: str) -> str:
        if self.start_env is not None:
            self.env, self.start_env = self.start_env, None
        self.stop_env = None
        self.failed, self.failed_process, self.exit_status = False, None, -1
        return self._emit_and_wait("starting")

    def _enter_security(self, _old: str) -> str:
        if "security" not in self.job.values["process"] or not _apparmor_enabled():
            return self._next()
        return states.SECURITY if self.context.processes.run(self, "security") else self._next()

    def _enter_spawning(self, _old: str) -> str:
        if self.context.version.asynchronous_spawn and self.job.has_process(states.MAIN):
            self.context.processes.run(self, states.MAIN)
        return self._next()

    def _enter_spawned(self, _old: str) -> str:
        if not self.job.has_process(states.MAIN):
            return self._next()
        if self.context.version.asynchronous_spawn:
            return states.SPAWNED  # until the exec is reported
        started = self.context.processes.run(self, states.MAIN)
        return states.SPAWNED if started and self.job.values["expect"] != "none" else self._next()

    def _enter_running(self, old: str) -> str:
        if old == states.PRE_STOP:
            self.stop_env = None
        else:
            self.context.queue.emit("started", self._event_env())
        if old == states.PRE_STOP or not self.job.task:
            self.finish(False)
        return states.RUNNING

    def _enter_stopping(self, _old: str) -> str:
        return self._emit_and_wait("stopping")

    def _enter_killed(self, _old: str) -> str:
        if not self.main_alive:
            return self._next()
        self.context.processes.kill_main(self)
        return states.KILLED

    def _enter_waiting(self, _old: str) -> str:
        self.context.queue.emit("stopped", self._event_env(stopped=True))
        self.finish(False)
        if self.stop_on is not None:
            self.stop_on.reset()
        self.context.processes.release_instance(self)
        self.context.registry.instance_ended(self)
        return states.WAITING

    # -- events and failures -----------------------------------------------------
    def _emit_and_wait(self, name: str) -> str:
        self.blocker = self.context.queue.emit(name, self._event_env(stopped=name == "stopping"))
        self.blocker.job = self
        return self.state

    def _event_env(self, stopped: bool = False) -> list[str]:
        env = ["JOB=" + self.job.name, "INSTANCE=" + self.name]
        if stopped:
            env += self._result()
        for name in self.job.values["export"]:
            entry = environment.get(self.env, name.partition("=")[0])
            if entry is not None:
                environment.put(env, entry, replace=False)
        return env

    def _result(self) -> list[str]:
        if not self.failed:
            return ["RESULT=ok"]
        result = ["RESULT=failed", "PROCESS=%s" % self.failed_process]
        if self.failed_process == RESPAWN_FAILURE or self.exit_status < 0:
            return result
        if self.exit_status >> 8:
            return result + ["EXIT_SIGNAL=%s" % signal_name(self.exit_status >> 8)]
        return result + ["EXIT_STATUS=%d" % self.exit_status]

    def fail(self, process: str, status: int) -> None:
        """Mark this run as failed, once; ``status`` is an exit status, a signal times 256, or -1 (never ran)."""
        if self.failed:
            return
        self.failed, self.failed_process, self.exit_status = True, process, status
        self.context.announcer.failed(self, status)
        self.finish(True)


_SPAWNING: dict[str, str] = {
    states.PRE_STARTING: states.PRE_START,
    states.POST_STARTING: states.POST_START,
    states.PRE_STOPPING: states.PRE_STOP,
    states.POST_STOPPING: states.POST_STOP,
}


def signal_name(number: int) -> str:
    """Return a signal's name without SIG, or its number if it has no name."""
    try:
        return signal.Signals(number).name[3:]
    except ValueError:
        return str(number)


def _apparmor_enabled() -> bool:
    try:
        with open("/sys/module/apparmor/parameters/enabled") as stream:
            return stream.read(1) == "Y"
    except OSError:
        return False
