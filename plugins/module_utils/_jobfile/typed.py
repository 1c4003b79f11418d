# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that stand for lists or mappings, as they are typed in an ad hoc command: words, or JSON."""

from __future__ import absolute_import, division, print_function

import json
from collections import OrderedDict

from .._text import decode, text_type
from .errors import JobFileError
from .scalars import as_list, as_text

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, List  # noqa: F401

__metaclass__ = type

JSON_BEGINS = (u"{", u"[")


def from_json(text, option, example):
    # type: (str, str, str) -> Any
    """Return the list or mapping that a text holds as JSON; the text itself if it does not begin like JSON.

    :param example: text, the remedy if it is not JSON.
    """
    if not text.lstrip().startswith(JSON_BEGINS):
        return text
    try:
        return json.loads(text, object_pairs_hook=OrderedDict)
    except ValueError as error:
        raise JobFileError("%s cannot be parsed as JSON, although it begins like JSON (%s)" % (option, error),
                           hint=example)


def read_words(given, option):
    # type: (Any, str) -> List[str]
    """Return the words of a list or of a text; an item of a list may have several words."""
    given = parsed(given, option)
    if isinstance(given, dict):
        raise JobFileError("%s must be a list, not a dictionary" % option)
    words = []
    for item in as_list(given):
        words.extend(as_text(item, "an item of %s" % option).split() or [u""])
    return words


def parsed(given, option, example='write a list, for example ["a", "b"]'):
    # type: (Any, str, str) -> Any
    """Return what a text holds as JSON; any other value unchanged.

    Ansible splits the text of a list at its commas, JSON included.
    """
    is_cut = isinstance(given, list) and given and all(isinstance(item, (text_type, bytes)) for item in given)
    text = u",".join(decode(item) for item in given) if is_cut else given
    if isinstance(text, bytes):
        text = decode(text)
    if not isinstance(text, text_type) or (is_cut and not text.strip().startswith(JSON_BEGINS)):
        return given
    return from_json(text, option, example)
