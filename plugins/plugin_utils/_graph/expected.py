# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that should run and do not, in a result of upstart_info.

A job should run if its ``start on`` certainly came true since the boot and its ``stop on`` certainly did not. Not
expected to run are tasks, jobs with instances, jobs that a script stops, and jobs with a condition that depends on
anything unknown.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from fnmatch import fnmatchcase

from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._events.match import event_matches
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import conditions, expression
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import (
    STOPS,
    read_init_commands,
)

from .model import Info, Leaf, cause_of

MULTI_USER = "2345"  # the boot is over in these runlevels
# Events that a boot emits before one of these runlevels, if a job of the host emits them at all.
FILE_SYSTEM_EVENTS = {"virtual-filesystems", "local-filesystems", "remote-filesystems", "all-swaps", "filesystem"}
PROCESSES = ("pre_start", "post_start", "exec", "script")
BEGINS = ("starting", "started")


def jobs_down(info: Info) -> dict[str, str]:
    """Return the jobs that should run and do not, with their ``start on`` as text.

    :param info: a result of upstart_info. Without its stanzas, jobs with instances and jobs that scripts stop are not
        recognized. A condition that cannot be read counts as unknown.
    """
    host = _Host(info)
    return {str(job["name"]): conditions.to_text(conditions.from_structure(job["start_on"]))
            for job in info["jobs"] if not _active(job) and host.should_run(job)}


def with_jobs_down(info: Info) -> Info:
    """Return a result of upstart_info in which the jobs that should run and do not have the key ``down``."""
    down = jobs_down(info)
    return {**info, "jobs": [{**job, "down": True} if str(job["name"]) in down else job for job in info["jobs"]]}


def _active(job: Info) -> list[Info]:
    return [instance for instance in job.get("instances") or [] if instance.get("status") != "stop/waiting"]


class _Host:
    """What is certain about the events since the boot of a host."""

    def __init__(self, info: Info) -> None:
        self._jobs: dict[str, Info] = {str(job["name"]): job for job in info["jobs"]}
        self._emitted = {str(event) for job in info["jobs"] for event in job.get("emits") or []}
        runlevel = str(info.get("runlevel") or "")
        self._runlevel = runlevel if runlevel and runlevel in MULTI_USER else ""
        self._variables = [f"RUNLEVEL={self._runlevel}", f"PREVLEVEL={info.get('previous_runlevel') or ''}"]
        self._stopped_by_scripts = set(_stopped_by_scripts(self._jobs))

    def should_run(self, job: Info) -> bool:
        name = str(job["name"])
        stanzas = job.get("stanzas") or {}
        return (job.get("enabled") is True and job.get("loaded") is True and not job.get("error")
                and job.get("task") is False and not stanzas.get("instance")
                and name not in self._stopped_by_scripts
                and self._truth(job.get("start_on"), {name}) is True
                and (job.get("stop_on") is None or self._truth(job["stop_on"], {name}) is False))

    def _truth(self, structure: t.Any, asking: set[str]) -> bool | None:
        """Return whether a condition came true since the boot, None if that is unknown.

        :param asking: the jobs on whose conditions the answer depends, to end loops.
        """
        try:
            rpn = conditions.from_structure(structure)
        except UpstartError:
            return None
        truth: bool | None = expression.fold(
            rpn, leaf=lambda item, _index: self._happened(Leaf(item["event"], tuple(item["args"])), asking), join=_join)
        return truth

    def _happened(self, leaf: Leaf, asking: set[str]) -> bool | None:
        if leaf.event == "startup":
            return True if not leaf.args else None
        if leaf.event == "runlevel" and self._runlevel:
            return event_matches({"event": leaf.event, "args": list(leaf.args)}, leaf.event, self._variables)
        if leaf.event in FILE_SYSTEM_EVENTS and not leaf.args:
            return True if self._runlevel and leaf.event in self._emitted else None
        return self._happened_to_job(leaf, asking) if leaf.event in conditions.JOB_EVENTS else None

    def _happened_to_job(self, leaf: Leaf, asking: set[str]) -> bool | None:
        cause = cause_of(leaf)
        job = self._jobs.get(cause.job or "")
        if job is None or cause.job in asking:
            return None
        active = _active(job)
        if active:
            is_running = all(instance.get("status") == "start/running" for instance in active)
            if not is_running or cause.rest:
                return None
            return leaf.event in BEGINS
        has_run = job.get("task") is True and job.get("enabled") is True and not job.get("error") \
            and self._truth(job.get("start_on"), {*asking, str(cause.job)}) is True
        return has_run if has_run and self._has_variables(cause.rest) else None

    def _has_variables(self, args: tuple[str, ...]) -> bool:
        """Return whether an event of a task that ran for the runlevel, such as rc, has these variables."""
        return all(arg.startswith("RUNLEVEL=") and self._runlevel
                   and fnmatchcase(self._runlevel, arg.partition("=")[2].replace("[^", "[!")) for arg in args)


def _join(operator: str, left: bool | None, right: bool | None) -> bool | None:
    deciding = operator == "or"
    if deciding in (left, right):
        return deciding
    return None if left is None or right is None else not deciding


def _stopped_by_scripts(jobs: dict[str, Info]) -> Iterator[str]:
    """Yield the jobs that a process of their own or of another job stops."""
    for name, job in jobs.items():
        for text in _commands(job.get("stanzas") or {}):
            for command in read_init_commands(text):
                if command.verb == STOPS:
                    pattern = command.pattern(name)
                    yield from (other for other in jobs if fnmatchcase(other, pattern))


def _commands(stanzas: Info) -> Iterator[str]:
    for option in PROCESSES:
        process = stanzas.get(option)
        for text in process.values() if isinstance(process, dict) else [process]:
            if isinstance(text, str):
                yield text
