# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which events are handled and finished."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.event_queue import EventQueue
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    FINISHED,
    HANDLING,
    PENDING,
    SimulatedEvent,
)


class Queue:
    """A queue of events a, b, c and so on, and what happens to them."""

    def __init__(self, names: str, **reactions: Callable[[Queue], object]) -> None:
        self.queue = EventQueue()
        self.events: dict[str, SimulatedEvent] = {}
        self.done: list[str] = []
        self.reactions = reactions
        for name in names:
            self.add(name)

    def add(self, name: str, **more: int) -> None:
        self.events[name] = SimulatedEvent(name, **more)
        self.queue.add(self.events[name])

    def block(self, name: str) -> None:
        self.events[name].blockers += 1

    def release(self, name: str) -> None:
        self.events[name].blockers -= 1

    def poll(self) -> list[str]:
        """Return what happens, in order: an event's name when it is handled, with a dot added when it is finished."""
        self.done.clear()
        for event in self.queue.movable():
            if self.queue.begin(event):
                self._happen(event.name)
            if self.queue.finish(event):
                self._happen(event.name + ".")
        return list(self.done)

    def _happen(self, text: str) -> None:
        self.done.append(text)
        self.reactions.get(text.replace(".", "_done"), lambda queue: None)(self)


def test_events_keep_their_order() -> None:
    assert Queue("abc").poll() == ["a", "a.", "b", "b.", "c", "c."]


def test_a_new_event_is_visited_last_in_the_same_round() -> None:
    assert Queue("ab", a=lambda queue: queue.add("c")).poll() == ["a", "a.", "b", "b.", "c", "c."]


def test_a_blocked_event_is_skipped() -> None:
    queue = Queue("ab", a=lambda queue: queue.block("a"))
    assert queue.poll() == ["a", "b", "b."]
    assert queue.poll() == [] and [event.name for event in queue.queue.events()] == ["a"]
    queue.release("a")
    assert queue.poll() == ["a."] and queue.queue.events() == []


def test_an_event_released_ahead_is_visited_in_the_same_round() -> None:
    queue = Queue("ab", a=lambda queue: queue.block("a"), b=lambda queue: queue.block("b"))
    assert queue.poll() == ["a", "b"]
    queue.reactions["a_done"] = lambda queue: queue.release("b")
    queue.add("c")
    queue.release("a")
    assert queue.poll() == ["a.", "b.", "c", "c."]


@pytest.mark.parametrize("order", ["bd", "db"])
def test_an_event_released_behind_is_visited_in_the_next_round(order: str) -> None:
    """Released events are handled in their own order, after all events ahead of them."""
    queue = Queue("abcde", b=lambda queue: queue.block("b"), c=lambda queue: queue.block("c"))
    assert queue.poll() == ["a", "a.", "b", "c", "d", "d.", "e", "e."]
    queue.reactions["f"] = lambda queue: [queue.release(name) for name in order.replace("d", "c")]
    queue.add("f")
    queue.add("g")
    assert queue.poll() == ["f", "f.", "g", "g.", "b.", "c."]


def test_an_event_blocked_again_stays() -> None:
    queue = Queue("a", a=lambda queue: queue.block("a"))
    queue.poll()
    queue.release("a")
    queue.block("a")
    assert queue.poll() == []


def test_events_in_progress_are_taken_over() -> None:
    queue = Queue("")
    for name, progress, blockers in (("a", HANDLING, 1), ("b", PENDING, 0), ("c", HANDLING, 0)):
        queue.events[name] = SimulatedEvent(name, progress=progress, blockers=blockers)
        queue.queue.add(queue.events[name])
    assert queue.poll() == ["b", "b.", "c."]
    assert queue.events["c"].progress == FINISHED
