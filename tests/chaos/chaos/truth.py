# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The true state: job files, instances and processes at a moment, and the earlier moves of instances."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .bus import INTERFACE, MANAGER, Bus, CallError, Signal, job_path, unescape
from .host import Host
from .processes import NONE, Process, Processes

Instance = tuple[str, str]  # names of a job and of its instance


@dataclass(frozen=True)
class Files:
    """A job's file and its override."""

    conf: str | None
    override: str | None

    @property
    def good(self) -> bool:
        """Return whether the daemon accepts the job file; ``bogus`` is the only wrong stanza in histories."""
        return self.conf is not None and "bogus" not in self.conf + (self.override or "")

    @property
    def version(self) -> int | None:
        """Return the marker of a process that is started with these files, or None if they are invalid."""
        if not self.good:
            return None
        markers = re.findall(r"^env V=(\d+)$", f"{self.conf}\n{self.override or ''}", re.M)
        return int(markers[-1]) if markers else None

    @property
    def starts_by_itself(self) -> bool:
        starts = False
        for line in f"{self.conf or ''}\n{self.override or ''}".splitlines():
            if line.startswith("start on "):
                starts = True
            elif line.strip() == "manual":
                starts = False
        return starts


def marker(text: str | None) -> int | None:
    """Return the last marker of a file."""
    markers = re.findall(r"^env V=(\d+)$", text or "", re.M)
    return int(markers[-1]) if markers else None


@dataclass(frozen=True)
class Now:
    """An instance at a moment."""

    goal: str
    state: str
    pid: int  # of its main process, as the daemon knows it
    main: Process

    @property
    def up(self) -> bool:
        return (self.goal, self.state) == ("start", "running")

    @property
    def version(self) -> int | None:
        value = self.main.environment.get("V", "")
        return int(value) if value.isdigit() else None


@dataclass(frozen=True)
class Snapshot:
    time: float
    instances: dict[Instance, Now]
    known: dict[str, bool]  # jobs that the daemon knows: whether it has a condition for their start
    files: dict[str, Files]
    lines: dict[str, list[str]]  # of the files that jobs write, hup.JOB and run.JOB

    def of_job(self, job: str) -> dict[str, Now]:
        return {instance: now for (name, instance), now in self.instances.items() if name == job}


@dataclass(frozen=True)
class Step:
    """A goal and state of an instance; the state "gone" means that it was removed."""

    time: float
    goal: str
    state: str

    @property
    def up(self) -> bool:
        return (self.goal, self.state) == ("start", "running")

    @property
    def removed(self) -> bool:
        return self.state == "gone"


@dataclass
class Observer:
    """Reads the true state over its own connection; the signals give the times of its changes."""

    host: Host
    bus: Bus
    processes: Processes
    moves: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.bus.on_signal = self._note

    def _note(self, signal: Signal) -> None:
        if signal.member in ("GoalChanged", "StateChanged"):
            self.moves.append(signal.time)

    def timelines(self) -> dict[Instance, list[Step]]:
        lines: dict[Instance, list[Step]] = {}
        for signal in list(self.bus.signals):
            added = signal.member in ("InstanceAdded", "InstanceRemoved")
            if not added and signal.member not in ("GoalChanged", "StateChanged"):
                continue
            path = signal.body[0] if added else signal.path
            job, instance = (unescape(element) for element in path.split("/")[-2:])
            steps = lines.setdefault((job, instance), [])
            goal, state = (steps[-1].goal, steps[-1].state) if steps else ("stop", "gone")
            if signal.member == "InstanceAdded":
                goal, state = "stop", "waiting"
            elif signal.member == "InstanceRemoved" or signal.body[0] == "waiting":
                goal, state = "stop", "gone"
            elif signal.member == "GoalChanged":
                goal = signal.body[0]
            else:
                state = signal.body[0]
            steps.append(Step(signal.time, goal, state))
        return lines

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or self.bus.closed:
                return False
            time.sleep(0.03)
        return True

    def wait_until_quiet(self, quiet: float, seconds: float) -> bool:
        """Wait until no instance has moved for ``quiet`` seconds; return False after ``seconds``."""
        began = time.monotonic()
        return self.wait_until(
            lambda: time.monotonic() - max([began, *self.moves[-1:]]) > quiet, seconds)

    def instances(self) -> tuple[dict[Instance, Now], dict[str, bool]]:
        instances, known = {}, {}
        for path in self.bus.call(MANAGER, INTERFACE, "GetAllJobs")[0]:
            job = unescape(path.rpartition("/")[2])
            try:
                known[job] = bool(self.bus.properties(path, "Job").get("start_on"))
                paths = self.bus.call(path, f"{INTERFACE}.Job", "GetAllInstances")[0]
            except CallError:
                continue
            for instance in paths:
                now = self.instance(instance)
                if now is not None:
                    instances[job, unescape(instance.rpartition("/")[2])] = now
        return instances, known

    def instance(self, path: str) -> Now | None:
        try:
            values = self.bus.properties(path, "Instance")
        except CallError:
            return None
        pid = dict(values["processes"]).get("main", 0)
        return Now(values["goal"], values["state"], pid, self.process(pid))

    def process(self, pid: int) -> Process:
        """Return a process; wait until the environment of a job's process is complete."""
        process = self.processes.read(pid)
        deadline = time.monotonic() + 0.5
        while process.alive and "V" not in process.environment and time.monotonic() < deadline:
            time.sleep(0.02)
            process = self.processes.read(pid)
        return process

    def knows(self, job: str) -> bool:
        try:
            self.bus.call(MANAGER, INTERFACE, "GetJobByName", "s", (job,))
        except CallError:
            return False
        return True

    def snapshot(self, jobs: list[str]) -> Snapshot:
        moment = time.monotonic()
        instances, known = self.instances()
        files = {job: read_files(self.host, job) for job in jobs}
        return Snapshot(moment, instances, known, files, self.lines())

    def lines(self) -> dict[str, list[str]]:
        return {path.name: path.read_text().splitlines() for path in self.host.scratch.iterdir()
                if path.name.startswith(("hup.", "run."))}

    def start_by_hand(self, job: str, instance: str) -> str | None:
        """Start a job; return the daemon's error, or None."""
        environment = [f"N={instance}"] if instance else []
        try:
            self.bus.call(job_path(job), f"{INTERFACE}.Job", "Start", "asb", (environment, False))
        except CallError as error:
            return str(error)
        return None


def read_files(host: Host, job: str) -> Files:
    return Files(_text(host.file(job)), _text(host.file(job, ".override")))


def _text(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None


def folder_listing(host: Host) -> dict[str, str]:
    """Return the texts of all files below the job directory by path."""
    listing = {}
    for folder, _folders, names in os.walk(host.conf):
        for name in names:
            path = Path(folder, name)
            listing[str(path)] = _text(path) or ""
    return listing


__all__ = ["NONE", "Files", "Instance", "Now", "Observer", "Snapshot", "Step", "folder_listing", "marker",
           "read_files"]
