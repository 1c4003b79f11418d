# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs the last boot spent its time on, and the chain of waits that leads to a job."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import display_name
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import conditions

from . import messages
from .messages import Handled, Key
from .timeline import STARTING, TRIFLE, Start, Timeline

Entry = dict[str, t.Any]
NOT_VERBOSE = ("init logged no states, so only the start times of the main processes that still run are known. Boot "
               "with --verbose on the kernel's command line to see more")
CUT = "the log does not reach back to the start of init, so jobs that started earlier are missing"
COARSE = "the times are those of syslog, in whole seconds"


class LastBoot:
    """The last boot of a host.

    :param info: result of upstart_info with the subset boot; with graph, events of scripts have a cause.
    """

    def __init__(self, info: Mapping[str, t.Any]) -> None:
        self._boot = info["boot"]
        self._jobs = {job["name"]: job for job in info["jobs"]}
        self._emitters = {event["name"]: set(event.get("emitted_by") or ()) for event in info.get("events") or ()}
        self._conditions = {name: _event_names(job.get("start_on")) for name, job in self._jobs.items()}
        read = messages.read(self._boot["messages"])
        self.verbose = bool(read)
        self.complete = bool(read) and isinstance(read[0], Handled) and read[0].seconds < 1
        self.timeline = Timeline(read, lambda job, event: event in self._conditions.get(job, (event,)), self.complete)

    def is_task(self, key: Key) -> bool:
        return bool(self._jobs.get(key[0], {}).get("task"))

    def notes(self) -> list[str]:
        """Return what is not known, as a list of text."""
        notes = [self._boot["left_out"]] if self._boot["left_out"] else []
        if not self.verbose and not notes:
            notes.append(NOT_VERBOSE)
        if self.verbose and not self.complete:
            notes.append(CUT)
        if self._boot["clock"] == "syslog":
            notes.append(COARSE)
        return notes

    def instances(self) -> list[Entry]:
        """Return one entry for each instance that started, in the order of the starts."""
        if not self.verbose:
            return [self._from_process(entry) for entry in self._boot["processes"]]
        return [self._entry(start) for start in self.timeline.starts.values()]

    def _entry(self, start: Start) -> Entry:
        task = self.is_task(start.key)
        return {
            "name": start.key[0], "instance": start.key[1], "label": display_name(*start.key), "task": task,
            "began": start.began,
            "ready": start.ready(task), "own_seconds": _rounded(start.own(task)),
            "waiting_seconds": _rounded(start.waiting()), "waited_for": [display_name(*key) for key in start.holders],
            "event": start.event, "caused_by": self.cause(start), "starts": start.starts,
            "failure": start.failure, "stopped": start.ended if not task else None,
        }

    def _from_process(self, process: Mapping[str, t.Any]) -> Entry:
        return {
            "name": process["name"], "instance": process["instance"],
            "label": display_name(process["name"], process["instance"]),
            "task": self.is_task((process["name"], process["instance"])), "began": process["seconds"], "ready": None,
            "own_seconds": None, "waiting_seconds": None, "waited_for": [], "event": None, "caused_by": None,
            "starts": None, "failure": None, "stopped": None,
        }

    def cause(self, start: Start) -> str | None:
        """Return the instance that caused the event of a start, or None if that is unknown."""
        if start.cause:
            return display_name(*start.cause)
        emitter = self._emitter(start)
        return display_name(*emitter) if emitter else None

    def _emitter(self, start: Start) -> Key | None:
        """Return the latest instance that was there before a start and whose job emits its event."""
        if start.event is None or start.event in conditions.JOB_EVENTS:
            return None
        emitters = set(self._emitters.get(start.event, ()))
        emitters.update(name for name, job in self._jobs.items() if start.event in (job.get("emits") or ()))
        before = [key for key, other in self.timeline.starts.items()
                  if key[0] in emitters and other.unblocked is not None and other.unblocked <= start.began]
        return before[-1] if before else None

    def chain(self, key: Key) -> list[Entry]:
        """Return the starts that the start of an instance had to wait for, one after the other, in their order."""
        steps: list[Entry] = []
        seen: set[Key] = set()
        current: Key | None = key
        while current and current in self.timeline.starts and current not in seen:
            seen.add(current)
            start = self.timeline.starts[current]
            steps.append(self._entry(start))
            current = self._last_holder(start, seen) or self._before(start, seen)
        return steps[::-1]

    def _last_holder(self, start: Start, seen: Collection[Key]) -> Key | None:
        """Return the instance that a start waited for longest, or None if it did not wait."""
        if start.waiting() < TRIFLE:
            return None
        holders = [(self.timeline.starts[key].ready(self.is_task(key)) or 0.0, key) for key in start.holders]
        return max(holders)[1] if holders and max(holders)[1] not in seen else None

    def _before(self, start: Start, seen: Collection[Key]) -> Key | None:
        cause = start.cause or self._emitter(start)
        if start.event != STARTING or not cause:
            return cause
        # A holder begins with the instance that waits for it, so the chain goes on with the cause of that one.
        waiting = self.timeline.starts.get(cause)
        return self._before(waiting, seen) if waiting and cause in seen else cause

    def disagreements(self, forecast: Mapping[str, Mapping[str, t.Any]]) -> list[str]:
        """Return where the boot went another way than forecast, one text for each job.

        :param forecast: ``jobs`` in the result of boot_forecast.
        """
        if not self.complete:
            return []
        started = {key[0]: start for key, start in self.timeline.starts.items()}
        texts = []
        for name, expected in sorted(forecast.items()):
            start = started.get(name)
            if expected["starts"] == "yes" and start is None and name in self._jobs:
                texts.append(f"{name} did not start, although {expected['because']} should have started it")
            elif expected["starts"] == "no" and start is not None:
                cause = f"because of {start.event}" if start.event else "because a program asked for it"
                texts.append(f"{name} started {cause}, although the forecast says that it does not start")
        return texts

    def last(self) -> Key | None:
        """Return the instance that was ready last, without those that were started more than once."""
        ready = [(start.ready(self.is_task(key)) or 0.0, key) for key, start in self.timeline.starts.items()
                 if start.event is not None]
        return max(ready)[1] if ready else None


def blame(instances: Iterable[Entry]) -> list[Entry]:
    """Return the entries with a known own time, the longest first."""
    known = [entry for entry in instances if entry["own_seconds"] is not None]
    return sorted(known, key=lambda entry: (-entry["own_seconds"], entry["name"], entry["instance"]))


def _event_names(condition: t.Any) -> tuple[str, ...]:
    """Return the names of the events in a condition as upstart_info returns it."""
    return tuple(_leaves(conditions.from_structure(condition))) if condition else ()


def _leaves(items: Iterable[t.Any]) -> Iterator[str]:
    for item in items:
        if "event" in item:
            yield item["event"]


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
