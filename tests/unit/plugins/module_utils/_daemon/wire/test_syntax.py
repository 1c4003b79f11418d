# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Valid and invalid signatures, names and texts."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import ProtocolError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire import syntax

TEXT, NUMBER = ("s", ()), ("i", ())
SIGNATURES = [
    ("", ()),
    ("si", (TEXT, NUMBER)),
    ("as", (("a", (TEXT,)),)),
    ("a{sv}", (("a", (("{", (TEXT, ("v", ()))),)),)),
    ("(sa(i))v", (("(", (TEXT, ("a", (("(", (NUMBER,)),)))), ("v", ()))),
    ("aai", (("a", (("a", (NUMBER,)),)),)),
    ("ybnqiuxtdsog", tuple((code, ()) for code in "ybnqiuxtdsog")),
]


@pytest.mark.parametrize(("signature", "types"), SIGNATURES)
def test_signatures(signature: str, types: tuple[object, ...]) -> None:
    assert syntax.types_of(signature) == types


INVALID = ["z", "a", "(", "()", ")", "(s", "{sv}", "a{s}", "a{vs}", "a{sss}", "a{(s)s}", "a{ss", "s}", "h", "ah",
           "(h)", "\xe9"]


@pytest.mark.parametrize("signature", INVALID)
def test_invalid_signatures(signature: str) -> None:
    with pytest.raises(ProtocolError, match="an invalid signature: "):
        syntax.types_of(signature)


@pytest.mark.parametrize(("valid", "invalid", "reason"), [
    ("a" * 32 + "i", "a" * 33 + "i", "too many types inside each other"),
    ("(" * 32 + "i" + ")" * 32, "(" * 33 + "i" + ")" * 33, "too many types inside each other"),
    ("a(" * 32 + "i" + ")" * 32, "a(" * 32 + "ai" + ")" * 32, "too many types inside each other"),
    ("a{i" * 32 + "i" + "}" * 32, "a{i" * 33 + "i" + "}" * 33, "too many types inside each other"),
    ("i" * 255, "i" * 256, "a signature of 256 characters"),
])
def test_limits_of_signatures(valid: str, invalid: str, reason: str) -> None:
    syntax.types_of(valid)
    with pytest.raises(ProtocolError, match=reason):
        syntax.types_of(invalid)


NAMES = [
    (syntax.check_path, ["/", "/a", "/com/ubuntu/Upstart/jobs/_2d/_"],
     ["", "a", "//", "/a/", "/a//b", "/a-b", "/a\n", "/é"]),
    (syntax.check_member, ["Get", "_a9", "x" * 255], ["", "9a", "a.b", "a-b", "a\n", "é", "x" * 256]),
    (syntax.check_interface, ["a.b", "com.ubuntu.Upstart0_6.Job", "_.b9", "a." + "x" * 253],
     ["", "a", ".a", "a.", "a..b", "a.9b", "a-b.c", "a.b\n", "a." + "x" * 254]),
    (syntax.check_bus_name, [":1.7", ":1", ":a-b.9", "org.freedesktop.DBus", "a-b._c", "a." + "x" * 253],
     ["", "a", "a..b", ":1..2", ":1.", "a.9b", "9a.b", "a b.c", "a.b\n", "a." + "x" * 254]),
    (syntax.check_signature, ["", "a{sv}"], ["a", "h"]),
]


@pytest.mark.parametrize(("check", "valid", "invalid"), NAMES)
def test_names(check: object, valid: list[str], invalid: list[str]) -> None:
    assert callable(check)
    for name in valid:
        check(name)
    for name in invalid:
        with pytest.raises(ProtocolError, match="an invalid "):
            check(name)


@pytest.mark.parametrize("text", ["", "plain", "\x01\x7f", "\xe9\u20ac\U0001f600\ufffe"])
def test_texts(text: str) -> None:
    assert syntax.decode_text(text.encode()) == text


@pytest.mark.parametrize(("raw", "reason"), [
    (b"\xff", "not UTF-8"), (b"a\xc3", "not UTF-8"), (b"\xed\xa0\x80", "not UTF-8"), (b"\xc0\x80", "not UTF-8"),
    (b"\xf4\x90\x80\x80", "not UTF-8"), (b"a\0b", "contains NUL"),
])
def test_invalid_texts(raw: bytes, reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        syntax.decode_text(raw)
