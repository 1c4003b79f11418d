# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of a daemon with fixed jobs, and service requests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import (
    InvalidArgumentsError,
    NotFoundError,
    UnknownJobError,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._services import (
    request as service_request,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._services import (
    run,
    targets,
)

Status = dict[str, Any]
NO_PROCESS = 2**22 + 1  # above every pid_max


def status(goal: str, state: str, main: int | None = os.getpid(), **processes: int) -> Status:
    if main is not None:
        processes["main"] = main
    return {"goal": goal, "state": state, "processes": processes}


class FakeConnection:
    peer = {"pid": os.getpid(), "uid": 0, "gid": 0}
    signals: list[Any] = []

    def wait(self, ready: Callable[[], object], seconds: float) -> bool:
        return bool(ready())


class FakeClient:
    """A daemon with fixed jobs: name to a dict of instance to statuses. Each read uses the next; the last repeats.

    ``held`` are job classes as in GetState; without it the daemon has no GetState.
    """

    timeout = 1.0

    def __init__(self, jobs: dict[str, dict[str, list[Status | None]]], variables: tuple[str, ...] = (),
                 held: list[dict[str, Any]] | None = None) -> None:
        self.known = jobs
        self.held = held
        self.variables = variables
        self.connection = FakeConnection()
        self.statuses_read = 0
        self.asked_for_state = 0

    def version(self) -> tuple[int, ...]:
        return (1, 13, 2)

    def state(self) -> str:
        self.asked_for_state += 1
        if self.held is None:
            raise NotFoundError("no GetState")
        return json.dumps({"job_classes": self.held})

    def jobs(self) -> list[str]:
        return sorted(self.known)

    def find_job(self, name: str) -> str:
        if name not in self.known:
            raise UnknownJobError("Unknown job: " + name, error="com.ubuntu.Upstart0_6.Error.UnknownJob")
        return name

    def instances(self, name: str) -> list[str]:
        return sorted(self.known[name])

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [self.instances(name) for name in names]

    def find_instance(self, name: str, env: list[str]) -> str | None:
        given = dict(entry.split("=", 1) for entry in env)
        for variable in self.variables:
            if variable not in given:
                raise InvalidArgumentsError("Unknown parameter: %s\nUsage: x" % variable)
        instance = "-".join(given[variable] for variable in self.variables)
        return instance if instance in self.known[name] else None

    def statuses(self, pairs: list[tuple[str, str]]) -> list[Status | None]:
        self.statuses_read += len(pairs)
        statuses = []
        for job, instance in pairs:
            known = self.known[job].get(instance, [None])
            statuses.append(known.pop(0) if len(known) > 1 else known[0])
        return [dict(status) if status else None for status in statuses]


def held(command: str, path: str = "web/_", **more: Any) -> dict[str, Any]:
    """Return a job class as in GetState, with one instance."""
    processes: list[dict[str, Any]] = [{"script": 0, "command": None} for _number in range(6)]
    processes[0]["command"] = command
    return {
        "name": "web", "instance": "", "env": [], "start_on": None, "stop_on": None, "task": 0, "respawn": 0,
        "respawn_limit": 10, "respawn_interval": 5, "normalexit": [], "expect": "EXPECT_NONE", "console": "CONSOLE_LOG",
        "nice": -21, "limits": [], "process": processes, **more,
        "jobs": [{"path": "/com/ubuntu/Upstart/jobs/" + path, "env": ["A=1", "UPSTART_JOB=web"]}]}


class Attributes:
    def prepare(self, staged: str, path: str) -> None:
        raise AssertionError("nothing is written in check mode")


def request(folder: Path, state: str | None, jobs: tuple[str, ...] = ("web",), env: list[str] | None = None,
            **more: Any) -> service_request.ServiceRequest:
    settings: dict[str, Any] = {
        "jobs": list(jobs), "state": state, "enabled": None, "env": env, "definition": "any", "timeout": 1.0,
        "stable_for": 0.0, "must_exist": True, "unwedge": False, "end_leftovers": False, "conf_dir": str(folder),
        "log_dir": str(folder), "init_log": str(folder / "no-log"), "script_dir": None, "parts": None, "expected": None,
        "instances": None}
    return service_request.ServiceRequest(**{**settings, **more})


def converge(folder: Path, client: FakeClient, state: str | None, *jobs: str,
             env: list[str] | None = None, **more: Any) -> list[targets.Target]:
    wanted = request(folder, state, jobs or ("web",), env, **more)
    return run.converge(client, wanted, Attributes(), check_mode=True).targets


SERVICE, TASK, BROKEN, ABSTRACT = "exec a\n", "task\nexec a\n", "frob\n", "description none\n"
UP, DOWN = status("start", "running"), None
COMING, GOING = status("start", "pre-start", None), status("stop", "killed")
NO_MAIN = status("start", "running", None)
