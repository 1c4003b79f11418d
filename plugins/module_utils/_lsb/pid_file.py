# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a foreground program as a daemon with a pid file."""

from __future__ import absolute_import, division, print_function

import errno
import os
import re
import signal
import tempfile

from .._errors import UpstartError
from .._system import commands, processes, reading
from .._system.commands import Result
from .._system.termination import end_processes
from .._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, Dict, List, NoReturn, Optional, Tuple  # noqa: F401
    from .._system.processes import Info  # noqa: F401

__metaclass__ = type

RUNNING, DEAD_WITH_FILE, STOPPED, UNKNOWN = 0, 1, 3, 4
# The second line distinguishes our process from a later one with the same pid. LSB allows further lines.
CONTENT = re.compile(u"^\\s*([0-9]{1,10})\\s*?(?:\\s*\nstarted=([0-9]+) session=([0-9]+)\\s*)?$")
MAX_SIZE = 4096  # bytes of a pid file
CLOCK_TOLERANCE = 2.0  # seconds between a file's time and a process's start: the boot time is in whole seconds


class PidFile:
    """A daemon with a pid file.

    :param path: text, the pid file.
    :param words: list of text, the foreground program and its arguments.
    :param timeout: float, seconds between TERM and KILL.
    :param search: text, PATH for the program, or None for the default.
    """

    def __init__(self, path, words, timeout, search=None):
        # type: (str, List[str], float, Optional[str]) -> None
        self.path = path
        self.words = words
        self.timeout = timeout
        self.search = search

    def refusal(self):
        # type: () -> Optional[str]
        """Return why the program cannot be started on this host, or None."""
        program, why = commands.find(self.words[0], self.search)
        if program is None:
            return commands.not_run(self.words[0], why)
        folder = os.path.dirname(self.path)
        if not os.path.isdir(commands.native(folder)):
            return "the folder of the pid file, %s, does not exist" % folder
        return None

    def status(self):
        # type: () -> Result
        """Return a Result with LSB's code: 0 running, 1 dead but with a pid file, 3 stopped, 4 not a pid file."""
        try:
            record = self._record()
        except UpstartError as error:
            return Result(UNKNOWN, "", error.message, None, False)
        if record is None:
            return Result(STOPPED, "", "", None, False)
        if self._leader(record) is None:
            text = "%s names process %d, which no longer exists" % (self.path, record[0])
            return Result(DEAD_WITH_FILE, "", text, None, False)
        return Result(RUNNING, "", "", None, False)

    def start(self):
        # type: () -> Result
        """Start the program in its own session, with input and output at /dev/null, and write the pid file."""
        program, why = commands.find(self.words[0], self.search)
        if program is None:
            return Result(None, "", commands.not_run(self.words[0], why), why, False)
        try:
            self._record()
        except UpstartError as error:
            return Result(UNKNOWN, "", error.message, None, False)
        try:
            number = _detach(program, self.words, commands.environment(self.search), self._write)
        except (IOError, OSError) as error:
            number = error.errno  # type: ignore[assignment]  # the system has set it
        if number:
            _unlink(commands.native(self.path))
            return Result(None, "", commands.why_not(program, number), commands.NOT_EXECUTABLE, False)
        return Result(0, "", "", None, False)

    def stop(self):
        # type: () -> Result
        """End the program and its process group, TERM first and KILL after the timeout, and remove the pid file."""
        try:
            record = self._record()
        except UpstartError as error:
            return Result(UNKNOWN, "", error.message, None, False)
        if record is not None:
            if end_processes(lambda: self._members(record), self.timeout):
                return Result(UNKNOWN, "", "process %d is still running after SIGKILL" % record[0], None, False)
            _unlink(commands.native(self.path))
        return Result(0, "", "", None, False)

    def _record(self):
        # type: () -> Optional[Tuple[int, Optional[int], Optional[int]]]
        """Return the content of the file as (pid, start time or None, session or None), or None for no file."""
        try:
            text = decode(reading.read_bytes(commands.native(self.path), MAX_SIZE))
        except reading.TooLargeError:
            text = u""
        except (IOError, OSError) as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                return None
            raise UpstartError("cannot read %s: %s" % (self.path, error.strerror))
        match = CONTENT.match(text)
        if not match or int(match.group(1)) < 2:
            raise UpstartError("%s contains no process id, so it is left alone" % self.path)
        return tuple(int(group) if group else None for group in match.groups())  # type: ignore[return-value]

    def processes(self):
        # type: () -> List[Info]
        """Return the Infos of the daemon's processes, [] if the file is not a pid file."""
        try:
            record = self._record()
        except UpstartError:
            return []
        return [] if record is None else self._members(record)

    def _leader(self, record):
        # type: (Tuple[int, Optional[int], Optional[int]]) -> Optional[Info]
        """Return the Info of the process in a record, or None if it no longer exists, even if its pid is in use again.
        """
        pid, started, session = record
        leader = processes.live(pid)
        if leader is None or pid in processes.ancestry(os.getpid()):
            return None
        if session is None:
            return leader if self._is_older_than_file(leader) or self._runs_our_program(pid) else None
        return leader if leader.start == started else None

    def _members(self, record):
        # type: (Tuple[int, Optional[int], Optional[int]]) -> List[Info]
        """Return the live processes of the record's process group if that group is the daemon's own."""
        pid, _started, session = record
        leader = self._leader(record)
        if leader is None and (session is None or processes.live(pid) is not None):
            return []
        if leader is not None and leader.group != pid:
            return [leader]
        own_session = leader.session if leader else session
        return [info for info in processes.all_live() if info.group == pid and info.session == own_session]

    def _is_older_than_file(self, leader):
        # type: (Info) -> bool
        boot = processes.boot_time()
        if boot is None:
            return False
        try:
            written = os.stat(commands.native(self.path)).st_mtime
        except OSError:
            return False
        return boot + leader.start / float(os.sysconf("SC_CLK_TCK")) <= written + CLOCK_TOLERANCE

    def _runs_our_program(self, pid):
        # type: (int) -> bool
        return os.path.basename(self.words[0]) in processes.command_line(pid)

    def _write(self, pid):
        # type: (int) -> None
        """Write the pid file atomically; raise UpstartError if that fails."""
        process = processes.live(pid)
        if process is None:
            raise UpstartError("Process %d ended before its pid file %s was written. Run the task again." % (
                pid, self.path), path=self.path)
        folder, name = os.path.split(commands.native(self.path))
        staged = None
        try:
            handle, staged = tempfile.mkstemp(prefix=".%s." % name, dir=folder)
            with os.fdopen(handle, "wb") as stream:
                text = "%d\nstarted=%d session=%d\n" % (pid, process.start, process.session)
                stream.write(text.encode("ascii"))
            os.chmod(staged, 0o644)
            os.rename(staged, commands.native(self.path))
        except (IOError, OSError) as error:
            if staged:
                _unlink(staged)
            raise UpstartError("Cannot write the pid file %s: %s. Nothing was started." % (
                self.path, error.strerror), path=self.path)


def _unlink(path):
    # type: (str) -> None
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise UpstartError("Cannot remove %s: %s." % (decode(path), error.strerror))


def _detach(program, words, environment, register):
    # type: (str, List[str], Dict[str, str], Callable[[int], None]) -> int
    """Call ``register(pid)``, then execute a program as a daemon; return 0, or the errno if that failed.

    The daemon waits for ``register``, because it must never run without its pid file.
    """
    report, reporter = os.pipe()
    starter, go = os.pipe()
    child = os.fork()
    if child == 0:
        _become_daemon(program, words, environment, (report, reporter, starter, go))
    os.close(reporter)
    os.close(starter)
    os.waitpid(child, 0)
    with os.fdopen(report, "rb", 0) as stream, os.fdopen(go, "wb", 0) as starter_stream:
        kind, number = stream.readline().split()
        if kind == b"pid":
            register(int(number))
            starter_stream.write(b"g")
            number = stream.read().replace(b"errno", b"")
        return int(number or 0)


def _become_daemon(program, words, environment, pipes):
    # type: (str, List[str], Dict[str, str], Tuple[int, int, int, int]) -> NoReturn
    """Fork again, detach, report the pid, wait for the signal to continue, and execute the program. Never returns."""
    report, reporter, starter, go = pipes
    try:
        os.close(report)
        os.close(go)
        os.setsid()
        if os.fork():
            os._exit(0)
        os.setpgid(0, 0)  # its own process group, which stop() ends as a whole
        os.chdir("/")
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        os.write(reporter, ("pid %d\n" % os.getpid()).encode("ascii"))
        if os.read(starter, 1) != b"g":
            os._exit(1)
        _close_but(reporter)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        words = [commands.native(word) for word in words]
        os.execve(commands.native(program), words, environment)  # nosec B606 # no shell
    except OSError as error:
        os.write(reporter, ("errno %d\n" % error.errno).encode("ascii"))  # type: ignore[str-format]  # never None
    finally:
        os._exit(127)


def _close_but(reporter):
    # type: (int) -> None
    """Close all descriptors except the first three and ``reporter``, which a successful execution closes."""
    commands.close_on_execute(reporter)
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) != reporter:
            try:
                os.close(int(name))
            except OSError:
                pass  # the descriptor of listdir itself
