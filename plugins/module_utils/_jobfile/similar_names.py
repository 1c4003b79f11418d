# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Suggestions for misspelt names among all names of a host."""

from __future__ import absolute_import, division, print_function

import difflib
import re

from .spelling import WORD_SIMILARITY, question

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, Iterable, List, Optional, Set, Tuple  # noqa: F401

    Names = frozenset[str]
else:
    Names = frozenset

__metaclass__ = type

NAME_SIMILARITY = 0.75  # minimum of a suggestion, from 0 to 1
MATCHES = 3  # most similar names of which the first may be suggested whose own words are similar, too
FULL_SEARCHES, FEW_NAMES = 5, 100  # full searches among fewer names are not counted
# The same for a name that is taken for certain, and the least number of letters of one that is not right to the letter.
LONG_NAME_SIMILARITY = 0.9
SHORT_NAME, LONG_NAME = 5, 10
SEPARATORS = re.compile(r"[-_. ]")
WORD_ENDS = re.compile(r"[-_. /]")
AROUND_NAME = re.compile(r"^/etc/init/|[;,]+$|\.(?:conf|override)$")
NUMBERS = re.compile(r"[0-9]+")


class NamesByRest:
    """Names by what is left of their keys without each of the letters, to find almost equal ones fast.

    :param keyed_names: iterable of (key, name), both text.
    """

    def __init__(self, keyed_names):
        # type: (Iterable[Tuple[str, str]]) -> None
        self._names = {}  # type: Dict[str, Set[str]]
        for key, name in keyed_names:
            for rest in _rests(key):
                self._names.setdefault(rest, set()).add(name)

    def names_like(self, key):
        # type: (str) -> Set[str]
        """Return the set of the names whose key equals ``key`` after at most one letter is left out of each."""
        return set().union(*[self._names.get(rest, ()) for rest in _rests(key)])


class Suggestions:
    """Suggestions from many known names, fast even with thousands.

    It compares a name only with known names that are equal after at most one letter is left out of each. These include
    names that differ in one letter or in the order of two neighbouring letters. The first FULL_SEARCHES names for which
    there are none are compared with all known names. Names with different numbers stand for different things, and
    are not suggested. Words that both names begin or end with do not make them similar.

    :param known_names: iterable of text.
    """

    def __init__(self, known_names):
        # type: (Iterable[str]) -> None
        self._known_names = sorted(known_names)
        self._by_rest = None  # type: Optional[NamesByRest]
        self._questions = {}  # type: Dict[str, Optional[str]]
        self._full_searches_left = FULL_SEARCHES

    def did_you_mean(self, name):
        # type: (str) -> Optional[str]
        """Return a question that suggests the known name most similar to ``name``, or None."""
        if name not in self._questions:
            matches = difflib.get_close_matches(name, self._candidates(name), MATCHES, NAME_SIMILARITY)
            self._questions[name] = question([match for match in matches if _own_words_are_similar(name, match)])
        return self._questions[name]

    def _candidates(self, name):
        # type: (str) -> List[str]
        if self._by_rest is None:
            self._by_rest = NamesByRest((known, known) for known in self._known_names)
        candidates = self._by_rest.names_like(name)  # type: Iterable[str]
        if not candidates and self._full_searches_left:
            self._full_searches_left -= 1
            candidates = self._known_names
        return sorted(known for known in candidates if _have_same_numbers(name, known))


class KnownNames(Names):
    """The names of jobs or events that exist, with suggestions for names that almost certainly stand for one of them.

    Such a name differs in case, separators, its directory, a single letter or the order of two letters, and a long name
    in two letters. Names with different numbers, or with more words, stand for different things.
    """

    _by_key = None  # type: Optional[Dict[str, List[str]]]
    _by_rest = None  # type: Optional[NamesByRest]
    _names_by_key = None  # type: Optional[Dict[str, str]]
    _full_searches_left = float(FULL_SEARCHES)  # a search among few names counts as a part of one
    _answers = None  # type: Optional[Dict[str, Optional[str]]]

    def similar(self, name):
        # type: (str) -> Optional[str]
        """Return the known name that ``name`` almost certainly stands for, or None. ``name`` is not a known name."""
        if self._answers is None:
            self._answers = {}
        if name not in self._answers:
            self._answers[name] = self._search(name)
        return self._answers[name]

    def _search(self, name):
        # type: (str) -> Optional[str]
        key = name_key(name)
        words = len(SEPARATORS.findall(AROUND_NAME.sub("", name)))
        candidates = self._same_letters(key) or [
            known for known in self._almost_same_letters(key) if len(SEPARATORS.findall(known)) == words]
        candidates = [known for known in candidates if _have_same_numbers(known, name)]
        return min(candidates) if candidates else None

    def _same_letters(self, key):
        # type: (str) -> List[str]
        if self._by_key is None:
            self._by_key = {}
            for known in self:
                for known_key in set((name_key(known), _last(name_key(known)))):
                    self._by_key.setdefault(known_key, []).append(known)
        return self._by_key.get(key) or self._by_key.get(_last(key), [])

    def _almost_same_letters(self, key):
        # type: (str) -> List[str]
        if len(key) < SHORT_NAME:
            return []
        if self._by_rest is None:
            self._by_rest = NamesByRest((name_key(known), known) for known in self)
        close = [known for known in self._by_rest.names_like(key) if _is_one_slip(key, name_key(known))]
        if close or len(key) < LONG_NAME or self._full_searches_left <= 0:
            return close
        self._full_searches_left -= 1 if len(self) >= FEW_NAMES else 1.0 / FEW_NAMES
        if self._names_by_key is None:
            self._names_by_key = dict((name_key(known), known) for known in sorted(self))
        matches = difflib.get_close_matches(key, sorted(self._names_by_key), 1, LONG_NAME_SIMILARITY)
        return [self._names_by_key[match] for match in matches]


def name_key(name):
    # type: (str) -> str
    """Return what is left of a name without case, separators, and what people write around the name of a job."""
    return SEPARATORS.sub("", AROUND_NAME.sub("", AROUND_NAME.sub("", name)).lower())


def is_same_length(name, known_name):
    # type: (str, str) -> bool
    """Return whether a name has no letter more or less than a known one, apart from the directory."""
    return len(_last(name_key(name))) == len(_last(name_key(known_name)))


def _have_same_numbers(one, other):
    # type: (str, str) -> bool
    return NUMBERS.findall(one) == NUMBERS.findall(other)


def _own_words_are_similar(one, other):
    # type: (str, str) -> bool
    """Return whether two names are similar apart from the words that both begin or end with."""
    first, second = WORD_ENDS.split(one), WORD_ENDS.split(other)
    for end in (0, -1):
        while first and second and first[end] == second[end]:
            del first[end], second[end]
    own = (" ".join(first), " ".join(second))
    return not all(own) or difflib.SequenceMatcher(None, *own).ratio() >= WORD_SIMILARITY


def _last(key):
    # type: (str) -> str
    return key.rpartition("/")[2]


def _is_one_slip(one, other):
    # type: (str, str) -> bool
    """Return whether texts that share a rest differ in one letter, or in the order of two neighbouring letters."""
    if len(one) != len(other):
        return min(len(one), len(other)) >= SHORT_NAME
    differing = [index for index, letter in enumerate(one) if letter != other[index]]
    return len(differing) == 1 or (len(differing) == 2 and differing[1] == differing[0] + 1)


def _rests(name):
    # type: (str) -> List[str]
    """Return the name itself and what is left of it without each of its letters."""
    return [name] + [name[:index] + name[index + 1:] for index in range(len(name))]
