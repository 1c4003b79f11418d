# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The words of a simple command: which program it runs, and which programs that one runs in turn."""

from __future__ import absolute_import, division, print_function

import re

from .reader import ASSIGNMENT, KEYWORDS, read_script, unquoted

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Sequence, Set  # noqa: F401

__metaclass__ = type

SHELLS = ("sh", "dash", "bash", "ksh", "zsh", "su", "runuser")
# Programs and builtins that run the command behind them, with their short options that take a value.
WRAPPERS = {
    "exec": "", "command": "", "builtin": "", "nohup": "", "env": "uC", "nice": "n", "ionice": "cnp", "setsid": "",
    "time": "fo", "sudo": "CghpTuU",
}
TAKES_SCRIPT = re.compile(r"-[a-zA-Z]*c$")
# Builtins and reserved words of dash that can begin a command. Those that are programs as well are not here.
BUILTINS = frozenset([
    ".", ":", "alias", "bg", "break", "cd", "command", "continue", "eval", "exec", "exit", "export", "fg", "getopts",
    "hash", "jobs", "local", "read", "readonly", "return", "set", "shift", "times", "trap", "type", "ulimit", "umask",
    "unalias", "unset", "wait",
])

VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def program_words(words):
    # type: (List[str]) -> List[str]
    """Return the words from the name of the program on, without assignments, keywords and WRAPPERS."""
    start = 0
    while start < len(words):
        word = words[start]
        if word in WRAPPERS and words[start + 1:]:
            start = _behind_options(words, start)
        elif word in KEYWORDS or ASSIGNMENT.match(word):
            start += 1
        else:
            break
    return words[start:]


def _behind_options(words, start):
    # type: (Sequence[str], int) -> int
    """Return the index behind a wrapper and its options."""
    with_value = WRAPPERS[words[start]]
    start += 1
    while words[start:] and words[start].startswith("-") and not TAKES_SCRIPT.match(words[start]):
        start += 2 if _takes_next_word(words[start], with_value) else 1
    return start


def _takes_next_word(option, with_value):
    # type: (str, str) -> bool
    """Return whether the value of short options such as ``-Hu`` is the next word."""
    letters = [index for index, letter in enumerate(option) if letter in with_value]
    return not option.startswith("--") and letters[:1] == [len(option) - 1]


def programs_of(words):
    # type: (Sequence[str]) -> List[List[str]]
    """Return the words of each program that a simple command runs, the outer one first.

    The last is the program that stays: ``exec nice -n 5 web --port 80`` gives the words of nice and those of web.
    """
    plain = [unquoted(word) for word in words]
    while plain and (plain[0] in KEYWORDS or ASSIGNMENT.match(plain[0])):
        plain.pop(0)
    result = []
    while plain:
        if plain[0] not in BUILTINS and plain[0] != "builtin":
            result.append(plain)
        inner = _inner_program(plain)
        if len(inner) >= len(plain):
            break
        plain = inner
    return result


def _inner_program(words):
    # type: (List[str]) -> List[str]
    """Return the words of the program that a program runs, [] if there is none or it is not known."""
    if words[0].rpartition("/")[2] == "start-stop-daemon":
        return _started_by_start_stop_daemon(words)
    name = words[0].rpartition("/")[2]
    if name == "bundle" and words[1:2] == ["exec"]:
        return list(words[2:])
    return program_words([name] + words[1:]) if name in WRAPPERS and words[1:] else []


def _started_by_start_stop_daemon(words):
    # type: (Sequence[str]) -> List[str]
    separator = words.index("--") if "--" in words else len(words)
    program = ""
    for index, word in enumerate(words[:separator]):
        option, equals, value = word.partition("=")
        if option in ("--startas", "-a") or (option in ("--exec", "-x") and not program):
            program = value if equals else "".join(words[index + 1:index + 2])
    return [program] + list(words[separator + 1:]) if program else []


def variables_expanded_again(text):
    # type: (str) -> Set[str]
    """Return the names of the variables whose value another shell, or eval, reads as text of a script."""
    names = set()
    for statement in read_script(text):
        words = program_words([unquoted(word) for word in statement.words])
        program = words[0].rpartition("/")[2] if words else ""
        if program == "eval" or (program in SHELLS and any(TAKES_SCRIPT.match(word) for word in words)):
            names.update(VARIABLE.findall(" ".join(words[1:])))
        if program in SHELLS:
            names.update(name for document in statement.documents for name in VARIABLE.findall(document.text))
    return names
