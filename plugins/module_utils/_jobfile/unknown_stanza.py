# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is probably meant by a word that is no stanza."""

from __future__ import absolute_import, division, print_function

import re

from . import stanzas
from .spelling import did_you_mean

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Mapping, Optional  # noqa: F401

__metaclass__ = type

BYTE_ORDER_MARK = u"\ufeff"
UNIT_SECTION = re.compile(r"\[[A-Z][A-Za-z]*\]")
SEPARATORS = re.compile(r"[-_\s]+")
SPELT = {}  # dict of a name with blanks only to the name of its stanza, without exec and script
for _name in stanzas.BY_NAME:
    SPELT[SEPARATORS.sub(" ", _name)] = _name
    if _name.endswith(" exec"):
        SPELT[SEPARATORS.sub(" ", _name[:-len(" exec")])] = _name


def hint_for(word):
    # type: (str) -> Optional[str]
    """Return the remedy for the first word of a line, or None for the usual one."""
    if word.startswith(BYTE_ORDER_MARK):
        return "save the file without a byte order mark"
    if UNIT_SECTION.match(word):
        return "this is a unit file of systemd; write it as a job file, with exec, start on and so on"
    if word.startswith(("/", "./")):
        return "write exec before the command; content takes the text of a job file, not a path"
    bare = SEPARATORS.sub(" ", word.rstrip(":=").lower())
    if bare in SPELT:
        return "write %s%s" % (SPELT[bare], ", without a colon" if word.endswith(":") else "")
    return did_you_mean(bare, stanzas.WORDS)


def hint_for_dialect(stanza):
    # type: (stanzas.Stanza) -> str
    """Return the remedy for a stanza of a dialect that the task has not chosen."""
    return "only the init of ChromeOS has %s: set dialect: %s if the host runs it" % (stanza.name, stanza.dialect)


def hint_for_second(word, forms):
    # type: (str, Mapping[str, stanzas.Stanza]) -> Optional[str]
    """Return the remedy for the second word of a line, or None for the usual one.

    :param forms: dict of the second words that are possible, "" for none, to their Stanza.
    """
    question = did_you_mean(word.lower().strip(":="), [second for second in forms if second])
    if question is None and "" in forms:
        return "write %s alone on its line" % forms[""].name
    return question
