# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The renderer: it writes a job file from which Upstart reads exactly the given values.

The stanzas are in the order of the table. The renderer parses its own text and compares the values before it returns
the text. A value that no job file can hold is an error, and never a job that behaves differently.
"""

from __future__ import absolute_import, division, print_function

from .._text import encode, text_type
from . import parser, stanzas
from .commands import as_shell_script, raw_command, script_block
from .conditions import to_text
from .errors import JobFileError
from .quoting import enclose, quote
from .readers import oom_score
from .scalars import is_number
from .signals import NAMES
from .stanzas import LATEST
from .unknown_stanza import hint_for_dialect
from .values import new_values

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Container, Dict, List, Optional, Tuple, Union  # noqa: F401

__metaclass__ = type

# Two quotes and a continued line end are the only way to write an empty argument.
EMPTY_WORD = "''\\\n"


def render(values, version=LATEST, header=None, exec_fallback=True, explicit=()):
    # type: (Dict[str, Any], Tuple[int, ...], Optional[str], bool, Container[str]) -> str
    """Return the text of a job file.

    :param values: dict of values; missing keys have their defaults.
    :param version: tuple, the release of Upstart that reads the file.
    :param header: text of a comment at the top, or None.
    :param exec_fallback: bool, whether to write a command that Upstart would change as a script ``exec COMMAND``
        instead of refusing it.
    :param explicit: keys to write even with their default, because an override must win over its job file.
    :raises JobFileError: with the fact ``option``, for a value that cannot be written.
    """
    complete = new_values()
    complete.update(values)
    if exec_fallback:
        complete["process"] = with_fallback(complete["process"])
    names = set(key for key in complete if key in explicit or complete[key] != DEFAULTS.get(key))
    names.update(complete["process"])
    groups = []  # type: List[Tuple[str, List[str]]]
    for stanza in stanzas.STANZAS:
        lines = stanza_lines(stanza, complete, version, explicit) if (stanza.process or stanza.key) in names else None
        if not lines:
            continue
        if not groups or groups[-1][0] != stanza.group:
            groups.append((stanza.group, []))
        groups[-1][1].extend(lines)
    paragraphs = ["".join(line + "\n" for line in lines) for _group, lines in groups]
    if header is not None:
        paragraphs.insert(0, "".join(("# " + line).rstrip() + "\n" for line in header.splitlines()))
    text = u"\n".join(paragraphs)
    _check_round_trip(text, complete, version)
    return text


def stanza_lines(stanza, values, version=LATEST, explicit=()):
    # type: (stanzas.Stanza, Dict[str, Any], Tuple[int, ...], Container[str]) -> List[str]
    """Return a list of texts, one for each stanza to write for a row of the table; empty for a default.

    :param explicit: keys to write even with their default.
    """
    value = values.get(stanza.key)  # type: Any
    if stanza.process:
        value = value.get(stanza.process)
    is_default = value == DEFAULTS.get(stanza.key) and not stanza.process and stanza.key not in explicit
    if value is None or is_default or stanza.kind not in WRITERS:
        return []
    try:
        lines = WRITERS[stanza.kind](stanza, value, version)
    except JobFileError as error:
        raise JobFileError("%s: %s" % (stanza.name, error.text), hint=error.hint, option=stanza.option)
    if lines and not stanzas.is_known(stanza, version):
        hint = "remove %s" % stanza.option if stanza.dialect is None else hint_for_dialect(stanza)
        raise JobFileError(stanzas.missing_reason(stanza, version), hint=hint, option=stanza.option)
    return lines


def with_fallback(processes):
    # type: (Dict[str, Dict[str, Any]]) -> Dict[str, Dict[str, Any]]
    """Return the processes with a script in place of each command that Upstart would change."""
    result = {}
    for name, process in processes.items():
        command = process["command"]
        if not process["script"] and name != "security" and isinstance(command, text_type):
            if raw_command(command) is None:
                process = {"script": True, "command": as_shell_script(command)}
        result[name] = process
    return result


def _check_round_trip(text, values, version):
    # type: (str, Dict[str, Any], Tuple[int, ...]) -> None
    """Raise JobFileError unless Upstart reads ``values`` from ``text``."""
    try:
        parsed = parser.parse_job(encode(text), version=version)
    except UnicodeEncodeError:
        raise JobFileError("A text has half a character (a lone surrogate)", hint="use valid UTF-8")
    except JobFileError as error:
        raise JobFileError("Upstart would refuse these values: %s" % error.text, hint=error.hint)
    if parsed == values:
        return
    for key in sorted(values):
        if values[key] != parsed.get(key):
            raise JobFileError(
                "Upstart would read a different value of %s from the file" % key, hint="use another value", option=key
            )


def word(text):
    # type: (str) -> str
    """Return an argument, which may be empty, in the form for the file."""
    return quote(_text(text)) if text != "" else EMPTY_WORD


def _text(value):
    # type: (Any) -> str
    if not isinstance(value, text_type):
        raise JobFileError("expected text, not %r" % (value,), hint="put it in quotes")
    return value


def _number(value):
    # type: (Any) -> str
    if not is_number(value):
        raise JobFileError("expected a whole number, not %r" % (value,), hint="write it without quotes")
    return "%d" % value


def _write_text(stanza, value, _version):
    # type: (stanzas.Stanza, str, Tuple[int, ...]) -> List[str]
    written = word(value)
    if stanza.group == "about" and written == value:
        written = enclose(value)
    return ["%s %s" % (stanza.name, written)]


def _write_items(stanza, value, _version):
    # type: (stanzas.Stanza, List[str], Tuple[int, ...]) -> List[str]
    lines = []
    for item in value:
        try:
            lines.append("%s %s" % (stanza.name, word(item)))
        except JobFileError as error:
            raise JobFileError("%s: %s" % (item.partition("=")[0], error.text), hint=error.hint)
    return lines


def _write_list(stanza, value, _version):
    # type: (stanzas.Stanza, List[str], Tuple[int, ...]) -> List[str]
    return ["%s %s" % (stanza.name, " ".join(word(item) for item in value))] if value else []


def _write_condition(stanza, value, _version):
    # type: (stanzas.Stanza, List[Dict[str, Any]], Tuple[int, ...]) -> List[str]
    return ["%s %s" % (stanza.name, to_text(value, word=word))]


def _write_flag(stanza, value, _version):
    # type: (stanzas.Stanza, bool, Tuple[int, ...]) -> List[str]
    return [stanza.name] if value else []


def _write_choice(stanza, value, version):
    # type: (stanzas.Stanza, str, Tuple[int, ...]) -> List[str]
    since = stanza.choices.get(value)
    if since is None or since > version:
        choices = sorted(choice for choice, first in stanza.choices.items() if first <= version)
        raise JobFileError("unknown value %s" % value, hint="use one of %s" % ", ".join(choices))
    return ["%s %s" % (stanza.name, value)]


def _write_number(stanza, value, _version):
    # type: (stanzas.Stanza, int, Tuple[int, ...]) -> List[str]
    return ["%s %s" % (stanza.name, _number(value))]


def _write_umask(stanza, value, _version):
    # type: (stanzas.Stanza, int, Tuple[int, ...]) -> List[str]
    _number(value)
    return ["%s %03o" % (stanza.name, value)]


def _write_signal(stanza, value, _version):
    # type: (stanzas.Stanza, int, Tuple[int, ...]) -> List[str]
    return ["%s %s" % (stanza.name, NAMES.get(value) or _number(value))]


def _write_exits(stanza, value, _version):
    # type: (stanzas.Stanza, List[int], Tuple[int, ...]) -> List[str]
    words = [NAMES.get(status // 256) if status % 256 == 0 else None for status in value]
    names = [name or _number(status) for name, status in zip(words, value)]
    return ["%s %s" % (stanza.name, " ".join(names))] if names else []


def _write_respawn_limit(stanza, value, _version):
    # type: (stanzas.Stanza, List[int], Tuple[int, ...]) -> List[str]
    if list(value) == [0, 0]:
        return [stanza.name + " unlimited"]
    return ["%s %s" % (stanza.name, " ".join(_number(number) for number in value))]


def _write_oom(stanza, value, version):
    # type: (stanzas.Stanza, int, Tuple[int, ...]) -> List[str]
    """Write a score if the release has ``oom score``, else the adjustment that gives this score."""
    score = stanzas.BY_NAME["oom score"]
    if stanza is score:
        if not stanzas.is_known(score, version):
            return []
        return ["%s %s" % (stanza.name, "never" if value == score.low else _number(value))]
    if stanzas.is_known(score, version):
        return []
    for adjustment in range(stanza.low, stanza.high + 1):
        if oom_score(adjustment) == value:
            return ["%s %s" % (stanza.name, "never" if adjustment == stanza.low else adjustment)]
    raise JobFileError("no adjustment from -17 to 15 gives the score %s" % value, hint="use N*1000/15 or N*1000/17")


def _write_limits(stanza, value, _version):
    # type: (stanzas.Stanza, Dict[str, List[Union[int, str]]], Tuple[int, ...]) -> List[str]
    return [
        "%s %s %s" % (stanza.name, resource, " ".join(
            bound if bound == "unlimited" else _number(bound) for bound in value[resource]
        ))
        for resource in sorted(value)
    ]


def _write_cgroups(stanza, value, _version):
    # type: (stanzas.Stanza, List[List[Optional[str]]], Tuple[int, ...]) -> List[str]
    return ["%s %s" % (stanza.name, " ".join(word(item) for item in words if item is not None)) for words in value]


def _write_apparmor_load(stanza, value, _version):
    # type: (stanzas.Stanza, Dict[str, Any], Tuple[int, ...]) -> List[str]
    command = value["command"]
    if value["script"] or not command.startswith(stanzas.APPARMOR_LOAD):
        raise JobFileError("the security process can only load a profile", hint="use the path of the profile")
    return ["%s %s" % (stanza.name, word(command[len(stanzas.APPARMOR_LOAD):]))]


def _write_exec(stanza, value, _version):
    # type: (stanzas.Stanza, Dict[str, Any], Tuple[int, ...]) -> List[str]
    if value["script"]:
        return []
    if not isinstance(value["command"], text_type):
        raise JobFileError("the command is missing", hint="write the command line that runs the process")
    command = raw_command(value["command"])
    if command is None:
        raise JobFileError(
            "Upstart would change this command: %s" % value["command"], hint="use a script with exec COMMAND"
        )
    return ["%s %s" % (stanza.name, command)]


def _write_script(stanza, value, _version):
    # type: (stanzas.Stanza, Dict[str, Any], Tuple[int, ...]) -> List[str]
    if not value["script"]:
        return []
    return ["%s\n%send script" % (stanza.name, script_block(value["command"]))]


DEFAULTS = new_values()

WRITERS = {
    "text": _write_text,
    "item": _write_items,
    "list": _write_list,
    "import": _write_items,
    "condition": _write_condition,
    "flag": _write_flag,
    "debug": _write_flag,
    "choice": _write_choice,
    "seconds": _write_number,
    "nice": _write_number,
    "umask": _write_umask,
    "signal": _write_signal,
    "exits": _write_exits,
    "respawn limit": _write_respawn_limit,
    "oom": _write_oom,
    "limit": _write_limits,
    "cgroup": _write_cgroups,
    "apparmor load": _write_apparmor_load,
    "exec": _write_exec,
    "script": _write_script,
}  # type: Dict[str, Callable[[stanzas.Stanza, Any, Tuple[int, ...]], List[str]]]
