# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of units and drop-ins."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.units import (
    UnitFile,
    assignment,
    drop_in,
    exec_word,
    specifier_safe,
)


def unit(*settings: tuple[str, str, str]) -> UnitFile:
    result = UnitFile()
    for section, key, value in settings:
        result.add(section, key, value)
    return result


@pytest.mark.parametrize(("text", "word"), [
    ("plain-1.2", "plain-1.2"), ("50%", "50%%"), ("$A", '"$$A"'), ("a b", '"a b"'), ('a"b', '"a\\"b"'),
    ("a\\b", '"a\\\\b"'), ("a\nb", '"a\\nb"'), ("a\x01", '"a\\x01"'), ("", '""'), (";", '";"'),
])
def test_exec_word(text: str, word: str) -> None:
    assert exec_word(text) == word


def test_assignment_keeps_dollars() -> None:
    assert assignment("A", "$B 5%") == '"A=$B 5%%"'


def test_texts_stay_on_their_line() -> None:
    assert specifier_safe("a\n b 5%") == "a b 5%%"
    assert unit(("Unit", "Description", "a\nb\\")).text().splitlines()[-1] == "Description=a b\\ "
    assert "Environment=A=a\u2028b" in unit(("Service", "Environment", "A=a\u2028b")).text().split("\n")


def test_the_same_setting_is_there_once() -> None:
    assert unit(*[("Unit", "After", "a")] * 2).settings["Unit"] == [("After", "a")]


def test_a_drop_in_empties_lists() -> None:
    base, wanted = unit(("Service", "Environment", "A=1")), unit(("Service", "Environment", "A=2"))
    change = drop_in(base, wanted)
    assert change is not None
    assert change.settings["Service"] == [("Environment", ""), ("Environment", "A=2")]


def test_a_drop_in_replaces_single_values_and_adds_dependencies() -> None:
    base = unit(("Service", "Nice", "1"), ("Unit", "After", "a"))
    change = drop_in(base, unit(("Service", "Nice", "2"), ("Unit", "After", "a"), ("Unit", "After", "b")))
    assert change is not None
    assert change.settings["Service"] == [("Nice", "2")] and change.settings["Unit"] == [("After", "b")]


@pytest.mark.parametrize("setting", [("Unit", "After", "a"), ("Service", "Nice", "1")])
def test_a_drop_in_removes_neither_dependencies_nor_numbers(setting: tuple[str, str, str]) -> None:
    assert drop_in(unit(setting), UnitFile()) is None
