# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read init's own messages about events, states and processes."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

EVENT = re.compile(r"Handling (\S+) event$")
STATE = re.compile(r"(?P<job>.+?)(?: \((?P<instance>.*)\))? state changed from (?P<old>\S+) to (?P<new>\S+)$")
PROCESS = re.compile(
    r"(?P<job>.+?)(?: \((?P<instance>.*)\))? (?P<process>main|pre-start|post-start|pre-stop|post-stop) process"
    r" \([0-9]+\) (?P<end>terminated with status [0-9]+|killed by \S+ signal)")
RESPAWN = re.compile(r"(?P<job>.+?)(?: \((?P<instance>.*)\))? respawning too fast, stopped")

Key = tuple[str, str]  # the name of a job and of an instance


@dataclass(frozen=True)
class Handled:
    """Init begins to handle an event. Its variables are not in the message."""

    seconds: float
    event: str


@dataclass(frozen=True)
class StateChange:
    """An instance goes from one state to the next."""

    seconds: float
    key: Key
    old: str
    new: str


@dataclass(frozen=True)
class Failure:
    """A process of an instance ended with a failure, or init gave up an instance that ended too often."""

    seconds: float
    key: Key
    text: str


Message = t.Union[Handled, StateChange, Failure]


def read(messages: Iterable[Mapping[str, t.Any]]) -> list[Message]:
    """Return the messages that concern a boot, in the order of the log.

    :param messages: ``boot.messages`` of upstart_info, dicts with ``seconds`` and ``text``.
    """
    return [message for entry in messages for message in _message(float(entry["seconds"]), str(entry["text"]))]


def _message(seconds: float, text: str) -> Sequence[Message]:
    event = EVENT.match(text)
    if event:
        return [Handled(seconds, event[1])]
    state = STATE.match(text)
    if state:
        return [StateChange(seconds, _key(state), state["old"], state["new"])]
    process = PROCESS.match(text)
    if process:
        return [Failure(seconds, _key(process), f"{process['process']} process {process['end']}")]
    respawn = RESPAWN.match(text)
    return [Failure(seconds, _key(respawn), "it ended too often, and init gave up")] if respawn else []


def _key(match: re.Match[str]) -> Key:
    return match["job"], match["instance"] or ""
