# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own parser and event matcher, with types; imported at first use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple

Values = dict[str, Any]


class UnsetVariableError(Exception):
    """A ``$NAME`` that cannot be expanded; the text is the daemon's own."""


class FileError(NamedTuple):
    """The first error of a job file; a "hard" error has no line number."""

    message: str
    line: int | None


class _Tools(NamedTuple):
    apply: Callable[..., Any]
    release: Callable[..., tuple[int, ...]]
    new_values: Callable[[], Values]
    decode: Callable[[bytes], str]
    matches: Callable[..., bool]
    expand: Callable[[str, Mapping[str, str]], str]
    expansion_error: type[Exception]
    hash_bin: Callable[[bytes], int]


_loaded: list[_Tools] = []


def _tools() -> _Tools:
    if not _loaded:
        from ansible_collections.sysinit.upstart.plugins.module_utils import _text
        from ansible_collections.sysinit.upstart.plugins.module_utils._events import expand, match, visit_order
        from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import dialects, parser, values

        _loaded.append(_Tools(
            parser.apply, dialects.Release, values.new_values, _text.decode, match.event_matches, expand.expand,
            expand.ExpansionError, visit_order.hash_bin,
        ))
    return _loaded[0]


def preload() -> None:
    """Import everything now, so that the first job file costs no more than the others."""
    _tools()


def new_values() -> Values:
    """Return the values of an empty job."""
    return _tools().new_values()


def apply(data: bytes, values: Values, version: tuple[int, ...], dialect: str = "stock") -> FileError | None:
    """Read a job file into ``values``; return its first error. Everything before the error is applied."""
    tools = _tools()
    error = tools.apply(tools.decode(data), values, version=tools.release(version, dialect), debug=False)
    return None if error is None else FileError(error.text, error.line)


def matches(item: Mapping[str, Any], name: str, env: list[str], variables: Mapping[str, str] | None) -> bool:
    """Return whether an event satisfies an operand of a condition."""
    return _tools().matches(item, name, env, variables)


def hash_bin(key: bytes) -> int:
    """Return the number of the bin of a key in init's hash tables."""
    return _tools().hash_bin(key)


def expand(text: str, env: Mapping[str, str]) -> str:
    """Expand ``$NAME``, ``${NAME}`` and so on; raise UnsetVariableError."""
    tools = _tools()
    try:
        return tools.expand(text, env)
    except tools.expansion_error as error:
        raise UnsetVariableError(str(error)) from error
