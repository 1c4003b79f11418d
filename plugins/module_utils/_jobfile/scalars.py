# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks and conversions of plain values from YAML or JSON."""

from __future__ import absolute_import, division, print_function

import re

from .._text import decode, text_type
from .errors import JobFileError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, List  # noqa: F401

__metaclass__ = type

integer_types = (int,) if text_type is str else (
    int, long)  # type: ignore[name-defined]  # noqa: F821  # pylint: disable=undefined-variable

KINDS = (
    (integer_types, "a number"), (float, "a fraction"), ((text_type, bytes), "a text"), ((list, tuple), "a list"),
    (dict, "a dictionary"),
)
DIGITS = re.compile(r"[0-9]+\Z")  # str.isdigit is true for other digits, too
INTEGER = re.compile(r"[+-]?[0-9]+\Z")


def as_text(value, label):
    # type: (Any, str) -> str
    """Return text unchanged and an integer as its digits.

    Booleans and fractions are refused, because YAML has already changed how they were written.

    :param label: text, the name of the value in error messages.
    """
    if isinstance(value, bytes):
        return decode(value)
    if isinstance(value, text_type):
        return value
    if is_number(value):
        return text_type(value)
    raise JobFileError(
        "%s must be text, not %s" % (label, kind(value)),
        hint="put it in quotes" if isinstance(value, (bool, float)) else None,
    )


def as_integer(value, label):
    # type: (Any, str) -> int
    """Return an integer given as a number or as decimal digits."""
    if is_number(value):
        return value
    if isinstance(value, (text_type, bytes)) and INTEGER.match(as_text(value, label)):
        return int(value)
    description = value if isinstance(value, text_type) and value else kind(value)
    raise JobFileError("%s must be a whole number, not %s" % (label, description))


def is_number(value):
    # type: (Any) -> bool
    """Return whether a value is a whole number; true and false are not."""
    return isinstance(value, integer_types) and not isinstance(value, bool)


def as_boolean(value, label):
    # type: (Any, str) -> bool
    """Return a boolean; only YAML's true and false are accepted."""
    if not isinstance(value, bool):
        raise JobFileError("%s must be true or false, not %s" % (label, kind(value)))
    return value


def as_list(value):
    # type: (Any) -> List[Any]
    """Return a copy of a list, and any other value as the only item of a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def kind(value):
    # type: (Any) -> str
    """Return the name of the value's type in terms of YAML."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    for types, name in KINDS:
        if isinstance(value, types):
            return name
    return "a value of type %s" % type(value).__name__
