# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expansion of variables: every form, with the recorded text or error of the daemon."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._events.expand import (
    ExpansionError,
    expand,
    expand_instance_name,
    instance_name,
)

ENV = {"A": "alpha", "B": "A", "EMPTY": "", "DOLLAR": "$A", "_x1": "under", "9": "nine", "": "nameless"}

EXPANDED = [
    ("", ""),
    ("plain", "plain"),
    ("$A", "alpha"),
    ("x$A.y", "xalpha.y"),
    ("$_x1-", "under-"),
    ("$A$A", "alphaalpha"),
    ("${A}B", "alphaB"),
    ("${9}", "nine"),
    ("${$B}", "alpha"),
    ("${_x$NUMBER}", "under"),
    ("$DOLLAR", "$A"),
    ("$", "$"),
    ("$$A", "$alpha"),
    ("$9", "$9"),
    ("$-", "$-"),
    ("}{:-+", "}{:-+"),
    ("${}", "$"),
    ("${}A", "$A"),
    ("${A:-x}", "alpha"),
    ("${A-x}", "alpha"),
    ("${NO:-x}", "x"),
    ("${NO-x}", "x"),
    ("${NO-}", ""),
    ("${EMPTY:-x}", "x"),
    ("${EMPTY-x}", ""),
    ("${EMPTY}", ""),
    ("${A:+x}", "x"),
    ("${A+x}", "x"),
    ("${NO:+x}", ""),
    ("${NO+x}", ""),
    ("${EMPTY:+x}", ""),
    ("${EMPTY+x}", "x"),
    ("${NO:-${ALSO_NO:-$A}}", "alpha"),
    ("${NO:-a:-b+c}", "a:-b+c"),
    ("${:-x}", "nameless"),
    ("\\$A", "\\alpha"),
]

REFUSED = [
    ("$NO", "Unknown parameter: NO"),
    ("${NO}", "Unknown parameter: NO"),
    ("${A?x}", "Unknown parameter: A?x"),
    ("${A", "Mismatched braces"),
    ("${", "Mismatched braces"),
    ("${A:-x", "Mismatched braces"),
    ("${A:-${B}", "Mismatched braces"),
    ("${A:x}", "Expected operator"),
    ("${A:}", "Expected operator"),
    ("${A:-$NO}", "Unknown parameter: NO"),
    ("${NO:+$ALSO}", "Unknown parameter: ALSO"),
]


@pytest.mark.parametrize(("text", "expected"), EXPANDED)
def test_expands(text: str, expected: str) -> None:
    assert expand(text, dict(ENV, NUMBER="1")) == expected


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_refuses(text: str, message: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        expand(text, ENV)
    assert caught.value.message == message


def test_the_error_is_an_upstart_error() -> None:
    assert issubclass(ExpansionError, UpstartError)


def test_depth_is_not_limited_by_the_interpreter() -> None:
    depth = 20000
    assert expand("${NO:-" * depth + "x" + "}" * depth, {}) == "x"


@pytest.mark.parametrize(("stanza", "env", "name"), [
    ("", [], ""),
    ("", ["A=1"], ""),
    ("fixed", [], "fixed"),
    ("$TTY", ["TTY=tty1"], "tty1"),
    ("$TTY", ["TTY="], ""),
    ("$A-${B:-none}", ["A=x=y"], "x=y-none"),
    ("$TTY", ["TTY=tty1", "TTY=tty2"], "tty2"),
    ("$TTY", [], None),
    ("${TTY", ["TTY=tty1"], None),
    ("$HOME", ["HOME"], None),
    ("${HOME:-none}", ["HOME"], "none"),
    ("$HOME", ["HOME", "HOME=/root"], "/root"),
    ("$HOME", ["HOME=/root", "HOME"], "/root"),
])
def test_the_name_of_an_instance(stanza: str, env: list[str], name: str | None) -> None:
    """``env HOME`` without a value means init's own HOME, which no file reveals, so the variable counts as missing."""
    assert instance_name(stanza, env) == name


def test_the_name_of_an_instance_or_why_it_has_none() -> None:
    assert expand_instance_name("$TTY", ["TTY=tty1"]) == "tty1"
    with pytest.raises(ExpansionError) as caught:
        expand_instance_name("$HOME", ["HOME"])
    assert caught.value.message == "Unknown parameter: HOME"


@pytest.mark.parametrize("text", ["$HOME", "${HOME}", "${HOME:-$HOME}"])
def test_a_variable_without_a_value_is_missing(text: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        expand(text, {"HOME": None})
    assert caught.value.message == "Unknown parameter: HOME"
