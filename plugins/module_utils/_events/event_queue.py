# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events that init has not finished, and the order in which it handles and finishes them."""

from __future__ import absolute_import, division, print_function

import collections
import heapq

from .model import FINISHED, HANDLING, PENDING

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, Iterator, List, OrderedDict  # noqa: F401
    from .model import SimulatedEvent  # noqa: F401

__metaclass__ = type


class EventQueue:
    """Visits the events as init does: from the first to the last, and again as long as one of them makes progress.

    Blocked events are skipped until nothing blocks them any more, so even many of them cost little time.
    """

    def __init__(self):
        # type: () -> None
        self._events = collections.OrderedDict()  # type: OrderedDict[int, SimulatedEvent]  # number to SimulatedEvent
        self._numbers = {}  # type: Dict[int, int]  # id of a SimulatedEvent to its number
        self._count = 0
        self._position = -1  # number of the event that is visited
        self._this_round = []  # type: List[int]  # heap of the numbers to visit in this round
        self._next_round = []  # type: List[int]

    def add(self, event):
        # type: (SimulatedEvent) -> None
        number, self._count = self._count, self._count + 1
        self._events[number] = event
        self._numbers[id(event)] = number
        event.on_release = self._release
        self._schedule(number)

    def events(self):
        # type: () -> List[SimulatedEvent]
        """Return the list of unfinished events in their order."""
        return list(self._events.values())

    def _release(self, event):
        # type: (SimulatedEvent) -> None
        """Schedule an event that nothing blocks any more."""
        if id(event) in self._numbers:
            self._schedule(self._numbers[id(event)])

    def _schedule(self, number):
        # type: (int) -> None
        heapq.heappush(self._this_round if number > self._position else self._next_round, number)

    def movable(self):
        # type: () -> Iterator[SimulatedEvent]
        """Yield the events that may make progress until there are none; some may turn out not to."""
        while self._this_round or self._next_round:
            if not self._this_round:
                self._this_round, self._next_round = self._next_round, self._this_round
                self._position = -1
            number = heapq.heappop(self._this_round)
            if number in self._events:
                self._position = number
                yield self._events[number]
        self._position = -1

    def begin(self, event):
        # type: (SimulatedEvent) -> bool
        """Return whether to handle an event now; this is true once for each event."""
        if event.progress != PENDING:
            return False
        event.progress = HANDLING
        return True

    def finish(self, event):
        # type: (SimulatedEvent) -> bool
        """Remove an event unless something blocks it; return whether it was removed."""
        if event.blockers > 0:
            return False
        event.progress = FINISHED
        del self._events[self._numbers.pop(id(event))]
        return True
