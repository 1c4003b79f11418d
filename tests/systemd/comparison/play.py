# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Play stories on a side, and take a snapshot after each step."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .records import counts
from .side import PENDING, WAITING, JobStates, Play, Side
from .story import SHUT_DOWN, PlacedStory, Step

POLL_SECONDS = 0.075  # asking systemd for the units of a story costs more than the rest of a step
# How long nothing may change before a step counts as done: at first, and when a story is played again.
QUIET_SECONDS = (0.15, 0.5, 1.5)
# The same for a job that is between two states, or a command that waits, although no gate holds it.
STUCK_SECONDS = 1.0
# The same while a script calls commands of init.
BUSY_SECONDS = 20.0
STEP_SECONDS = 60.0


@dataclass
class Snapshot:
    """What is true after a step."""

    step: Step
    states: dict[str, JobStates]
    begun: Counter[str]
    ended: Counter[str]
    sequences: dict[str, tuple[str, ...]]  # of each job: which processes began and ended in this step
    alive: dict[str, int]
    answers: tuple[str, ...]
    traits: dict[str, dict[str, str]] = field(default_factory=dict)


class Player:
    """Plays a story on one side, up to its shutdown, and from there in a second call."""

    def __init__(self, side: Side, placed: PlacedStory, attempt: int = 0) -> None:
        self._side = side
        self._play = Play(placed)
        self._quiet_seconds = QUIET_SECONDS[min(attempt, len(QUIET_SECONDS) - 1)]
        self._read = 0
        self._waiting = list(placed.story.steps)
        self.snapshots: list[Snapshot] = []

    @property
    def placed(self) -> PlacedStory:
        return self._play.placed

    def play(self) -> None:
        """Play the steps up to the shutdown, or from there on, and add a snapshot after each."""
        while self._waiting:
            step = self._waiting.pop(0)
            self._side.perform(self._play, step)
            if step.verb != "close":
                self._settle()
                self.snapshots.append(self._snapshot(step))
            if self._waiting[:1] == [SHUT_DOWN]:
                return
        self._side.close_gates(self._play)

    def _settle(self) -> None:
        """Wait until nothing changes any more, longer while a job is between two states that no gate explains."""
        deadline = time.monotonic() + STEP_SECONDS
        last, since = self._watched(), time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
            now = self._watched()
            if now != last:
                last, since = now, time.monotonic()
                continue
            is_stuck = any(PENDING in state.states for state in now[0].values()) or WAITING in now[2]
            wanted = self._quiet_seconds
            if not self._side.is_held(self._play, now[3]):
                wanted = BUSY_SECONDS if self._side.is_busy(self._play) else wanted + is_stuck * STUCK_SECONDS
            if time.monotonic() - since >= wanted:
                return

    def _watched(self) -> Any:
        records = self._play.records()
        answers = tuple(answer.value for answer in self._play.answers)
        return self._side.states(self._play), len(records), answers, self._side.processes.alive(records)

    def _snapshot(self, step: Step) -> Snapshot:
        records = self._play.records()
        sequences: dict[str, tuple[str, ...]] = {}
        for record in records[self._read:]:
            sequences[record.job] = (*sequences.get(record.job, ()), f"{record.label} {record.what}")
        self._read = len(records)
        alive = self._side.processes.alive(records)
        traits = {label: self._side.processes.traits(pids[-1]) for label, pids in alive.items()}
        return Snapshot(step, self._side.states(self._play), counts(records), counts(records, "end"), sequences,
                        {label: len(pids) for label, pids in alive.items()},
                        tuple(answer.value for answer in self._play.answers), traits)
