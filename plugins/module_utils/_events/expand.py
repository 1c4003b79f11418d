# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expand ``$VAR`` and its relatives as init does in instance names and event patterns (Upstart 1.13.2, measured)."""

from __future__ import absolute_import, division, print_function

import re

from .._errors import UpstartError

__metaclass__ = type

SIMPLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
OPERATOR = re.compile(r":-|:\+|-|\+|(?=\})")
ONE_REFERENCE = re.compile(r"([^$]*)\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})([^$]*)$")
LITERAL = re.compile(r"[^$}:+-]+")


class ExpansionError(UpstartError):
    """A text that init refuses to expand; the message is the daemon's own."""


class _Reference:
    """One open ``${``: first its name is collected, then, behind an operator, its argument."""

    def __init__(self):
        self.name = None
        self.operator = None
        self.parts = []

    def take_operator(self, operator):
        self.name = "".join(self.parts)
        self.operator = operator
        self.parts = []

    def value(self, env):
        """Return the replacement; a colon in the operator counts an empty variable as unset."""
        value = env.get(self.name)
        argument = "".join(self.parts)
        is_set = value is not None and not (self.operator.startswith(":") and value == "")
        if self.operator.endswith("-"):
            return value if is_set else argument
        if self.operator.endswith("+"):
            return argument if is_set else ""
        return _known(env, self.name)


def _known(env, name):
    if name not in env:
        raise ExpansionError("Unknown parameter: %s" % name)
    return env[name]


def expand(text, env):
    """Return ``text`` with its references replaced from ``env`` (a dict of texts).

    Understood are ``$NAME``, ``${NAME}``, ``${NAME:-default}``, ``${NAME-default}``, ``${NAME:+other}`` and
    ``${NAME+other}``, nested to any depth; ``${}`` is a dollar sign. Both branches are always expanded, and what
    was put in is not looked at again. Raises ExpansionError with the daemon's text.
    """
    position = 0
    parts = []
    references = []
    while position < len(text):
        current = references[-1] if references else None
        if text[position] == "$":
            position, piece = _dollar(text, position, env, references)
        elif current and current.name is None and text[position] in "}:-+":
            position, piece = _operator(text, position, current), ""
        elif current and text[position] == "}":
            position, piece = position + 1, references.pop().value(env)
        else:
            literal = LITERAL.match(text, position)
            piece = literal.group() if literal else text[position]
            position += len(piece)
        (references[-1].parts if references else parts).append(piece)
    if references:
        raise ExpansionError("Mismatched braces")
    return "".join(parts)


def _dollar(text, position, env, references):
    """Return the new position and the text to put in for the dollar sign at ``position``."""
    simple = SIMPLE.match(text, position)
    if simple:
        return simple.end(), _known(env, simple.group(1))
    if text.startswith("${}", position):
        return position + 3, "$"
    if text.startswith("${", position):
        references.append(_Reference())
        return position + 2, ""
    return position + 1, "$"


def _operator(text, position, reference):
    """Close the name of ``reference`` at ``position``; the closing brace is left for the caller."""
    operator = OPERATOR.match(text, position)
    if not operator:
        raise ExpansionError("Expected operator")
    reference.take_operator(operator.group())
    return operator.end()


def variable_behind(text, expanded):
    """Return the one variable with which ``text`` becomes ``expanded``, a list of KEY=VALUE.

    None are returned when it is made of more than one, or of another text, and for an empty value, as which a job that
    had no instances would pass.
    """
    found = ONE_REFERENCE.match(text)
    if not found:
        return []
    before, plain, braced, after = found.groups()
    value = expanded[len(before):len(expanded) - len(after)]
    return ["%s=%s" % (plain or braced, value)] if value and before + value + after == expanded else []
