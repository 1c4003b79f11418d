# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events, and the queue that delivers them to jobs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Callable, Protocol

PENDING, HANDLING, FINISHED = "pending", "handling", "finished"


class Waiter(Protocol):
    """Gets the result of a request, once."""

    def finish(self, failed: bool) -> None: ...


class BlockedJob(Protocol):
    """A job that waits until its own starting or stopping event is finished."""

    def event_finished(self) -> None: ...


class Event:
    """An event; it is finished when nothing blocks it any more."""

    def __init__(self, name: str, env: Sequence[str] = (), fd: int | None = None) -> None:
        self.name = name
        self.env = list(env)
        self.fd = fd
        self.progress = PENDING
        self.failed = False
        self.blockers = 0
        self.waiters: list[Waiter] = []
        self.job: BlockedJob | None = None

    def block(self) -> None:
        self.blockers += 1

    def unblock(self) -> None:
        self.blockers -= 1


class EventQueue:
    """Events in the order in which they were emitted, with the rules of Upstart's own queue."""

    def __init__(self, deliver: Callable[[Event], None], announce: Callable[[Event], None]) -> None:
        self.events: list[Event] = []
        self.emitted = False  # set by ``emit``, which wakes the daemon
        self._deliver = deliver
        self._announce = announce

    def emit(self, name: str, env: Sequence[str] = (), fd: int | None = None) -> Event:
        """Queue an event; the next ``poll`` handles it, at once."""
        event = Event(name, env, fd)
        self.events.append(event)
        self.emitted = True
        return event

    def poll(self) -> None:
        """Handle and finish events until none can make progress."""
        moved = True
        while moved:
            moved = False
            position = 0
            while position < len(self.events):
                event = self.events[position]
                if event.progress == PENDING:
                    event.progress = HANDLING
                    self._deliver(event)
                    moved = True
                if event.blockers:
                    position += 1
                    continue
                event.progress = FINISHED
                self._finish(event)
                self.events.remove(event)
                moved = True

    def _finish(self, event: Event) -> None:
        job, event.job = event.job, None
        waiters, event.waiters = event.waiters, []
        if job is not None:
            job.event_finished()
        for waiter in waiters:
            waiter.finish(event.failed)
        self._announce(event)
        if event.failed and not event.name.endswith("/failed"):
            self.emit(event.name + "/failed", event.env)
        if event.fd is not None:
            os.close(event.fd)
            event.fd = None
