# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a program from the rows of a profile and the facts of a machine."""

from __future__ import annotations

import typing as t

from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import ProcessStep, Seen, step

from .machine_facts import Item, MachineFacts
from .rows import AUTO, ProfileRow

EVERY_AUTO = "{every auto}"


def steps_of_rows(rows: t.Sequence[ProfileRow], facts: MachineFacts, first: int = 0,
                  after: tuple[int, ...] = ()) -> list[ProcessStep]:
    """Return the steps that the rows of one program stand for.

    :param first: the index that the first step gets.
    :param after: indexes of the steps that must be over before the program starts.
    """
    steps: list[ProcessStep] = []
    places: dict[str, list[tuple[Item, int]]] = {}
    for row in rows:
        own = places.setdefault(f"{row.name} {row.per}".strip(), [])
        for item in facts.items(row.per):
            index = first + len(steps)
            steps.append(_step(row, item, facts, after + _before(row, item, places)))
            own.append((item, index))
    return steps


def _before(row: ProfileRow, item: Item, places: dict[str, list[tuple[Item, int]]]) -> tuple[int, ...]:
    """Return the indexes of the earlier steps that a step waits for."""
    indexes: list[int] = []
    for name in row.after:
        is_same = bool(row.per) and name.endswith(f" {row.per}")
        indexes += [index for other, index in places.get(name, []) if not is_same or other == item]
    return tuple(indexes)


def _step(row: ProfileRow, item: Item, facts: MachineFacts, after: tuple[int, ...]) -> ProcessStep:
    def filled(text: str) -> str:
        for key, value in (*item.items(), *facts.values.items()):
            text = text.replace("{%s}" % key, value)
        return text

    env = [word for text in row.variables for word in filled(text).split()]
    until = [_seen(filled(text)) for text in row.until]
    only_if = [_seen(filled(text)) for pattern in row.only_if for text in _for_every_auto(pattern, facts)]
    return step(row.verb, filled(row.name), env, waits=row.waits, after=after, seconds=row.seconds, until=until,
                only_if=only_if, once=row.once)


def _for_every_auto(text: str, facts: MachineFacts) -> list[str]:
    if EVERY_AUTO not in text:
        return [text]
    return [text.replace(EVERY_AUTO, item["name"]) for item in facts.items(AUTO)]


def _seen(text: str) -> Seen:
    words = text.split()
    names = [word for word in words if "=" not in word]
    return Seen(" ".join(names), tuple(word for word in words if "=" in word))
