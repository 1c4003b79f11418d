# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks and conversions of plain values from YAML or JSON."""

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


def as_text(value, label):
    """Return text unchanged and an integer as its digits.

    Booleans and fractions are refused, because YAML has already changed how they were written.

    :param label: text, the name of the value in error messages.
    """
    if isinstance(value, bytes):
        return decode(value)
    if isinstance(value, text_type):
        return value
    if isinstance(value, integer_types) and not isinstance(value, bool):
        return text_type(value)
    raise JobFileError(
        "%s must be text, not %s" % (label, kind(value)),
        hint="put it in quotes" if isinstance(value, (bool, float)) else None,
    )


def as_integer(value, label):
    """Return an integer given as a number or as decimal digits."""
    if isinstance(value, integer_types) and not isinstance(value, bool):
        return value
    if isinstance(value, (text_type, bytes)) and INTEGER.match(as_text(value, label)):
        return int(value)
    description = value if isinstance(value, text_type) and value else kind(value)
    raise JobFileError("%s must be a whole number, not %s" % (label, description))


def as_boolean(value, label):
    """Return a boolean; only YAML's true and false are accepted."""
    if not isinstance(value, bool):
        raise JobFileError("%s must be true or false, not %s" % (label, kind(value)))
    return value


def as_list(value):
    """Return a copy of a list, and any other value as the only item of a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def as_pairs(value, label):
    """Return a dict or a list of ``KEY=VALUE`` as a list of texts.

    The items of a dict keep their order from Python 3.7 on and are sorted on older ones. A key with the value None
    becomes the key without "=".
    """
    if isinstance(value, dict):
        unordered = not isinstance(value, OrderedDict) and sys.version_info < (3, 7)
        return [_pair(key, value[key], label) for key in (sorted(value) if unordered else value)]
    return [as_text(item, "an item of %s" % label) for item in as_list(value)]


def _pair(key, value, label):
    name = as_text(key, "a name in %s" % label)
    if value is None:
        return name
    return u"%s=%s" % (name, as_text(value, "%s of %s" % (name, label)))


def kind(value):
    """Return the name of the value's type in terms of YAML."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    for types, name in KINDS:
        if isinstance(value, types):
            return name
    return "a value of type %s" % type(value).__name__
