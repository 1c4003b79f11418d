# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions that remember the events that met their operands."""

from __future__ import absolute_import, division, print_function

from .._jobfile.expression import fold
from .match import event_matches, split_argument
from .variables import merge, put

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple  # noqa: F401

__metaclass__ = type


class Tree:
    """The ``start on`` of a job or the ``stop on`` of an instance; a met operand holds its event until ``reset``.

    All events are model.SimulatedEvents.

    :ivar rpn: the condition in reverse Polish order.
    :ivar met: list of bool, one per item of ``rpn``: whether the event has happened (for an operator the daemon's
        value, or False).
    """

    def __init__(self, rpn, met=None, held=None):
        # type: (Sequence[Dict[str, Any]], Optional[Sequence[bool]], Optional[Sequence[Any]]) -> None
        """Begin with nothing met, or with the daemon's state.

        :param met: list of bool, one per item of ``rpn``.
        :param held: list of the events that the items hold, with None for an item that holds none.
        """
        self.rpn = rpn
        self.met = list(met) if met else [False] * len(rpn)
        self._held = list(held) if held else [None] * len(rpn)  # type: List[Any]

    def handle(self, event, variables):
        # type: (Any, Optional[Mapping[str, Optional[str]]]) -> bool
        """Show an event to all operands that are not met; return whether it met at least one."""
        is_handled = False
        for number, item in enumerate(self.rpn):
            if "op" not in item and not self.met[number] and event_matches(item, event.name, event.env, variables):
                self.met[number] = is_handled = True
                self._held[number] = event
                event.blockers += 1
        return is_handled

    def may_handle(self, event):
        # type: (Any) -> bool
        """Return whether an event would meet an operand with variables of the instance, if their values matched."""
        for item in self.rpn:
            args = item.get("args", ())
            if any("$" in argument for argument in args):
                relaxed = {"event": item["event"],
                           "args": [_any_value(argument) if "$" in argument else argument for argument in args]}
                if event_matches(relaxed, event.name, event.env):
                    return True
        return False

    def is_met(self):
        # type: () -> bool
        return bool(self.rpn) and self._state()[0]

    def events(self):
        # type: () -> List[Any]
        """Return the events of the met operands from left to right, without those below an operator that is not met."""
        return self._state()[1]

    def _state(self):
        # type: () -> Tuple[bool, List[Any]]
        """Return whether the condition is met, and the events that met it."""
        # It is None only for an empty condition. No caller asks a Tree without a condition for its events.
        return fold(self.rpn, self._event_state, _joined_state)  # type: ignore[return-value]

    def _event_state(self, _item, index):
        # type: (Dict[str, Any], int) -> Tuple[bool, List[Any]]
        """Return (whether the event has happened, list of the Events that it holds)."""
        held = self._held[index]
        return self.met[index], [held] if held is not None else []

    def held(self):
        # type: () -> List[Any]
        """Return the list of held events, with None per item that holds none."""
        return self._held

    def is_begun(self):
        # type: () -> bool
        """Return whether some operand is met, but not the condition."""
        return any(self.met) and not self.is_met()

    def reset(self):
        # type: () -> None
        """Forget and release all events."""
        for event in self._held:
            if event is not None:
                event.blockers -= 1
        self.met = [False] * len(self.rpn)
        self._held = [None] * len(self.rpn)

    def environment(self, table, names_variable):
        # type: (List[str], str) -> List[str]
        """Set the variables of the events that met the condition in ``table``, and return it.

        :param names_variable: text, the variable that gets the names of these events.
        """
        events = self.events()
        for event in events:
            merge(table, event.env)
        put(table, "%s=%s" % (names_variable, " ".join(event.name for event in events)))
        return table


def environment_started_by(event, start_on, job_env):
    # type: (Any, Sequence[Dict[str, Any]], Iterable[str]) -> Optional[List[str]]
    """Return the environment with which an event starts a job by itself, a list of KEY=VALUE; None if it does not.

    :param event: model.SimulatedEvent.
    :param start_on: the job's condition in reverse Polish order.
    :param job_env: list of KEY=VALUE that the environment of a new instance begins with.
    """
    tree = Tree(start_on)
    tree.handle(event, None)
    return tree.environment(list(job_env), "UPSTART_EVENTS") if tree.is_met() else None


def _joined_state(operator, left, right):
    # type: (str, Tuple[bool, List[Any]], Tuple[bool, List[Any]]) -> Tuple[bool, List[Any]]
    met = (left[0] and right[0]) if operator == "and" else (left[0] or right[0])
    return met, left[1] + right[1] if met else []


def _any_value(argument):
    # type: (str) -> str
    variable = split_argument(argument)[0]
    return "*" if variable is None else variable + "=*"
