# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions for misspelt names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.spelling import Suggestions, did_you_mean
from ansible_collections.sysinit.upstart.tests.unit.support import counted_work


@pytest.mark.parametrize(("name", "question"), [
    ("exce", "did you mean exec?"), ("stop", "did you mean stop_on?"), ("x", None), ("", None)])
def test_a_word_of_a_short_list(name: str, question: str | None) -> None:
    assert did_you_mean(name, ["exec", "script", "stop_on"]) == question


def test_a_name_among_thousands() -> None:
    suggestions = Suggestions(["service%d" % number for number in range(5000)])
    assert suggestions.did_you_mean("servcie77") == "did you mean service77?"
    misspelt = ["sevice%d" % number for number in range(4000, 4100)]
    assert [suggestions.did_you_mean(name) for name in misspelt] == [
        "did you mean %s?" % name.replace("se", "ser") for name in misspelt]


def test_names_like_nothing_are_not_compared_with_all() -> None:
    def search(size: int) -> Callable[[], object]:
        suggestions = Suggestions(["service%03d" % number for number in range(size)])
        unknown = ["nothing-like-%03d" % number for number in range(size)]
        assert [suggestions.did_you_mean(name) for name in unknown] == [None] * size
        suggestions = Suggestions(["service%03d" % number for number in range(size)])
        return lambda: [suggestions.did_you_mean(name) for name in unknown]

    assert counted_work.grows_in_step(search, 300)


def test_nothing_else_suggests_names() -> None:
    plugins = Path(__file__).resolve().parents[5] / "plugins"
    files = [path for path in plugins.rglob("*.py") if "get_close_matches" in path.read_text(encoding="utf-8")]
    assert [path.name for path in files] == ["spelling.py"]
