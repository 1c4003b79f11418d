# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How commands behave that only use known programs: ``true``, ``false``, ``sleep`` and what shells have built in."""

from __future__ import absolute_import, division, print_function

import os
import re

from .._jobfile.shell.reader import has_open_quote, read_script, unquoted
from .._jobfile.values import SHELL_CHARACTERS
from .model import cannot_run, ends

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterator, List, Optional  # noqa: F401
    from .._jobfile.shell.reader import Statement  # noqa: F401
    from .model import Behaviour  # noqa: F401

    ExitStatus = Callable[[str], int]

__metaclass__ = type

# Not understood here: expansions, control structures, redirections, assignments.
UNSUPPORTED_SYNTAX = re.compile(r"[`$&|(){}<>*?\[\]\\!~=]")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([smhd]?)$")
NOOP_BUILTINS = (":", "true", "echo")  # shell commands that succeed at once
MIN_SHELL_SECONDS = 0.001  # the least time that a shell runs


def behaviour_of_command(item, exit_status):
    # type: (Dict[str, Any], ExitStatus) -> Optional[Behaviour]
    """Return the model.Behaviour of a process's command, None if it is unknown.

    :param item: dict of ``script`` (bool) and ``command`` (text), as in _jobfile.values.
    :param exit_status: function from the name of a program to 0 if it can be executed, else to the exit status of a
        shell that tries (126 or 127).
    """
    command = item["command"] or ""
    if item["script"]:
        return _script(command, exit_status)
    if SHELL_CHARACTERS.search(command):
        return _script("exec " + command, exit_status)
    words = command.split()
    return _program(words, exit_status, False) if words else cannot_run()


def _program(words, exit_status, by_shell, seconds=0.0):
    # type: (List[str], ExitStatus, bool, float) -> Optional[Behaviour]
    """Return the Behaviour of a process that executes a program, None if the program is unknown here.

    :param by_shell: bool, whether a shell executes it: that shell exits with 126 or 127 if it cannot.
    :param seconds: float, how long the process has already run.
    """
    status = exit_status(words[0])
    if status:
        return ends(status, seconds, known=True, settles=False) if by_shell else cannot_run()
    name = os.path.basename(words[0])
    if name in ("true", "false") and len(words) == 1:
        return ends(int(name == "false"), seconds, known=True, settles=False)
    if name == "sleep":
        duration = sleep_seconds(words[1:])
        return None if duration is None else ends(0, seconds + duration, known=True, settles=False)
    return None


def _script(text, exit_status):
    # type: (str, ExitStatus) -> Optional[Behaviour]
    """Return the Behaviour of a shell that runs a script with -e, None if it is unknown."""
    seconds = MIN_SHELL_SECONDS
    forks = False
    for words in _statements(text):
        if words is None:
            return None
        name = words[0]
        if name in NOOP_BUILTINS:
            continue
        if name == "exit" and len(words) < 3 and (words[1:] or ["0"])[0].isdigit():
            return ends(int((words[1:] or ["0"])[0]) % 256, seconds, known=True, settles=False)
        if name == "exec" and len(words) > 1:
            return _program(words[1:], exit_status, True, seconds)
        if name in ("exec", "exit"):
            return None
        if "/" not in name and exit_status(name):
            return None  # it may be a builtin, which depends on the shell
        behaviour = ends(1, 0.0, known=True) if name == "false" else _program(words, exit_status, True)
        if behaviour is None or behaviour.status:
            return behaviour if behaviour is None else behaviour._replace(seconds=seconds)
        forks = forks or name != "false"
        seconds += behaviour.seconds
    return ends(0, seconds, known=True, settles=forks)


def _statements(text):
    # type: (str) -> Iterator[Optional[List[str]]]
    """Yield the words of each simple command; None for the first that cannot be interpreted."""
    for statement in read_script(text):
        if not _is_understood(statement):
            yield None
            return
        if statement.words:
            yield [unquoted(word) for word in statement.words]


def _is_understood(statement):
    # type: (Statement) -> bool
    if statement.operator not in ("", ";", "\n") or statement.is_nested or statement.has_substitution:
        return False
    if statement.has_redirection:
        return False
    return not any(UNSUPPORTED_SYNTAX.search(word) or has_open_quote(word) for word in statement.words)


def sleep_seconds(words):
    # type: (List[str]) -> Optional[float]
    """Return how long the program sleep runs, None if it would refuse its arguments."""
    total = 0.0
    for word in words:
        if word in ("inf", "infinity"):
            return float("inf")
        match = DURATION.match(word)
        if not match:
            return None
        total += float(match.group(1)) * UNITS[match.group(2) or "s"]
    return total if words else None
