# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Histories: random jobs, their initial state, a call of a module, and the acts of the second client.

A seed always makes the same history. Its course depends on the timing of the machine.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from .jobs import NAMES, Job, make_job

Arguments = dict[str, Any]
STATES = ("started",) * 9 + ("restarted",) * 6 + ("stopped",) * 4 + ("reloaded",) * 2
# Acts that may end a job.
STOPPING = frozenset(("stop", "restart", "term", "kill", "remove", "away", "broken", "event"))
WRITES = frozenset(("edit", "replace", "hardlink", "symlink", "link_over", "override", "override_link"))
ACTS = {
    "start": 10, "stop": 16, "restart": 4, "term": 5, "kill": 8, "freeze": 3, "edit": 9, "replace": 9, "hardlink": 5,
    "symlink": 5, "link_over": 3, "remove": 2, "away": 3, "override": 4, "override_link": 3, "override_remove": 2,
    "reload": 6, "event": 4, "broken": 1,
}


@dataclass(frozen=True)
class Act:
    """An act of the second client, ``at`` seconds after the call begins (before it if negative)."""

    kind: str
    job: str
    instance: str
    at: float
    version: int  # marker of files that it writes
    after_move: bool = False  # ``at`` counts from the first move of a job in the call


@dataclass(frozen=True)
class Initial:
    """The state of a job before the call."""

    job: str
    running: tuple[str, ...]  # instances
    link: str = ""  # symlink or hardlink, if its file is a link
    override: str = ""
    changed: str = ""  # the act that changes its file after the start
    version: int = 0


@dataclass(frozen=True)
class Call:
    module: str
    arguments: Arguments
    check: bool = False


@dataclass(frozen=True)
class History:
    seed: int
    jobs: tuple[Job, ...]
    initial: tuple[Initial, ...]
    call: Call
    acts: tuple[Act, ...]
    fresh: tuple[Job, ...] = field(default=())  # jobs that the call creates

    def job(self, name: str) -> Job:
        return next(job for job in (*self.jobs, *self.fresh) if job.name == name)

    @property
    def patience(self) -> float:
        """Return the longest time of the call: its timeout, two stops and starts of all jobs, and a grace period."""
        options = self.call.arguments
        needed = sum(job.start_seconds + job.stop_seconds for job in self.jobs)
        return float(options.get("timeout", 10) + options.get("stable_for", 1) + 2 * needed + 45)


class Versions:
    """Unique numbers for markers."""

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        self.last += 1
        return self.last


def _initial(chance: random.Random, job: Job, versions: Versions) -> Initial:
    running: tuple[str, ...] = ()
    if chance.random() < 0.65 and job.kind not in ("task", "crasher", "stuck"):
        running = job.instances if chance.random() < 0.5 else job.instances[:1]
    override = ""
    if chance.random() < 0.15:
        override = chance.choice(("manual\n", f"env V={versions.next()}\n", "# nothing\n"))
    return Initial(
        job=job.name, running=running, override=override, version=versions.next(),
        link=chance.choice(("symlink", "symlink", "hardlink")) if chance.random() < 0.15 else "",
        changed=chance.choice(("edit", "replace", "replace", "hardlink", "symlink"))
        if running and chance.random() < 0.3 else "")


def _entry(chance: random.Random, job: Job, state: str) -> Arguments:
    entry: Arguments = {"name": job.name, "state": state}
    if job.instances != ("",) and (state == "started" or chance.random() < 0.5):
        entry["env"] = {"N": chance.choice(job.instances)}
    elif job.instances == ("",) and "env E=none" in job.stanzas and state == "started" and chance.random() < 0.5:
        entry["env"] = {"E": chance.choice(("x", "y z"))}
    return entry


def _service_call(chance: random.Random, jobs: tuple[Job, ...]) -> Arguments:
    chosen = chance.sample(jobs, chance.choice((1, 1, 1, 2, 2, 3)) if len(jobs) > 2 else 1)
    state = chance.choice(STATES)
    if state == "reloaded" and chance.random() < 0.7:  # the signal ends other jobs
        chosen = [job for job in chosen if job.kind == "reloader"] or chosen
    options: Arguments = {"timeout": chance.choice((2, 4, 8, 8, 12, 20)), "stable_for": chance.choice((0, 0.2, 0.5, 1))}
    if chance.random() < 0.4:
        options["definition"] = "current"
    if chance.random() < 0.12:
        options["enabled"] = chance.random() < 0.5
    if chance.random() < 0.08:
        return {**options, "enabled": options.get("enabled", True), "name": [job.name for job in chosen]}
    entries = [_entry(chance, job, state) for job in chosen]
    if len(entries) > 1 and chance.random() < 0.4:
        entries = [_entry(chance, job, chance.choice(STATES)) for job in chosen]
        return {**options, "jobs": entries}
    if len(entries) == 1:
        return {**options, **entries[0]}
    if any("env" in entry for entry in entries):
        return {**options, "jobs": entries}
    return {**options, "name": [job.name for job in chosen], "state": state}


def _file_entry(chance: random.Random, jobs: tuple[Job, ...], versions: Versions, used: set[str],
                fresh: list[Job]) -> Arguments:
    free = [job for job in jobs if job.name not in used]
    shape = chance.random()
    if not free or shape < 0.12:
        job = make_job(chance, f"fresh{len(fresh)}", [job.name for job in jobs])
        fresh.append(job)
        return {"name": job.name, "content": job.text(versions.next())}
    job = chance.choice(free)
    used.add(job.name)
    if shape < 0.45:
        return {"name": job.name, "content": job.text(versions.next()), **({"exact": True} if shape < 0.2 else {})}
    if shape < 0.65:
        return {"name": job.name, "merge": True, "nice": 5}
    if shape < 0.85:
        return {"name": job.name, "override": True, "content": f"env V={versions.next()}\n"}
    if shape < 0.9:
        return {"name": job.name, "override": True, "manual": True}
    return {"name": job.name, "state": "absent"}


def _job_call(chance: random.Random, jobs: tuple[Job, ...], versions: Versions, fresh: list[Job]) -> Arguments:
    used: set[str] = set()
    entries = [_file_entry(chance, jobs, versions, used, fresh) for _number in range(chance.choice((1, 1, 2)))]
    options: Arguments = {"timeout": chance.choice((4, 8, 12))}
    return {**options, **entries[0]} if len(entries) == 1 else {**options, "jobs": entries}


def _event_call(chance: random.Random) -> Arguments:
    return {"name": chance.choice(("ev1", "ev1", "ev2")), "wait": chance.random() < 0.8,
            "timeout": chance.choice((3, 8, 12)), "stable_for": chance.choice((0, 0.3, 1))}


def _pattern(chance: random.Random, job: Job, versions: Versions) -> list[Act]:
    """Return acts at moments when a call is most vulnerable."""
    instance = chance.choice(job.instances)
    pattern = chance.choice(("stop under way", "stop under way", "unnoticed", "meanwhile", "instance", "late write"))

    def act(kind: str, at: float, after_move: bool = False) -> Act:
        return Act(kind, job.name, instance, round(at, 3), versions.next(), after_move)

    if pattern == "stop under way":
        change = [act(chance.choice(("replace", "edit")), -0.5)] if chance.random() < 0.6 else []
        return [*change, act("stop", chance.uniform(-0.35, 0.2))]
    if pattern == "unnoticed":
        return [act(chance.choice(("symlink", "hardlink", "override_link")), chance.uniform(-0.6, 0.1))]
    if pattern == "meanwhile":
        return [act(chance.choice(("stop", "start", "kill")), chance.uniform(0.2, 2.0), True)]
    if pattern == "instance":
        return [act("start", chance.uniform(0.02, 0.8), True)]
    return [act(chance.choice(("replace", "edit", "override")), chance.uniform(0.1, 0.9))]


def _acts(chance: random.Random, jobs: tuple[Job, ...], up: set[str], call: Call,
          versions: Versions) -> tuple[Act, ...]:
    """Return the acts of the second client, mostly on jobs of the call; ``up`` names the running jobs."""
    named = str(call.arguments)
    favoured = [job for job in jobs if f"'{job.name}'" in named] or list(jobs)
    acts = []
    if not call.check and chance.random() < 0.65:
        acts += _pattern(chance, chance.choice([job for job in favoured if job.name in up] or favoured), versions)
    for _number in range(chance.choice((0, 0, 1, 1, 2, 3))):
        job = chance.choice(favoured if chance.random() < 0.75 else jobs)
        kind = chance.choices(list(ACTS), list(ACTS.values()))[0]
        after_move = not call.check and chance.random() < 0.35
        earliest, latest = (-1.2, 0) if call.check else (0, 0.8) if after_move else (-0.6, 1.6)
        at = round(chance.uniform(earliest, latest), 3)
        acts.append(Act(kind, job.name, chance.choice(job.instances), at, versions.next(), after_move))
    return tuple(sorted(acts, key=lambda act: act.at))


def make_history(seed: int) -> History:
    chance = random.Random(f"chaos {seed}")
    versions = Versions()
    jobs: tuple[Job, ...] = ()
    for name in NAMES[:chance.choice((1, 2, 3, 4, 5))]:
        jobs += (make_job(chance, name, [job.name for job in jobs]),)
    initial = tuple(_initial(chance, job, versions) for job in jobs)
    fresh: list[Job] = []
    kind, check = chance.random(), chance.random() < 0.07
    if kind < 0.7:
        call = Call("upstart_service", _service_call(chance, jobs), check)
    elif kind < 0.87:
        call = Call("upstart_job", _job_call(chance, jobs, versions, fresh), check)
    else:
        call = Call("upstart_event", _event_call(chance), check)
    up = {first.job for first in initial if first.running}
    return History(seed, jobs, initial, call, _acts(chance, jobs, up, call, versions), tuple(fresh))
