# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stories: job files, and what is done to them, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROBE = Path(__file__).resolve().parents[1] / "probe.sh"


@dataclass(frozen=True)
class Step:
    """What is done to both daemons.

    :ivar verb: start, stop, restart, reload, emit, kill, close, open, boot or shut-down.
    :ivar name: a job, an event, or the label of a process.
    :ivar env: NAME=VALUE for start, stop and emit; the signal for kill.
    :ivar unit: for an event that the machine causes, what happens on systemd in place of the emission: a unit that
        starts, a path with a leading slash that is created, or socket:PATH, to which a client connects.
    """

    verb: str
    name: str = ""
    env: tuple[str, ...] = ()
    unit: str = ""

    def __str__(self) -> str:
        return " ".join([self.verb, self.name, *self.env]).rstrip()


@dataclass(frozen=True)
class Story:
    """A set of jobs and the steps that are played on both daemons.

    In names and texts, @ stands for the prefix of the story, {probe} for the program that records, and {run} for the
    folder of the recording.

    :ivar rows: the rows of the tables that the story measures.
    :ivar jobs: text of the job file, or texts of conf and override, by name.
    :ivar units: text of further units of the new host, by name.
    :ivar keeps_names: whether the names of the jobs have no prefix. Only one story can keep them.
    """

    name: str
    rows: tuple[str, ...]
    jobs: Mapping[str, str | Mapping[str, str]]
    steps: tuple[Step, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    keeps_names: bool = False


def main(job: str, mode: str = "hold") -> str:
    """Return the stanza of a main process, which stays unless the mode says otherwise."""
    return f"exec {{probe}} {job}.main {mode}\n"


def process(kind: str, job: str, mode: str = "exit 0") -> str:
    """Return the stanza of another process, such as pre-start."""
    return f"{kind} exec {{probe}} {job}.{kind} {mode}\n"


def start(job: str, *env: str) -> Step:
    return Step("start", job, env)


def stop(job: str, *env: str) -> Step:
    return Step("stop", job, env)


def restart(job: str) -> Step:
    return Step("restart", job)


def reload(job: str) -> Step:
    return Step("reload", job)


def emit(event: str, *env: str, unit: str = "") -> Step:
    return Step("emit", event, env, unit)


def kill(label: str, signal: str = "KILL") -> Step:
    """End a process; the daemon does not know that it is meant to end."""
    return Step("kill", label, (signal,))


def close(label: str) -> Step:
    """Make the next process with this label wait when it begins."""
    return Step("close", label)


def open_gate(label: str) -> Step:
    return Step("open", label)


BOOT, SHUT_DOWN = Step("boot"), Step("shut-down")


@dataclass(frozen=True)
class PlacedStory:
    """A story with its prefix and the folder of its recording on one host."""

    story: Story
    prefix: str
    run: Path

    def text(self, text: str) -> str:
        named = text.replace("@", self.prefix) if self.prefix else text
        return named.replace("{probe}", f"/bin/sh {PROBE} {self.run}") \
            .replace("{run}", str(self.run))

    def jobs(self) -> dict[str, str | dict[str, str]]:
        """Return the texts of the job files by their names on the host."""
        return {self.text(name): self.text(texts) if isinstance(texts, str) else {
            key: self.text(text) for key, text in texts.items()} for name, texts in self.story.jobs.items()}

    def plain(self, name: str) -> str:
        """Return a name on the host as the story writes it."""
        return name.replace(self.prefix, "@") if self.prefix else name
