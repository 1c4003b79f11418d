# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare what a story did on both sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .play import Snapshot
from .side import JobStates
from .story import Story

NOBODY = ""  # the job of a difference in the answer to an event
COMMANDS = ("start", "stop", "restart", "reload", "emit")


@dataclass(frozen=True)
class Difference:
    """Something that is not the same on both sides.

    :ivar kind: what differs: "state up/down" (Upstart's first), "failed" or "succeeded" (on systemd), "runs more" or
        "runs less" often there, "sooner" or "later", "sequence" (of a job's processes in one step), "alive more" or
        "alive less", "answer start ok/failed", or the name of a trait of a process.
    :ivar index: the number of the step from 0.
    """

    job: str
    kind: str
    index: int
    step: str
    upstart: str
    systemd: str

    def __str__(self) -> str:
        where = f"{self.job or 'an event'}: {self.kind} after {self.step}"
        return f"{where}: Upstart {self.upstart}, systemd {self.systemd}"


def differences(story: Story, upstart: Sequence[Snapshot], systemd: Sequence[Snapshot]) -> list[Difference]:
    """Return the first difference of each kind for each job."""
    result: dict[tuple[str, str], Difference] = {}
    for difference in _Comparison(story, upstart, systemd).differences():
        result.setdefault((difference.job, difference.kind.split("/")[0]), difference)
    return list(result.values())


class _Comparison:
    def __init__(self, story: Story, upstart: Sequence[Snapshot], systemd: Sequence[Snapshot]) -> None:
        self._story = story
        self._upstart = upstart
        self._systemd = systemd
        self._jobs = {job.replace("@", ""): job for job in story.jobs}
        self._commands = [step for step in story.steps if step.verb in COMMANDS]
        self._final = (upstart[-1].begun, systemd[-1].begun) if upstart else ({}, {})

    def differences(self) -> Iterator[Difference]:
        for index, (one, other) in enumerate(zip(self._upstart, self._systemd)):
            for job, kind, first, second in self._in_step(one, other):
                if first != second:
                    yield Difference(job, kind, index, str(one.step), first, second)

    def _in_step(self, one: Snapshot, other: Snapshot) -> Iterator[tuple[str, str, str, str]]:
        """Yield what is compared after a step: job, kind, and the values of both sides."""
        for name, job in self._jobs.items():
            states = [snapshot.states.get(job, JobStates()) for snapshot in (one, other)]
            first, second = (" ".join(state.states) or "down" for state in states)
            yield job, f"state {first}/{second}", first, second
            kind = "failed" if states[1].has_failed else "succeeded"
            yield job, kind, str(states[0].has_failed), str(states[1].has_failed)
            sequences = [_in_order(snapshot.sequences.get(name, ())) for snapshot in (one, other)]
            if sorted(sequences[0]) == sorted(sequences[1]):
                yield job, "sequence", ", ".join(sequences[0]), ", ".join(sequences[1])
            labels = sorted(label for label in {*one.begun, *other.begun} if label.partition(".")[0] == name)
            yield from self._numbers(job, labels, one, other, is_same_state=first == second)
        for command, first, second in zip(self._commands, one.answers, other.answers):
            job = command.name if command.verb != "emit" else NOBODY
            yield job, f"answer {command.verb} {first}/{second}", f"{command} {first}", f"{command} {second}"

    def _numbers(self, job: str, labels: Sequence[str], one: Snapshot, other: Snapshot,
                 is_same_state: bool) -> Iterator[tuple[str, str, str, str]]:
        """Yield what is compared of the processes of a job.

        What runs is only compared if the job has the same state, and has begun as many processes.
        """
        for label in labels:
            more = other.begun[label] > one.begun[label]
            if self._final[0].get(label) == self._final[1].get(label):
                kind = "sooner" if more else "later"
            else:
                kind = "runs more" if more else "runs less"
            yield job, kind, f"{label} {one.begun[label]}", f"{label} {other.begun[label]}"
            if is_same_state and one.begun[label] == other.begun[label]:
                first, second = (snapshot.alive.get(label, 0) for snapshot in (one, other))
                yield job, "alive more" if second > first else "alive less", f"{label} {first}", f"{label} {second}"
            yield from self._traits(job, one.traits.get(label), other.traits.get(label))

    @staticmethod
    def _traits(job: str, one: Mapping[str, str] | None, other: Mapping[str, str] | None,
                ) -> Iterator[tuple[str, str, str, str]]:
        if one and other:
            for name in sorted(set(one) | set(other)):
                yield job, name, _shown(one.get(name)), _shown(other.get(name))


def _in_order(sequence: Sequence[str]) -> list[str]:
    """Return the beginnings and ends whose order is fixed. That of post-start is not, because main runs beside it."""
    return [words for words in sequence if ".post-start " not in words]


def _shown(value: str | None) -> str:
    return "nothing" if value is None else repr(value)
