# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random jobs, and the text of their files.

Each file has a marker, ``env V=NUMBER``, and every write uses a new number: the environment of a process shows the file
that it was started with. ``@S`` in a text stands for the scratch folder of the history.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

KINDS = {  # kind of main process: weight
    "sleeper": 28, "stubborn": 18, "reloader": 14, "task": 9, "short": 5, "crasher": 3, "abstract": 3, "forker": 5,
    "daemon": 5, "stopper": 5, "helper": 2, "stuck": 2,
}
# These jobs run from their start until somebody stops them.
STEADY = frozenset(("sleeper", "stubborn", "reloader", "forker", "daemon", "stopper"))
HELPER_SECONDS = 0.2  # how long the process lives that init takes for the main process of a "helper"
NAMES = ("web", "db", "cache-1", "app/worker", "mail_x")
FILES = {
    "fork.sh": "#!/bin/sh\nsleep 1000 &\n",
    "daemon.sh": "#!/bin/sh\n(sleep 1000 & exit 0) &\n",
    "stop.sh": "#!/bin/sh\nkill -STOP $$\nexec sleep 1000\n",
    "helper.sh": f"#!/bin/sh\nsleep {HELPER_SECONDS} &\nexec sleep 1000\n",
}
MAIN = {
    "sleeper": ("exec sleep 1000",),
    "stubborn": ("script", "  trap '' TERM", "  exec sleep 1000", "end script"),
    "reloader": ("script", "  trap 'echo hup >> @S/hup.@F' HUP", "  while :; do sleep 1000 & wait || :; done",
                 "end script"),
    "task": ("task", "script", "  echo begin $V >> @S/run.@F", "  sleep @D", "  echo end $V >> @S/run.@F",
             "end script"),
    "short": ("exec sleep @D",),
    "crasher": ("exec false",),
    "abstract": (),
    "forker": ("expect fork", "exec /bin/sh @S/fork.sh"),
    "daemon": ("expect daemon", "exec /bin/sh @S/daemon.sh"),
    "stopper": ("expect stop", "exec /bin/sh @S/stop.sh"),
    "helper": ("expect fork", "exec /bin/sh @S/helper.sh"),
    "stuck": ("expect fork", "exec sleep 1000"),
}


@dataclass(frozen=True)
class Job:
    """A job that exists at the beginning of a history, or that the call creates."""

    name: str
    kind: str
    stanzas: tuple[str, ...]
    main: tuple[str, ...]
    instances: tuple[str, ...]  # ("",) for a job with a single instance
    start_on: str
    stop_on: str
    start_seconds: float  # maximum time of its hooks
    stop_seconds: float
    breaks: bool  # one of its hooks fails

    @property
    def steady(self) -> bool:
        """Return whether the job, once started, runs until somebody stops it."""
        return self.kind in STEADY and not self.breaks

    @property
    def file_name(self) -> str:
        return self.name.replace("/", "_")

    def text(self, version: int) -> str:
        lines = [f"env V={version}", "env CHAOS=@S", *self.stanzas]
        if self.start_on:
            lines.append(f"start on {self.start_on}")
        if self.stop_on:
            lines.append(f"stop on {self.stop_on}")
        return "\n".join([*lines, *self.main]).replace("@F", self.file_name) + "\n"


def _duration(chance: random.Random) -> float:
    return chance.choice((0.05, 0.1, 0.3, 0.6, 1.0))


def _hooks(chance: random.Random) -> tuple[list[str], float, float, bool]:
    """Return the stanzas of hooks, their total time at start and at stop, and whether a hook fails."""
    stanzas, start, stop, breaks = [], 0.0, 0.0, False
    for hook, likely in (("pre-start", 0.15), ("post-start", 0.12), ("pre-stop", 0.28), ("post-stop", 0.15)):
        if chance.random() > likely:
            continue
        seconds = _duration(chance)
        if chance.random() < 0.08:
            stanzas.append(f"{hook} exec false")
            breaks = breaks or hook in ("pre-start", "post-start")
        else:
            stanzas.append(f"{hook} exec sleep {seconds}")
        if hook.endswith("start"):
            start += seconds
        else:
            stop += seconds
    return stanzas, start, stop, breaks


def _condition(chance: random.Random, others: list[str]) -> str:
    """Return a condition on the two events of a history and on earlier jobs, which avoids cycles."""
    def leaf() -> str:
        if not others or chance.random() < 0.35:
            return chance.choice(("ev1", "ev2"))
        return f"{chance.choice(('started', 'starting', 'stopping', 'stopped'))} {chance.choice(others)}"

    shape = chance.random()
    if shape < 0.6:
        return leaf()
    return f"({leaf()} {'and' if shape < 0.85 else 'or'} {leaf()})"


def make_job(chance: random.Random, name: str, others: list[str], kind: str = "") -> Job:
    kind = kind or chance.choices(list(KINDS), list(KINDS.values()))[0]
    stanzas, start, stop, breaks = _hooks(chance)
    instances: tuple[str, ...] = ("",)
    if kind in STEADY and chance.random() < 0.22:
        instances = ("a", "b")
        stanzas.append("instance $N")
    kill = chance.choice((1, 2, 3))
    if kind == "stubborn" or chance.random() < 0.2:
        stanzas.append(f"kill timeout {kill}")
        stop += kill if kind == "stubborn" else 0
    if kind in STEADY and chance.random() < 0.3:
        stanzas.append("respawn")
    elif kind in ("short", "crasher") and chance.random() < 0.4:
        stanzas += ["respawn", "respawn limit 3 20"]
    stanzas += chance.choice(([], [], ["console none"], ["console log"], ["env E=none"]))
    duration = _duration(chance) + (0.4 if kind == "short" else 0)
    return Job(
        name=name, kind=kind, stanzas=tuple(stanzas), instances=instances,
        main=tuple(line.replace("@D", f"{duration:g}") for line in MAIN[kind]),
        start_on=_condition(chance, others) if chance.random() < 0.4 else "",
        stop_on=_condition(chance, others) if chance.random() < 0.25 else "",
        start_seconds=start + duration, stop_seconds=stop, breaks=breaks)
