# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of jobs with random conditions on each other and on events. A seed always gives the same set."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

EVENTS = ("a", "b", "c")
KEYS = ("K", "L")
VALUES = ("x", "y", "xz")
# Every main process runs for a moment: 1.13 may notice the end of a short process before its exec.
MAINS = {
    "service": ["exec sleep 1000", "script\n  sleep 1000\nend script", "exec sleep 2000 # long"],
    "task": ["exec sleep 0.4", "exec sleep 1.2", "script\n  sleep 1.2\n  exit 0\nend script",
             "script\n  sleep 0.3\n  echo done\nend script"],
    "failing task": ["script\n  sleep 0.4\n  false\nend script", "script\n  sleep 0.3; exit 3\nend script",
                     "exec /no/such/program", "script\n  sleep 0.3\n  exec no-such\nend script"],
    "failing service": ["exec /no/such/program", "chdir /no/such/folder\nexec sleep 1000"],
    "long task": ["exec sleep 1000"],
    "crashing service": ["respawn\nrespawn limit 2 60\nscript\n  sleep 0.3\n  exit 1\nend script"],
    "abstract": [""],
}
KINDS = ("service",) * 8 + ("task",) * 6 + ("failing task",) * 2 + (
    "failing service", "long task", "abstract", "crashing service")
# A post-start that cannot be executed is left out: 1.13 may notice both its end and its failed exec, and then advance
# twice.
HELPERS = ("pre-start exec true", "pre-start script\n  exit 1\nend script", "pre-start exec sleep 0.1",
           "pre-start exec /no/such/program", "post-start exec true", "post-start exec false", "pre-stop exec true",
           "post-stop exec true", "post-stop exec false")


@dataclass
class JobSet:
    """Job files, the actions before the prediction, and the predicted event.

    :ivar starts: (job, environment) of the instances that are started before the events ``before``.
    """

    prefix: str
    files: dict[str, str] = field(default_factory=dict)
    starts: list[tuple[str, list[str]]] = field(default_factory=list)
    before: list[tuple[str, list[str]]] = field(default_factory=list)
    event: tuple[str, list[str]] = ("", [])

    def depth(self, job: str, moved: set[str]) -> int:
        """Return the length of the longest chain of jobs in ``moved`` that the start of ``job`` depends on."""
        others = re.findall(r"(?:started|stopped|starting|stopping) (?:JOB=)?([\w-]+)",
                            self.start_on(job).replace("[", "").replace("]", ""))
        return 1 + max([self.depth(other, moved - {job}) for other in others if other in moved - {job}], default=0)

    def start_on(self, job: str) -> str:
        return self.files[job].splitlines()[0]

    def turns(self, job: str) -> bool:
        """Return whether the condition that starts a job also stops it: a running job is then restarted."""
        return self.files[job].splitlines()[1] == self.start_on(job).replace("start on", "stop on")

    def show(self) -> str:
        files = "\n".join(f"-- {name}\n{text}" for name, text in self.files.items())
        return f"{files}\nstarts {self.starts}\nbefore {self.before}\nevent {self.event}"


class Maker:
    """Makes a random set of jobs."""

    def __init__(self, seed: int, prefix: str) -> None:
        self._random = random.Random(seed)
        self._set = JobSet(prefix)
        self._names: list[str] = []

    def make(self) -> JobSet:
        count = self._random.randint(3, 6)
        self._names = [f"{self._set.prefix}-j{number}" for number in range(count)]
        instances = {name for name in self._names if self._chance(0.2)}
        for number, name in enumerate(self._names):
            self._set.files[name] = self._file(number, name in instances)
        for name in self._names:
            if self._chance(0.8 if self._set.turns(name) else 0.25):
                env = [f"K={value}" for value in self._random.sample(VALUES, 2)] if name in instances else [""]
                self._set.starts += [(name, [variable] if variable else []) for variable in env]
        for _number in range(self._random.choice((0, 0, 1, 1, 2))):
            self._set.before.append(self._event(EVENTS[1:]))
        self._set.event = self._event(EVENTS[:1])
        return self._set

    def _chance(self, probability: float) -> bool:
        return self._random.random() < probability

    def _event(self, names: tuple[str, ...]) -> tuple[str, list[str]]:
        env = [f"{key}={self._random.choice(VALUES)}" for key in KEYS if self._chance(0.8)]
        if self._chance(0.2):
            env.reverse()
        return f"{self._set.prefix}-{self._random.choice(names)}", env

    def _file(self, number: int, has_instances: bool) -> str:
        kind = self._random.choice(KINDS)
        start = self._start(number)
        lines = [f"start on {start}"]
        if self._chance(0.5):
            stop = start if self._chance(0.25) else self._stop(number, has_instances)
            lines.append(f"stop on {stop}")
        if self._chance(0.06):
            lines.append("manual")
        if has_instances:
            lines += ["instance $K", self._random.choice(["env K=none", "export K", "# plain"])]
        elif self._chance(0.15):
            lines += ["env M=x", "export M K"]
        if kind.endswith("task"):
            lines.append("task")
        if self._chance(0.15) and kind == "service":
            lines.append("respawn")
        if self._chance(0.3):
            helpers = [helper for helper in HELPERS if not (kind.endswith("task") and helper.startswith("post-start"))]
            lines.append(self._random.choice(helpers))
        if self._chance(0.1) and kind.endswith("task"):
            lines.append(self._random.choice(["normal exit 1 3", "normal exit 127"]))
        lines.append(self._random.choice(MAINS[kind]))
        return "\n".join(lines) + "\n"

    def _start(self, number: int) -> str:
        """Return a condition in which later jobs wait for earlier jobs, which makes chains."""
        parts = [self._leaf(number)]
        while len(parts) < 3 and self._chance(0.35):
            parts.append(self._leaf(number))
        return self._join(parts)

    def _join(self, operands: list[str]) -> str:
        text = operands[0]
        for operand in operands[1:]:
            operator = self._random.choice(("and", "or"))
            text = f"({text} {operator} {operand})" if self._chance(0.5) else f"({operand} {operator} {text})"
        return text

    def _leaf(self, number: int) -> str:
        if number and self._chance(0.55):
            return self._job_event(self._names[self._random.choice((number - 1, self._random.randrange(number)))])
        return self._plain()

    def _plain(self) -> str:
        name = f"{self._set.prefix}-{self._random.choice(('a', 'a', 'a', 'b', 'c'))}"
        form = self._random.randrange(8)
        value, key = self._random.choice((*VALUES, "x*", "[!y]*", "?")), self._random.choice(KEYS)
        if form == 0:
            return f"{name} {value}"
        if form == 1:
            return f"{name} {key}={value}"
        if form == 2:
            return f"{name} {key}!={value}"
        if form == 3:
            return f"{name} {value} L={self._random.choice(VALUES)}"
        return name

    def _job_event(self, job: str) -> str:
        event = self._random.choice(("started", "started", "stopped", "stopped", "starting", "stopping"))
        form = self._random.randrange(8)
        if form == 0:
            return f"{event} JOB={job[:-1]}[{job[-1]}]"
        if form == 1 and event.startswith("stopp"):
            return f"{event} {job} RESULT={self._random.choice(('ok', 'failed'))}"
        if form == 2 and event.startswith("stopp"):
            return f"{event} {job} PROCESS!=respawn"
        if form == 3:
            return f"{event} {job} K={self._random.choice(VALUES)}"
        return f"{event} {job}"

    def _stop(self, number: int, has_instances: bool) -> str:
        if has_instances and self._chance(0.5):
            return f"{self._set.prefix}-a K=$K"
        parts = [self._plain() if self._chance(0.6) else self._job_event(self._random.choice(self._names))]
        if self._chance(0.2):
            parts.append(self._plain())
        if self._chance(0.15):
            parts.append(f"{self._set.prefix}-{self._random.choice(EVENTS)}/failed")
        return self._join(parts)


def make(seed: int, prefix: str) -> JobSet:
    """Return the set of a seed; the names of its jobs and events begin with ``prefix``."""
    return Maker(seed, prefix).make()


RACES: dict[str, tuple[dict[str, str], list[str], list[str]]] = {  # files, jobs that are started, events before
    "an end and two starts": ({
        "a": "start on @go\ntask\nexec true", "b": "start on @go\nexec sleep 1000",
        "c": "start on started @b\nexec sleep 1000",
        "d": "start on stopped @a\nstop on started @c\nexec sleep 1000"}, [], []),
    "a pre-stop and a start": ({
        "a": "start on @up or (starting @c and @go)\nstop on @go\npre-stop exec true\nexec sleep 1000",
        "b": "start on @go\nexec sleep 1000", "c": "start on started @b\nexec sleep 1000"}, [], ["up"]),
    "a pre-stop and a start that leads to a respawned job": ({
        "j0": "start on @go\ntask\nexec sleep 1.2",
        "j1": "start on (stopping @j0 or started JOB=@j[0])\nstop on @go\nexport K\nexec sleep 2000",
        "j2": "start on started @j1\nstop on @go\nenv K=none\ninstance $K\nrespawn\npost-start exec false\n"
              "exec sleep 2000",
        "j3": "start on (starting @j2 and @go)\nstop on @go\npre-stop exec true\nexec sleep 1000",
        "j4": "start on started @j2\nstop on started JOB=@j[2]\nexec sleep 1000"}, ["j3"], []),
}


def race(name: str, prefix: str) -> JobSet:
    """Return a set with a race between two processes."""
    texts, starts, before = RACES[name]
    mark = f"{prefix}-"
    return JobSet(prefix, {mark + job: text.replace("@", mark) + "\n" for job, text in texts.items()},
                  [(mark + job, []) for job in starts], [(mark + event, []) for event in before], (f"{mark}go", []))
