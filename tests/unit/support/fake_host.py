# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host for upstart_info: files in a folder, and a daemon that keeps the definitions it has read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Pending
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NotFoundError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import daemon_state
from ansible_collections.sysinit.upstart.plugins.module_utils._host.releases import STATE_DUMP_SINCE
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import host, request, run
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import parser
from ansible_collections.sysinit.upstart.plugins.module_utils._text import has_stray_bytes

ALIVE = os.getpid()
Values = dict[str, Any]


def constant(prefix: str, word: str) -> str:
    return f"{prefix}_{word.upper().replace('-', '_')}"


def condition(rpn: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    items = []
    for item in rpn or []:
        kind = {"and": "EVENT_AND", "or": "EVENT_OR"}.get(item.get("op", ""), "EVENT_MATCH")
        items.append({"type": kind, "value": 0, "name": item.get("event"), "env": item.get("args")})
    return items


def job_class(name: str, values: Values) -> dict[str, Any]:
    """Return a job as in GetState, without its instances."""
    pairs = [values["limits"].get(resource, (0, 0)) for resource in daemon_state.RESOURCES]
    processes = [values["process"].get(process, {"script": 0, "command": None}) for process in daemon_state.PROCESSES]
    return {
        **{key: values[key] for key in daemon_state.SAME_NAMES}, "name": name, "session": 0, "jobs": [],
        "start_on": condition(values["start_on"]), "stop_on": condition(values["stop_on"]),
        "task": int(values["task"]), "respawn": int(values["respawn"]), "respawn_limit": values["respawn_limit"][0],
        "respawn_interval": values["respawn_limit"][1], "normalexit": values["normal_exit"],
        "expect": constant("EXPECT", values["expect"]), "console": constant("CONSOLE", values["console"]),
        "nice": daemon_state.NICE_UNSET if values["nice"] is None else values["nice"],
        "limits": [{"rlim_cur": soft, "rlim_max": hard} for soft, hard in pairs], "process": processes,
    }


def as_on_bus(items: list[dict[str, Any]]) -> list[list[str]]:
    operators = {"EVENT_AND": ["/AND"], "EVENT_OR": ["/OR"]}
    return [operators.get(item["type"]) or [item["name"], *(item["env"] or [])] for item in items]


class FakeConnection:
    """Answers GetState at once; ``asked`` counts the calls."""

    peer: dict[str, Any] = {"pid": os.getpid(), "uid": 0, "gid": 0}
    signals: list[Any] = []
    transport_name = "wire"

    def __init__(self, state: Callable[[], str]) -> None:
        self.state = state
        self.asked = 0
        self.waited = 0

    def send(self, path: str, interface: str, member: str) -> Pending:
        assert member == "GetState"
        self.asked += 1
        pending = Pending(member)
        try:
            pending.settle([self.state()])
        except NotFoundError as error:
            pending.settle(error=error)
        return pending

    def wait(self, ready: Callable[[], object], seconds: float) -> bool:
        self.waited += not ready()
        return bool(ready())

    def forget(self, pending: Pending) -> None:
        pass


class FakePrograms:
    """Programs of a host whose /bin/sh is dash.

    :param missing: why some programs cannot be executed; all others can.
    """

    def __init__(self, missing: dict[str, str]) -> None:
        self.missing = missing

    def has_rich_shell(self) -> bool:
        return False

    def defect(self, _values: Values, name: str) -> str | None:
        return self.missing.get(name)


class FakeHost:
    """The client of a daemon; ``files`` is its folder.

    ``later`` are statuses of instances from the second read on; None for a removed instance.
    """

    timeout = bulk_timeout = 1.0

    def __init__(self, folder: Path, version: tuple[int, ...] = (1, 13, 2)) -> None:
        self.files = folder
        self.conf_dir: str | None = None  # in place of files
        self.number = version
        self.classes: dict[str, dict[str, Any]] = {}
        self.later: dict[tuple[str, str], dict[str, Any] | None] = {}
        self.missing: dict[str, str] = {}  # programs, and why they cannot be executed
        self.connection = FakeConnection(self._state)

    # -- setup by the test ----------------------------------------------------------
    def write(self, name: str, text: str | bytes, suffix: str = ".conf") -> None:
        path = self.files / (name + suffix)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def hold(self, name: str, text: str | bytes = "exec a\n", override: str | None = None, **more: Any) -> None:
        """Make the daemon hold a job; ``more`` are values of GetState."""
        self.classes[name] = {**job_class(name, parser.parse_job(text, override, self.number)), **more}

    def deploy_all(self, **texts: str) -> None:
        """Deploy several jobs: name and text of the job file."""
        for name, text in texts.items():
            self.deploy(name, text)

    def deploy(self, name: str, text: str | bytes = "exec a\n", override: str | None = None) -> None:
        """Write a file that the daemon reads."""
        self.write(name, text)
        if override is not None:
            self.write(name, override, ".override")
        self.hold(name, text, override)

    def run(self, name: str, instance: str = "", status: str = "start/running", main: int | None = ALIVE,
            env: tuple[str, ...] = (), **processes: int) -> None:
        """Add a running instance to a held job."""
        goal, state = status.split("/")
        pids = {**({} if main is None else {"main": main}),
                **{process.replace("_", "-"): pid for process, pid in processes.items()}}
        self.classes[name]["jobs"].append({
            "name": instance, "goal": constant("JOB", goal), "state": constant("JOB", state),
            "pid": [pids.get(process, 0) for process in daemon_state.PROCESSES],
            "env": ["PATH=/bin", *self.classes[name]["env"], *env, "UPSTART_JOB=" + name]})

    def info(self, *subset: str, names: tuple[str, ...] = (), states: tuple[str, ...] = ()) -> dict[str, Any]:
        """Return what upstart_info would."""
        asked = request.InfoRequest(
            list(names), list(states), request.selected_sections(subset or ("all",)), self.conf_dir or str(self.files),
            "/log", "summary" in subset)
        visible = self.connection.peer["pid"] > 0
        programs = FakePrograms(self.missing) if visible else None
        with mock.patch.object(host, "programs_of_host", lambda _pid: programs):
            found: dict[str, Any] = run.collect(self, asked)
        assert json.loads(json.dumps(found)) == found
        json.dumps(found, ensure_ascii=False).encode()
        return found

    def job(self, name: str, *subset: str) -> dict[str, Any]:
        (job,) = [job for job in self.info(*subset)["jobs"] if job["name"] == name]
        return dict(job)

    def findings(self, job: str | None = None) -> list[dict[str, Any]]:
        return [finding for finding in self.info()["findings"] if job in (None, finding["job"])]

    def codes(self, job: str | None = None) -> list[str]:
        return [finding["code"] for finding in self.findings(job)]

    # -- methods of the client ------------------------------------------------------
    def _state(self) -> str:
        if self.number < STATE_DUMP_SINCE:
            raise NotFoundError("no GetState")
        text = json.dumps({"job_classes": list(self.classes.values())}, ensure_ascii=False)
        assert not has_stray_bytes(text), "Upstart crashed"
        return text

    def version(self) -> tuple[int, ...]:
        return self.number

    def log_priority(self) -> str:
        return "message"

    def jobs(self) -> list[str]:
        return sorted(self.classes)

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [sorted(job["name"] for job in self.classes[name]["jobs"]) for name in names]

    def properties_of(self, names: list[str]) -> list[dict[str, Any] | None]:
        """Return the properties of jobs; the daemon crashes for a job whose text is not UTF-8."""
        properties: list[dict[str, Any] | None] = []
        for name in names:
            values = self.classes[name]
            assert not has_stray_bytes(json.dumps(values, ensure_ascii=False)), "Upstart crashed"
            texts = {key: values[key] or "" for key in ("description", "author", "version", "usage")}
            properties.append({**texts, "emits": values["emits"],
                               **{key: as_on_bus(values[key]) for key in ("start_on", "stop_on")}})
        return properties

    def statuses(self, pairs: list[tuple[str, str]]) -> list[dict[str, Any] | None]:
        statuses = []
        for name, instance in pairs:
            (job,) = [job for job in self.classes[name]["jobs"] if job["name"] == instance]
            now = {
                "goal": job["goal"][4:].lower(), "state": job["state"][4:].lower().replace("_", "-"),
                "processes": {process: pid for process, pid in zip(daemon_state.PROCESSES, job["pid"]) if pid}}
            later = self.later.get((name, instance), now) if self.connection.waited else now
            statuses.append(dict(later) if later else None)
        return statuses
