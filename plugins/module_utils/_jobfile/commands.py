# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and scripts written in a form that Upstart reads back unchanged."""

from __future__ import absolute_import, division, print_function

import re

from .errors import JobFileError
from .shell.reader import blank_out_quoted, has_open_quote
from .tokens import Scanner, is_plain_command

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, List, Optional, Tuple  # noqa: F401

    State = Tuple[int, Optional[str], bool]  # see _source

__metaclass__ = type

INDENT = "    "
PLAIN = re.compile(r"""[^ \t\r\\"'#\n\0]+""")
# Text that Upstart's bug with a backslash after blanks can produce; see tokens._escaped.
DEFECT = re.compile(r"\\([ \t\r]*)\\([^\\ \t\r\n\0])")
END_SCRIPT = re.compile(r"^[ \t\r]*end[ \t\r]+script[ \t\r]*(?:#.*)?$", re.MULTILINE)
SHELL_COMMENT = re.compile(r"(?:^|[ \t\r;&|()<>])#")


def raw_command(command):
    # type: (str) -> Optional[str]
    """Return the text to write after ``exec`` for Upstart to read ``command``, or None if there is no such text."""
    if is_plain_command(command) or _read(command) == command:
        return command
    if "\\" not in command or "\0" in command:
        return None
    written = _source(command)
    return written if written is not None and _read(written) == command else None


def _read(written):
    # type: (str) -> Optional[str]
    """Return the command that Upstart reads from a line, or None."""
    scanner = Scanner(written + "\n")
    scanner.skip_blanks()
    if scanner.pos or not scanner.has_token():
        return None
    try:
        command = scanner.command()
    except JobFileError:
        return None
    return command if scanner.pos == scanner.length else None


def _source(command):
    # type: (str) -> Optional[str]
    """Return a line from which Upstart, bug included, reads ``command``, or None if the search finds no such line.

    A state is (index in ``command``, open quote or None, whether the last character written is a blank). The search
    visits every state once, so the time is linear in the length of the command.
    """
    goal = (len(command), None, False)  # type: State
    came_from = {}  # type: Dict[State, Tuple[str, Optional[State]]]
    waiting = [((0, None, False), "", None)]  # type: List[Tuple[State, str, Optional[State]]]
    while waiting and goal not in came_from:
        state, source, before = waiting.pop()
        if state not in came_from:
            came_from[state] = (source, before)
            waiting.extend((following, piece, state) for piece, following in reversed(_moves(command, *state)))
    if goal not in came_from:
        return None
    pieces = []
    current = goal  # type: Optional[State]
    while current is not None:
        source, current = came_from[current]
        pieces.append(source)
    return "".join(reversed(pieces))


def _moves(command, index, quote, blank):
    # type: (str, int, Optional[str], bool) -> List[Tuple[str, State]]
    """Return the pieces that can be written next, the simplest first, as (piece, next state)."""
    plain = PLAIN.match(command, index)
    if plain:
        return [(plain.group(), (plain.end(), quote, False))]
    char = command[index:index + 1]
    if char == "\\":
        return _backslash_moves(command, index, quote, blank)
    if char in ("'", '"'):
        other = quote if quote not in (None, char) else (None if quote else char)
        return [(char, (index + 1, other, False))]
    if char and char in " \t\r":
        return [(char, (index + 1, quote, True))]
    if char == "#" and quote:
        return [(char, (index + 1, quote, False))]
    return []


def _backslash_moves(command, index, quote, blank):
    # type: (str, int, Optional[str], bool) -> List[Tuple[str, State]]
    follower = command[index + 1:index + 2]
    moves = []
    if follower and follower in "\\ \t\r":
        moves.append((command[index:index + 2], (index + 2, quote, False)))
    elif follower and not blank:
        moves.append((command[index:index + 2], (index + 2, quote, False)))
    if blank or not index:
        return moves
    defect = DEFECT.match(command, index)
    if defect:
        moves.append((" %s\\%s" % defect.groups(), (defect.end(), quote, False)))
    if follower == " " and command[index + 2:index + 3] not in ("", "\\", " ", "\t", "\r"):
        moves.append(("\\\n\\" + command[index + 2], (index + 3, quote, False)))
    return moves


def as_shell_script(command):
    # type: (str) -> str
    """Return a script of one line that runs ``command``, which Upstart would change in an ``exec`` stanza."""
    if not command.strip():
        raise JobFileError("exec: the command is empty", hint="write a command, or remove exec", option="exec")
    if "\n" in command or "\0" in command:
        raise JobFileError("exec: the command has several lines", hint="use script instead", option="exec")
    if has_open_quote(command):
        raise JobFileError(
            "exec: a quote is not closed: %s" % command, hint="close it, or put the apostrophe in double quotes",
            option="exec",
        )
    if SHELL_COMMENT.search(blank_out_quoted(command)):
        raise JobFileError("exec: # starts a comment: %s" % command, hint="put the # in quotes", option="exec")
    return "exec %s\n" % command.strip()


def script_block(script):
    # type: (Optional[str]) -> str
    """Return the indented lines between ``script`` and ``end script`` from which Upstart reads ``script``."""
    if script is None:
        raise JobFileError("the script is missing", hint="use an empty text for a script that does nothing")
    if script and not script.endswith("\n"):
        raise JobFileError("the script does not end with a line break", hint="add a line break at the end")
    if "\0" in script:
        raise JobFileError("a NUL character cannot be written", hint="remove it")
    end = END_SCRIPT.search(script)
    if end:
        line = 1 + script.count("\n", 0, end.start())
        raise JobFileError(
            "line %d would end the script: %s" % (line, end.group().strip()),
            hint="write the line differently, for example with a semicolon or a quote in it",
        )
    lines = script.split("\n")[:-1]
    if lines and lines[0][:1] in (" ", "\t", "\r") and all(line.startswith(lines[0][:1]) for line in lines):
        raise JobFileError(
            "Upstart would remove the indentation that all lines of the script have in common",
            hint="write at least one line without indentation",
        )
    return "".join("%s%s\n" % (INDENT, line) for line in lines)
