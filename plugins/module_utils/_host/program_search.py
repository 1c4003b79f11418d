# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs exist on this host, as the processes of its jobs see them."""

from __future__ import absolute_import, division, print_function

import errno
import os
import stat

from .._events.variables import PATH
from .._system.reading import read_start

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional, Tuple  # noqa: F401

__metaclass__ = type

NO_SUCH_PROGRAM, NOT_EXECUTABLE = 127, 126  # exit statuses of a shell
MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
LONGEST_FIRST_LINE = 256  # of a script that the kernel reads
# Shells that have what is missing in dash; as /bin/sh of Enterprise Linux it is bash.
RICH_SHELLS = ("bash", "ksh", "ksh93", "mksh", "zsh")


def is_out_of_sight(peer_pid):
    # type: (int) -> bool
    """Return whether the daemon runs outside of this container: it then has other programs and users than we see."""
    return peer_pid < 1


def root_of(peer_pid):
    # type: (int) -> str
    """Return the path of the root directory of a process, "" if that is this one's or unknown."""
    root = "/proc/%d/root" % peer_pid
    return root if peer_pid > 0 and os.path.isdir(root) else ""


class ProgramSearch:
    """A search for programs in a job's root directory, working directory and PATH."""

    def __init__(self, root, folder, path):
        # type: (str, str, str) -> None
        self.root = root
        self.folder = folder
        self.path = path.split(":")

    def exit_status(self, name):
        # type: (str) -> int
        """Return 0 for a program that can be executed, else the exit status of a shell that tries (126 or 127)."""
        if "/" in name:
            names = [os.path.join(self.folder, name)]
        else:
            names = [os.path.join(folder or self.folder, name) for folder in self.path]
        status = NO_SUCH_PROGRAM
        for candidate in names:
            path = self.root + "/" + candidate.lstrip("/")
            try:
                mode = os.stat(path).st_mode
            except OSError as error:
                if error.errno not in MISSING or (os.path.islink(path) and self.root):
                    return 0  # unknown: init may see more, and the link may be valid below the daemon's root
                continue
            if stat.S_ISREG(mode) and mode & 0o111:
                return 0
            status = NOT_EXECUTABLE
        return status


class HostPrograms:
    """The programs of this host for the checks of job files.

    :param peer_pid: int, the daemon's process; programs are below its root directory.
    """

    def __init__(self, peer_pid):
        # type: (int) -> None
        self._root = root_of(peer_pid)
        self._has_rich_shell = None  # type: Optional[bool]
        self._known = {}  # type: Dict[Tuple[str, str, str], Optional[str]]

    def has_rich_shell(self):
        # type: () -> bool
        """Return whether /bin/sh is another shell than dash, one that has its extensions as well."""
        if self._has_rich_shell is None:
            self._has_rich_shell = os.path.basename(os.path.realpath(self._root + "/bin/sh")) in RICH_SHELLS
        return self._has_rich_shell

    def defect(self, values, name):
        # type: (Dict[str, Any], str) -> Optional[str]
        """Return why a process of a job cannot execute a program, None if it can.

        :param values: dict, the values of the job as of jobfile.values, without chroot.
        :param name: text, the path or name of the program.
        """
        env = dict(entry.partition("=")[::2] for entry in values["env"])
        key = (values["chdir"] or "/", env.get("PATH") or PATH, name)
        if key not in self._known:
            search = ProgramSearch(self._root, key[0], key[1])
            self._known[key] = self._defect(search, name)
        return self._known[key]

    def _defect(self, search, name):
        # type: (ProgramSearch, str) -> Optional[str]
        status = search.exit_status(name)
        if status == NO_SUCH_PROGRAM:
            return "does not exist"
        if status == NOT_EXECUTABLE:
            return "cannot be executed"
        interpreter = _interpreter(search.root + "/" + name.lstrip("/")) if name.startswith("/") else None
        if interpreter is not None and search.exit_status(interpreter):
            return "needs the interpreter %s, which does not exist" % interpreter.replace("\r", "\\r")
        return None


def programs_of_host(peer_pid):
    # type: (int) -> Optional[HostPrograms]
    """Return the programs that a daemon's jobs can run, or None if that is unknown here."""
    return None if is_out_of_sight(peer_pid) else HostPrograms(peer_pid)


def _interpreter(path):
    # type: (str) -> Optional[str]
    """Return the absolute path of the program that the kernel runs for a script, None for other files."""
    try:
        line = read_start(path, LONGEST_FIRST_LINE)
    except (IOError, OSError):
        return None
    words = line[2:].split(b"\n", 1)[0].strip(b" \t").replace(b"\t", b" ").split(b" ")
    interpreter = words[0].decode("utf-8", "replace") if line[:2] == b"#!" else ""
    return interpreter if interpreter.startswith("/") else None
