# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions with memory, and the event queue."""

from __future__ import annotations

from typing import Any

from emulator import conditions
from emulator.events import Event, EventQueue

A: dict[str, Any] = {"event": "a", "args": []}
B: dict[str, Any] = {"event": "b", "args": []}
C: dict[str, Any] = {"event": "c", "args": []}
AND, OR = {"op": "and"}, {"op": "or"}


def tree(*rpn: dict[str, Any]) -> conditions.Condition:
    built = conditions.build(rpn)
    assert built is not None
    return built


def test_the_first_half_is_remembered_and_holds_its_event() -> None:
    both = tree(A, B, AND)
    first, second = Event("a"), Event("b")
    assert both.handle(first, None) and not both.met
    assert first.blockers == 1
    assert both.handle(second, None) and both.met
    assert list(both.events()) == [first, second]
    both.reset()
    assert (first.blockers, second.blockers, both.met) == (0, 0, False)


def test_the_same_event_again_is_not_held() -> None:
    both = tree(A, B, AND)
    both.handle(Event("a"), None)
    again = Event("a")
    assert not both.handle(again, None)
    assert again.blockers == 0


def test_only_parts_that_are_met_count() -> None:
    either = tree(A, B, C, AND, OR)
    held, other = Event("b"), Event("a", ["X=1"])
    either.handle(held, None)
    either.handle(other, None)
    assert either.met
    assert list(either.events()) == [other]
    assert list(either.held()) == [other, held]


def test_the_environment_is_taken_from_left_to_right() -> None:
    both = tree(A, B, AND)
    both.handle(Event("b", ["X=b", "Z=b"]), None)
    both.handle(Event("a", ["X=a", "Y=a"]), None)
    table = both.collect_environment(["P=1"], "UPSTART_EVENTS")
    assert table == ["P=1", "X=b", "Y=a", "Z=b", "UPSTART_EVENTS=a b"]


def test_stop_on_patterns_come_from_the_instance() -> None:
    leaf = tree({"event": "a", "args": ["N=$N"]})
    assert not leaf.handle(Event("a", ["N=1"]), None)
    assert not leaf.handle(Event("a", ["N=1"]), {"N": "2"})
    assert leaf.handle(Event("a", ["N=1"]), {"N": "1"})


def test_dbus_form() -> None:
    rpn: list[dict[str, Any]] = [A, {"event": "b", "args": ["x", "Y!=z"]}, AND, C, OR]
    assert conditions.as_dbus(rpn) == [["a"], ["b", "x", "Y!=z"], ["/AND"], ["c"], ["/OR"]]
    assert conditions.as_dbus(None) == []


class Recorder:
    """The environment of a queue: blocks a chosen event and records finished events."""

    def __init__(self, blocked: str = "") -> None:
        self.blocked = blocked
        self.finished: list[str] = []
        self.answers: list[bool] = []

    def deliver(self, event: Event) -> None:
        if event.name == self.blocked:
            event.block()

    def announce(self, event: Event) -> None:
        self.finished.append(event.name)

    def finish(self, failed: bool) -> None:
        self.answers.append(failed)


def test_a_blocked_event_lets_the_others_pass() -> None:
    recorder = Recorder("a")
    queue = EventQueue(recorder.deliver, recorder.announce)
    first = queue.emit("a")
    queue.emit("b")
    queue.poll()
    assert recorder.finished == ["b"]
    first.unblock()
    queue.poll()
    assert recorder.finished == ["b", "a"]
    assert queue.events == []


def test_a_failed_event_is_answered_and_followed_once() -> None:
    recorder = Recorder("a")
    queue = EventQueue(recorder.deliver, recorder.announce)
    event = queue.emit("a", ["X=1"])
    event.waiters.append(recorder)
    queue.poll()
    event.failed = True
    event.unblock()
    queue.poll()
    assert recorder.answers == [True]
    assert recorder.finished == ["a", "a/failed"]


def test_a_failed_failed_event_has_no_successor() -> None:
    recorder = Recorder("a/failed")
    queue = EventQueue(recorder.deliver, recorder.announce)
    event = queue.emit("a/failed")
    event.failed = True
    queue.poll()
    event.unblock()
    queue.poll()
    assert recorder.finished == ["a/failed"]
