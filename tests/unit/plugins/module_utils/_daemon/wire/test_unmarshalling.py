# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values from bytes that jeepney has written, and bytes that are no values."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import ProtocolError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire import unmarshalling
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire.unmarshalling import BIG, LITTLE, read_values
from jeepney.low_level import Endianness, parse_signature

# Signature, values as jeepney writes them, values as they are read.
VALUES: list[tuple[str, tuple[Any, ...], list[Any]]] = [
    ("", (), []),
    ("y", (255,), [255]),
    ("b", (True,), [True]),
    ("b", (False,), [False]),
    ("nq", (-2**15, 2**16 - 1), [-2**15, 2**16 - 1]),
    ("iu", (-2**31, 2**32 - 1), [-2**31, 2**32 - 1]),
    ("xt", (-2**63, 2**64 - 1), [-2**63, 2**64 - 1]),
    ("yd", (1, -1.5), [1, -1.5]),
    ("s", ("\xe9\u20ac\U0001f600",), ["\xe9\u20ac\U0001f600"]),
    ("og", ("/com/ubuntu", "a{sv}"), ["/com/ubuntu", "a{sv}"]),
    ("ysyi", (1, "", 2, 3), [1, "", 2, 3]),
    ("as", ([],), [[]]),
    ("yas", (1, ["a", "", "bc"]), [1, ["a", "", "bc"]]),
    ("yatad", (1, [], [0.5]), [1, [], [0.5]]),
    ("aai", ([[1, 2], [], [3]],), [[[1, 2], [], [3]]]),
    ("ay", (b"\0\1",), [[0, 1]]),
    ("y(y(s))", (1, (2, ("x",))), [1, [2, ["x"]]]),
    ("a(si)", ([("main", 7), ("x", -1)],), [[["main", 7], ["x", -1]]]),
    ("a{yas}", ({1: ["a"], 2: []},), [{1: ["a"], 2: []}]),
    ("yv", (1, ("t", 2**40)), [1, 2**40]),
    ("a{sv}", ({"goal": ("s", "start"), "k": ("a(si)", [("main", 7)])},), [{"goal": "start", "k": [["main", 7]]}]),
    ("v", (("v", ("v", ("ab", [True, False]))),), [[True, False]]),
]
ORDERS = {LITTLE: Endianness.little, BIG: Endianness.big}


def written(order: str, signature: str, values: tuple[Any, ...]) -> bytes:
    if not signature:
        return b""
    data: bytes = parse_signature(["(", *signature, ")"]).serialise(values, 0, ORDERS[order])
    return data


@pytest.mark.parametrize("order", [LITTLE, BIG])
@pytest.mark.parametrize(("signature", "values", "expected"), VALUES)
def test_values(order: str, signature: str, values: tuple[Any, ...], expected: list[Any]) -> None:
    data = written(order, signature, values)
    read, end = read_values(signature, order, data, 0, len(data))
    assert (read, end) == (expected, len(data))
    assert repr(read) == repr(expected)  # True is not 1


@pytest.mark.parametrize(("signature", "values", "expected"), VALUES)
def test_values_that_end_too_soon(signature: str, values: tuple[Any, ...], expected: list[Any]) -> None:
    data = written(LITTLE, signature, values)
    for end in range(len(data)):
        for short in (data, data[:end]):
            with pytest.raises(ProtocolError):
                read_values(signature, LITTLE, short, 0, end)


INVALID = [
    ("b", struct.pack("<I", 2), "a boolean that is 2"),
    ("yu", b"\1\0\1\0\0\0\0\0", "padding that is not zero"),
    ("y(y)", b"\1\0\0\0\0\0\0\1\1", "padding that is not zero"),
    ("at", b"\0\0\0\0\0\1\0\0", "padding that is not zero"),
    ("s", b"\1\0\0\0aa", "does not end with NUL"),
    ("s", b"\1\0\0\0\0\0", "contains NUL"),
    ("s", b"\1\0\0\0\xff\0", "not UTF-8"),
    ("s", b"\xff\xff\xff\xff\0", "longer than its message"),
    ("g", b"\1a\0", "an invalid signature: 'a'"),
    ("g", b"\1h\0", "an invalid signature: 'h'"),
    ("o", b"\1\0\0\0a\0", "an invalid object path: 'a'"),
    ("ai", b"\3\0\0\0\0\0\0\0", "ends in the middle of a value"),
    ("ai", b"\5\0\0\0" + b"\0" * 8, "ends in the middle of a value"),
    ("ai", b"\5\0\0\0" + b"\0" * 4, "an array that is longer than its message"),
    ("ay", struct.pack("<I", 2**26 + 1), "an array of 67108865 bytes"),
    ("ay", struct.pack("<I", 2**26), "an array that is longer than its message"),
    ("v", b"\0\0", "a variant with the signature ''"),
    ("v", b"\2ii\0" + b"\0" * 8, "a variant with the signature 'ii'"),
    ("v", b"\1h\0\0" + b"\0" * 4, "an invalid signature: 'h'"),
]


@pytest.mark.parametrize(("signature", "data", "reason"), INVALID)
def test_invalid_values(signature: str, data: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        read_values(signature, LITTLE, data, 0, len(data))


def nested(variants: int, around: str = "") -> tuple[str, bytes]:
    """Return the signature and the bytes of variants inside each other, in structures."""
    signature = "(" * len(around) + "v" + ")" * len(around)
    return signature, b"\1v\0" * (variants - 1) + b"\1y\0\7"


@pytest.mark.parametrize(("variants", "around", "valid"), [
    (64, "", True), (65, "", False), (44, "(" * 20, True), (45, "(" * 20, False)])
def test_depth(variants: int, around: str, valid: bool) -> None:
    signature, data = nested(variants, around)
    if valid:
        assert read_values(signature, LITTLE, data, 0, len(data))[1] == len(data)
    else:
        with pytest.raises(ProtocolError, match="more than 64 values inside each other"):
            read_values(signature, LITTLE, data, 0, len(data))


def test_the_other_side_cannot_fill_the_memory_with_signatures() -> None:
    for number in range(1000):
        data = struct.pack("<B", 10) + format(number, "010b").replace("0", "i").replace("1", "u").encode() + b"\0"
        with pytest.raises(ProtocolError):
            read_values("v", LITTLE, data, 0, len(data))
    assert len(unmarshalling._readers) <= unmarshalling.MAX_CACHED
