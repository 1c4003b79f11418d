# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values to a job file that Upstart reads back to the very same values.

The stanzas come in the order of the table. What was written is parsed and compared before it is returned, so a value
that no job file can hold is an error and never a job that does something else.
"""

from __future__ import absolute_import, division, print_function

from .._text import encode, text_type
from . import parser, stanzas
from .commands import as_shell_script, raw_command, script_block
from .conditions import to_text
from .errors import JobFileError
from .quoting import enclose, quote
from .scalars import integer_types
from .signals import NAMES
from .stanzas import LATEST
from .values import new_values

__metaclass__ = type

# Two quotes and a continued line end are the one way to write an empty argument.
EMPTY_WORD = "''\\\n"


def render(values, version=LATEST, header=None, exec_fallback=True, dialect="stock", explicit=()):
    """Return the text of a job file.

    :param values: dict of values; keys left out are unset.
    :param version: release that will read the file.
    :param header: text for a comment at the top, or None.
    :param exec_fallback: write a command that Upstart would garble as a script ``exec COMMAND`` instead of refusing.
    :param explicit: keys to write even at their unset value, since an override must win over its job file.
    :raises JobFileError: with the fact ``option``, when a value cannot be expressed.
    """
    wanted = new_values()
    wanted.update(values)
    if exec_fallback:
        wanted["process"] = with_fallback(wanted["process"])
    names = set(key for key in wanted if key in explicit or wanted[key] != UNSET.get(key))
    names.update(wanted["process"])
    groups = []
    for stanza in stanzas.STANZAS:
        lines = stanza_lines(stanza, wanted, version, explicit) if (stanza.part or stanza.key) in names else None
        if not lines:
            continue
        if not groups or groups[-1][0] != stanza.group:
            groups.append((stanza.group, []))
        groups[-1][1].extend(lines)
    paragraphs = ["".join(line + "\n" for line in lines) for _group, lines in groups]
    if header is not None:
        paragraphs.insert(0, "".join(("# " + line).rstrip() + "\n" for line in header.splitlines()))
    text = u"\n".join(paragraphs)
    _prove(text, wanted, version, dialect)
    return text


def stanza_lines(stanza, values, version=LATEST, explicit=()):
    """Return what to write for one row of the table, a text for each stanza; an empty list when it is unset.

    :param explicit: keys that are written at their unset value too.
    """
    value = values.get(stanza.key)
    if stanza.part:
        value = value.get(stanza.part)
    is_unset = value == UNSET.get(stanza.key) and not stanza.part and stanza.key not in explicit
    if value is None or is_unset or stanza.kind not in WRITERS:
        return []
    try:
        lines = WRITERS[stanza.kind](stanza, value, version)
    except JobFileError as error:
        raise JobFileError("%s: %s" % (stanza.name, error.text), hint=error.hint, option=stanza.option)
    if lines and stanza.since > version:
        raise JobFileError(
            "%s: came with Upstart %s" % (stanza.name, parser.dotted(stanza.since)),
            hint="leave %s out for Upstart %s" % (stanza.option, parser.dotted(version)),
            option=stanza.option,
        )
    return lines


def with_fallback(processes):
    """Return the processes with every command that Upstart would garble turned into a script."""
    result = {}
    for part, process in processes.items():
        command = process["command"]
        if not process["script"] and part != "security" and isinstance(command, text_type):
            if raw_command(command) is None:
                process = {"script": True, "command": as_shell_script(command)}
        result[part] = process
    return result


def _prove(text, wanted, version, dialect):
    """Raise JobFileError unless Upstart reads ``wanted`` from ``text``."""
    try:
        found = parser.parse_job(encode(text), version=version, dialect=dialect)
    except UnicodeEncodeError:
        raise JobFileError("A text holds half a character (a lone surrogate)", hint="write proper UTF-8")
    except JobFileError as error:
        raise JobFileError("These values cannot be written: Upstart would answer %s" % error.text, hint=error.hint)
    if found == wanted:
        return
    for key in sorted(wanted):
        if wanted[key] != found.get(key):
            raise JobFileError(
                "%s cannot be written so that Upstart reads it back" % key, hint="use another value", option=key
            )


def word(text):
    """Return one argument as it must stand in the file, empty ones included."""
    return quote(_text(text)) if text != "" else EMPTY_WORD


def _text(value):
    if not isinstance(value, text_type):
        raise JobFileError("a text is needed, not %r" % (value,), hint="put it in quotes")
    return value


def _number(value):
    if not isinstance(value, integer_types) or isinstance(value, bool):
        raise JobFileError("a whole number is needed, not %r" % (value,), hint="write it without quotes")
    return "%d" % value


def _write_text(stanza, value, _version):
    written = word(value)
    if stanza.group == "about" and written == value:
        written = enclose(value)
    return ["%s %s" % (stanza.name, written)]


def _write_each(stanza, value, _version):
    return ["%s %s" % (stanza.name, word(item)) for item in value]


def _write_list(stanza, value, _version):
    return ["%s %s" % (stanza.name, " ".join(word(item) for item in value))]


def _write_condition(stanza, value, _version):
    return ["%s %s" % (stanza.name, to_text(value, word=word))]


def _write_flag(stanza, value, _version):
    return [stanza.name] if value else []


def _write_choice(stanza, value, version):
    since = stanza.choices.get(value)
    if since is None or since > version:
        known = sorted(choice for choice, brought in stanza.choices.items() if brought <= version)
        raise JobFileError("%s is not known" % value, hint="write one of %s" % ", ".join(known))
    return ["%s %s" % (stanza.name, value)]


def _write_number(stanza, value, _version):
    return ["%s %s" % (stanza.name, _number(value))]


def _write_umask(stanza, value, _version):
    _number(value)
    return ["%s %03o" % (stanza.name, value)]


def _write_signal(stanza, value, _version):
    return ["%s %s" % (stanza.name, NAMES.get(value) or _number(value))]


def _write_exits(stanza, value, _version):
    words = [NAMES.get(status // 256) if status % 256 == 0 else None for status in value]
    return ["%s %s" % (stanza.name, " ".join(name or _number(status) for name, status in zip(words, value)))]


def _write_respawn_limit(stanza, value, _version):
    if list(value) == [0, 0]:
        return [stanza.name + " unlimited"]
    return ["%s %s" % (stanza.name, " ".join(_number(number) for number in value))]


def _write_oom(stanza, value, version):
    """Write a score where the release knows it, else the adjustment that gives it."""
    score = stanzas.BY_NAME["oom score"]
    if stanza is score:
        if score.since > version:
            return []
        return ["%s %s" % (stanza.name, "never" if value == score.low else _number(value))]
    if score.since <= version:
        return []
    for adjustment in range(stanza.low, stanza.high + 1):
        if parser.oom_score(adjustment) == value:
            return ["%s %s" % (stanza.name, "never" if adjustment == stanza.low else adjustment)]
    raise JobFileError("no adjustment from -17 to 15 gives the score %s" % value, hint="write N*1000/15 or N*1000/17")


def _write_limits(stanza, value, _version):
    return [
        "%s %s %s" % (stanza.name, resource, " ".join(
            bound if bound == "unlimited" else _number(bound) for bound in value[resource]
        ))
        for resource in sorted(value)
    ]


def _write_cgroups(stanza, value, _version):
    return ["%s %s" % (stanza.name, " ".join(word(item) for item in words if item is not None)) for words in value]


def _write_apparmor_load(stanza, value, _version):
    command = value["command"]
    if value["script"] or not command.startswith(stanzas.APPARMOR_LOAD):
        raise JobFileError("the security process can only load a profile", hint="give the path of the profile")
    return ["%s %s" % (stanza.name, word(command[len(stanzas.APPARMOR_LOAD):]))]


def _write_exec(stanza, value, _version):
    if value["script"]:
        return []
    if not isinstance(value["command"], text_type):
        raise JobFileError("a command is needed", hint="write the command line that runs the process")
    command = raw_command(value["command"])
    if command is None:
        raise JobFileError(
            "Upstart would garble this command: %s" % value["command"], hint="put it in a script as: exec COMMAND"
        )
    return ["%s %s" % (stanza.name, command)]


def _write_script(stanza, value, _version):
    if not value["script"]:
        return []
    return ["%s\n%send script" % (stanza.name, script_block(value["command"]))]


UNSET = new_values()

WRITERS = {
    "text": _write_text,
    "item": _write_each,
    "list": _write_list,
    "import": _write_each,
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
}
