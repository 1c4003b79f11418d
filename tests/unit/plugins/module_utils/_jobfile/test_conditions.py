# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions between text, structure, reverse Polish order, tree and D-Bus."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import conditions, expression
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.tests.unit.support.dbus_properties import condition_property
from hypothesis import given, settings
from hypothesis import strategies as st

Rpn = list[dict[str, Any]]
AND, OR = {"op": "and"}, {"op": "or"}


def event(name: str, *args: str) -> dict[str, Any]:
    return {"event": name, "args": list(args)}


A, B, C, D = event("a"), event("b"), event("c"), event("d")

# structure, reverse Polish order: read in both directions
BOTH_WAYS: list[tuple[Any, Rpn]] = [
    ("a", [A]),
    ({"all": ["a", "b"]}, [A, B, AND]),
    ({"any": ["a", "b", "c"]}, [A, B, OR, C, OR]),
    ({"any": ["a", {"all": ["b", "c"]}]}, [A, B, C, AND, OR]),
    ({"all": ["a", {"all": ["b", "c"]}]}, [A, B, C, AND, AND]),
    ({"all": [{"any": ["a", "b"]}, "c", "d"]}, [A, B, OR, C, AND, D, AND]),
    ({"event": "up", "args": ["eth0"]}, [event("up", "eth0")]),
    ({"event": "up", "args": ["eth0"], "env": ["F=x y", "G!="]}, [event("up", "eth0", "F=x y", "G!=")]),
    ({"event": "up", "env": ["IFACE!=lo"]}, [event("up", "IFACE!=lo")]),
    ({"started": "db"}, [event("started", "db")]),
    ({"stopped": "web", "env": ["RESULT=failed"]}, [event("stopped", "web", "RESULT=failed")]),
    ({"starting": "web", "args": ["1"]}, [event("starting", "web", "1")]),
    ({"event": "stopping", "env": ["JOB=web"]}, [event("stopping", "JOB=web")]),
    ({"runlevel": [2, 3, 4, 5]}, [event("runlevel", "[2345]")]),
    ({"runlevel": [0, "S"]}, [event("runlevel", "[0S]")]),
    ({"runlevel": [6]}, [event("runlevel", "6")]),
    ({"runlevel": "!2345"}, [event("runlevel", "[!2345]")]),
    ({"event": "runlevel", "args": ["[6]"]}, [event("runlevel", "[6]")]),
    ({"event": "runlevel", "args": ["[0-6]"]}, [event("runlevel", "[0-6]")]),
    ({"event": "runlevel", "env": ["RUNLEVEL=2"]}, [event("runlevel", "RUNLEVEL=2")]),
    ({"event": "runlevel", "args": ["2", "3"]}, [event("runlevel", "2", "3")]),
    ({"event": "level", "args": ["[2345]"]}, [event("level", "[2345]")]),
    ('"a b"', [event("a b")]),
    ({"event": ""}, [event("")]),
    ({"event": "up", "args": ["A=1", "b"]}, [event("up", "A=1", "b")]),
]

# structure, reverse Polish order: alternative spellings
ONE_WAY: list[tuple[Any, Rpn]] = [
    ("a or b and c", [A, B, OR, C, AND]),
    ("(a or\n b) and c\n", [A, B, OR, C, AND]),
    ({"all": ["a"]}, [A]),
    ({"any": [{"all": [{"any": ["a"]}]}]}, [A]),
    ({"all": ["a or b", "c"]}, [A, B, OR, C, AND]),
    ({"event": "up", "args": 0}, [event("up", "0")]),
    ({"event": "up", "env": {"N": 1, "IFACE!": "lo"}}, [event("up", "N=1", "IFACE!=lo")]),
    ({"event": "up", "args": None, "env": None}, [event("up")]),
    ({"runlevel": 3}, [event("runlevel", "3")]),
    ({"runlevel": "2345"}, [event("runlevel", "[2345]")]),
    ({"runlevel": "[!016]"}, [event("runlevel", "[!016]")]),
    ({"runlevel": ["2", 3]}, [event("runlevel", "[23]")]),
    ({"started": "db", "env": {"INSTANCE": "a b"}}, [event("started", "db", "INSTANCE=a b")]),
]

REFUSED: list[tuple[Any, str]] = [
    ("", "a condition cannot be empty"),
    ("  \n", "a condition cannot be empty"),
    (["a", "b"], "a condition cannot be a list"),
    (7, "a condition cannot be a number"),
    ({}, "a condition cannot be an empty dictionary"),
    ({"all": []}, "all needs a list with at least one condition"),
    ({"any": "a"}, "any needs a list with at least one condition"),
    ({"all": ["a", {"any": []}]}, "any needs a list with at least one condition"),
    ({"all": ["a"], "any": ["b"]}, "a condition cannot have the keys all, any"),
    ({"evnet": "a"}, "a condition cannot have the keys evnet"),
    ({"args": ["a"]}, "a condition cannot have the keys args"),
    ({"all": ["a"], "env": {}}, "all takes neither args nor env"),
    ({"runlevel": [2], "env": {"PREVLEVEL": "N"}}, "runlevel takes neither args nor env"),
    ({"runlevel": []}, "runlevel cannot be empty"),
    ({"runlevel": "2 3"}, "runlevel cannot be 2 3"),
    ({"runlevel": ["!2", "!3"]}, "runlevel cannot be !2!3"),
    ({"event": True}, "event must be text, not true or false"),
    ({"event": None}, "event must be text, not null"),
    ({"event": "up", "env": {"ON": True}}, "ON of env must be text, not true or false"),
    ({"event": "up", "env": {"RATIO": 0.5}}, "RATIO of env must be text, not a fraction"),
    ({"event": "up", "env": {"IFACE": None}}, "IFACE in env of an event has no value"),
    ({"event": "up", "env": ["eth0"]}, "eth0 in env of an event has no value"),
    ("(a", "Mismatched parentheses"),
    ("a and", "Expected event"),
    ("a\nand b", "Unexpected token"),
]

TEXTS = [
    ([A], "a"),
    ([A, B, AND], "(a and b)"),
    ([A, B, AND, C, AND, D, AND], "(a and b and c and d)"),
    ([A, B, OR, C, AND], "((a or b) and c)"),
    ([A, B, C, AND, OR], "(a or (b and c))"),
    ([A, B, C, AND, AND], "(a and (b and c))"),
    ([event("up", "eth0", "N=1", "F!=lo*")], "up eth0 N=1 F!=lo*"),
    ([event("up", "and", "or", "And")], 'up "and" "or" And'),
    ([event("and")], '"and"'),
    ([event("up", "a b", "V=a b", "V=")], 'up "a b" V="a b" V='),
    ([event("up", "(", "a#b", "\t")], 'up "(" "a#b" "\t"'),
    ([event("up", 'a"b', "it's")], "up \"a\"'\"'\"b\" \"it's\""),
    ([event("up", "a\\b", " \\$x")], 'up "a\\\\b" " \\\\$x"'),
    ([event("runlevel", "[!2345]")], "runlevel [!2345]"),
    ([event("é", "$V", "${V:-x}")], "é $V ${V:-x}"),
]

UNWRITABLE: list[tuple[Rpn, str]] = [
    ([event("")], "an empty text cannot be written"),
    ([event("up", "")], "an empty text cannot be written"),
    ([event("up", "a\nb")], "a line break cannot be written"),
    ([event("up", "a\0b")], "a NUL character cannot be written"),
    ([event("up", "A=1", "b")], "event up: b comes after a named value"),
]

BROKEN: list[tuple[Rpn, str]] = [
    ([A, AND], "the operator and needs two conditions before it"),
    ([AND, A, B], "the operator and needs two conditions before it"),
    ([A, B, {"op": "xor"}], "the operator xor needs two conditions before it"),
    ([A, B], "2 conditions have no operator that joins them"),
]


@pytest.mark.parametrize(("structure", "rpn"), BOTH_WAYS + ONE_WAY)
def test_from_structure(structure: Any, rpn: Rpn) -> None:
    assert conditions.from_structure(structure) == rpn


@pytest.mark.parametrize(("structure", "rpn"), BOTH_WAYS)
def test_to_structure(structure: Any, rpn: Rpn) -> None:
    assert conditions.to_structure(rpn) == structure


@pytest.mark.parametrize(("structure", "text"), REFUSED)
def test_a_wrong_structure_is_explained(structure: Any, text: str) -> None:
    with pytest.raises(JobFileError) as caught:
        conditions.from_structure(structure)
    assert caught.value.text == text
    assert caught.value.hint or "null" in text or "2" in text


@pytest.mark.parametrize(("structure", "hint"), [
    ({"all": ["a"], "any": ["b"]}, "put one into the list of the other, as in all: [..., {any: [...]}]"),
    ({"started": "a", "stopped": "b"}, "write a list below all or any, as in all: [{started: ...}, {stopped: ...}]"),
    ("{runlevel: 2}", 'write it as in {"runlevel": [2, 3]}'),
])
def test_the_remedy_names_what_is_meant(structure: Any, hint: str) -> None:
    with pytest.raises(JobFileError) as caught:
        conditions.from_structure(structure)
    assert caught.value.hint == hint


@pytest.mark.parametrize(("rpn", "text"), TEXTS)
def test_to_text_is_read_back(rpn: Rpn, text: str) -> None:
    assert conditions.to_text(rpn) == text
    assert conditions.from_text(text) == rpn


@pytest.mark.parametrize(("rpn", "text"), UNWRITABLE)
def test_conditions_that_no_file_can_hold_are_refused(rpn: Rpn, text: str) -> None:
    with pytest.raises(JobFileError) as caught:
        conditions.to_text(rpn)
    assert caught.value.text == text


@pytest.mark.parametrize("convert", [conditions.to_text, conditions.to_tree, conditions.to_structure])
@pytest.mark.parametrize(("rpn", "text"), BROKEN)
def test_an_incomplete_order_is_refused(convert: Any, rpn: Rpn, text: str) -> None:
    with pytest.raises(JobFileError) as caught:
        convert(rpn)
    assert caught.value.text == text


def test_no_condition() -> None:
    assert conditions.from_structure(None) is None
    nothings: list[Rpn | None] = [None, []]
    for nothing in nothings:
        assert conditions.to_structure(nothing) is None
        assert conditions.to_tree(nothing) is None
        assert conditions.to_text(nothing) == ""
    assert expression.dbus_to_rpn([]) is None


def test_tree() -> None:
    assert conditions.to_tree([A, B, OR, event("c", "X=1"), AND]) == (
        "and",
        ("or", ("event", "a", []), ("event", "b", [])),
        ("event", "c", ["X=1"]),
    )


def test_show_an_empty_word() -> None:
    assert conditions.show([event("up", "", "a b")]) == "up '' \"a b\""


def test_dbus() -> None:
    rpn = [event("started", "db", "INSTANCE=a b"), A, OR, B, AND]
    lists = [["started", "db", "INSTANCE=a b"], ["a"], ["/OR"], ["b"], ["/AND"]]
    assert condition_property(rpn) == lists
    assert expression.dbus_to_rpn(lists) == rpn


def test_size_and_depth_have_no_limit() -> None:
    count = 10000
    wide = {"any": ["a"] * count}
    left: Any = "a"
    right: Any = "a"
    for number in range(count):
        key = ("all", "any")[number % 2]
        left, right = {key: [left, "b"]}, {key: ["b", right]}
    for structure in (wide, left, right):
        rpn = conditions.from_structure(structure)
        assert len(rpn) >= 2 * count - 1
        assert conditions.from_text(conditions.to_text(rpn)) == rpn
        assert conditions.from_structure(conditions.to_structure(rpn)) == rpn


WORDS = st.text(st.sampled_from("aB1 \t#'\"\\()=!$[]*é"), min_size=1, max_size=6) | st.sampled_from(["and", "or"])


@st.composite
def orders(draw: st.DrawFn) -> Rpn:
    rpn: Rpn = []
    depth = 0
    for _unused in range(draw(st.integers(1, 6))):
        arguments = draw(st.lists(WORDS, max_size=3))
        rpn.append(event(draw(WORDS), *sorted(arguments, key=lambda argument: "=" in argument)))
        depth += 1
        while depth > 1 and draw(st.booleans()):
            rpn.append({"op": draw(st.sampled_from(["and", "or"]))})
            depth -= 1
    return rpn + [{"op": "and"}] * (depth - 1)


@given(orders())
@settings(max_examples=300, deadline=None)
def test_text_is_read_back(rpn: Rpn) -> None:
    assert conditions.from_text(conditions.to_text(rpn)) == rpn
    assert conditions.from_structure(conditions.to_structure(rpn)) == rpn
    assert expression.dbus_to_rpn(condition_property(rpn)) == rpn
