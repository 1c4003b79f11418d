# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run, watch, kill and reap the processes of jobs."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from typing import Callable

from . import child, commands, environment, linux, states, termination
from .context import Context
from .instance import Instance, signal_name
from .joblog import JobLog, log_name
from .lostpids import LostPids
from .messages import RealDaemonCrashError, RealDaemonHangError
from .tracing import DONE, FORKS, Trace

MAX_LOG_PATH_BYTES = 255  # with a longer absolute path the real daemon tries forever to start the process
Guard = Callable[..., Callable[[], None]]


class _Process:
    """A process of an instance."""

    def __init__(self, instance: Instance, name: str, pid: int, pipe: int) -> None:
        self.instance = instance
        self.name = name
        self.pid = pid
        self.pipe: int | None = pipe  # closed by the exec; carries the reason if the exec fails
        self.log: JobLog | None = None
        self.trace: Trace | None = None


class Supervisor:
    """All processes by pid. ``guard`` wraps callbacks of the event loop."""

    def __init__(self, context: Context, loop: asyncio.AbstractEventLoop, guard: Guard) -> None:
        self._context = context
        self._loop = loop
        self._guard = guard
        self._by_pid: dict[int, _Process] = {}
        self._unwritten: list[JobLog] = []
        self._disk_writable = False  # a client has reported it
        self._not_executed: set[Instance] = set()
        self._timers: dict[Instance, asyncio.TimerHandle] = {}
        self._lost = LostPids(self._followed, self._lost_ended, self._call_later, self._watch, loop.remove_reader)

    # -- running ---------------------------------------------------------------
    def run(self, instance: Instance, process: str) -> bool:
        """Start a process; return False if it failed. Releases that do not wait for the exec report this later."""
        plan = self._plan(instance, process)
        log = self._open_log(instance, plan)
        feed = None
        if plan.command.fed is not None:
            plan.script, feed = os.pipe()
        read_end, write_end = os.pipe()
        pid = os.fork()
        if not pid:
            child.become(plan, write_end)
        os.close(write_end)
        for descriptor in (plan.terminal, plan.script):
            if descriptor is not None:
                os.close(descriptor)
        running = _Process(instance, process, pid, read_end)
        running.log = log
        if log is not None and log.master is not None:
            self._loop.add_reader(log.master, self._guard(self._output, running))
        if feed is not None:
            self._feed(feed, os.fsencode(plan.command.fed or ""))
        self._by_pid[pid] = running
        instance.pids[process] = pid
        running.trace = instance.trace = self._trace(running) if plan.traced else None
        self._context.messages.info("%s %s process (%d)" % (instance.label, process, pid))
        if self._context.version.asynchronous_spawn:
            self._loop.add_reader(read_end, self._guard(self._executed, running))
            return True
        os.set_blocking(read_end, True)
        return self._settle(running) == ""

    def _plan(self, instance: Instance, process: str) -> child.Plan:
        version = self._context.version
        job = instance.job
        source = job.values["process"][process]
        target = version.script_descriptor
        env = list(instance.env)
        if process in ("pre-stop", "post-stop"):
            environment.merge(env, instance.stop_env or ())
        environment.put(env, "UPSTART_JOB=" + job.name)
        environment.put(env, "UPSTART_INSTANCE=" + instance.name)
        if instance.fds:
            environment.put(env, "UPSTART_FDS=" + " ".join(map(str, instance.fds)))
        return child.Plan(
            command=commands.build(source["command"] or "", source["script"], version.script_folder, target),
            env=env,
            values=job.values,
            console=job.console,
            script_target=target,
            traced=process == states.MAIN and job.values["expect"] in FORKS,
            main=process == states.MAIN,
            inherits_nice=version.inherits_nice,
            sets_groups=version.sets_groups,
            old_oom_scale=version.old_oom_scale,
            fds=list(instance.fds),
        )

    def _open_log(self, instance: Instance, plan: child.Plan) -> JobLog | None:
        if plan.console != "log" or not self._context.version.job_logs:
            return None
        path = os.path.join(self._context.settings.logdir, log_name(instance.job.name, instance.name))
        if os.path.isabs(path) and len(os.fsencode(path)) > MAX_LOG_PATH_BYTES:
            raise RealDaemonHangError("the path of the log of job %s takes %d bytes" % (
                instance.job.name, len(os.fsencode(path))))
        try:
            master, plan.terminal = os.openpty()
        except OSError as error:
            self._context.messages.error("Failed to create pty - disabling logging for job: %s" % error.strerror)
            return None
        return JobLog(path, master, self._context.messages)

    def _feed(self, descriptor: int, script: bytes) -> None:
        """Write a script to the shell's descriptor without blocking."""
        os.set_blocking(descriptor, False)
        rest = memoryview(script)

        def write() -> None:
            nonlocal rest
            try:
                rest = rest[os.write(descriptor, rest):]
            except BlockingIOError:
                return
            except OSError:
                rest = rest[len(rest):]
            if not rest:
                self._loop.remove_writer(descriptor)
                os.close(descriptor)

        self._loop.add_writer(descriptor, write)
        write()

    def _executed(self, running: _Process) -> None:
        """Continue after the exec succeeded or failed."""
        if running.pipe is None:
            return
        self._loop.remove_reader(running.pipe)
        if self._settle(running):
            running.instance.advance()
        elif running.name == states.MAIN and running.instance.state == states.SPAWNED:
            if running.instance.job.values["expect"] == "none":
                running.instance.advance()

    def _settle(self, running: _Process) -> str:
        """Return why the exec failed, or an empty text."""
        assert running.pipe is not None
        pipe, running.pipe = running.pipe, None
        data = b""
        while True:
            piece = os.read(pipe, 4096)
            if not piece:
                break
            data += piece
        os.close(pipe)
        reason = os.fsdecode(data)
        if reason:
            text = "Failed to spawn %s %s process: %s" % (running.instance.label, running.name, reason)
            self._context.messages.warn(text)
            self._forget(running)
            if self._context.version.asynchronous_spawn:
                self._not_executed.add(running.instance)
            termination.not_run(running.instance, running.name)
        return reason

    # -- the end -----------------------------------------------------------------
    def reap(self) -> None:
        """Handle every child that has ended or stopped."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED | linux.WAIT_ALL_CHILDREN)
            except ChildProcessError:
                return
            if not pid:
                return
            running = self._by_pid.get(pid)
            if running is None:
                continue
            if os.WIFSTOPPED(status):
                self._stopped(running, status)
            else:
                self._ended(running, status)

    def _ended(self, running: _Process, status: int) -> None:
        if running.pipe is not None:
            self._executed(running)  # handle the exec first, even if it is reported late
            if self._by_pid.get(running.pid) is not running:
                return
        self._forget(running)
        code = os.WTERMSIG(status) << 8 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        self._cancel_timer(running.instance)
        termination.process_ended(running.instance, running.name, code, time.monotonic())

    def _stopped(self, running: _Process, status: int) -> None:
        if running.trace is not None and running.trace.state != DONE:
            running.trace.stopped(status)
        elif running.name == states.MAIN and running.instance.job.values["expect"] == "stop":
            if running.instance.state == states.SPAWNED and os.WSTOPSIG(status) == signal.SIGSTOP:
                os.kill(running.pid, signal.SIGCONT)
                running.instance.advance()

    def _trace(self, running: _Process) -> Trace:
        def follow(pid: int) -> None:
            self._by_pid.pop(running.pid, None)
            running.pid = running.instance.pids[running.name] = pid
            self._by_pid[pid] = running

        def ready() -> None:
            self._lost.follow(running.pid)
            if running.instance.state == states.SPAWNED:
                running.instance.advance()

        return Trace(running.pid, running.instance.job.values["expect"], follow, ready)

    def _followed(self) -> list[int]:
        """Return the pids that traces ended at; a wrong ``expect`` makes them the wrong pids."""
        traces = [running.trace for running in self._by_pid.values() if running.trace is not None]
        return [trace.pid for trace in traces if trace.state == DONE]

    def _lost_ended(self, pid: int) -> None:
        running = self._by_pid.get(pid)
        if running is not None:
            self._ended(running, 0)

    def _call_later(self, seconds: float, function: Callable[[], None]) -> object:
        return self._loop.call_later(seconds, self._guard(function))

    def _watch(self, descriptor: int, function: Callable[[], None]) -> None:
        self._loop.add_reader(descriptor, self._guard(function))

    def _forget(self, running: _Process) -> None:
        self._by_pid.pop(running.pid, None)
        log, running.log = running.log, None
        if log is None:
            return
        if log.master is not None:
            self._loop.remove_reader(log.master)
        log.close()
        if log.unwritten and log.may_become_writable and not self._disk_writable:
            self._unwritten.insert(0, log)
        elif log.unwritten:
            log.flush()  # the last attempt
            log.close()

    def _output(self, running: _Process) -> None:
        log = running.log
        if log is not None and log.master is not None and not log.drain():
            self._loop.remove_reader(log.master)

    def logs(self, instance: Instance) -> dict[str, JobLog]:
        """Return the open logs of an instance's processes, by the process's name."""
        running = [self._by_pid[pid] for pid in instance.pids.values() if pid in self._by_pid]
        return {process.name: process.log for process in running if process.log is not None
                and process.log.master is not None}

    def write_kept_logs(self) -> int:
        """Write the output of ended processes that was kept; return 0, or the number of the first error.

        Later output that cannot be written when its process ends is not kept any more.
        """
        while self._unwritten:
            error = self._unwritten[0].flush()
            if error:
                return error
            self._unwritten.pop(0).close()
        self._disk_writable = True
        return 0

    # -- killing -------------------------------------------------------------------
    def kill_main(self, instance: Instance) -> None:
        """Send the kill signal to the main process's group, and KILL after the kill timeout."""
        number = instance.job.values["kill_signal"]
        seconds = instance.job.values["kill_timeout"]
        version = self._context.version
        if version.kill_signal_aborts == "zero" and number <= 0:
            raise RealDaemonCrashError("kill signal 0 (job %s)" % instance.label)
        if version.kill_signal_aborts == "numbers" and instance.job.numeric_kill_signal:
            raise RealDaemonCrashError("kill signal by number (job %s)" % instance.label)
        if not self._signal_group(instance, instance.pids[states.MAIN], number):
            return  # like the real daemon: no timer starts and the job keeps its state
        if seconds <= 0 and version.kill_timeout_zero_aborts:
            raise RealDaemonCrashError("kill timeout 0 (job %s)" % instance.label)
        self._timers[instance] = self._loop.call_later(seconds, self._guard(self._kill_harder, instance))

    def _kill_harder(self, instance: Instance) -> None:
        self._timers.pop(instance, None)
        pid = instance.pids.get(states.MAIN)
        if pid is not None:
            self._signal_group(instance, pid, signal.SIGKILL)

    def _signal_group(self, instance: Instance, pid: int, number: int) -> bool:
        description = "%s signal to %s main process (%d)" % (signal_name(number), instance.label, pid)
        self._context.messages.info("Sending " + description)
        try:
            group = os.getpgid(pid)
            if group == os.getpgrp():
                os.kill(pid, number)
            else:
                os.killpg(group, number)
        except OSError as error:
            self._context.messages.warn("Failed to send %s: %s" % (description, error.strerror))
            return False
        return True

    def kill_timer(self, instance: Instance) -> tuple[int, int] | None:
        """Return the kill timeout and its deadline on the monotonic clock, both in seconds; None if no timer runs."""
        timer = self._timers.get(instance)
        return None if timer is None else (instance.job.values["kill_timeout"], int(timer.when()))

    def _cancel_timer(self, instance: Instance) -> None:
        timer = self._timers.pop(instance, None)
        if timer is not None:
            timer.cancel()

    @property
    def spins(self) -> bool:
        """Whether the real 1.13 never sleeps: it does not close its end of the pipe of a process that could not be
        executed until the instance ends, and finds it readable all the time.
        """
        return bool(self._not_executed)

    def release_instance(self, instance: Instance) -> None:
        """Cancel the timer and close the descriptors of a finished instance."""
        self._not_executed.discard(instance)
        self._cancel_timer(instance)
        for descriptor in instance.fds:
            os.close(descriptor)
        instance.fds = []
