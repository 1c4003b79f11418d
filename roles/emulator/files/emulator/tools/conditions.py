# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands show-config and check-config: print conditions, and check them for unknown jobs and events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..dbus.paths import JOB
from .client import Client, DBusError

JOB_EVENTS = ("starting", "started", "stopping", "stopped")
INTERNAL_EVENTS = frozenset(
    "startup control-alt-delete keyboard-request power-status-changed session-end child-subreaper-failed".split()
)
Rpn = Sequence[Sequence[str]]


def as_text(rpn: Rpn) -> str:
    """Return a condition as one line, with parentheses around every operator."""
    stack: list[str] = []
    for item in rpn:
        if item[0] in ("/AND", "/OR"):
            right, left = stack.pop(), stack.pop()
            stack.append("(%s %s %s)" % (left, item[0][1:].lower(), right))
        else:
            stack.append(" ".join(item))
    return stack[0] if stack else ""


def split(item: Sequence[str]) -> tuple[str, list[str]]:
    """Return the job of an event ("" for none) and its other arguments."""
    arguments = list(item[1:])
    if item[0] in JOB_EVENTS:
        for position, argument in enumerate(arguments):
            if argument.startswith("JOB="):
                return arguments.pop(position)[4:], arguments
        if arguments and "=" not in arguments[0]:
            return arguments.pop(0), arguments
    return "", arguments


def _events(keyword: str, rpn: Rpn) -> Iterator[str]:
    for item in rpn:
        if item[0] not in ("/AND", "/OR"):
            job, arguments = split(item)
            fields = "job:%s, env:%s" % (" " + job if job else "", "".join(" " + argument for argument in arguments))
            yield "  %s %s (%s)" % (keyword, item[0], fields)


def show(client: Client, names: Sequence[str], enumerate_events: bool) -> list[str]:
    """Return the lines of show-config."""
    lines = []
    for name in names or client.all_jobs():
        values = client.properties(client.path_of(name), JOB)
        lines.append(name)
        lines += ["  emits %s" % event for event in values["emits"]]
        for key, keyword in (("start_on", "start on"), ("stop_on", "stop on")):
            if enumerate_events:
                lines += _events(keyword, values[key])
            elif values[key]:
                lines.append("  %s %s" % (keyword, as_text(values[key])))
    return lines


def _problem(item: Sequence[str], jobs: set[str], events: set[str]) -> str | None:
    if item[0] in JOB_EVENTS:
        job = split(item)[0]
        return None if not job or job in jobs or any(c in job for c in "$*?[") else "unknown job %s" % job
    return None if item[0] in events else "unknown event %s" % item[0]


def unknown(rpn: Rpn, jobs: set[str], events: set[str]) -> list[str]:
    """Return the unknown jobs and events of a condition, in reverse order."""
    problems = [_problem(item, jobs, events) for item in rpn if item[0] not in ("/AND", "/OR")]
    return [problem for problem in reversed(problems) if problem is not None]


def check(client: Client, names: Sequence[str], ignored: Sequence[str]) -> list[str]:
    """Return the lines of check-config; an empty list if all jobs and events are known."""
    values: dict[str, Any] = {name: client.properties(client.path_of(name), JOB) for name in client.all_jobs()}
    for name in names:
        if name not in values:
            raise DBusError("", "Invalid job class: %s" % name)
    events = set(INTERNAL_EVENTS) | set(ignored)
    for properties in values.values():
        events.update(properties["emits"])
    lines = []
    for name in names or list(values):
        problems = []
        for key, keyword in (("start_on", "start on"), ("stop_on", "stop on")):
            problems += ["  %s: %s" % (keyword, text) for text in unknown(values[name][key], set(values), events)]
        lines += [name] + problems if problems else []
    return lines
