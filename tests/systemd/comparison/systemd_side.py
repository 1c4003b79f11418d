# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The side with systemd: the translated jobs of each story, and the commands in place of those of Upstart."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import Any

from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.distribution_table import replacing_unit
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.names import escape, unit_stem
from chaos.bus import CallError, Signal

from .records import Processes
from .side import CALL_SECONDS, COMMANDS, DOWN, FAILED, OK, PENDING, UP, JobStates, Play, Side, waited
from .story import PlacedStory, Step
from .systemd_bus import SystemdBus

MANAGER, INTERFACE = "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"
ETC = "/etc/systemd/system/"


@dataclass(frozen=True)
class _JobUnit:
    """The unit of a job, or the units of its instances."""

    job: str  # its name in the story
    pattern: re.Pattern[str]  # of their names
    is_task: bool


class SystemdSide(Side):
    """systemd as process 1 of new namespaces."""

    name = "systemd"

    def __init__(self, scratch: Path, version: int) -> None:
        super().__init__(scratch / "runs-systemd", Processes(Path("/proc")))
        self.runs.mkdir()
        self._version = version
        self._scratch = scratch
        self.units = scratch / "units"
        self.units.mkdir()
        self._translations: dict[str, dict[str, Any]] = {}
        self._units: dict[str, list[_JobUnit]] = {}
        self._lock = threading.Condition()
        self._results: dict[str, str] = {}
        self._root = Path("/")
        self.bus: SystemdBus

    def load(self, stories: Iterable[PlacedStory]) -> None:
        """Translate the jobs of stories and write their files. systemd boots afterwards."""
        for placed in stories:
            placed.run.mkdir()
            (placed.run / "commands").write_text(placed.text(COMMANDS))
            translation = to_systemd(placed.jobs(), self._version, script_dir=str(placed.run))
            self._translations[placed.prefix] = translation
            self._units.pop(placed.prefix, None)
            for path, text in translation["files"].items():
                self._write(path, text)
            for path, target in translation["links"].items():
                link = self.units / path.removeprefix(ETC)
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(self.units / target.removeprefix(ETC))
            for name, text in placed.story.units.items():
                self._write(ETC + placed.text(name), placed.text(text))

    def _write(self, path: str, text: str) -> None:
        file = self.units / path.removeprefix(ETC) if path.startswith(ETC) else Path(path)
        if self._scratch in file.parents:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)

    def findings(self, placed: PlacedStory) -> list[dict[str, Any]]:
        findings: list[dict[str, Any]] = self._translations[placed.prefix]["findings"]
        return findings

    def connect(self, init: int) -> None:
        """Talk to a booted systemd.

        :param init: its process ID outside of its namespace.
        """
        root = Path(f"/proc/{init}/root")
        self._root = root
        self.processes = Processes(root / "proc")
        self.bus = SystemdBus(init)
        self.bus.on_signal = self._note

    def boot(self) -> None:
        deadline = time.monotonic() + CALL_SECONDS
        while self._call("ListJobs")[0]:
            if time.monotonic() > deadline:
                raise CallError("systemd does not reach multi-user.target")
            time.sleep(0.02)

    def shut_down(self) -> None:
        self._job("StartUnit", "poweroff.target", "replace-irreversibly")

    def reload_units(self) -> None:
        """Make systemd read new units, and start those that wait for files or sockets."""
        self._call("Reload")
        for path in self.units.glob("*.target.wants/*"):
            if path.suffix in (".path", ".socket"):
                self._job("StartUnit", path.name)

    def _note(self, signal: Signal) -> None:
        if signal.member == "JobRemoved":
            with self._lock:
                self._results[signal.body[1]] = signal.body[3]
                self._lock.notify_all()

    def unit(self, play: Play, job: str, env: Iterable[str] = ()) -> str:
        """Return the unit of a job, or of the instance that variables name."""
        placed = play.placed
        unit: str = self._translations[placed.prefix]["units"][placed.text(job)]
        if "@." not in unit:
            return unit
        values = "-".join(entry.partition("=")[2] for entry in map(placed.text, env))
        return unit.replace("@.", f"@{escape(values)}.")

    def event_unit(self, play: Play, step: Step) -> str | None:
        """Return the unit that stands for an event with some variables, None if no job of the story waits for it."""
        files = self._translations[play.placed.prefix]["files"]
        stem = "event-" + unit_stem(play.placed.text(step.name))
        for entry in step.env:
            value = escape(play.placed.text(entry).partition("=")[2])
            if f"{ETC}{stem}@{value}.service" in files or f"{ETC}{stem}@.service" in files:
                return f"{stem}@{value}.service"
        return f"{stem}.service" if f"{ETC}{stem}.service" in files else None

    def command(self, play: Play, step: Step) -> tuple[str, str]:
        if step.verb == "emit":
            return self._emit(play, step)
        verb = {"start": "StartUnit", "stop": "StopUnit", "restart": "RestartUnit", "reload": "ReloadUnit"}[step.verb]
        return self._job(verb, self.unit(play, step.name, step.env))

    def _emit(self, play: Play, step: Step) -> tuple[str, str]:
        unit = play.placed.text(step.unit) or self.event_unit(play, step)
        if unit is not None and unit.startswith("/"):
            Path(unit[1:]).touch()
            return OK, ""
        if unit is not None and unit.startswith("socket:"):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(f"{self._root}{unit.removeprefix('socket:')}")
            return OK, ""
        return (OK, "no job waits for the event") if unit is None else self._job("StartUnit", unit)

    def _job(self, method: str, unit: str, mode: str = "replace") -> tuple[str, str]:
        path = self._call(method, "ss", (unit, mode))[0]
        waited(self._lock, lambda: path in self._results, CALL_SECONDS, f"{method} {unit}")
        result = self._results[path]
        return OK if result in ("done", "skipped") else FAILED, result

    def _call(self, method: str, signature: str = "", body: tuple[Any, ...] = ()) -> tuple[Any, ...]:
        return self.bus.call(MANAGER, INTERFACE, method, signature, body, timeout=CALL_SECONDS)

    def kill(self, play: Play, step: Step) -> None:
        """Send a signal to the main process of a label, or to all of a unit for a process that is not the main one."""
        job, _dot, kind = step.name.partition(".")
        with contextlib.suppress(CallError):
            self._call("KillUnit", "ssi", (
                self.unit(play, f"@{job}"), "main" if kind.startswith("main") else "control",
                int(Signals[f"SIG{step.env[0]}"])))

    def states(self, play: Play) -> dict[str, JobStates]:
        rows = self._call("ListUnitsByPatterns", "asas", ([], [f"{play.placed.prefix}*"]))[0]
        result = {}
        for unit in self._units_of(play.placed):
            present = [(_state(row[3], row[4], unit.is_task), row[3]) for row in rows if unit.pattern.fullmatch(row[0])]
            result[unit.job] = JobStates(tuple(sorted(state for state, _active in present if state != DOWN)),
                                         any(active == "failed" for _state, active in present))
        return result

    def _units_of(self, placed: PlacedStory) -> list[_JobUnit]:
        """Return the units of a story's jobs. They stay the same for the whole story, and each poll needs them."""
        if placed.prefix not in self._units:
            translation = self._translations[placed.prefix]
            found = []
            for job, unit in {**self._replacing_units(placed), **translation["units"]}.items():
                text = translation["files"].get(ETC + unit, "")
                found.append(_JobUnit(placed.plain(job), re.compile(re.escape(unit).replace("@\\.", "@.*\\.")),
                                      "Type=oneshot" in text and "RemainAfterExit" not in text))
            self._units[placed.prefix] = found
        return self._units[placed.prefix]

    def _replacing_units(self, placed: PlacedStory) -> dict[str, str]:
        """Return the units of the distribution that replace jobs of a story, as far as the story provides them."""
        units = {job: replacing_unit(job, "debian") for job in placed.jobs()}
        return {job: unit for job, unit in units.items()
                if unit and re.sub("@.*[.]", "@.", unit) in placed.story.units}


def _state(active: str, sub: str, is_task: bool) -> str:
    """Return the state of a unit; a task that runs is activating, and Upstart calls it running.

    A unit that waits for others before its first process counts as down.
    """
    if active in ("active", "reloading"):
        return UP
    if is_task and (active, sub) == ("activating", "start"):
        return UP
    if active in ("activating", "deactivating"):
        return PENDING
    return DOWN
