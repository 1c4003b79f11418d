# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shell patterns as fnmatch(3) of the C library reads them with flags 0 in the C locale, where init runs."""

from __future__ import absolute_import, division, print_function

import re

from .._text import encode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Container, Dict, FrozenSet, Iterable, List, Optional, Sequence, Set, Tuple  # noqa: F401

__metaclass__ = type

ANY_TEXT = "any text"
CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": " \\t",
    "cntrl": "\\x00-\\x1f\\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": "!-/:-@\\[-`{-~",
    "space": " \\t-\\r",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}
CLASS = re.compile(r"\[:([a-y]*):\]")
EQUIVALENT = re.compile(r"\[=(.)=\]", re.DOTALL)
COLLATING = re.compile(r"\[\.(.)\.\]", re.DOTALL)
SPECIAL = re.compile(r"[*?\[\\]")
OCTETS = bytes(bytearray(range(256))).decode("latin-1")
EVERYTHING = frozenset(OCTETS)
CACHE_LIMIT = 1000
_cache = {}  # type: Dict[str, Optional[List[Container[str]]]]


class _NeverMatchesError(Exception):
    """The C library refuses the pattern."""


def fnmatch(pattern, text):
    # type: (str, str) -> bool
    """Return whether ``text`` matches the shell ``pattern`` as a whole.

    ``*`` and ``?`` also match slashes and leading dots. Both texts are compared byte by byte. At worst, the work grows
    with the product of both lengths.
    """
    if pattern not in _cache:
        if len(_cache) >= CACHE_LIMIT:
            _cache.clear()
        _cache[pattern] = _compile(_octets(pattern))
    tokens = _cache[pattern]
    return tokens is not None and _matches(tokens, _octets(text))


def is_literal(pattern):
    # type: (str) -> bool
    """Return whether a pattern matches only itself."""
    return not SPECIAL.search(pattern)


def _octets(text):
    # type: (str) -> str
    """Return ``text`` with one character per byte, on every Python."""
    return encode(text).decode("latin-1")


def _matches(tokens, text):
    # type: (Sequence[Container[str]], str) -> bool
    """Match greedily and backtrack to the last star only: where it fails, earlier stars cannot help either."""
    position = index = 0
    star = None  # type: Optional[int]
    retry = 0
    while position < len(text):
        token = tokens[index] if index < len(tokens) else None
        if token is ANY_TEXT:
            star, retry = index, position
            index += 1
        elif token is not None and text[position] in token:
            position += 1
            index += 1
        elif star is not None:
            retry += 1
            position, index = retry, star + 1
        else:
            return False
    return all(token is ANY_TEXT for token in tokens[index:])


def _compile(pattern):
    # type: (str) -> Optional[List[Container[str]]]
    """Return the pattern as a list of ANY_TEXT and sets of characters, or None when it can match nothing."""
    tokens = []  # type: List[Container[str]]
    position = 0
    try:
        while position < len(pattern):
            position, token = _token(pattern, position)
            if not (token is ANY_TEXT and tokens and tokens[-1] is ANY_TEXT):
                tokens.append(token)
    except _NeverMatchesError:
        return None
    return tokens


def _token(pattern, position):
    # type: (str, int) -> Tuple[int, Container[str]]
    character = pattern[position]
    if character == "*":
        return position + 1, ANY_TEXT
    if character == "?":
        return position + 1, EVERYTHING
    if character == "\\":
        return position + 2, _character(pattern, position + 1)
    if character == "[":
        bracket = _bracket(pattern, position + 1)
        if bracket:
            return bracket
    return position + 1, character


def _character(pattern, position):
    # type: (str, int) -> str
    if position >= len(pattern):
        raise _NeverMatchesError()
    return pattern[position]


def _bracket(pattern, position):
    # type: (str, int) -> Optional[Tuple[int, FrozenSet[str]]]
    """Return (end, set of characters) of the bracket expression at ``position``, or None when it is never closed."""
    negated = pattern[position:position + 1] in ("!", "^")
    position += negated
    start = position
    members = set()  # type: Set[str]
    while position < len(pattern):
        if pattern[position] == "]" and position > start:
            return position + 1, (EVERYTHING - members if negated else frozenset(members))
        position, characters = _member(pattern, position)
        members.update(characters)
    return None


def _member(pattern, position):
    # type: (str, int) -> Tuple[int, Iterable[str]]
    """Return (end, characters) of one class, range or single character inside brackets."""
    named = CLASS.match(pattern, position)
    if named:
        return named.end(), _class(named.group(1))
    equivalent = EQUIVALENT.match(pattern, position)
    if equivalent:
        return equivalent.end(), equivalent.group(1)
    position, first = _endpoint(pattern, position)
    if pattern[position:position + 1] != "-" or pattern[position + 1:position + 2] == "]":
        return position, first
    position, last = _endpoint(pattern, position + 1)
    return position, OCTETS[ord(first):ord(last) + 1]


def _class(name):
    # type: (str) -> List[str]
    if name not in CLASSES:
        raise _NeverMatchesError()
    return re.findall("[%s]" % CLASSES[name], OCTETS)


def _endpoint(pattern, position):
    # type: (str, int) -> Tuple[int, str]
    """Return (end, character) of one character that may stand alone or at either end of a range."""
    collating = COLLATING.match(pattern, position)
    if collating:
        return collating.end(), collating.group(1)
    if pattern[position:position + 1] == "\\":
        position += 1
    return position + 1, _character(pattern, position)
