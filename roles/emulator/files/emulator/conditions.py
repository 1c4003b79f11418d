# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``start on`` and ``stop on`` conditions, which remember the events they have seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import collection, environment
from .events import Event

if TYPE_CHECKING:
    from .jobclass import JobClass


class Condition:
    """An operand or operator; a met operand blocks its event until ``reset``.

    :ivar met: whether an operand holds an event; for an operator, as of the last event that was handled.
    """

    def __init__(self, item: Mapping[str, Any], operands: Sequence[Condition] = ()) -> None:
        self.item = item
        self.operands = tuple(operands)
        self.event: Event | None = None
        self.met = False
        self.names: frozenset[str] = frozenset().union(*(operand.names for operand in self.operands))
        if not self.operands:
            self.names = frozenset((item["event"],))

    def handle(self, event: Event, variables: Mapping[str, str] | None) -> bool:
        """Show the event to every operand that is not met; return whether it met at least one."""
        if event.name not in self.names:
            self._update()
            return False
        if not self.operands:
            return self._take(event, variables)
        met = [operand.handle(event, variables) for operand in self.operands]  # every operand must see it
        self._combine()
        return any(met)

    def hand_over(self, event: Event) -> None:
        """Let every operand that is not met take the event of a predecessor; operators notice it at the next event."""
        for operand in self.operands:
            operand.hand_over(event)
        if not self.operands:
            self._take(event, None)

    def _take(self, event: Event, variables: Mapping[str, str] | None) -> bool:
        if self.met or not collection.matches(self.item, event.name, event.env, variables):
            return False
        self.event, self.met = event, True
        event.block()
        return True

    def _update(self) -> None:
        for operand in self.operands:
            operand._update()
        self._combine()

    def _combine(self) -> None:
        if self.operands:
            results = [operand.met for operand in self.operands]
            self.met = all(results) if self.item["op"] == "and" else any(results)

    def reset(self) -> None:
        """Unblock and forget every event."""
        for operand in self.operands:
            operand.reset()
        self.met = False
        if self.event is not None:
            event, self.event = self.event, None
            event.unblock()

    def events(self) -> Iterator[Event]:
        """Yield the events of the operands that are met, from left to right."""
        if not self.met:
            return
        if self.event is not None:
            yield self.event
        for operand in self.operands:
            yield from operand.events()

    def held(self) -> Iterator[Event]:
        """Yield every event that an operand blocks, also below operators that are not met."""
        if self.event is not None:
            yield self.event
        for operand in self.operands:
            yield from operand.held()

    def collect_environment(self, table: list[str], names_variable: str, job: JobClass | None = None) -> list[str]:
        """Merge the variables of the events into ``table``, and their names into ``names_variable``.

        A ``job`` may take only some of the variables.
        """
        names = []
        for event in self.events():
            environment.merge(table, event.env if job is None else job.imported(event.env, event=True))
            names.append(event.name)
        environment.put(table, "%s=%s" % (names_variable, " ".join(names)))
        return table


def build(rpn: Sequence[Mapping[str, Any]] | None) -> Condition | None:
    """Build the tree of a condition in reverse Polish order; None for no condition."""
    stack: list[Condition] = []
    for item in rpn or ():
        if "op" in item:
            right, left = stack.pop(), stack.pop()
            stack.append(Condition(item, (left, right)))
        else:
            stack.append(Condition(item))
    return stack[0] if stack else None


def as_dbus(rpn: Sequence[Mapping[str, Any]] | None) -> list[list[str]]:
    """Return a condition in the form of the D-Bus properties start_on and stop_on."""
    return [
        ["/" + item["op"].upper()] if "op" in item else [item["event"]] + list(item["args"]) for item in rpn or ()
    ]
