# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions for misspelt words of short lists, such as options and stanzas."""

from __future__ import absolute_import, division, print_function

import difflib

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, List, Optional  # noqa: F401

__metaclass__ = type

WORD_SIMILARITY = 0.6  # minimum of a suggestion, from 0 to 1


def did_you_mean(name, known_names):
    # type: (str, Iterable[str]) -> Optional[str]
    """Return a question that suggests the known name most similar to ``name``, or None."""
    return question(difflib.get_close_matches(name, sorted(known_names), 1, WORD_SIMILARITY))


def question(matches):
    # type: (List[str]) -> Optional[str]
    """Return the question that suggests the first of the matches, or None where there is none."""
    return "did you mean %s?" % matches[0] if matches else None
