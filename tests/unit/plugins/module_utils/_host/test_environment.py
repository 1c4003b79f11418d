# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments in every form that users can write."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import environment
from ansible_collections.sysinit.upstart.plugins.module_utils._host.environment import pairs

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
    ('["B=1", "A=two words"]', ["B=1", "A=two words"]),
    (' {"B": 1, "A": true, "é": null}', ["B=1", "A=true", "é="]),
    (b'{"B": "\xc3\xa9", "A": ""}', ["B=é", "A="]),
]
REFUSED: list[tuple[Any, str]] = [
    (["A"], "env has the entry 'A', which is not KEY=VALUE."),
    (["=1"], "env has the entry '=1', which is not KEY=VALUE."),
    ({"": "1"}, "env has the entry '=1', which is not KEY=VALUE."),
    (["A=1", "B\0=2"], "which is not KEY=VALUE."),
    ([{"A": 1}], "which is not KEY=VALUE."),
    ("A=1 B", "env has the entry 'B', which is not KEY=VALUE."),
    ("A='1", "env cannot be split into words (No closing quotation)"),
    ('["A=1", "B=2]', "env cannot be parsed as JSON, although it begins like JSON ("),
    ("{A: 1}", "env cannot be parsed as JSON, although it begins like JSON ("),
    ({"A=B": 1}, "env has the name 'A=B', but a name cannot contain '='."),
    ({"A": ["x"]}, 'The value of A in env is ["x"], but must be a string.'),
    ([["A=1"]], 'env has the entry ["A=1"], which is not KEY=VALUE.'),
    (7, "env has the type int. Use a dictionary, a list of KEY=VALUE or a string of such words."),
    (True, "env has the type bool. Use a dictionary"),
    (["A=\ud800"], "The value of A in env is not UTF-8, which D-Bus requires."),
    (["A\udc80=1"], "The value of A? in env is not UTF-8"),
    ([b"A=\xff"], "env is not UTF-8, which D-Bus requires."),
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


class Module:
    def __init__(self, **params: Any) -> None:
        self.params = params


SENT = {"env": {"B": "1", "A": "2", "C": "3"}}
UNORDERED = {"C": "3", "A": "2", "B": "1"}


@pytest.mark.parametrize(("option", "sent", "version", "keys"), [
    ("env", SENT, (2, 7), "BAC"), ("env", SENT, (3, 6), "BAC"), ("env", SENT, (3, 7), "CAB"),
    ("env", {"arguments": SENT["env"]}, (2, 7), "BAC"), ("env", {"env": {"B": "1"}}, (2, 7), "CAB"),
    ("env", {}, (2, 7), "CAB"), ("env", None, (2, 7), "CAB"),
])
def test_the_order_of_a_mapping(monkeypatch: pytest.MonkeyPatch, option: str, sent: Any, version: tuple[int, ...],
                                keys: str) -> None:
    raw = None if sent is None else json.dumps({"ANSIBLE_MODULE_ARGS": sent}).encode()
    monkeypatch.setattr(basic, "_ANSIBLE_ARGS", raw)
    monkeypatch.setattr(environment.sys, "version_info", version)
    assert "".join(environment.ordered(Module(env=UNORDERED), option, ["arguments"])) == keys


@pytest.mark.parametrize("value", [None, ["B=1"], "B=1 A=2"])
def test_anything_but_a_mapping_is_unchanged(monkeypatch: pytest.MonkeyPatch, value: Any) -> None:
    monkeypatch.setattr(environment.sys, "version_info", (2, 7))
    assert environment.ordered(Module(env=value), "env") == value


@pytest.mark.parametrize(("text", "message"), [
    ("", "name is empty."), ("a\0b", "name contains a NUL character"), ("a\ud800", "name is not UTF-8"),
    (b"a\xff".decode("utf-8", "surrogateescape"), "name is not UTF-8"),
])
def test_names_that_cannot_be_sent(text: str, message: str) -> None:
    with pytest.raises(UpstartError, match=message):
        environment.check_text(text, "name")


@pytest.mark.parametrize("text", ["a", "a b=c", "\u00e9\U0001f600", b"\xc3\xa9"])
def test_names_that_can_be_sent(text: Any) -> None:
    assert environment.check_text(text, "name") == (text.decode() if isinstance(text, bytes) else text)
    assert environment.is_utf_8(text)


@pytest.mark.parametrize("name", ["1A", "A-B", "A.B", "\u00c4"])
@pytest.mark.parametrize(("version", "fails"), [((0, 6, 5), True), ((1, 0), True), ((1, 1), False)])
def test_names_that_are_too_new(name: str, version: tuple[int, ...], fails: bool) -> None:
    entries = ["_A1=x-1", f"{name}=1"]
    if not fails:
        environment.check_names(entries, version)
        return
    with pytest.raises(UpstartError) as caught:
        environment.check_names(entries, version)
    assert caught.value.message == (
        f"env has the variable '{name}', but Upstart before 1.1 accepts only letters, digits and underscores "
        "in names, and no digit at the start. Use another name.")
    assert caught.value.facts == {"entry": f"{name}=1"}
