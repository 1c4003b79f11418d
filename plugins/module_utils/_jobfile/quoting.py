# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotes around the arguments of stanzas, so that Upstart reads exactly the given text."""

from __future__ import absolute_import, division, print_function

import re

from .errors import JobFileError

__metaclass__ = type

PLAIN = re.compile(u"[^\\s\\x00-\\x20\\x7f\"'\\\\#()]+$")
VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*!?=)(.*)$", re.DOTALL)
OPERATORS = ("and", "or")
UNWRITABLE = (
    (u"\n", "a line break", "only scripts can have line breaks"),
    (u"\0", "a NUL character", "remove it"),
)


def quote(text):
    # type: (str) -> str
    """Return ``text`` as a word of a job file, in quotes if necessary.

    Backslashes are doubled, because Upstart misreads a single backslash after a blank.

    :raises JobFileError: for an empty text, a line break and a NUL, which no word can hold.
    """
    if text == "":
        raise JobFileError("an empty text cannot be written", hint="remove the value")
    for character, name, remedy in UNWRITABLE:
        if character in text:
            raise JobFileError("%s cannot be written" % name, hint=remedy)
    if PLAIN.match(text) and text not in OPERATORS:
        return text
    variable = VARIABLE.match(text)
    if variable:
        return variable.group(1) + enclose(variable.group(2))
    return enclose(text)


def enclose(text):
    # type: (str) -> str
    """Return ``text`` in double quotes. A double quote inside cannot be escaped, so it gets single quotes instead."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', "\"'\"'\"")
