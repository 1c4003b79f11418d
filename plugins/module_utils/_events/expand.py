# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Expand ``$VAR`` and ``${VAR...}`` in instance names and event patterns as init does (Upstart 1.13.2, measured)."""

from __future__ import absolute_import, division, print_function

import re

from .._errors import UpstartError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Iterable, List, Mapping, Optional, Tuple  # noqa: F401

__metaclass__ = type

SIMPLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
OPERATOR = re.compile(r":-|:\+|-|\+|(?=\})")
SINGLE_REFERENCE = re.compile(r"([^$]*)\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})([^$]*)$")
LITERAL = re.compile(r"[^$}:+-]+")


class ExpansionError(UpstartError):
    """Init refuses to expand a text; the message is the daemon's own."""


class _Reference:
    """An open ``${``: it collects its name first, then, after an operator, its argument."""

    def __init__(self):
        # type: () -> None
        self.name = None  # type: Any  # text, None until it is complete
        self.operator = None  # type: Any  # text, None until it has been read
        self.pieces = []  # type: List[str]

    def take_operator(self, operator):
        # type: (str) -> None
        self.name = "".join(self.pieces)
        self.operator = operator
        self.pieces = []

    def value(self, env):
        # type: (Mapping[str, Optional[str]]) -> str
        """Return the replacement; a colon in the operator counts an empty variable as unset."""
        value = env.get(self.name)
        argument = "".join(self.pieces)
        is_set = value is not None and not (self.operator.startswith(":") and value == "")
        if self.operator.endswith("-"):
            return value if is_set else argument  # type: ignore[return-value]  # is_set: it is not None
        if self.operator.endswith("+"):
            return argument if is_set else ""
        return _value_of(env, self.name)


def _value_of(env, name):
    # type: (Mapping[str, Optional[str]], str) -> str
    value = env.get(name)
    if value is None:
        raise ExpansionError("Unknown parameter: %s" % name)
    return value


def expand(text, env):
    # type: (str, Mapping[str, Optional[str]]) -> str
    """Return ``text`` with its references replaced.

    Supported are ``$NAME``, ``${NAME}``, ``${NAME:-default}``, ``${NAME-default}``, ``${NAME:+other}`` and
    ``${NAME+other}``, nested to any depth; ``${}`` is a dollar sign. Init always expands both branches, and it does not
    expand a replacement again.

    :param env: dict of texts; a variable with None counts as missing.
    :raises ExpansionError: with the daemon's text.
    """
    position = 0
    pieces = []  # type: List[str]
    references = []  # type: List[_Reference]
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
        (references[-1].pieces if references else pieces).append(piece)
    if references:
        raise ExpansionError("Mismatched braces")
    return "".join(pieces)


def _dollar(text, position, env, references):
    # type: (str, int, Mapping[str, Optional[str]], List[_Reference]) -> Tuple[int, str]
    """Return the new position and the replacement for the dollar sign at ``position``."""
    simple = SIMPLE.match(text, position)
    if simple:
        return simple.end(), _value_of(env, simple.group(1))
    if text.startswith("${}", position):
        return position + 3, "$"
    if text.startswith("${", position):
        references.append(_Reference())
        return position + 2, ""
    return position + 1, "$"


def _operator(text, position, reference):
    # type: (str, int, _Reference) -> int
    """Close the name of ``reference`` at ``position``; the caller handles the closing brace."""
    operator = OPERATOR.match(text, position)
    if not operator:
        raise ExpansionError("Expected operator")
    reference.take_operator(operator.group())
    return operator.end()


def expand_instance_name(stanza, env):
    # type: (str, Iterable[str]) -> str
    """Return the name of the instance that a job starts with an environment.

    A variable without a value (``env HOME``) means init's own, which only the daemon knows: it counts as missing.

    :param stanza: text, the value of the job's instance stanza; empty for a job with a single instance.
    :param env: list of KEY=VALUE; of two entries for one variable the later one counts.
    :raises ExpansionError: with the daemon's reason why there is no name.
    """
    return expand(stanza, dict(entry.split("=", 1) for entry in env if "=" in entry))


def instance_name(stanza, env):
    # type: (str, Iterable[str]) -> Optional[str]
    """Return the same, or None when there is no name, usually because a variable is missing."""
    try:
        return expand_instance_name(stanza, env)
    except ExpansionError:
        return None


def variable_behind(stanza, name):
    # type: (str, str) -> List[str]
    """Return the only variable of an instance stanza as a list of one KEY=VALUE, from the name of an instance.

    The list is empty unless the stanza is one variable with constant text around it, and the name fits the stanza. It
    is also empty for an empty value, because a job without instances would pass that.
    """
    match = SINGLE_REFERENCE.match(stanza)
    if not match:
        return []
    before, plain, braced, after = match.groups()
    value = name[len(before):len(name) - len(after)]
    return ["%s=%s" % (plain or braced, value)] if value and before + value + after == name else []
