# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The first start of each instance in a boot: when, because of which event, and what it waited for."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .messages import Failure, Handled, Key, Message, StateChange

# The events that init emits when an instance enters a state.
EVENTS_OF_STATES = {"starting": "starting", "running": "started", "stopping": "stopping", "waiting": "stopped"}
WAITING, STARTING, RUNNING, STOPPING = "waiting", "starting", "running", "stopping"
TRIFLE = 0.001  # seconds; a shorter wait is only the work of init itself


@dataclass
class Start:
    """The first start of an instance.

    :ivar began: seconds after init began at which it left the state waiting.
    :ivar event: the event that completed its start on, or None if no event did.
    :ivar cause: the instance whose change of state was that event, or None.
    :ivar unblocked: when its first process could begin, or None.
    :ivar up: when it was running, or None.
    :ivar stopping: when it began to stop for the first time, or None.
    :ivar ended: when it had stopped for the first time, or None.
    :ivar failure: what init says about its end, or None.
    :ivar starts: how often it was started.
    :ivar holders: instances that its ``starting`` event started, and that it waited for.
    """

    key: Key
    began: float
    event: str | None = None
    cause: Key | None = None
    unblocked: float | None = None
    up: float | None = None
    stopping: float | None = None
    ended: float | None = None
    failure: str | None = None
    starts: int = 1
    holders: list[Key] = field(default_factory=list)

    def waiting(self) -> float:
        """Return the seconds that it waited for others before its own first process."""
        return (self.unblocked or self.began) - self.began

    def own(self, task: bool) -> float | None:
        """Return the seconds that its own processes took until it was up; for a task, until they ended."""
        if self.unblocked is None:
            return None
        done = (self.stopping or self.ended) if task else (self.up or self.stopping or self.ended)
        return None if done is None else done - self.unblocked

    def ready(self, task: bool) -> float | None:
        """Return when others could go on: a service is running, a task has ended. None for not yet."""
        return self.ended if task else self.up


class Timeline:
    """The starts of a boot, in their order.

    :param messages: what init logged.
    :param waits_for: function of a job and an event that says whether the job's start on names the event.
    :param complete: whether the messages begin with the boot. If not, it is unknown which instance an event is of.
    """

    def __init__(self, messages: Iterable[Message], waits_for: Callable[[str, str], bool], complete: bool) -> None:
        self.starts: dict[Key, Start] = {}
        self._waits_for = waits_for
        self._complete = complete
        self._queued: dict[str, deque[Key]] = defaultdict(deque)
        self._handled: tuple[str, Key | None] | None = None
        for message in messages:
            if isinstance(message, Handled):
                self._handle(message)
            elif isinstance(message, Failure):
                self._fail(message)
            else:
                self._change(message)

    def _handle(self, message: Handled) -> None:
        name = message.event.partition("/")[0]
        waiting = self._queued[name] if name == message.event else deque[Key]()
        self._handled = message.event, waiting.popleft() if waiting and self._complete else None

    def _fail(self, message: Failure) -> None:
        start = self.starts.get(message.key)
        if start and start.ended is None:
            start.failure = message.text

    def _change(self, message: StateChange) -> None:
        if message.new in EVENTS_OF_STATES:
            self._queued[EVENTS_OF_STATES[message.new]].append(message.key)
        start = self.starts.get(message.key)
        if message.old == WAITING and message.new == STARTING:
            if start:
                start.starts += 1
            else:
                self._begin(message)
        elif start and start.starts == 1:
            _note(start, message)

    def _begin(self, message: StateChange) -> None:
        start = self.starts[message.key] = Start(message.key, message.seconds)
        if self._handled is None or not self._waits_for(message.key[0], self._handled[0]):
            return  # a program has started it
        start.event, start.cause = self._handled
        if start.cause and start.event == STARTING and start.cause in self.starts:
            self.starts[start.cause].holders.append(message.key)


def _note(start: Start, message: StateChange) -> None:
    """Note a change of state during the first start of an instance."""
    if message.old == STARTING and start.unblocked is None and message.new != STOPPING:
        start.unblocked = message.seconds
    if message.new == RUNNING and start.up is None:
        start.up = message.seconds
    if message.new == STOPPING and start.stopping is None:
        start.stopping = message.seconds
    if message.new == WAITING and start.ended is None:
        start.ended = message.seconds
