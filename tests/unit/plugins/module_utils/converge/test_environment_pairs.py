# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments in every form that users give them in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.converge.environment import pairs
from ansible_collections.sysinit.upstart.plugins.module_utils.errors import UpstartError

ACCEPTED: list[tuple[Any, list[str]]] = [
    (None, []),
    ("", []),
    ([], []),
    ({}, []),
    ({"A": "1"}, ["A=1"]),
    ({"B": 2, "A": 1}, ["B=2", "A=1"]),
    ({"A": True, "B": False, "C": None, "D": 1.5}, ["A=true", "B=false", "C=", "D=1.5"]),
    ({"A": "two words", "B": "x=y"}, ["A=two words", "B=x=y"]),
    (["B=2", "A=1", "A=2"], ["B=2", "A=1", "A=2"]),
    (("A=1",), ["A=1"]),
    (["A="], ["A="]),
    (["A=é"], ["A=é"]),
    ([b"A=\xc3\xa9"], ["A=é"]),
    ("A=1", ["A=1"]),
    ("A=1 B='two words' C=\"x y\"", ["A=1", "B=two words", "C=x y"]),
    ("A=a\\ b", ["A=a b"]),
    (b"A=\xc3\xa9", ["A=é"]),
    ("   ", []),
]
REFUSED: list[tuple[Any, str]] = [
    (["A"], "env has the entry 'A', which is not KEY=VALUE."),
    (["=1"], "env has the entry '=1', which is not KEY=VALUE."),
    ({"": "1"}, "env has the entry '=1', which is not KEY=VALUE."),
    (["A=1", "B\0=2"], "which is not KEY=VALUE."),
    ([{"A": 1}], "which is not KEY=VALUE."),
    ("A=1 B", "env has the entry 'B', which is not KEY=VALUE."),
    ("A='1", "env cannot be split into words (No closing quotation)"),
    (7, "env is a int: give a mapping, a list of KEY=VALUE or one string of them."),
    (True, "env is a bool: give a mapping"),
]


@pytest.mark.parametrize(("given", "expected"), ACCEPTED)
def test_accepted(given: Any, expected: list[str]) -> None:
    assert pairs(given) == expected


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_refused(given: Any, message: str) -> None:
    with pytest.raises(UpstartError) as caught:
        pairs(given)
    assert message in caught.value.message


def test_the_option_is_named() -> None:
    with pytest.raises(UpstartError, match="^variables has the entry 'A'"):
        pairs(["A"], option="variables")
