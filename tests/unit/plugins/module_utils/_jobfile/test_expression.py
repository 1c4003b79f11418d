# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Conditions: grouping, arguments, line breaks, errors and their lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.errors import JobFileError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.expression import fold
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_condition, parse_job

EVENT = "Expected event"
OPERATOR = "Expected operator"
PARENTHESES = "Mismatched parentheses"
TOKEN = "Expected token"

# Text, and its items: operators as they are, events as words joined by "|".
CONDITIONS = [
    ("a", "a"),
    ("a and b", "a b and"),
    ("a or b and c or d", "a b or c and d or"),
    ("a or (b and c)", "a b c and or"),
    ("((a and (b or c X=1)) or d)", "a b c|X=1 or and d or"),
    ("((((a))))", "a"),
    ("a or(b and c)", "a b c and or"),
    ("(a or b)and c", "a b or c and"),
    ("started db INSTANCE='a b'", "started|db|INSTANCE=a b"),
    ("stopped x RESULT!=ok", "stopped|x|RESULT!=ok"),
    ("runlevel [!2345]", "runlevel|[!2345]"),
    ("a =", "a|="),
    ("a AND b", "a|AND|b"),
    ("a 'and' b", "a|and|b"),
    ("a \\and b", "a|\\and|b"),
    ("'and'", "and"),
    ("a a''nd b", "a|and|b"),
    ("a\0and\0b", "a b and"),
    ("a\\b\0and c", "a\\b c and"),
    ("(a\0)\0", "a"),
    ("x one A=1 or y two", "x|one|A=1 y|two or"),
    ('"(a" or "b)"', "(a b) or"),
    ("/AND or :sys:thing", "/AND :sys:thing or"),
    ("foo!=x", "foo!=x"),
    ("a # comment", "a"),
    ("a \\\n  and b", "a b and"),
    ("a\\\nand b", "a and|b"),
    ("(a\nor\nb\nand\nc)", "a b or c and"),
    ("(a # one\n and b # two\n) # three", "a b and"),
    ("( # c\n a)", "a"),
    ("(a \\\n or b)", "a b or"),
    ("(a or\nb) and c", "a b or c and"),
    ("''\\\n", ""),
    ("a ''\\\n b", "a||b"),
    ("\u00e9v\u00e9nement CL\u00c9=\u00e9t\u00e9", "\u00e9v\u00e9nement|CL\u00c9=\u00e9t\u00e9"),
]

ERRORS = [
    ("", TOKEN, 1),
    ("# x", TOKEN, 1),
    ("''", TOKEN, 1),
    ("()", EVENT, 1),
    ("or a", EVENT, 1),
    ("a or", EVENT, 1),
    ("a or or b", EVENT, 1),
    ("a or \\\n # x", EVENT, 1),
    ("(", EVENT, 1),
    ("(a) (b)", OPERATOR, 1),
    ("a (b)", OPERATOR, 1),
    ("(a) b", OPERATOR, 1),
    ("((a)\nb\n)", OPERATOR, 3),
    ("a)", PARENTHESES, 1),
    ("(a))", PARENTHESES, 1),
    ("(a and b\n", PARENTHESES, 2),
    ("(a\n\n and b)", TOKEN, 2),
    ("(a\n   \n and b)", TOKEN, 2),
    ("(a\n # whole line\n and b)", TOKEN, 2),
    ("x ONE=1 two", "Expected variable name before value", 1),
    ("(x ONE=1\ntwo)", "Expected variable name before value", 2),
    ("a \"b", "Unterminated quoted string", 1),
    ("a\nand b", "Unexpected token", 2),
]


def written(items: list[dict[str, Any]]) -> str:
    return " ".join(item["op"] if "op" in item else "|".join([item["event"]] + item["args"]) for item in items)


@pytest.mark.parametrize(("text", "items"), CONDITIONS)
def test_condition(text: str, items: str) -> None:
    assert written(parse_condition(text)) == items
    values = parse_job("stop on %s\nstart on x\ntask\n" % text)
    assert written(values["stop_on"]) == items
    assert values["task"]


@pytest.mark.parametrize(("text", "message", "line"), ERRORS)
def test_error(text: str, message: str, line: int) -> None:
    with pytest.raises(JobFileError) as caught:
        parse_condition(text)
    assert (caught.value.text, caught.value.line) == (message, line)


def test_lines_after_the_condition_may_be_empty() -> None:
    assert written(parse_condition("  a and b \n\n # comment\n")) == "a b and"


def test_text_after_the_condition() -> None:
    with pytest.raises(JobFileError, match="put it in parentheses"):
        parse_condition("(a or b)\nand c")


def test_depth_has_no_limit() -> None:
    items = parse_condition("(" * 20000 + "a" + ")" * 20000)
    assert items == [{"event": "a", "args": []}]


@pytest.mark.parametrize(("text", "expected"), [
    ("a", "a0"),
    ("a or b and c", "((a0 or b1) and c3)"),
    ("a or (b and c)", "(a0 or (b1 and c2))"),
])
def test_fold_joins_from_the_events_up(text: str, expected: str) -> None:
    folded = fold(
        parse_condition(text),
        leaf=lambda item, index: f"{item['event']}{index}",
        join=lambda operator, left, right: f"({left} {operator} {right})",
    )
    assert folded == expected


@pytest.mark.parametrize("rpn", [None, []])
def test_fold_without_condition_is_none(rpn: list[Any] | None) -> None:
    assert fold(rpn, leaf=lambda item, index: True, join=lambda operator, left, right: True) is None


def test_only_fold_walks_a_condition_with_a_stack() -> None:
    """One loop over reverse Polish order: everything else passes functions to fold."""
    plugins = Path(__file__).resolve().parents[5] / "plugins"
    files = [path for path in plugins.rglob("*.py") if "right, left = " in path.read_text(encoding="utf-8")]
    assert [path.name for path in files] == ["expression.py"]
