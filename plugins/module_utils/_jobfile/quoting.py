# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write one argument of a stanza so that init reads back exactly that text."""

from __future__ import absolute_import, division, print_function

import re

from .errors import JobFileError

__metaclass__ = type

PLAIN = re.compile(u"[^\\s\\x00-\\x20\\x7f\"'\\\\#()]+$")
VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*!?=)(.*)$", re.DOTALL)
OPERATORS = ("and", "or")
UNWRITABLE = (
    (u"\n", "A line break", "only script blocks can hold line breaks"),
    (u"\0", "A NUL character", "remove it"),
)


def quote(text):
    """Return ``text`` as one word of a job file, in quotes where they are needed.

    Backslashes are doubled, since init mistreats a single one behind a blank. Raises JobFileError for an empty text, a
    line break and a NUL, which no word can hold.
    """
    if text == "":
        raise JobFileError("An empty text cannot be written", hint="leave the value out")
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
    """Return ``text`` in double quotes; one inside cannot be escaped, so it stands in single quotes between two."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', "\"'\"'\"")
