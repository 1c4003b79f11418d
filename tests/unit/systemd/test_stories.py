# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stories of the comparison with systemd: their rows, names and texts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import ROWS
from comparison.catalogue import ROW_STORIES, all_stories, rows_played
from comparison.declared import ABOUT_OTHERS, DECLARES
from comparison.generator import random_story
from comparison.story import PlacedStory, Story

STORIES = all_stories(1, 60)
# Rows about commands, files or names: no job of their story gets a finding with this code.
WITHOUT_FINDING = {"start-on", "stop-on"}


def place(story: Story) -> PlacedStory:
    return PlacedStory(story, "" if story.keeps_names else "s1_", Path("/nowhere"))


def test_the_rows_that_stories_play_are_those_that_the_tables_call_measured() -> None:
    assert rows_played() == {row.code for row in ROWS.values() if row.measured}


def test_there_are_enough_stories() -> None:
    assert len(STORIES) >= 250
    assert [name for name, number in Counter(story.name for story in STORIES).items() if number > 1] == []


@pytest.mark.parametrize("story", [story for story in ROW_STORIES if story.rows], ids=lambda story: story.name)
def test_a_story_reaches_its_rows(story: Story) -> None:
    codes = {finding["code"] for finding in to_systemd(place(story).jobs())["findings"]}
    assert set(story.rows) - codes - WITHOUT_FINDING == set()


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_gate_is_opened_again(story: Story) -> None:
    gates = {verb: [step.name for step in story.steps if step.verb == verb] for verb in ("close", "open")}
    assert set(gates["open"]) <= set(gates["close"])
    assert len(set(gates["close"])) == len(gates["close"])


def test_a_seed_gives_the_same_story() -> None:
    assert random_story(7) == random_story(7)
    assert random_story(7) != random_story(8)


def test_the_names_of_a_story_do_not_meet_those_of_others() -> None:
    story = Story("x", (), {"@web": "start on started @db\nexec {probe} web.main hold\n"}, ())
    placed = PlacedStory(story, "s1_", Path("/run/s1"))
    text = str(placed.jobs()["s1_web"])
    assert text.startswith("start on started s1_db\nexec /bin/sh /")
    assert text.endswith("/probe.sh /run/s1 web.main hold\n")
    assert placed.plain("s1_web") == "@web"


@pytest.mark.parametrize("code", sorted({*DECLARES, *ABOUT_OTHERS}))
def test_only_rows_with_a_difference_declare_one(code: str) -> None:
    assert ROWS[code].verdict != "exact"
