# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions with their memory of the events that have come."""

from __future__ import absolute_import, division, print_function

from .._jobfile.expression import fold
from .match import event_matches, split_argument
from .variables import merge, put

__metaclass__ = type


class Tree:
    """A ``start on`` of a job or a ``stop on`` of an instance; a part that is met holds its event until ``reset``.

    :ivar rpn: the condition in reverse Polish order.
    :ivar met: list of bool, for each item of ``rpn`` that is an event whether it has come; None in other places.
    """

    def __init__(self, rpn, met=None, held=None):
        """Begin with nothing met, or with what the daemon tells.

        :param met: list of bool, one for each item of ``rpn``.
        :param held: list of the Events that the items hold, or None for each.
        """
        self.rpn = rpn
        self.met = list(met) if met else [False] * len(rpn)
        self._held = list(held) if held else [None] * len(rpn)

    def handle(self, event, variables):
        """Let every part that is not met look at an event; return whether it met at least one."""
        found = False
        for number, item in enumerate(self.rpn):
            if "op" not in item and not self.met[number] and event_matches(item, event.name, event.env, variables):
                self.met[number] = found = True
                self._held[number] = event
                event.blockers += 1
        return found

    def may_handle(self, event):
        """Return whether some part that asks for variables of the instance would be met if these were right."""
        for item in self.rpn:
            args = item.get("args", ())
            if any("$" in argument for argument in args):
                relaxed = {"event": item["event"], "args": [_any_value(one) if "$" in one else one for one in args]}
                if event_matches(relaxed, event.name, event.env):
                    return True
        return False

    def is_met(self):
        return bool(self.rpn) and self._parts()[0]

    def events(self):
        """Return the events of the parts that are met, from left to right; a part below one that is not is none."""
        return self._parts()[1]

    def _parts(self):
        return fold(self.rpn, self._event_state, _joined_state)

    def _event_state(self, _item, index):
        """Return (whether the event has come, list of the Events that it holds)."""
        held = self._held[index]
        return self.met[index], [held] if held is not None else []

    def held(self):
        """Return the events that it holds, with None for each item that holds none."""
        return self._held

    def is_begun(self):
        """Return whether some part is met, but not all that it takes."""
        return any(self.met) and not self.is_met()

    def reset(self):
        """Forget and let go every event."""
        for event in self._held:
            if event is not None:
                event.blockers -= 1
        self.met = [False] * len(self.rpn)
        self._held = [None] * len(self.rpn)

    def environment(self, table, names_variable):
        """Lay the variables of the events that count over ``table``, with their names in one more, and return it."""
        events = self.events()
        for event in events:
            merge(table, event.env)
        put(table, "%s=%s" % (names_variable, " ".join(event.name for event in events)))
        return table


def _joined_state(operator, left, right):
    met = (left[0] and right[0]) if operator == "and" else (left[0] or right[0])
    return met, left[1] + right[1] if met else []


def _any_value(argument):
    variable = split_argument(argument)[0]
    return "*" if variable is None else variable + "=*"
