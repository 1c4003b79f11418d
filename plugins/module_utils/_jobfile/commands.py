# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and scripts written so that the daemon gets them unchanged."""

from __future__ import absolute_import, division, print_function

import re

from .errors import JobFileError
from .shell.reader import blank_out_quoted, has_open_quote
from .tokens import Scanner, is_plain_command

__metaclass__ = type

INDENT = "    "
PLAIN = re.compile(r"""[^ \t\r\\"'#\n\0]+""")
# What the daemon's defect with a backslash behind blanks can have made.
DEFECT = re.compile(r"\\([ \t\r]*)\\([^\\ \t\r\n\0])")
END_SCRIPT = re.compile(r"^[ \t\r]*end[ \t\r]+script[ \t\r]*(?:#.*)?$", re.MULTILINE)
SHELL_COMMENT = re.compile(r"(?:^|[ \t\r;&|()<>])#")


def raw_command(command):
    """Return what to write after ``exec`` so that the daemon gets ``command``, or None when nothing will do."""
    if is_plain_command(command) or _read(command) == command:
        return command
    if "\\" not in command or "\0" in command:
        return None
    written = _source(command)
    return written if written is not None and _read(written) == command else None


def _read(written):
    """Return the command that the daemon reads from one line, or None."""
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
    """Search for a line from which the daemon's reading, defect included, makes ``command``; None without one.

    A state is (index in ``command``, open quote or None, whether a blank has just been written). Every state is
    visited once, so the time is linear in the length of the command.
    """
    goal = (len(command), None, False)
    came_from = {}
    waiting = [((0, None, False), "", None)]
    while waiting and goal not in came_from:
        state, source, before = waiting.pop()
        if state not in came_from:
            came_from[state] = (source, before)
            waiting.extend((following, piece, state) for piece, following in reversed(_moves(command, *state)))
    if goal not in came_from:
        return None
    parts = []
    state = goal
    while state is not None:
        source, state = came_from[state]
        parts.append(source)
    return "".join(reversed(parts))


def _moves(command, index, quote, blank):
    """Return the pieces that may be written next, the plainest first: (piece, state behind it)."""
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
    """Return a script of one line that runs ``command``, which the daemon would garble as an ``exec``."""
    if not command.strip():
        raise JobFileError("exec: the command is empty", hint="write a command, or leave it out", option="exec")
    if "\n" in command or "\0" in command:
        raise JobFileError("exec: a command is one line", hint="use script for several lines", option="exec")
    if has_open_quote(command):
        raise JobFileError(
            "exec: a quote is not closed: %s" % command, hint="close it, or put an apostrophe in double quotes",
            option="exec",
        )
    if SHELL_COMMENT.search(blank_out_quoted(command)):
        raise JobFileError("exec: # begins a comment: %s" % command, hint="put the # in quotes", option="exec")
    return "exec %s\n" % command.strip()


def script_block(script):
    """Return the lines between ``script`` and ``end script``, every one indented, for the daemon to get ``script``."""
    if script is None:
        raise JobFileError("a script needs a text", hint="use an empty text for a script that does nothing")
    if script and not script.endswith("\n"):
        raise JobFileError("a script ends with a line end", hint="add a line end to its last line")
    if "\0" in script:
        raise JobFileError("a NUL character cannot be written", hint="remove it")
    end = END_SCRIPT.search(script)
    if end:
        line = 1 + script.count("\n", 0, end.start())
        raise JobFileError(
            "line %d of the script would end it: %s" % (line, end.group().strip()),
            hint="write it another way, for example with a semicolon or a quote in it",
        )
    lines = script.split("\n")[:-1]
    if lines and lines[0][:1] in (" ", "\t", "\r") and all(line.startswith(lines[0][:1]) for line in lines):
        raise JobFileError(
            "Upstart would take off the blanks that every line of the script begins with",
            hint="begin at least one line without a blank",
        )
    return "".join("%s%s\n" % (INDENT, line) for line in lines)
