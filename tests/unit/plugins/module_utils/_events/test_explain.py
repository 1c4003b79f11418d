# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a condition still waits for."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.explain import explain
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text

Event = tuple[str, list[str]]
A: Event = ("a", [])
B: Event = ("b", [])
C: Event = ("c", [])

# condition, events, met, missing, sentence after the colon
CASES: list[tuple[str, list[Event], bool, list[str], str]] = [
    ("a", [], False, ["a"], "a has not happened"),
    ("a", [B, A], True, [], "a has happened"),
    ("(a and b)", [A], False, ["b"], "a has happened, b has not"),
    ("(a and b)", [], False, ["a", "b"], "a and b have not happened"),
    ("(a and b and c)", [B], False, ["a", "c"], "b has happened, a and c have not"),
    ("(a and b)", [A, B], True, [], "a and b have happened"),
    ("(a or b)", [B], True, [], "b has happened"),
    ("((a or b) and c)", [B], False, ["c"], "b has happened, c has not"),
    ("(a and (b or c))", [A], False, ["b", "c"], "a has happened, b and c have not"),
    ("((a and b) or (a and c))", [A], False, ["b", "c"], "a has happened, b and c have not"),
    ("up IFACE!=lo", [("up", ["IFACE=lo"])], False, ["up IFACE!=lo"], "up IFACE!=lo has not happened"),
    ("up IFACE!=lo", [("up", ["IFACE=lo"]), ("up", ["IFACE=eth0"])], True, [], "up IFACE!=lo has happened"),
]


@pytest.mark.parametrize(("text", "happened", "met", "missing", "explained"), CASES)
def test_explain(text: str, happened: Any, met: bool, missing: list[str], explained: str) -> None:
    result = explain(from_text(text), happened)
    assert result["met"] is met
    assert result["tree"]["met"] is met
    assert result["missing"] == missing
    assert result["sentence"] == f"start on {text}: {explained}"


def test_the_tree_joins_repetitions_of_an_operator() -> None:
    assert explain(from_text("(a and b X=1 and c) or d"), [("b", ["X=1"])])["tree"] == {
        "op": "or",
        "met": False,
        "operands": [
            {
                "op": "and",
                "met": False,
                "operands": [
                    {"event": "a", "args": [], "met": False},
                    {"event": "b", "args": ["X=1"], "met": True},
                    {"event": "c", "args": [], "met": False},
                ],
            },
            {"event": "d", "args": [], "met": False},
        ],
    }


def test_stop_on_uses_the_environment_of_the_instance() -> None:
    rpn = from_text("gone TTY=$TTY")
    happened = [("gone", ["TTY=tty1"])]
    assert explain(rpn, happened, "stop on", {"TTY": "tty1"})["met"]
    result = explain(rpn, happened, "stop on", {"TTY": "tty2"})
    assert result["sentence"] == "stop on gone TTY=$TTY: gone TTY=$TTY has not happened"


@pytest.mark.parametrize("nothing", [None, []])
def test_no_condition(nothing: Any) -> None:
    assert explain(nothing, [A]) == {
        "met": False,
        "sentence": "start on: there is no condition",
        "happened": [],
        "missing": [],
        "tree": None,
    }


def test_an_empty_word_can_be_shown() -> None:
    assert "up ''" in explain([{"event": "up", "args": [""]}], [])["sentence"]
