# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the processes of a job can be expected to do, as far as its file and the host's programs tell."""

from __future__ import absolute_import, division, print_function

import grp
import os
import pwd
import re
import stat

from .._events.model import cannot_run, ends, stays
from .._events.variables import PATH
from .._jobfile.shell import init_commands
from .._jobfile.shell.reader import has_open_quote, read_script, unquoted

__metaclass__ = type

SHELL_CHARACTERS = re.compile(r"""[~`!$^&*()=|\\{}[\];"'<>?]""")
# What a reader this simple does not follow: expansions, control structures, redirections, assignments.
UNSUPPORTED_SYNTAX = re.compile(r"[`$&|(){}<>*?\[\]\\!~=]")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([smhd]?)$")
NOOP_BUILTINS = (":", "true", "echo")  # commands of the shell that are done at once, and well
NOT_FOUND, NOT_EXECUTABLE = 127, 126
SHELL = 0.001  # seconds that a shell takes at least
LASTING = 2.0  # a service's main process that takes longer than this many seconds counts as one that stays


class Programs:
    """The programs of a host, as its daemon finds them.

    :param peer_pid: int, the daemon's process, whose root directory counts.
    """

    def __init__(self, peer_pid):
        own = "/proc/%d/root" % peer_pid
        self._root = own if peer_pid > 0 and os.path.isdir(own) else ""
        self._at_home = not self._root or _same_file(self._root, "/")

    def behaviour(self, values, process):
        """Return the events.model.Behaviour of one process of a job.

        :param values: the job's, as of jobfile.values.
        """
        role = stays if process == "main" and not values["task"] else ends
        if self._is_refused(values):
            return cannot_run()
        place = self._root + (values["chroot"] or "").rstrip("/")
        env = dict(entry.partition("=")[::2] for entry in values["env"])
        search = _Search(place, values["chdir"] or "/", env.get("PATH", PATH))
        found = self._read(values["process"][process], search)
        if found is None:
            return role(orders=init_commands.read_init_commands(values["process"][process]["command"]))
        if role is stays and found.seconds is not None and found.seconds > LASTING:
            return stays(known=True, settles=found.settles)
        return found

    def _is_refused(self, values):
        """Return whether init cannot even prepare the processes of a job."""
        place = self._root + (values["chroot"] or "").rstrip("/")
        if values["chroot"] and not os.path.isdir(place):
            return True
        if values["chdir"] and not os.path.isdir(place + "/" + values["chdir"].lstrip("/")):
            return True
        if self._at_home and not values["chroot"] and not (
                _is_known(pwd.getpwnam, values["setuid"]) and _is_known(grp.getgrnam, values["setgid"])):
            return True
        return any(_number(soft) > _number(hard) for soft, hard in values["limits"].values())

    @staticmethod
    def _read(item, search):
        """Return the Behaviour of a command, None when it cannot be told."""
        command = item["command"] or ""
        if item["script"]:
            return _script(command, search)
        if SHELL_CHARACTERS.search(command):
            return _script("exec " + command, search)
        words = command.split()
        return _program(words, search, False) if words else cannot_run()


class _Search:
    """Where programs are looked for."""

    def __init__(self, place, folder, path):
        self.place = place
        self.folder = folder
        self.path = path.split(":")

    def look(self, name):
        """Return 0 for a program that can be executed, else the status with which a shell ends that cannot."""
        if "/" in name:
            names = [os.path.join(self.folder, name)]
        else:
            names = [os.path.join(folder or self.folder, name) for folder in self.path]
        status = NOT_FOUND
        for one in names:
            path = self.place + "/" + one.lstrip("/")
            try:
                mode = os.stat(path).st_mode
            except OSError:
                if os.path.islink(path) and self.place:
                    return 0  # it may lead somewhere as the daemon sees it
                continue
            if stat.S_ISREG(mode) and mode & 0o111:
                return 0
            status = NOT_EXECUTABLE
        return status


def _program(words, search, by_shell, seconds=0.0):
    """Return the Behaviour of a process that becomes a program, None when that program is not known."""
    status = search.look(words[0])
    if status:
        return ends(status, seconds, known=True, settles=False) if by_shell else cannot_run()
    name = os.path.basename(words[0])
    if name in ("true", "false") and len(words) == 1:
        return ends(int(name == "false"), seconds, known=True, settles=False)
    if name == "sleep":
        slept = _seconds(words[1:])
        return None if slept is None else ends(0, seconds + slept, known=True, settles=False)
    return None


def _script(text, search):
    """Return the Behaviour of a shell that runs a script with -e, None when it cannot be told."""
    seconds = SHELL
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
        if "/" not in name and search.look(name):
            return None  # a builtin, perhaps: which ones there are depends on the shell
        found = ends(1, 0.0, known=True) if name == "false" else _program(words, search, True)
        if found is None or found.status:
            return found if found is None else found._replace(seconds=seconds)
        forks = forks or name != "false"
        seconds += found.seconds
    return ends(0, seconds, known=True, settles=forks)


def _statements(text):
    """Yield the words of each simple command; None for the first that this does not understand."""
    for statement in read_script(text):
        if not _is_understood(statement):
            yield None
            return
        if statement.words:
            yield [unquoted(word) for word in statement.words]


def _is_understood(statement):
    if statement.operator not in ("", ";", "\n") or statement.is_nested or statement.has_substitution:
        return False
    if statement.has_redirection:
        return False
    return not any(UNSUPPORTED_SYNTAX.search(word) or has_open_quote(word) for word in statement.words)


def _seconds(words):
    """Return how long sleep takes, None when it would refuse its arguments."""
    total = 0.0
    for word in words:
        if word in ("inf", "infinity"):
            return float("inf")
        match = DURATION.match(word)
        if not match:
            return None
        total += float(match.group(1)) * UNITS[match.group(2) or "s"]
    return total if words else None


def _is_known(look_up, name):
    if name is None:
        return True
    try:
        look_up(str(name))
    except (KeyError, UnicodeError):
        return False
    return True


def _number(bound):
    return float("inf") if bound == "unlimited" else bound


def _same_file(one, other):
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False
