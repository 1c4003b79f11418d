# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What both sides have in common: a host with a daemon that plays the steps of stories."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chaos.bus import CallError

from .records import Processes, Record, read_records
from .story import PlacedStory, Step

UP, DOWN, PENDING = "up", "down", "pending"
# What a script reads that calls commands of init.
COMMANDS = "touch {run}/busy\ntrap 'rm -f {run}/busy' EXIT\n"
OK, FAILED, WAITING = "ok", "failed", "waits"
CALL_SECONDS = 120.0


@dataclass
class Answer:
    """The result of a command, which may still be waiting."""

    value: str = WAITING
    text: str = ""


@dataclass(frozen=True)
class JobStates:
    """The states of all instances of a job that are not down, in order, and whether it has failed since its start."""

    states: tuple[str, ...] = ()
    has_failed: bool = False


@dataclass
class Play:
    """A story that is being played on one side."""

    placed: PlacedStory
    answers: list[Answer] = field(default_factory=list)
    gates: dict[str, int] = field(default_factory=dict)  # descriptors of opened gates

    def records(self) -> list[Record]:
        return read_records(self.placed.run)


class Side:
    """A host. The subclasses talk to its daemon."""

    name = ""

    def __init__(self, runs: Path, processes: Processes) -> None:
        self.runs = runs
        self.processes = processes

    def perform(self, play: Play, step: Step) -> None:
        """Begin a step. Commands go on in a thread, because they may wait."""
        if step.verb == "close":
            os.mkfifo(self._gate(play, step.name))
        elif step.verb == "open":
            self._open(play, step.name)
        elif step.verb == "kill":
            self.kill(play, step)
        elif step.verb not in ("boot", "shut-down"):
            answer = Answer()
            play.answers.append(answer)
            threading.Thread(target=self._answer, args=(answer, play, step), daemon=True).start()

    def _answer(self, answer: Answer, play: Play, step: Step) -> None:
        try:
            answer.value, answer.text = self.command(play, step)
        except CallError as error:
            answer.value, answer.text = FAILED, str(error)

    def _gate(self, play: Play, label: str) -> Path:
        return play.placed.run / f"gate.{label}"

    def _open(self, play: Play, label: str) -> None:
        """Let the processes at a gate go on. The open descriptor serves one that finds the gate later."""
        gate = self._gate(play, label)
        descriptor = os.open(gate, os.O_RDWR)
        play.gates[label] = descriptor
        os.write(descriptor, b"\n" * 100)
        gate.rename(gate.with_suffix(f".opened-{len(play.gates)}"))

    def close_gates(self, play: Play) -> None:
        for descriptor in play.gates.values():
            with contextlib.suppress(OSError):
                os.close(descriptor)

    def is_held(self, play: Play, alive: Iterable[str]) -> bool:
        """Return whether a process of the story waits at a closed gate.

        :param alive: the labels of the processes that run.
        """
        return any(self._gate(play, label).exists() for label in alive)

    def is_busy(self, play: Play) -> bool:
        """Return whether a script of the story calls commands of init."""
        return (play.placed.run / "busy").exists()

    def boot(self) -> None:
        """Boot into the normal runlevel, and wait until the daemon has nothing left to do."""
        raise NotImplementedError

    def shut_down(self) -> None:
        """Stop all that a shutdown stops."""
        raise NotImplementedError

    def kill(self, play: Play, step: Step) -> None:
        raise NotImplementedError

    def command(self, play: Play, step: Step) -> tuple[str, str]:
        """Carry out a command, wait for its end, and return its result and the daemon's words."""
        raise NotImplementedError

    def states(self, play: Play) -> dict[str, JobStates]:
        """Return the states of all jobs by their names in the story, after a round trip to the daemon."""
        raise NotImplementedError


def waited(condition: threading.Condition, test: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until a test holds that ``condition`` announces; raise CallError if it does not."""
    with condition:
        if not condition.wait_for(test, seconds):
            raise CallError(f"{what} did not end within {seconds:g} s")
