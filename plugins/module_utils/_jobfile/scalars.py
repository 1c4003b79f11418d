# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain values as they come from YAML or JSON, checked and turned into text."""

from __future__ import absolute_import, division, print_function

import re
import sys
from collections import OrderedDict

from .._text import decode, text_type
from .errors import JobFileError

__metaclass__ = type

integer_types = (int,) if text_type is str else (int, long)  # noqa: F821  # pylint: disable=undefined-variable

KINDS = (
    (integer_types, "a number"), (float, "a fraction"), ((text_type, bytes), "a text"), ((list, tuple), "a list"),
    (dict, "a dictionary"),
)
INTEGER = re.compile(r"[+-]?[0-9]+\Z")


def as_text(value, what):
    """Return a text, or an integer as its digits; ``what`` names the value in errors.

    Truth values and fractions are refused: YAML has already changed how they were written.
    """
    if isinstance(value, bytes):
        return decode(value)
    if isinstance(value, text_type):
        return value
    if isinstance(value, integer_types) and not isinstance(value, bool):
        return text_type(value)
    raise JobFileError(
        "%s must be text, not %s" % (what, kind(value)),
        hint="put it in quotes" if isinstance(value, (bool, float)) else None,
    )


def as_integer(value, what):
    """Return an integer given as such or as decimal digits."""
    if isinstance(value, integer_types) and not isinstance(value, bool):
        return value
    if isinstance(value, (text_type, bytes)) and INTEGER.match(as_text(value, what)):
        return int(value)
    shown = value if isinstance(value, text_type) and value else kind(value)
    raise JobFileError("%s must be a whole number, not %s" % (what, shown))


def as_boolean(value, what):
    """Return a truth value, which only YAML's true and false are."""
    if not isinstance(value, bool):
        raise JobFileError("%s must be true or false, not %s" % (what, kind(value)))
    return value


def as_list(value):
    """Return a list as it is and anything else as the only item of one."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_pairs(value, what):
    """Return a dict or a list of ``KEY=VALUE`` as a list of texts.

    A dict keeps the order in which it was written where Python does, else it is sorted; a key whose value is None
    stands alone.
    """
    if isinstance(value, dict):
        unordered = not isinstance(value, OrderedDict) and sys.version_info < (3, 7)
        return [_pair(key, value[key], what) for key in (sorted(value) if unordered else value)]
    return [as_text(item, "each item of %s" % what) for item in as_list(value)]


def _pair(key, value, what):
    name = as_text(key, "each name in %s" % what)
    if value is None:
        return name
    return u"%s=%s" % (name, as_text(value, "%s of %s" % (name, what)))


def kind(value):
    """Return the name of the value's type as a person who writes YAML knows it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    for types, name in KINDS:
        if isinstance(value, types):
            return name
    return "a value of type %s" % type(value).__name__
