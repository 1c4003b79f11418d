# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``start on`` and ``stop on`` conditions, which remember the events they have seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import collection, environment
from .events import Event


class Condition:
    """An operand or operator; a met operand blocks its event until ``reset``."""

    def __init__(self, item: Mapping[str, Any], operands: Sequence[Condition] = ()) -> None:
        self.item = item
        self.operands = tuple(operands)
        self.event: Event | None = None
        self.names: frozenset[str] = frozenset().union(*(operand.names for operand in self.operands))
        if not self.operands:
            self.names = frozenset((item["event"],))

    @property
    def met(self) -> bool:
        if not self.operands:
            return self.event is not None
        results = [operand.met for operand in self.operands]
        return all(results) if self.item["op"] == "and" else any(results)

    def handle(self, event: Event, variables: Mapping[str, str] | None) -> bool:
        """Show the event to every operand that is not met; return whether it met at least one."""
        if event.name not in self.names:
            return False
        if self.operands:
            met = [operand.handle(event, variables) for operand in self.operands]  # every operand must see it
            return any(met)
        if self.event is not None or not collection.matches(self.item, event.name, event.env, variables):
            return False
        self.event = event
        event.block()
        return True

    def reset(self) -> None:
        """Unblock and forget every event."""
        for operand in self.operands:
            operand.reset()
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

    def collect_environment(self, table: list[str], names_variable: str) -> list[str]:
        """Merge the variables of the events into ``table``, and their names into ``names_variable``."""
        names = []
        for event in self.events():
            environment.merge(table, event.env)
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
