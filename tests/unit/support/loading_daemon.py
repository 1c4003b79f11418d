# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon that loads jobs, on request or by itself, and records its calls."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import (
    ConnectionLostError,
    NotFoundError,
    UnknownJobError,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import MANAGER_PATH, job_path


class Daemon:
    """Both a client and its connection.

    ``on_reload`` are jobs that a reload loads; with ``folder`` it loads the files there and drops all other jobs.
    ``dumps`` are the jobs that GetState marks as deleted, a set for each call, the last repeats; without it the daemon
    has no GetState. ``broken`` is the number of waits during which the connection is lost.
    """

    timeout = 1.0
    peer = {"pid": os.getpid(), "uid": 0, "gid": 0}

    def __init__(self, jobs: dict[str, list[str]], on_reload: list[str] | None = None, folder: Path | None = None,
                 dumps: list[set[str]] | None = None, broken: int = 0) -> None:
        self.connection = self
        self.loaded = dict(jobs)
        self.on_reload = on_reload or []
        self.folder = folder
        self.dumps = dumps or []
        self.broken = broken
        self.signals: list[Signal] = []
        self.asked: list[str] = []

    def load(self, name: str) -> None:
        self.loaded.setdefault(name, [])
        self.signals.append(Signal(MANAGER_PATH, "JobAdded", [job_path(name)]))

    def version(self) -> tuple[int, ...]:
        return (1, 13, 2)

    def jobs(self) -> list[str]:
        self.asked.append("jobs")
        return sorted(self.loaded)

    def instances_of(self, names: list[str]) -> list[list[str]]:
        self.asked.append("instances of " + " ".join(names))
        return [self.loaded[name] for name in names]

    def instances(self, name: str) -> list[str]:
        return self.loaded.get(name, [])

    def statuses(self, pairs: list[tuple[str, str]]) -> list[None]:
        return [None for _pair in pairs]

    def find_job(self, name: str) -> str:
        self.asked.append("find " + name)
        if name not in self.loaded:
            raise UnknownJobError("no %s" % name)
        return job_path(name)

    def state(self) -> str:
        self.asked.append("state")
        if not self.dumps:
            raise NotFoundError("no GetState")
        marked = self.dumps.pop(0) if len(self.dumps) > 1 else self.dumps[0]
        return json.dumps({"job_classes": [
            {"name": name, "deleted": int(name in marked), "jobs": []} for name in sorted(self.loaded)]})

    def reload_configuration(self) -> None:
        self.asked.append("reload")
        for name in self.on_reload:
            self.load(name)
        self.read_folder()

    def read_folder(self) -> None:
        if self.folder is not None:
            present = {path.stem for path in self.folder.glob("*.conf")}
            for name in [name for name, instances in self.loaded.items() if name not in present and not instances]:
                del self.loaded[name]
            for name in sorted(present):
                self.load(name)

    def reopen(self, seconds: float) -> None:
        self.asked.append("reopen")
        self.read_folder()

    def wait(self, ready: Callable[[], bool], timeout: float) -> bool:
        if self.broken:
            self.broken -= 1
            raise ConnectionLostError("The connection broke.")
        return ready()
