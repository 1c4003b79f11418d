# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of a shell script with the control structures around them."""

from __future__ import absolute_import, division, print_function

import collections

from .reader import ASSIGNMENT, read_script

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, List, Tuple  # noqa: F401
    from .reader import Statement  # noqa: F401

__metaclass__ = type

# How many control structures, groups and functions a keyword opens.
KEYWORD_DEPTHS = {
    "if": 1, "while": 1, "until": 1, "for": 1, "case": 1, "{": 1, "fi": -1, "done": -1, "esac": -1, "}": -1,
    "then": 0, "else": 0, "elif": 0, "do": 0, "!": 0,
}
WITHOUT_COMMAND = ("for", "case")
# Commands that prepare for the next one: behind their && it is no alternative.
PREPARATIONS = ("cd", "export", "ulimit", "umask", "set", ".", "mkdir")

Step = collections.namedtuple("Step", [
    "words",         # from the name of the command on, as written
    "statement",     # its reader.Statement
    "depth",         # number of control structures, groups and functions around it
    "is_piped",      # whether it reads from a pipe
    "is_certain",    # whether it always runs if the script gets there, and the script fails if it fails
])


def read_steps(text):
    # type: (str) -> List[Step]
    """Return the Steps of a script in their order, without those in command substitutions."""
    return _steps(outer_statements(text))


def outer_statements(text):
    # type: (str) -> List[Statement]
    """Return the Statements of a script that are in no command substitution."""
    return [statement for statement in read_script(text) if not statement.is_nested]


def command_words(statement):
    # type: (Statement) -> List[str]
    """Return the words of a statement from the name of its command on."""
    return _command_words(statement, 0)[0]


def _steps(statements):
    # type: (Iterable[Statement]) -> List[Step]
    steps = []
    depth = 0
    guarded = piped = False  # whether the previous command decides on the next one, or writes to it
    for statement in statements:
        words, depth, negated = _command_words(statement, depth)
        if words:
            ends_list = statement.operator not in ("&&", "||")
            prepares = statement.operator == "&&" and words[0] in PREPARATIONS
            certain = not (depth or guarded or negated) and (ends_list or prepares)
            steps.append(Step(words, statement, depth, piped, certain))
            guarded = not ends_list and (guarded or not prepares)
        elif statement.words or statement.operator not in ("", "\n"):
            guarded = statement.operator in ("&&", "||")
        if words or statement.operator not in ("", "\n"):
            piped = statement.operator == "|"
        depth += statement.operator == "("
        if statement.operator == ")" and not statement.is_case_pattern:
            depth = max(0, depth - 1)
    return steps


def _command_words(statement, depth):
    # type: (Statement, int) -> Tuple[List[str], int, bool]
    """Return the words of the command in a statement, the depth of that command, and whether ``!`` is before it."""
    words = list(statement.words)
    negated = False
    while words:
        if words[1:2] == ["()"]:
            words = words[2:]
        elif words[0] in KEYWORD_DEPTHS:
            keyword = words.pop(0)
            negated = negated or keyword == "!"
            depth = max(0, depth + KEYWORD_DEPTHS[keyword])
            words = [] if keyword in WITHOUT_COMMAND else words
        elif ASSIGNMENT.match(words[0]):
            words.pop(0)
        else:
            break
    return [] if statement.is_case_pattern else words, depth, negated


def functions_of(text):
    # type: (str) -> List[str]
    """Return the names of the functions that a script defines."""
    return [statement.words[0] for statement in read_script(text) if statement.words[1:2] == ["()"]]
