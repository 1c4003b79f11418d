# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All stories: those for the rows of the tables, the boot, and random ones."""

from __future__ import annotations

from .boot_stories import BOOT_STORIES
from .event_stories import EVENT_STORIES
from .generator import random_story
from .job_stories import JOB_STORIES
from .process_stories import PROCESS_STORIES
from .setting_stories import SETTING_STORIES
from .story import BOOT, Story
from .ubuntu import UBUNTU_STORY

ROW_STORIES = (*PROCESS_STORIES, *SETTING_STORIES, *JOB_STORIES, *EVENT_STORIES, *BOOT_STORIES, UBUNTU_STORY)


def all_stories(seed: int, count: int) -> list[Story]:
    """Return the stories of the rows and some random ones."""
    return [*ROW_STORIES, *(random_story(number) for number in range(seed, seed + count))]


def rows_played() -> set[str]:
    """Return the codes of the rows that stories measure."""
    return {row for story in ROW_STORIES for row in story.rows}


def is_boot_story(story: Story) -> bool:
    return BOOT in story.steps
