# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions for misspelt names of a host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.similar_names import KnownNames, Suggestions
from ansible_collections.sysinit.upstart.tests.unit.support import counted_work


def test_a_name_among_thousands() -> None:
    suggestions = Suggestions(["service%d" % number for number in range(5000)])
    assert suggestions.did_you_mean("servcie77") == "did you mean service77?"
    misspelt = ["sevice%d" % number for number in range(4000, 4100)]
    assert [suggestions.did_you_mean(name) for name in misspelt] == [
        "did you mean %s?" % name.replace("se", "ser") for name in misspelt]


@pytest.mark.parametrize("name", ["worker23", "worker-2", "hang-23-started"])
def test_a_name_with_other_numbers_is_no_suggestion(name: str) -> None:
    assert Suggestions(["worker20", "worker-20", "hang-20-started"]).did_you_mean(name) is None
    assert Suggestions(["worker20", f"{name}s"]).did_you_mean(name) == f"did you mean {name}s?"


@pytest.mark.parametrize(("name", "known_name", "is_suggested"), [
    ("company-app-typo", "company-app-net/foo", False), ("typo-of-company-app", "net-of-company-app", False),
    ("company-app-servr", "company-app-server", True), ("company-ap-server", "company-app-server", True),
    ("network-interface", "network-interface-security", True),
])
def test_words_that_names_share_do_not_make_them_similar(name: str, known_name: str, is_suggested: bool) -> None:
    assert Suggestions([known_name]).did_you_mean(name) == (f"did you mean {known_name}?" if is_suggested else None)


def test_unrelated_names_are_not_compared_with_all_names() -> None:
    def search(size: int) -> Callable[[], object]:
        suggestions = Suggestions(["service%03d" % number for number in range(size)])
        unknown = ["nothing-like-%03d" % number for number in range(size)]
        assert [suggestions.did_you_mean(name) for name in unknown] == [None] * size
        suggestions = Suggestions(["service%03d" % number for number in range(size)])
        return lambda: [suggestions.did_you_mean(name) for name in unknown]

    assert counted_work.grows_in_step(search, 300)


@pytest.mark.parametrize(("name", "similar"), [
    ("networkin", "networking"), ("netwroking", "networking"), ("networkimg", "networking"),
    ("NetWorking", "networking"), ("net_working", "networking"), ("networking.conf", "networking"),
    ("/etc/init/networking.conf", "networking"), ("networking,", "networking"), ("web", "team/web"), ("team/db", "db"),
    ("virtual-fiel-system", "virtual-file-systems"), ("app-1", "app1"), ("team-web", None), ("db1", None),
    ("app2", None), ("da", None), ("dc", None), ("x-networking", None), ("networking-x", None), ("", None),
    ("network", None)])
def test_a_name_that_almost_certainly_stands_for_another(name: str, similar: str | None) -> None:
    assert KnownNames(["networking", "team/web", "db", "app1", "virtual-file-systems"]).similar(name) == similar


def test_names_that_stand_for_others_are_not_compared_with_all_names() -> None:
    def search(size: int) -> Callable[[], object]:
        unknown = ["nothing-like-%03d" % number for number in range(size)]
        known = KnownNames("service-of-%03d" % number for number in range(size))
        assert [known.similar(name) for name in unknown] == [None] * size
        return lambda: [known.similar(name) for name in unknown]

    assert counted_work.grows_in_step(search, 300)


def test_nothing_else_suggests_names() -> None:
    plugins = Path(__file__).resolve().parents[5] / "plugins"
    files = [path for path in plugins.rglob("*.py") if "get_close_matches" in path.read_text(encoding="utf-8")]
    assert [path.name for path in files] == ["similar_names.py", "spelling.py"]
