# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON text that GetState returns: the complete state, with the keys of the real daemon."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from . import states
from .conditions import Condition, build
from .configuration import Source
from .context import Context
from .events import Event, EventQueue
from .hashorder import hash_order
from .instance import Instance
from .jobclass import JobClass
from .joblog import JobLog

_LIMITS = (
    "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
    "msgqueue", "nice", "rtprio", "rttime",
)
NICE_UNSET = -21
SESSION = {"session": 0}


def dump(context: Context) -> str:
    """Return the state as text. Sending it fails if it is not UTF-8."""
    sources = context.configuration.sources
    flag = int(sources[0].flag)  # all directories and init.conf are read at the same time
    state = {
        "sessions": [],
        "events": [_event(event) for event in context.queue.events],
        "control_bus_address": None,
        "job_environment": context.job_environment,
        "job_classes": [_class(job, context) for job in context.registry.ordered()],
        "conf_sources": [dict(SESSION, path="/etc/init.conf", type="CONF_FILE", flag=flag, conf_files=[])]
        + [_source(source, number + 1) for number, source in enumerate(sources)],
    }
    return json.dumps(state, ensure_ascii=False)


def _index(queue: EventQueue, event: Event) -> int:
    return queue.events.index(event) if event in queue.events else -1


def _blocked_job(instance: Instance) -> dict[str, Any]:
    return {"data": {"class": instance.job.name, "session": 0, "name": instance.name}, "type": "BLOCKED_JOB"}


def _event(event: Event) -> dict[str, Any]:
    state: dict[str, Any] = dict(
        SESSION,
        name=event.name,
        env=event.env,
        fd=-1 if event.fd is None else event.fd,
        progress="EVENT_" + event.progress.upper(),
        failed=int(event.failed),
        blockers=event.blockers,
    )
    if event.job is not None or event.waiters:
        state["blocking"] = [_blocked_job(event.job)] if isinstance(event.job, Instance) else []
    return state


def _condition(condition: Condition | None, queue: EventQueue) -> list[dict[str, Any]]:
    if condition is None:
        return []
    items: list[dict[str, Any]] = []
    for operand in condition.operands:
        items += _condition(operand, queue)
    value = int(condition.met)
    if condition.operands:
        return items + [{"type": "EVENT_" + condition.item["op"].upper(), "value": value}]
    item: dict[str, Any] = {"type": "EVENT_MATCH", "value": value, "name": condition.item["event"]}
    if condition.item["args"]:
        item["env"] = list(condition.item["args"])
    if condition.event is not None:
        item["event"] = _index(queue, condition.event)
    return [item]


def _constant(prefix: str, name: str | None) -> str:
    return "%s_%s" % (prefix, (name or "invalid").upper().replace("-", "_"))


def _by_process(values: dict[str, Any], missing: Any) -> list[Any]:
    return [values.get(name, missing) for name in states.PROCESS_NAMES]


def _instance(instance: Instance, context: Context) -> dict[str, Any]:
    queue = context.queue
    state: dict[str, Any] = {
        "name": instance.name,
        "path": instance.path,
        "goal": _constant("JOB", instance.goal),
        "state": _constant("JOB", instance.state),
        "env": instance.env,
        "start_env": instance.start_env or [],
        "stop_env": instance.stop_env or [],
    }
    if instance.stop_on is not None:
        state["stop_on"] = _condition(instance.stop_on, queue)
    state.update(fds=instance.fds, pid=_by_process(instance.pids, 0))
    if instance.blocker is not None:
        state["blocker"] = _index(queue, instance.blocker)
    if instance.blocking or instance.waiters:
        state["blocking"] = [
            {"data": {"index": _index(queue, event)}, "type": "BLOCKED_EVENT"} for event in instance.blocking
        ]
    if instance.waiters:
        context.messages.warn("D-Bus blocked objects not being serialised yet")
    killing = context.processes.kill_timer(instance)
    if killing is not None:
        state["kill_timer"] = {"timeout": killing[0], "due": killing[1]}
    state.update(
        kill_process="PROCESS_INVALID" if killing is None else "PROCESS_MAIN",
        failed=int(instance.failed),
        failed_process=_constant("PROCESS", None if instance.failed_process == "respawn" else instance.failed_process),
        exit_status=max(instance.exit_status, 0),
        respawn_time=instance.respawns.opened,
        respawn_count=instance.respawns.count,
        trace_forks=0 if instance.trace is None else instance.trace.forks,
        trace_state="TRACE_NONE" if instance.trace is None else instance.trace.state,
        log=_by_process({name: _log(log) for name, log in context.processes.logs(instance).items()}, {"path": None}),
    )
    if context.version.asynchronous_spawn:
        state["process_data"] = _by_process({}, None)
    return state


def _log(log: JobLog) -> dict[str, Any]:
    log.flush()
    state: dict[str, Any] = {
        "fd": -1 if log.file is None else log.file, "io_watch_fd": log.master, "path": log.path, "uid": 0,
    }
    if log.unwritten:
        state["unflushed"] = log.unwritten.hex()
    return dict(state, detached=0, remote_closed=0, open_errno=log.open_errno)


def _limits(limits: dict[str, Any]) -> list[dict[str, int]]:
    pairs = [limits.get(name, (0, 0)) for name in _LIMITS]
    return [{"rlim_cur": _limit(soft), "rlim_max": _limit(hard)} for soft, hard in pairs]


def _limit(value: Any) -> int:
    return -1 if value == "unlimited" else int(value)


def _class(job: JobClass, context: Context) -> dict[str, Any]:
    values = job.values
    texts: Sequence[str] = ("chroot", "chdir", "setuid", "setgid")
    state: dict[str, Any] = dict(SESSION, name=job.name, path=job.path, instance=values["instance"])
    state["jobs"] = [_instance(instance, context) for instance in job.ordered_instances()]
    state.update((key, values[key]) for key in ("description", "author", "version", "env", "export"))
    if job.start_on is not None:
        state["start_on"] = _condition(job.start_on, context.queue)
    if values["stop_on"]:
        state["stop_on"] = _condition(build(values["stop_on"]), context.queue)
    processes = {
        name: {"script": int(process["script"]), "command": process["command"]}
        for name, process in values["process"].items()
    }
    count, seconds = values["respawn_limit"]
    state.update(
        emits=values["emits"],
        process=_by_process(processes, {"script": 0, "command": None}),
        expect=_constant("EXPECT", values["expect"]),
        task=int(values["task"]),
        kill_timeout=values["kill_timeout"],
        kill_signal=values["kill_signal"],
        reload_signal=values["reload_signal"],
        respawn=int(values["respawn"]),
        respawn_limit=count,
        respawn_interval=seconds,
        normalexit=values["normal_exit"],
        console=_constant("CONSOLE", job.console),
        umask=values["umask"],
        nice=NICE_UNSET if values["nice"] is None else values["nice"],
        oom_score_adj=values["oom_score_adj"],
        limits=_limits(values["limits"]),
    )
    state.update((key, values[key]) for key in texts)
    state.update(deleted=int(job.deleted), debug=0, usage=values["usage"], apparmor_switch=values["apparmor_switch"])
    if context.version.asynchronous_spawn:
        state["cgmanager_wait"] = 0
    return state


def _source(source: Source, number: int) -> dict[str, Any]:
    files = []
    for path in hash_order(source.files):
        file = source.files[path]
        entry: dict[str, Any] = {"path": path, "conf_source": number, "flag": int(file.flag)}
        if file.job is not None:
            entry["job_class"] = {"name": file.job.name, "session": 0}
        files.append(entry)
    return dict(SESSION, path=source.path, type="CONF_JOB_DIR", flag=int(source.flag), conf_files=files)
