# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions for misspelt names."""

from __future__ import absolute_import, division, print_function

import difflib

__metaclass__ = type

# Least similarity of a suggestion, from 0 to 1: for a word of a short list, and for a name among all names of a host.
WORD_SIMILARITY = 0.6
NAME_SIMILARITY = 0.75
FULL_SEARCHES = 5


def did_you_mean(name, known_names):
    """Return a question that suggests the known name most similar to ``name``, or None."""
    return _question(difflib.get_close_matches(name, sorted(known_names), 1, WORD_SIMILARITY))


class Suggestions:
    """Suggestions from many known names, quick also with thousands.

    It compares only names that share a rest when one letter is left out. So do two names that differ in one letter or
    in the order of two neighbouring letters. The first FULL_SEARCHES names without such a rest are compared with all.

    :param known_names: iterable of text.
    """

    def __init__(self, known_names):
        self._known_names = sorted(known_names)
        self._names_by_rest = None
        self._questions = {}
        self._full_searches_left = FULL_SEARCHES

    def did_you_mean(self, name):
        """Return a question that suggests the known name most similar to ``name``, or None."""
        if name not in self._questions:
            candidates = self._candidates(name)
            self._questions[name] = _question(difflib.get_close_matches(name, candidates, 1, NAME_SIMILARITY))
        return self._questions[name]

    def _candidates(self, name):
        if self._names_by_rest is None:
            self._names_by_rest = {}
            for known_name in self._known_names:
                for rest in _rests(known_name):
                    self._names_by_rest.setdefault(rest, set()).add(known_name)
        candidates = set().union(*[self._names_by_rest.get(rest, ()) for rest in _rests(name)])
        if not candidates and self._full_searches_left:
            self._full_searches_left -= 1
            return self._known_names
        return sorted(candidates)


def _question(matches):
    return "did you mean %s?" % matches[0] if matches else None


def _rests(name):
    """Return the name itself and what is left of it without each of its letters."""
    return [name] + [name[:index] + name[index + 1:] for index in range(len(name))]
