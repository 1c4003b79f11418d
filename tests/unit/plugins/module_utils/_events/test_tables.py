# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states, environments and conditions of the simulation."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events import tables, variables
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import SimulatedEvent
from ansible_collections.sysinit.upstart.plugins.module_utils._events.trees import Tree
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text
from ansible_collections.sysinit.upstart.roles.emulator.files.emulator import states


@pytest.mark.parametrize("goal", ["start", "stop", "respawn"])
@pytest.mark.parametrize("alive", [True, False])
def test_the_order_of_states_is_that_of_the_emulator(goal: str, alive: bool) -> None:
    for state in states._NEXT:
        try:
            expected = states.next_state(state, goal, alive)
        except KeyError:
            continue  # a pair that cannot happen
        expected = states.SECURITY if expected == states.SECURITY_SPAWNING else expected
        assert tables.following(state, goal, alive) == expected, state


@pytest.mark.parametrize(("entry", "table"), [
    ("B=3", ["A=1", "B=3"]), ("C=3", ["A=1", "B=2", "C=3"]), ("A", ["A=1", "B=2"]), ("A==", ["A==", "B=2"]),
])
def test_put(entry: str, table: list[str]) -> None:
    entries = ["A=1", "B=2"]
    variables.put(entries, entry)
    assert entries == table


def test_tables() -> None:
    entries = ["A=1"]
    variables.put(entries, "A=2", replace=False)
    assert entries == ["A=1"]
    assert variables.merge(entries, ["B=2", "A=3"]) == ["A=3", "B=2"]
    assert variables.entry_of(entries, "B") == "B=2" and variables.entry_of(entries, "C") is None
    assert variables.as_dict(["A=1", "B=x=y", "A=2"]) == {"A": "1", "B": "x=y"}


def tree(text: str) -> Tree:
    return Tree(from_text(text))


@pytest.mark.parametrize(("text", "events", "met", "counted"), [
    ("a", "b", False, ""), ("a", "a", True, "a"),
    ("a and b", "a", False, ""), ("a and b", "b a", True, "a b"),
    ("a or b", "b", True, "b"), ("a or (b and c)", "a b", True, "a"),
    ("(a or b) and c", "b c a", True, "a b c"), ("(a and b) or (c and d)", "a c d", True, "c d"),
])
def test_which_events_count(text: str, events: str, met: bool, counted: str) -> None:
    condition = tree(text)
    for name in events.split():
        condition.handle(SimulatedEvent(name), None)
    assert condition.is_met() is met
    assert " ".join(event.name for event in condition.events()) == counted


def test_a_met_operand_holds_its_event_until_the_reset() -> None:
    condition, first, again = tree("a and b"), SimulatedEvent("a", ["K=1"]), SimulatedEvent("a", ["K=2"])
    assert condition.handle(first, None) and not condition.handle(again, None)
    assert (first.blockers, again.blockers) == (1, 0)
    assert condition.held() == [first, None, None]
    assert condition.is_begun()
    condition.handle(SimulatedEvent("b", ["K=3", "L=4"]), None)
    assert not condition.is_begun()
    assert condition.environment(["K=0", "M=5"], "UPSTART_EVENTS") == ["K=3", "M=5", "L=4", "UPSTART_EVENTS=a b"]
    condition.reset()
    assert first.blockers == 0 and condition.held() == [None] * 3 and not condition.is_met()


def test_patterns_are_expanded_from_the_instance() -> None:
    condition, event = tree("down K=$K"), SimulatedEvent("down", ["K=1"])
    assert not condition.handle(event, {"K": "2"})
    assert condition.may_handle(event)
    assert not condition.may_handle(SimulatedEvent("down", ["L=1"])) and not condition.may_handle(SimulatedEvent("up"))
    assert tree("down $K 2").may_handle(SimulatedEvent("down", ["A=1", "B=2"]))
    assert not tree("down K=1").may_handle(event)
    assert condition.handle(event, {"K": "1"})
