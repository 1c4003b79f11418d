# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evidence from a history, and the findings of the oracle."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from .history import STOPPING, History
from .host import Answer
from .jobs import HELPER_SECONDS
from .rival import Interference
from .truth import Instance, Now, Snapshot, Step

LONG_AGO, NEVER_SEEN = float("-inf"), float("inf")


@dataclass(frozen=True)
class Finding:
    kind: str  # one of KINDS
    rule: str  # a short text, the same for all findings of this sort
    job: str
    detail: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.rule}: {self.job}: {self.detail}"


FALSE_SUCCESS, OUTAGE, HANG, TRACEBACK = "false success", "outage", "hang", "traceback"
TOO_CLOSE, FALSE_FAILURE = "too close", "false failure"
ERRORS = frozenset((FALSE_SUCCESS, OUTAGE, HANG, TRACEBACK))


@dataclass(frozen=True)
class Probe:
    """The result when the oracle stops and starts a job after the call."""

    job: str
    error: str | None  # of the start
    version: int | None  # marker of the new process; None if no process runs


@dataclass(frozen=True)
class Evidence:
    history: History
    answer: Answer
    before: Snapshot
    after: Snapshot  # right after the answer
    settled: Snapshot  # some time later, when nothing moved any more
    timelines: dict[Instance, list[Step]]
    log: tuple[Interference, ...]
    margin: float  # a claim is undecidable if an act comes less than this many seconds before the answer
    probes: tuple[Probe, ...] = ()
    still_known: tuple[str, ...] = ()  # jobs without a file that the daemon knows after their stop
    quiet: bool = True  # nothing moved when the call began
    listing_before: dict[str, str] = field(default_factory=dict)
    listing_after: dict[str, str] = field(default_factory=dict)

    @property
    def result(self) -> dict[str, Any]:
        return self.answer.result or {}

    @property
    def options(self) -> dict[str, Any]:
        return self.history.call.arguments

    def acts_on(self, job: str) -> list[Interference]:
        """Return the acts of the second client on a job; acts without a job count for all jobs."""
        return [entry for entry in self.log if entry.act.job == job or entry.act.kind in ("event", "reload")]

    def last_act(self, job: str, only_files: bool = False) -> float:
        ends = [entry.end for entry in self.acts_on(job)
                if entry.act.kind != "reload" and (entry.on_file or not only_files)]
        return max(ends, default=LONG_AGO)

    def is_reported(self, job: str) -> bool:
        """Return whether a warning, an error or the list of stopped services names a job."""
        texts = [*self.result.get("warnings", []), self.result.get("msg", ""), self.result.get("taken_down", "")]
        return any(job in str(text) for text in texts)

    def since(self, job: str, instance: str, holds: Callable[[Step], bool]) -> float:
        """Return when an instance left the expected state; NEVER_SEEN if the last signal reports that state."""
        moment, steps = LONG_AGO, self.timelines.get((job, instance), [])
        if not steps:
            return LONG_AGO
        if holds(steps[-1]):
            return NEVER_SEEN
        for step in reversed(steps):
            if holds(step):
                break
            moment = step.time
        return moment

    def main_ended_since(self, job: str, instance: str, now: Now) -> float:
        """Return the latest time at which a main process that init has not noticed may have ended.

        NEVER_SEEN if init notices it in the next moment.
        """
        later = self.settled.instances.get((job, instance))
        if later is None or later.pid != now.pid or later.main.alive:
            return NEVER_SEEN
        latest = max([self.last_act(job), *(step.time for step in self.timelines.get((job, instance), [])[-1:])])
        return latest + HELPER_SECONDS if self.history.job(job).kind == "helper" else latest

    def untrue(self, rule: str, job: str, detail: str, since: float) -> Finding:
        """Return a finding for a claim that has been false for some time."""
        late = since > self.answer.decided - self.margin
        if since not in (LONG_AGO, NEVER_SEEN):
            detail += f", since {self.answer.decided - since:.2f} s before the answer"
        return Finding(TOO_CLOSE if late else FALSE_SUCCESS, rule, job, detail)

    def relatives(self, job: str) -> set[str]:
        """Return the jobs and events that the conditions of a job name, directly or through other jobs."""
        reached: set[str] = set()
        waiting = [job]
        names = {other.name: f" {other.start_on} {other.stop_on} ".replace("(", " ").replace(")", " ")
                 for other in (*self.history.jobs, *self.history.fresh)}
        while waiting:
            text = names.get(waiting.pop(), "")
            for name in (*names, "ev1", "ev2"):
                if f" {name} " in text and name not in reached:
                    reached.add(name)
                    waiting.append(name)
        return reached - {job}

    def was_ended_by_rival(self, job: str) -> bool:
        """Return whether the second client may have stopped a job, directly or through another job."""
        relatives = self.relatives(job)
        for entry in self.log:
            kind, event = entry.act.kind, f"ev{1 + entry.act.version % 2}"
            if kind == "event":
                if event in relatives:
                    return True
            elif entry.act.job == job and kind in STOPPING:
                return True
            elif entry.act.job in relatives and (kind in STOPPING or kind == "start"):
                return True
        return False


def asked_jobs(evidence: Evidence) -> set[str]:
    """Return the names of the jobs in the call."""
    options = evidence.options
    entries: Iterable[dict[str, Any]] = options.get("jobs", [])
    names = options.get("name", [])
    return {entry["name"] for entry in entries} | set([names] if isinstance(names, str) else names)
