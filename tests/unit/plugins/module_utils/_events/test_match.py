# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell patterns against the C library's answers, and events against operands."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events import glob
from ansible_collections.sysinit.upstart.plugins.module_utils._events.match import event_matches, split_argument
from ansible_collections.sysinit.upstart.tests.unit.support import counted_work

# pattern, texts that match, texts that do not
PATTERNS = [
    ("", [""], ["a"]),
    ("abc", ["abc"], ["ab", "abcd", "Abc"]),
    ("*", ["", "a", "/dev/.hidden", "a\nb"], []),
    ("eth*", ["eth", "eth0", "eth0/1"], ["Eth0", "xeth0"]),
    ("*b", ["b", "ab", "bb", "aabab"], ["", "ba"]),
    ("a*b*c", ["abc", "axbxc", "abbcc"], ["acb", "ab"]),
    ("a**b", ["ab", "axxb"], ["a"]),
    ("*?", ["a", "ab"], [""]),
    ("eth?", ["eth0"], ["eth", "eth10"]),
    ("???", ["abc", "é?"], ["é", "éa?"]),
    ("[0-3]", ["0", "3"], ["4", "", "01"]),
    ("[!0-3]", ["4", "a"], ["0", ""]),
    ("[^0-3]", ["4"], ["0"]),
    ("[!2345]", ["0", "6", "S"], ["2", "5"]),
    ("[]a]", ["]", "a"], ["b"]),
    ("[!]a]", ["b"], ["]", "a"]),
    ("[a-]", ["a", "-"], ["b"]),
    ("[-a]", ["a", "-"], ["b"]),
    ("[a-]b", ["ab", "-b"], ["bb"]),
    ("[z-a]", [], ["a", "z", "-"]),
    ("[[:digit:]x]", ["7", "x"], ["a", ":"]),
    ("[![:alpha:]]", ["7", "-"], ["a", "Z"]),
    ("[[:space:]]", [" ", "\t", "\r"], ["a"]),
    ("[[:xdigit:]][[:upper:]]", ["fA"], ["ga", "fa"]),
    ("[[:punct:]]", ["]", "-", "\\", "~"], ["a", "1", " "]),
    ("[[=a=]]", ["a"], ["="]),
    ("[[.a.]-c]", ["a", "b", "c"], ["d", "."]),
    ("[[:nosuch:]]", [], ["n", ":", "["]),
    ("[a\\]b]", ["a", "]", "b"], ["\\"]),
    ("[\\a-\\c]", ["a", "b"], ["\\", "-"]),
    ("[a", ["[a"], ["a"]),
    ("a[", ["a["], ["a"]),
    ("[a-", [], ["[a-", "a"]),
    ("\\*", ["*"], ["\\*", "a"]),
    ("a\\b", ["ab"], ["a\\b"]),
    ("a\\", [], ["a", "a\\"]),
    ("\\[a]", ["[a]"], ["a"]),
]
CASES = [(pattern, text, True) for pattern, yes, _no in PATTERNS for text in yes]
CASES += [(pattern, text, False) for pattern, _yes, no in PATTERNS for text in no]


@pytest.mark.parametrize(("pattern", "text", "expected"), CASES)
def test_fnmatch(pattern: str, text: str, expected: bool) -> None:
    assert glob.fnmatch(pattern, text) is expected


def test_many_stars_are_matched_quickly() -> None:
    assert not glob.fnmatch("*a" * 40 + "b", "a" * 4000)
    assert counted_work.grows_in_step(lambda size: lambda: glob.fnmatch("*a" * 10 + "b", "a" * size), 400)


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glob, "_cache", {})
    for number in range(glob.CACHE_LIMIT + 10):
        glob.fnmatch(f"pattern-{number}", "")
        assert f"pattern-{number}" in glob._cache
        assert 0 < len(glob._cache) <= glob.CACHE_LIMIT
    assert len(glob._cache) == 10


UP = ["IFACE=eth0", "ADDRFAM=Ethernet", "ADDRESS=1.2.3.4", "EMPTY=", "IFACE=again", "OPTIONS=a=b"]
MATCHES = [
    ("up", [], True),
    ("u*", [], False),
    ("up", ["eth0"], True),
    ("up", ["eth0", "Ethernet", "1.*"], True),
    ("up", ["Ethernet"], False),
    ("up", ["*", "*", "*", "*", "*", "*"], True),
    ("up", ["*", "*", "*", "*", "*", "*", "*"], False),
    ("up", ["ADDRFAM=Ethernet", "IFACE=eth?"], True),
    ("up", ["IFACE=again"], False),
    ("up", ["ADDRFAM=Ethernet", "1.2.3.4"], True),
    ("up", ["COLOUR=*"], False),
    ("up", ["COLOUR!=red"], False),
    ("up", ["IFACE!=lo"], True),
    ("up", ["IFACE!=eth*"], False),
    ("up", ["EMPTY="], True),
    ("up", ["EMPTY!="], False),
    ("up", ["IFACE="], False),
    ("up", ["OPTIONS=a=b"], True),
    ("up", ["IFAC=eth0"], False),
    ("up", ["$UNSET"], False),
    ("up", ["IFACE!=$UNSET"], False),
    ("up", ["IFACE=${UNSET:-eth0}"], True),
]


@pytest.mark.parametrize(("name", "args", "expected"), MATCHES)
def test_an_event_without_variables_of_an_instance(name: str, args: list[str], expected: bool) -> None:
    assert event_matches({"event": name, "args": args}, "up", UP) is expected


@pytest.mark.parametrize(
    ("argument", "variables", "expected"),
    [
        ("IFACE=$DEV", {"DEV": "eth0"}, True),
        ("IFACE=$DEV", {"DEV": "eth*"}, True),
        ("IFACE=$DEV", {"DEV": "lo"}, False),
        ("IFACE!=$DEV", {"DEV": "lo"}, True),
        ("IFACE=$DEV", {}, False),
        ("IFACE=${DEV", {"DEV": "eth0"}, False),
        ("$DEV", {"DEV": "eth0"}, True),
    ],
)
def test_patterns_are_expanded_from_the_instance(argument: str, variables: dict[str, str], expected: bool) -> None:
    assert event_matches({"event": "up", "args": [argument]}, "up", UP, variables) is expected


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("a", (None, "a", False)),
        ("A=b", ("A", "b", False)),
        ("A!=b", ("A", "b", True)),
        ("A=b!=c", ("A=b", "c", True)),
        ("A=b=c", ("A", "b=c", False)),
        ("A!", (None, "A!", False)),
    ],
)
def test_split_argument(argument: str, expected: tuple[str | None, str, bool]) -> None:
    assert split_argument(argument) == expected
