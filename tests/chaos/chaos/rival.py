# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The second client: acts on jobs and their files during the call, and logs its acts."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .bus import INTERFACE, MANAGER, Bus, CallError, instance_path
from .history import Act, History
from .host import Host
from .truth import Observer

FILE_ACTS = frozenset(("edit", "replace", "hardlink", "symlink", "link_over", "remove", "away", "override",
                       "override_link", "override_remove", "broken"))
SIGNALS = {"term": signal.SIGTERM, "kill": signal.SIGKILL, "freeze": signal.SIGSTOP}
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Interference:
    """An act that was carried out."""

    act: Act
    begin: float
    end: float

    @property
    def on_file(self) -> bool:
        return self.act.kind in FILE_ACTS


class Hand:
    """Carries out a single act."""

    def __init__(self, host: Host, history: History, bus: Bus, observer: Observer) -> None:
        self.host, self.history, self.bus, self.observer = host, history, bus, observer

    def act(self, act: Act) -> Interference:
        begin = time.monotonic()
        with contextlib.suppress(OSError, CallError):
            if act.kind in FILE_ACTS:
                self.change_file(act)
            elif act.kind in SIGNALS:
                self._kill(act)
            elif act.kind == "reload":
                self.bus.send(MANAGER, INTERFACE, "ReloadConfiguration")
            elif act.kind == "event":
                self.bus.send(MANAGER, INTERFACE, "EmitEvent", "sasb", (f"ev{1 + act.version % 2}", [], False))
            else:
                {"start": self.bus.start, "stop": self.bus.stop, "restart": self.bus.restart}[act.kind](
                    act.job, act.instance)
        return Interference(act, begin, time.monotonic())

    def _kill(self, act: Act) -> None:
        pids = dict(self.bus.properties(instance_path(act.job, act.instance), "Instance")["processes"])
        self.observer.processes.kill(pids.get("main", 0), SIGNALS[act.kind])

    def _new(self, act: Act, text: str) -> Path:
        """Write a text beside the job directory, and return its path."""
        path = self.host.scratch / f"new-{act.version}"
        path.write_text(self.host.fill(text))
        return path

    def _renamed(self, act: Act, text: str, target: Path) -> None:
        """Replace a file in one step, as an editor or a package does."""
        path = target.with_name(f".{act.version}.new~")
        path.write_text(self.host.fill(text))
        path.rename(target)

    def change_file(self, act: Act) -> None:
        conf, override = self.host.file(act.job), self.host.file(act.job, ".override")
        text = self.history.job(act.job).text(act.version)
        if act.kind == "edit":
            conf.write_text(self.host.fill(text))
        elif act.kind == "replace":
            self._renamed(act, text, conf)
        elif act.kind == "broken":
            self._renamed(act, f"env V={act.version}\nbogus\n", conf)
        elif act.kind in ("hardlink", "symlink"):
            new = self._new(act, text)
            conf.unlink(missing_ok=True)
            (os.link if act.kind == "hardlink" else os.symlink)(new, conf)
        elif act.kind == "link_over":
            link = conf.with_name(f".{act.version}.link~")
            link.symlink_to(self._new(act, text))
            link.rename(conf)
        elif act.kind == "remove":
            conf.unlink()
        elif act.kind == "away":
            away = conf.with_name(f".{act.version}.away~")
            conf.rename(away)
            time.sleep(0.05)
            away.rename(conf)
        elif act.kind == "override":
            self._renamed(act, f"env V={act.version}\n", override)
        elif act.kind == "override_link":
            new = self._new(act, f"env V={act.version}\n")
            override.unlink(missing_ok=True)
            os.link(new, override)
        elif act.kind == "override_remove":
            override.unlink()


class Rival(threading.Thread):
    """Carries out acts when they are due, until ``halt``."""

    def __init__(self, hand: Hand, acts: Iterable[Act], begin: float) -> None:
        super().__init__(daemon=True)
        self._hand, self._begin = hand, begin
        self._waiting = list(acts)
        self._halt = threading.Event()
        self.log: list[Interference] = []

    def _moved(self) -> float | None:
        """Return the time of the first move of an instance after the call began."""
        return next((moment for moment in self._hand.observer.moves if moment > self._begin), None)

    def _is_due(self, act: Act) -> bool:
        start = self._moved() if act.after_move else self._begin
        return start is not None and time.monotonic() >= start + act.at

    def run(self) -> None:
        while self._waiting and not self._halt.is_set():
            for act in [act for act in self._waiting if self._is_due(act)]:
                if self._halt.is_set():
                    return
                self._waiting.remove(act)
                self.log.append(self._hand.act(act))
            time.sleep(POLL_SECONDS)

    def halt(self) -> None:
        """Start no further act, and wait for the end of the current act."""
        self._halt.set()
        self.join(60)
