# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare one event with one operand of ``start on`` or ``stop on`` (Upstart 1.13.2, measured)."""

from __future__ import absolute_import, division, print_function

from .expand import ExpansionError, expand
from .glob import fnmatch

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Mapping, Optional, Sequence, Tuple  # noqa: F401

__metaclass__ = type


def split_argument(argument):
    # type: (str) -> Tuple[Optional[str], str, bool]
    """Return (variable, pattern, negated) of an event argument; the variable of a positional one is None."""
    for operator in ("!=", "="):
        if operator in argument:
            variable, pattern = argument.split(operator, 1)
            return variable, pattern, operator == "!="
    return None, argument, False


def event_matches(item, name, env, variables=None):
    # type: (Dict[str, Any], str, Sequence[str], Optional[Mapping[str, Optional[str]]]) -> bool
    """Return whether the event ``name`` with ``env`` satisfies ``item``.

    :param item: an operand, ``{"event": text, "args": [text, ...]}``.
    :param env: the event's variables as ``KEY=VALUE`` texts in the order in which they were emitted.
    :param variables: dict for the expansion of patterns: the instance's environment for ``stop on``, None for
        ``start on``, where init has none. A pattern that cannot be expanded matches nothing.
    """
    if item["event"] != name:
        return False
    position = 0
    for argument in item["args"]:
        variable, pattern, negated = split_argument(argument)
        if variable is not None:
            position = _position(env, variable)
        if position >= len(env):
            return False
        try:
            matched = fnmatch(expand(pattern, variables or {}), env[position].split("=", 1)[1])
        except ExpansionError:
            return False
        if matched == negated:
            return False
        position += 1
    return True


def _position(env, variable):
    # type: (Sequence[str], str) -> int
    """Return the index of the first entry of ``variable``, or the length of ``env`` when there is none."""
    for index, entry in enumerate(env):
        if entry.startswith(variable + "="):
            return index
    return len(env)
