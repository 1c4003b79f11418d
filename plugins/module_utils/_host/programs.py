# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the processes of a job are expected to behave, according to its file and the host's programs."""

from __future__ import absolute_import, division, print_function

import grp
import os
import pwd
import re

from .._events.model import cannot_run, ends, stays
from .._events.variables import PATH
from .._jobfile.shell import init_commands
from .._jobfile.shell.characters import SHELL_CHARACTERS
from .._jobfile.shell.reader import has_open_quote, read_script, unquoted
from .program_search import ProgramSearch, is_out_of_sight, root_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterator, List, Optional  # noqa: F401
    from .._events.model import Behaviour  # noqa: F401
    from .._jobfile.shell.reader import Statement  # noqa: F401

__metaclass__ = type

# Not understood here: expansions, control structures, redirections, assignments.
UNSUPPORTED_SYNTAX = re.compile(r"[`$&|(){}<>*?\[\]\\!~=]")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([smhd]?)$")
NOOP_BUILTINS = (":", "true", "echo")  # shell commands that succeed at once
MIN_SHELL_SECONDS = 0.001  # the least time that a shell runs
MIN_STAY_SECONDS = 2.0  # a main process of a service that runs longer than this counts as one that stays


class Programs:
    """The programs of a host as its daemon sees them.

    :param peer_pid: int, the daemon's process; programs are below its root directory.
    """

    def __init__(self, peer_pid):
        # type: (int) -> None
        self._out_of_sight = is_out_of_sight(peer_pid)
        self._root = root_of(peer_pid)
        self._shares_root = not self._root or _same_file(self._root, "/")

    def behaviour(self, values, process):
        # type: (Dict[str, Any], str) -> Behaviour
        """Return the events.model.Behaviour of one process of a job.

        :param values: dict, the values of the job as in _jobfile.values.
        :param process: text, main, pre-start and so on.
        """
        role = stays if process == "main" and not values["task"] else ends
        if self._is_refused(values):
            return cannot_run()
        if self._out_of_sight:
            return role(orders=init_commands.read_init_commands(values["process"][process]["command"]))
        root = self._root + (values["chroot"] or "").rstrip("/")
        env = dict(entry.partition("=")[::2] for entry in values["env"])
        search = ProgramSearch(root, values["chdir"] or "/", env.get("PATH", PATH))
        behaviour = self._behaviour_of_command(values["process"][process], search)
        if behaviour is None:
            return role(orders=init_commands.read_init_commands(values["process"][process]["command"]))
        if role is stays and behaviour.seconds is not None and behaviour.seconds > MIN_STAY_SECONDS:
            return stays(known=True, settles=behaviour.settles)
        return behaviour

    def _is_refused(self, values):
        # type: (Dict[str, Any]) -> bool
        """Return whether init fails to prepare the processes of a job."""
        if any(_number(soft) > _number(hard) for soft, hard in values["limits"].values()):
            return True
        if self._out_of_sight:
            return False
        root = self._root + (values["chroot"] or "").rstrip("/")
        if values["chroot"] and not os.path.isdir(root):
            return True
        if values["chdir"] and not os.path.isdir(root + "/" + values["chdir"].lstrip("/")):
            return True
        return self._shares_root and not values["chroot"] and not (
            _exists(pwd.getpwnam, values["setuid"]) and _exists(grp.getgrnam, values["setgid"]))

    @staticmethod
    def _behaviour_of_command(item, search):
        # type: (Dict[str, Any], ProgramSearch) -> Optional[Behaviour]
        """Return the Behaviour of a process's command, None if it is unknown."""
        command = item["command"] or ""
        if item["script"]:
            return _script(command, search)
        if SHELL_CHARACTERS.search(command):
            return _script("exec " + command, search)
        words = command.split()
        return _program(words, search, False) if words else cannot_run()


def _program(words, search, by_shell, seconds=0.0):
    # type: (List[str], ProgramSearch, bool, float) -> Optional[Behaviour]
    """Return the Behaviour of a process that executes a program, None if the program is unknown here.

    :param by_shell: bool, whether a shell executes it: that shell exits with 126 or 127 if it cannot.
    :param seconds: float, how long the process has already run.
    """
    status = search.exit_status(words[0])
    if status:
        return ends(status, seconds, known=True, settles=False) if by_shell else cannot_run()
    name = os.path.basename(words[0])
    if name in ("true", "false") and len(words) == 1:
        return ends(int(name == "false"), seconds, known=True, settles=False)
    if name == "sleep":
        duration = _sleep_seconds(words[1:])
        return None if duration is None else ends(0, seconds + duration, known=True, settles=False)
    return None


def _script(text, search):
    # type: (str, ProgramSearch) -> Optional[Behaviour]
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
            return _program(words[1:], search, True, seconds)
        if name in ("exec", "exit"):
            return None
        if "/" not in name and search.exit_status(name):
            return None  # it may be a builtin, which depends on the shell
        behaviour = ends(1, 0.0, known=True) if name == "false" else _program(words, search, True)
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


def _sleep_seconds(words):
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


def _exists(get_entry, name):
    # type: (Callable[[str], Any], Optional[str]) -> bool
    """Return whether a user or group exists; True for None, which means no change."""
    if name is None:
        return True
    try:
        get_entry(str(name))
    except (KeyError, UnicodeError):
        return False
    return True


def _number(limit):
    # type: (Any) -> float
    return float("inf") if limit == "unlimited" else limit


def _same_file(path, other):
    # type: (str, str) -> bool
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
