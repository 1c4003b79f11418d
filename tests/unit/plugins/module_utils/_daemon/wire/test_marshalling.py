# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values to bytes: jeepney reads them, and values that a type cannot hold are refused."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire import marshalling
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire.marshalling import marshal
from jeepney.low_level import Endianness, parse_signature

# Signature, values, and what jeepney reads.
VALUES: list[tuple[str, tuple[Any, ...], tuple[Any, ...]]] = [
    ("ybnqiuxtd", (255, True, -2**15, 2**16 - 1, -2**31, 2**32 - 1, -2**63, 2**64 - 1, 1.5),
     (255, True, -2**15, 2**16 - 1, -2**31, 2**32 - 1, -2**63, 2**64 - 1, 1.5)),
    ("sog", ("\xe9\U0001f600", "/a/b", "a{sv}"), ("\xe9\U0001f600", "/a/b", "a{sv}")),
    ("asb", ([], False), ([], False)),
    ("sasb", ("net-device-up", ["A=1", "B="], True), ("net-device-up", ["A=1", "B="], True)),
    ("yat", (1, [2]), (1, [2])),
    ("yat", (1, []), (1, [])),
    ("y(ia(s))", (1, (2, [("x",), ("y",)])), (1, (2, [("x",), ("y",)]))),
    ("a{sv}", ({"b": "x", "a": 1},), ({"a": ("i", 1), "b": ("s", "x")},)),
    ("vvvvv", ("x", True, -2**31, 2**31, 0.5), (("s", "x"), ("b", True), ("i", -2**31), ("x", 2**31), ("d", 0.5))),
]


@pytest.mark.parametrize(("signature", "values", "expected"), VALUES)
def test_values(signature: str, values: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    data = marshal(signature, values)
    read, end = parse_signature(["(", *signature, ")"]).parse_data(data, 0, Endianness.little)
    assert (read, end) == (expected, len(data))


def test_no_values() -> None:
    assert marshal("", ()) == b""


INVALID: list[tuple[str, tuple[Any, ...], str]] = [
    ("s", (), "0 values for the signature s"),
    ("", (1,), "1 values for the signature"),
    ("y", (256,), "256 is not a number of the type B"),
    ("i", (2**31,), "2147483648 is not a number of the type i"),
    ("u", (-1,), "-1 is not a number"),
    ("u", ("1",), "'1' is not a number"),
    ("s", ("a\0b",), "contains NUL"),
    ("s", (b"\xff",), "is not a text"),
    ("as", ([7],), "7 is not a text"),
    ("s", ("\udcff",), "surrogates not allowed"),
    ("(ii)", ((1,),), "1 values for a structure of 2"),
]


@pytest.mark.parametrize(("signature", "values", "reason"), INVALID)
def test_invalid_values(signature: str, values: tuple[Any, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        marshal(signature, values)


@pytest.mark.parametrize(("signature", "value"), [("o", "a"), ("g", "h")])
def test_invalid_names(signature: str, value: str) -> None:
    with pytest.raises(Exception, match="an invalid "):
        marshal(signature, (value,))


def test_the_largest_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marshalling, "MAX_ARRAY", 8)
    assert len(marshal("au", ([1, 2],))) == 12
    with pytest.raises(ValueError, match="an array of 12 bytes"):
        marshal("au", ([1, 2, 3],))
