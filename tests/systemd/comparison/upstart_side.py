# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The side with Upstart: the emulator, or the daemon that UPSTART_BOOT boots."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Any

from chaos.bus import INTERFACE, MANAGER, Bus, CallError, Signal, instance_path, job_path, unescape
from with_daemon import EMULATOR, Daemon

from .records import Processes, read_records
from .side import CALL_SECONDS, COMMANDS, DOWN, FAILED, OK, PENDING, UP, JobStates, Play, Side
from .story import PlacedStory, Step

LOAD_SECONDS = 120.0
INITCTL = EMULATOR.with_name("initctl")
LAST_OF_BOOT = "rc"
STABLE = ("waiting", "running")
# The state is as it was asked for, though Upstart calls it an error.
HARMLESS = ("AlreadyStarted", "AlreadyStopped", "UnknownInstance")


class UpstartSide(Side):
    """A private Upstart daemon."""

    name = "Upstart"

    def __init__(self, daemon: Daemon) -> None:
        super().__init__(daemon.scratch / "runs", Processes(Path("/proc")))
        self.runs.mkdir()
        self._tools = daemon.scratch / "tools"
        self._tools.mkdir()
        for name in ("initctl", "start", "stop", "restart", "reload", "status"):
            (self._tools / name).symlink_to(INITCTL)
        self._address = daemon.address
        self._conf = daemon.conf
        self._lock = threading.Lock()
        self._goals: dict[tuple[str, str], str] = {}
        self._states: dict[tuple[str, str], str] = {}
        self._failed: set[str] = set()
        self.bus = Bus(daemon.address)
        self.bus.on_signal = self._note

    def load(self, stories: Iterable[PlacedStory]) -> None:
        """Write the job files of stories and wait until the daemon has read them."""
        names = set()
        for placed in stories:
            placed.run.mkdir()
            (placed.run / "commands").write_text(
                f"export UPSTART_SESSION={self._address} PATH={self._tools}:$PATH PYTHON={sys.executable}\n"
                + placed.text(COMMANDS))
            for name, texts in placed.jobs().items():
                pair = {"conf": texts} if isinstance(texts, str) else texts
                for suffix, text in sorted(pair.items(), reverse=True):  # the override first
                    (self._conf / f"{name}.{suffix}").write_text(text)
                if not any("nonsense" in text for text in pair.values()):
                    names.add(job_path(name))
        self._call(MANAGER, INTERFACE, "ReloadConfiguration")
        deadline = time.monotonic() + LOAD_SECONDS
        while missing := names - set(self._call(MANAGER, INTERFACE, "GetAllJobs")[0]):
            if time.monotonic() > deadline:
                raise CallError(f"Upstart has not read the jobs {', '.join(sorted(map(unescape, missing)))[:300]}")
            time.sleep(0.02)

    def boot(self) -> None:
        self._call(MANAGER, INTERFACE, "EmitEvent", "sasb", ("startup", [], True))
        deadline = time.monotonic() + CALL_SECONDS
        while self._states.get((LAST_OF_BOOT, "")) != "waiting":
            if time.monotonic() > deadline:
                running = [f"{job} {state}" for (job, _name), state in self._states.items() if state not in STABLE]
                raise CallError(
                    f"the boot does not reach the end of {LAST_OF_BOOT}; {', '.join(running) or 'all wait'}")
            time.sleep(0.02)

    def shut_down(self) -> None:
        self._call(MANAGER, INTERFACE, "EmitEvent", "sasb", ("runlevel", ["RUNLEVEL=0", "PREVLEVEL=2"], True))

    def _note(self, signal: Signal) -> None:
        elements = signal.path.removeprefix(f"{MANAGER}/jobs/").split("/")
        if signal.member not in ("GoalChanged", "StateChanged", "Failed") or len(elements) != 2:
            return
        key = (unescape(elements[0]), unescape(elements[1]))
        with self._lock:
            if signal.member == "Failed":
                self._failed.add(key[0])
            elif signal.member == "GoalChanged":
                self._goals[key] = signal.body[0]
            else:
                self._states[key] = signal.body[0]
                if signal.body[0] == "starting":
                    self._failed.discard(key[0])

    def states(self, play: Play) -> dict[str, JobStates]:
        self._call(MANAGER, INTERFACE, "GetJobByName", "s", (LAST_OF_BOOT,))
        with self._lock:
            states, goals, failed = dict(self._states), dict(self._goals), set(self._failed)
        result = {}
        for name in play.placed.jobs():
            present = sorted(_state(goals.get(key, "start"), state) for key, state in states.items() if key[0] == name)
            result[play.placed.plain(name)] = JobStates(
                tuple(state for state in present if state != DOWN), name in failed)
        return result

    def command(self, play: Play, step: Step) -> tuple[str, str]:
        name = play.placed.text(step.name)
        env = [play.placed.text(entry) for entry in step.env]
        try:
            if step.verb == "emit":
                self._call(MANAGER, INTERFACE, "EmitEvent", "sasb", (name, env, True))
            elif step.verb == "reload":
                self._call(instance_path(name, ""), f"{INTERFACE}.Instance", "Reload")
            else:
                self._call(job_path(name), f"{INTERFACE}.Job", step.verb.capitalize(), "asb", (env, True))
        except CallError as error:
            return (OK if any(word in str(error) for word in HARMLESS) else FAILED), str(error)
        return OK, ""

    def _call(self, path: str, interface: str, member: str, signature: str = "",
              body: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        return self.bus.call(path, interface, member, signature, body, timeout=CALL_SECONDS)

    def end_processes(self) -> None:
        """End what still runs of the stories. A real Upstart leaves the processes of its jobs behind when it ends."""
        for run in self.runs.iterdir():
            for pids in self.processes.alive(read_records(run)).values():
                for pid in pids:
                    if "UPSTART_JOB" in self.processes.environment(pid):
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(pid, SIGKILL)

    def kill(self, play: Play, step: Step) -> None:
        number = Signals[f"SIG{step.env[0]}"]
        for pid in self.processes.alive(play.records()).get(step.name, [])[-1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _state(goal: str, state: str) -> str:
    """Return the state of an instance. One that waits before its first process, or before its stop, has not changed."""
    if state in ("waiting", "starting"):
        return DOWN
    return UP if state == "stopping" or (goal, state) == ("start", "running") else PENDING
