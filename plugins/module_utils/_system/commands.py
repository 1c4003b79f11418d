# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command without a shell, and end all its processes when it times out."""

from __future__ import absolute_import, division, print_function

import collections
import errno
import fcntl
import os
import select
import signal
import subprocess  # nosec B404 # runs only the commands that the user gives for LSB services
import sys
import time

from .._errors import UpstartError
from .._text import encode
from . import processes
from .deadline import Deadline
from .termination import end_processes

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, IO, List, Optional, Sequence, Tuple  # noqa: F401

__metaclass__ = type

OUTPUT_LIMIT = 8192  # bytes to keep from the end of each output; a result contains them twice, as text and as lines
READ_SIZE = 65536  # bytes that a pipe holds
POLL_INTERVAL = 0.01  # seconds between two checks of whether the command has ended
DRAIN_TIMEOUT = 0.2  # seconds to read output that other processes write after the command itself has ended
KILL_GRACE_SECONDS = 2.0  # between TERM and KILL after a timeout
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")

TIMEOUT, NOT_FOUND, NOT_EXECUTABLE, SIGNAL = "timeout", "not found", "not executable", "signal"

# rc: int, the exit status, negative for a signal, None if the command did not end or could not be run. why: one of the
# four words above, or None for a normal exit. held: whether a process that the command left behind still has its
# output open.
Result = collections.namedtuple("Result", "rc stdout stderr why held")


def search_path(path=None):
    # type: (Optional[str]) -> str
    """Return PATH for commands: ``path``, or the task's own PATH with the system's folders appended."""
    if path:
        return path
    folders = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin").split(":")
    return ":".join(folders + [folder for folder in SYSTEM_FOLDERS if folder not in folders])


def find(program, path=None):
    # type: (str, Optional[str]) -> Tuple[Optional[str], Optional[str]]
    """Find a program in PATH as a shell does, but never in the current folder.

    :returns: (its path, None), or (None, NOT_FOUND or NOT_EXECUTABLE).
    """
    why = NOT_FOUND
    candidates = [program] if "/" in program else [
        os.path.join(folder, program) for folder in search_path(path).split(":") if folder.startswith("/")]
    for candidate in candidates:
        if os.path.isfile(native(candidate)):
            if os.access(native(candidate), os.X_OK):
                return candidate, None
            why = NOT_EXECUTABLE
        elif os.path.exists(native(candidate)) and "/" in program:
            why = NOT_EXECUTABLE
    return None, why


def native(text):
    # type: (str) -> str
    """Return text in the type that this Python passes to the system, as UTF-8 in every locale."""
    return encode(text) if str is bytes else os.fsdecode(encode(text))  # type: ignore[return-value]  # Python 2


def environment(path=None):
    # type: (Optional[str]) -> Dict[str, str]
    """Return the environment of commands: the task's own, with PATH from ``search_path``."""
    return dict(os.environ, PATH=native(search_path(path)))


def run(words, timeout, path=None):
    # type: (Sequence[str], float, Optional[str]) -> Result
    """Run a command in the folder ``/`` and in its own session, and return its Result.

    After ``timeout`` seconds, all processes of the session are ended. If the command ends in time and leaves a daemon
    behind, the daemon keeps running and is not waited for.

    :param words: list of text, the program first.
    :param timeout: float, seconds.
    :param path: text, the PATH to find the program with and to pass to the command, or None for the default.
    :raises UpstartError: if a process of the session cannot be ended.
    """
    program, why = find(words[0], path)
    if program is None:
        return Result(None, "", not_run(words[0], why), why, False)
    try:
        process = _spawn(program, words, path)
    except OSError as error:
        return Result(None, "", why_not(program, error.errno), NOT_EXECUTABLE, False)  # type: ignore[arg-type]
    outputs = [_Output(process.stdout), _Output(process.stderr)]  # type: ignore[arg-type]  # pipes
    ended = False
    try:
        try:
            ended = _watch(process, outputs, Deadline(timeout))
        finally:
            if not ended:
                _end(process, outputs)
        held = _drain(outputs)
    finally:
        for output in outputs:
            output.close()
    rc = process.poll()
    why = TIMEOUT if not ended else SIGNAL if rc < 0 else None  # type: ignore[operator]  # it has ended
    return Result(rc if ended else None, outputs[0].text(), outputs[1].text(), why, held and ended)


def describe(result, timeout):
    # type: (Result, float) -> str
    """Return how a command ended, as the predicate of a sentence."""
    if result.why == TIMEOUT:
        return "timed out after %g s (all its processes were ended)" % timeout
    if result.why == SIGNAL:
        return "was killed by signal %d" % -result.rc
    if result.why:
        return "could not be run"
    return "exited with status %d" % result.rc


def not_run(program, why):
    # type: (str, Optional[str]) -> str
    """Return a sentence without its full stop on why ``find`` returned no program."""
    if why == NOT_EXECUTABLE:
        return "%s is not an executable file" % program
    return "%s does not exist" % program if "/" in program else "%s was not found in PATH" % program


def close_on_execute(descriptor):
    # type: (int) -> None
    """Set the close-on-exec flag of a descriptor."""
    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.fcntl(descriptor, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)


def why_not(program, number):
    # type: (str, int) -> str
    """Return a sentence without its full stop on why a file could not be executed.

    :param number: int, the errno of the attempt.
    """
    if number == errno.ENOEXEC:
        return "%s has no executable format: a script needs a first line with #!" % program
    if number == errno.ENOENT:
        return "%s names an interpreter that does not exist" % program
    return "%s cannot be executed: %s" % (program, os.strerror(number))


def _spawn(program, words, path):
    # type: (str, Sequence[str], Optional[str]) -> subprocess.Popen[Any]
    # Python 2 leaves SIGPIPE ignored in child processes and has no start_new_session.
    session = {"preexec_fn": _new_session} if sys.version_info[0] == 2 else {"start_new_session": True}
    with open(os.devnull, "rb") as null:
        # AnsibleModule.run_command has no timeout, and waits for daemons that keep the output open.
        # pylint: disable-next=ansible-bad-function
        return subprocess.Popen(  # nosec B603 # a list of words, no shell
            [native(word) for word in words], executable=native(program), cwd="/", bufsize=0, stdin=null,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, close_fds=True, env=environment(path), **session)


def _new_session():
    # type: () -> None
    os.setsid()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


class _Output:
    """One output of a command. It keeps the last OUTPUT_LIMIT bytes."""

    def __init__(self, stream):
        # type: (IO[bytes]) -> None
        self.open = True
        self._stream = stream
        self._kept = bytearray()
        self._cut = 0
        flags = fcntl.fcntl(stream, fcntl.F_GETFL)
        fcntl.fcntl(stream, fcntl.F_SETFL, flags | os.O_NONBLOCK)

    def fileno(self):
        # type: () -> int
        return self._stream.fileno()

    def read(self):
        # type: () -> None
        try:
            data = os.read(self.fileno(), READ_SIZE)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EINTR):
                return
            data = b""
        if not data:
            self.open = False
        self._kept += data
        excess = max(0, len(self._kept) - OUTPUT_LIMIT)
        self._cut += excess
        del self._kept[:excess]

    def close(self):
        # type: () -> None
        self._stream.close()

    def text(self):
        # type: () -> str
        text = bytes(self._kept).decode("utf-8", "replace")
        return u"[the first %d bytes are left out]\n%s" % (self._cut, text) if self._cut else text


def _read(outputs, seconds):
    # type: (Sequence[_Output], float) -> None
    """Wait at most ``seconds`` until an output has something to read, and read it."""
    readable = [output for output in outputs if output.open]
    if not readable:
        time.sleep(seconds)
        return
    poll = select.poll()
    for output in readable:
        poll.register(output.fileno(), select.POLLIN)
    try:
        ready = set(number for number, _event in poll.poll(int(seconds * 1000) + 1))
    except select.error:  # a signal arrived, on Python 2
        return
    for output in readable:
        if output.fileno() in ready:
            output.read()


def _watch(process, outputs, deadline):
    # type: (subprocess.Popen[bytes], Sequence[_Output], Deadline) -> bool
    """Read the outputs until the command itself ends; return False if the deadline passes first."""
    while process.poll() is None:
        if not deadline.left():
            return False
        _read(outputs, min(POLL_INTERVAL, deadline.left()))
    return True


def _drain(outputs):
    # type: (Sequence[_Output]) -> bool
    """Read the rest of the pipes; return whether a process still has one open."""
    deadline = Deadline(DRAIN_TIMEOUT)
    while any(output.open for output in outputs) and deadline.left():
        _read(outputs, deadline.left())
    return any(output.open for output in outputs)


def _end(process, outputs):
    # type: (subprocess.Popen[bytes], Sequence[_Output]) -> None
    """End all processes of the command's session and collect the command itself."""
    def session_processes():
        # type: () -> List[processes.Info]
        process.poll()
        return [info for info in processes.all_live() if info.session == process.pid]

    left = end_processes(session_processes, KILL_GRACE_SECONDS, sleep=lambda seconds: _read(outputs, seconds))
    if left:
        raise UpstartError("Process %d (%s) is still running after SIGKILL. Check what it waits for (state D in ps), "
                           "then run the task again." % (left[0].pid, processes.command_line(left[0].pid)))
