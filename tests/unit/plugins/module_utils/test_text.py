# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes to text and back, also with the code for Python 2."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _text
from hypothesis import given
from hypothesis import strategies as st

BYTES = [
    (b"", ""),
    (b"plain", "plain"),
    (b"caf\xc3\xa9", "caf\u00e9"),
    (b"caf\xe9", "caf\udce9"),
    (b"\xf0\x9f\x92\x80", "\U0001f480"),
    (b"\xe2\x82", "\udce2\udc82"),
    (b"\xed\xb2\x80", "\udced\udcb2\udc80"),
    (b"\xc0\x80\xff", "\udcc0\udc80\udcff"),
]


@pytest.mark.parametrize(("data", "text"), BYTES)
def test_round_trip(data: bytes, text: str) -> None:
    assert _text.decode(data) == text
    assert _text.encode(text) == data


def test_text_stays() -> None:
    assert _text.decode("caf\udce9") == "caf\udce9"


@given(st.binary())
def test_well_formed_is_the_same_as_in_python_3(data: bytes) -> None:
    runs = _text.WELL_FORMED.split(data)
    text = "".join(
        run.decode("utf-8") if index % 2 else "".join(chr(0xDC00 + byte) for byte in run)
        for index, run in enumerate(runs)
    )
    assert text == data.decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(("text", "stray"), [
    ("a", False), ("\u00e9", False), ("\udc80", True), ("a\u00e9\udcff", True),
])
def test_has_stray_bytes(text: str, stray: bool) -> None:
    assert _text.has_stray_bytes(text) is stray


@pytest.mark.parametrize(("text", "good"), [
    ("\u00e9", True), ("\u00e9".encode(), True), (b"\xe9", False), ("\udce9", False), ("\ud800", False)])
def test_is_utf_8(text: str | bytes, good: bool) -> None:
    """On Python 2.7, options are bytes."""
    assert _text.is_utf_8(text) is good


def test_only_this_file_knows_the_code_of_a_stray_byte() -> None:
    """A copy in the crash guard mistook halves of characters for stray bytes on narrow builds of Python 2."""
    utilities = Path(_text.__file__).parent
    files = [path for path in utilities.rglob("*.py") if re.search(r"\\ud[8-9a-f]", path.read_text(encoding="utf-8"))]
    assert [path.name for path in files] == ["_text.py"]


@pytest.mark.parametrize(("text", "joined"), [
    ("\udcc3\udca9", "\u00e9"), ("\udcc3 \udca9", "\udcc3 \udca9"), ("a", "a"),
])
def test_join_bytes(text: str, joined: str) -> None:
    assert _text.join_bytes(text) == joined
