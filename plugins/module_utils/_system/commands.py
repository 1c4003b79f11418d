# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a command without a shell, with a deadline for it and all that it starts."""

from __future__ import absolute_import, division, print_function

import collections
import errno
import fcntl
import os
import select
import signal
import subprocess  # nosec B404 # the user's own commands of LSB services are run, and nothing else
import sys
import time

from .._errors import UpstartError
from .._text import encode
from . import processes
from .deadline import Deadline

__metaclass__ = type

KEPT = 8192  # bytes of each output's end; a result shows them twice, as text and as lines
PIECE = 65536  # bytes that a pipe holds
TICK = 0.01  # seconds between two looks whether the command has ended, while it prints nothing
DRAIN = 0.2  # seconds in which what still holds the output may write after the command itself has ended
GRACE = 2.0  # seconds between TERM and KILL when the time is over
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")

TIMEOUT, NOT_FOUND, NOT_EXECUTABLE, SIGNAL = "timeout", "not found", "not executable", "signal"

# rc: int, negative for a signal, None when there is none. why: one of the four words above, or None for an exit.
# held: whether a process that the command left behind still has its output open.
Result = collections.namedtuple("Result", "rc stdout stderr why held")


def search_path(path=None):
    """Return the value of PATH for commands: ``path``, or this task's with the system's own folders behind it."""
    if path:
        return path
    folders = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin").split(":")
    return ":".join(folders + [folder for folder in SYSTEM_FOLDERS if folder not in folders])


def find(program, path=None):
    """Look for a program as a shell does, without the current folder.

    :returns: (its path, None), or (None, NOT_FOUND or NOT_EXECUTABLE).
    """
    why = NOT_FOUND
    places = [program] if "/" in program else [
        os.path.join(folder, program) for folder in search_path(path).split(":") if folder.startswith("/")]
    for place in places:
        if os.path.isfile(native(place)):
            if os.access(native(place), os.X_OK):
                return place, None
            why = NOT_EXECUTABLE
        elif os.path.exists(native(place)) and "/" in program:
            why = NOT_EXECUTABLE
    return None, why


def native(text):
    """Return text as this Python hands it to the system: UTF-8, whatever the task's locale is."""
    return encode(text) if str is bytes else os.fsdecode(encode(text))


def environment(path=None):
    """Return the environment of commands: this task's, with the PATH that ``search_path`` tells."""
    return dict(os.environ, PATH=native(search_path(path)))


def run(words, timeout, path=None):
    """Run a command in ``/``, in a session of its own, and return its Result.

    When ``timeout`` seconds are over all processes of its session are ended. A daemon that it leaves behind in time is
    neither ended nor waited for.

    :param words: list of text, the program first.
    :param path: text, where programs are looked for, and the PATH that the command gets.
    :raises UpstartError: only when one of its processes cannot be ended.
    """
    program, why = find(words[0], path)
    if program is None:
        return Result(None, "", not_run(words[0], why), why, False)
    try:
        process = _begin(program, words, path)
    except OSError as error:
        return Result(None, "", why_not(program, error.errno), NOT_EXECUTABLE, False)
    outputs = [_Output(process.stdout), _Output(process.stderr)]
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
    why = TIMEOUT if not ended else SIGNAL if rc < 0 else None
    return Result(rc if ended else None, outputs[0].text(), outputs[1].text(), why, held and ended)


def describe(result, timeout):
    """Return how a command ended, as the end of a sentence."""
    if result.why == TIMEOUT:
        return "did not end within %g s and was ended with all its processes" % timeout
    if result.why == SIGNAL:
        return "was ended by signal %d" % -result.rc
    if result.why:
        return "could not be run"
    return "exited with status %d" % result.rc


def not_run(program, why):
    """Return why ``find`` did not find a program, as the end of a sentence."""
    if why == NOT_EXECUTABLE:
        return "%s is not an executable file" % program
    return "%s does not exist" % program if "/" in program else "%s is in no folder of the path" % program


def close_on_execute(descriptor):
    """Have a descriptor closed when the process executes a program."""
    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.fcntl(descriptor, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)


def why_not(program, number):
    """Return why an executable file could not be executed, from the errno of the attempt."""
    if number == errno.ENOEXEC:
        return "%s is no program that the kernel can run: a script needs a first line with #!" % program
    if number == errno.ENOENT:
        return "%s names an interpreter that does not exist" % program
    return "%s cannot be executed: %s" % (program, os.strerror(number))


def _begin(program, words, path):
    # Python 2 leaves SIGPIPE ignored in its children and cannot start a session by itself.
    session = {"preexec_fn": _new_session} if sys.version_info[0] == 2 else {"start_new_session": True}
    with open(os.devnull, "rb") as null:
        # AnsibleModule.run_command knows no deadline, and waits for daemons that keep the output open.
        # pylint: disable-next=ansible-bad-function
        return subprocess.Popen(  # nosec B603 # a list of words, which no shell reads
            [native(word) for word in words], executable=native(program), cwd="/", bufsize=0, stdin=null,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, close_fds=True, env=environment(path), **session)


def _new_session():
    os.setsid()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


class _Output:
    """The end of what a command writes to one descriptor."""

    def __init__(self, stream):
        self.open = True
        self._stream = stream
        self._kept = bytearray()
        self._cut = 0
        flags = fcntl.fcntl(stream, fcntl.F_GETFL)
        fcntl.fcntl(stream, fcntl.F_SETFL, flags | os.O_NONBLOCK)

    def fileno(self):
        return self._stream.fileno()

    def read(self):
        try:
            data = os.read(self.fileno(), PIECE)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EINTR):
                return
            data = b""
        if not data:
            self.open = False
        self._kept += data
        excess = max(0, len(self._kept) - KEPT)
        self._cut += excess
        del self._kept[:excess]

    def close(self):
        self._stream.close()

    def text(self):
        text = bytes(self._kept).decode("utf-8", "replace")
        return u"[the first %d bytes are left out]\n%s" % (self._cut, text) if self._cut else text


def _read(outputs, seconds):
    """Wait until one of the outputs has something to read, at most some seconds, and read it."""
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
    """Read until the command itself has ended; return False when the time is over first."""
    while process.poll() is None:
        if not deadline.left():
            return False
        _read(outputs, min(TICK, deadline.left()))
    return True


def _drain(outputs):
    """Read what is still in the pipes; return whether somebody goes on holding one."""
    deadline = Deadline(DRAIN)
    while any(output.open for output in outputs) and deadline.left():
        _read(outputs, deadline.left())
    return any(output.open for output in outputs)


def _end(process, outputs):
    """End all processes of the command's session and collect the command itself."""
    def left():
        process.poll()
        return [each for each in processes.all_live() if each.session == process.pid]

    gone = processes.end(left, GRACE, sleep=lambda seconds: _read(outputs, seconds))
    rest = [] if gone else left()
    if rest:
        raise UpstartError("Process %d (%s) does not end, not even by the signal KILL." % (
            rest[0].pid, processes.command_line(rest[0].pid)))
