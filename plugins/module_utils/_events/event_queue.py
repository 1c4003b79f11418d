# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The events that init has not finished, and which of them it can move on."""

from __future__ import absolute_import, division, print_function

import collections
import heapq

from .model import FINISHED, HANDLING, PENDING

__metaclass__ = type


class EventQueue:
    """Goes through the events as init does: from the first to the last, and again as long as one of them moves.

    Events that somebody blocks are not looked at until nobody does, so that many of them cost nothing.
    """

    def __init__(self):
        self._events = collections.OrderedDict()  # number to Event
        self._numbers = {}  # id of an Event to its number
        self._count = 0
        self._position = -1  # number of the event that is looked at
        self._ahead = []  # heap of the numbers that come in this round
        self._behind = []  # those of the next round

    def add(self, event):
        number, self._count = self._count, self._count + 1
        self._events[number] = event
        self._numbers[id(event)] = number
        event.on_release = self._release
        self._put(number)

    def events(self):
        """Return the list of events that are not finished, in their order."""
        return list(self._events.values())

    def _release(self, event):
        """Take notice that nobody blocks an event any more."""
        if id(event) in self._numbers:
            self._put(self._numbers[id(event)])

    def _put(self, number):
        heapq.heappush(self._ahead if number > self._position else self._behind, number)

    def movable(self):
        """Yield the events that can be moved on, until there are none; some may turn out not to."""
        while self._ahead or self._behind:
            if not self._ahead:
                self._ahead, self._behind = self._behind, self._ahead
                self._position = -1
            number = heapq.heappop(self._ahead)
            if number in self._events:
                self._position = number
                yield self._events[number]
        self._position = -1

    def begin(self, event):
        """Return whether an event is to be handled now; that is so once."""
        if event.progress != PENDING:
            return False
        event.progress = HANDLING
        return True

    def finish(self, event):
        """Take out an event that nobody blocks; return whether that is so."""
        if event.blockers > 0:
            return False
        event.progress = FINISHED
        del self._events[self._numbers.pop(id(event))]
        return True
