# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a pid that no process has any more to a short-lived orphan, whose end init takes for the lost process's.

Three processes of ours take part. The first enters init's PID namespace and waits for the second; that one sets the
counter of pids, forks the third, which gets the wanted number, and ends; so init adopts the third, which ends last.
"""

from __future__ import absolute_import, division, print_function

import errno
import os
import select
import signal

from .._errors import UpstartError
from .._system import processes
from .._system.clock import monotonic

try:
    import _thread
except ImportError:  # Python 2.7
    import thread as _thread

__metaclass__ = type

COUNTER = "/proc/sys/kernel/ns_last_pid"
LIMIT = "/proc/sys/kernel/pid_max"
RESERVED = 300  # when the numbers begin again, those below are left out
BATCH = 500  # numbers used up at once, at most
NEAR = 4  # numbers that are used up so quickly that hardly anybody comes in between
AGAIN = ["again"]
TAKEN = 5.0  # seconds that another process, which was quicker, may have the number before it counts as taken
PACE = 0.2  # seconds after which it is known how fast numbers are used up


def give_back(peer_pid, pid, deadline, linger=0.05):
    """Give ``pid`` to a short-lived process and wait until that has ended.

    :param peer_pid: int, the daemon as we see it.
    :param pid: int, a pid in the daemon's PID namespace that no process has.
    :param deadline: what has ``left()``, the seconds that it may take.
    :param linger: float, seconds that the process lives before and after its adoption.
    :returns: int, the pid of the process that adopted it (in the daemon's PID namespace).
    :raises UpstartError: it cannot be done; ``reason`` is a key of REASONS.
    """
    told = AGAIN
    while told == AGAIN:
        told = _try(peer_pid, pid, deadline, linger)
    return _outcome(pid, told)


def _try(peer_pid, pid, deadline, linger):
    """Return the words that the helpers had to say; AGAIN when one of the first two got the number by chance."""
    reader, writer = os.pipe()
    first = os.fork()
    if not first:
        _helper(writer, deadline.left(), lambda: _enter(peer_pid, pid, deadline, linger, writer))
    os.close(writer)
    try:
        return _read(reader, deadline)
    finally:
        os.close(reader)
        _end(first)


def _read(reader, deadline):
    """Return the words that the helpers wrote until all have ended, or the deadline and their last breath are over."""
    told = b""
    end = monotonic() + deadline.left() + 1
    while True:
        try:
            ready = select.select([reader], [], [], max(0, end - monotonic()))[0]
            piece = os.read(reader, 4096) if ready else b""
        except (select.error, OSError, IOError) as error:
            if error.args[0] == errno.EINTR:
                continue
            raise
        told += piece
        if not piece:
            return told.decode("utf-8", "replace").split(None, 1)


def _end(pid):
    """Reap our own child; it has ended, unless it overran the deadline."""
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
    while True:
        try:
            os.waitpid(pid, 0)
            return
        except OSError as error:
            if error.errno != errno.EINTR:
                return


REASONS = {
    "namespace": "the daemon's PID namespace cannot be entered (%s). Run the task as root, or inside the container",
    "taken": "a process has it again. Upstart takes note of the end of that one only if init is its parent. Wait "
             "until it has ended, or end it, and run the task again",
    "far": "%s. Raise the timeout, or run the task as root on a kernel with " + COUNTER,
    "reserved": "%s. Run the task as root on a kernel with " + COUNTER + ", or deploy the job under another name",
    "time": "the time was too short, or other processes took it each time. Run the task again with a longer timeout",
    "error": "%s. Run the task as root",
}


def _outcome(pid, told):
    reason, rest = (told + ["", ""])[:2] if told else ("time", "")
    if reason == "adopted":
        return int(rest)
    text = REASONS[reason]
    raise UpstartError("The number %d could not be given to a new process: %s." % (
        pid, text % rest if "%s" in text else text), pid=pid, reason=reason)


def _helper(writer, seconds, action):
    """Be a process of its own that does ``action`` and ends: no return, no output, no descriptor but ``writer``."""
    status = 1
    try:
        os.setsid()
        for number in range(1, signal.NSIG):
            if number not in (signal.SIGKILL, signal.SIGSTOP) and signal.getsignal(number) is not None:
                signal.signal(number, signal.SIG_DFL)
        signal.alarm(int(seconds) + 2)  # nobody waits for it any longer than that
        _close_all_but(writer)
        action()
        status = 0
    except BaseException as error:  # whatever it is, it must not run the module's code a second time
        _tell(writer, u"error %s" % error)
    finally:
        os._exit(status)


def _close_all_but(writer):
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for entry in os.listdir("/proc/self/fd"):
        if int(entry) > 2 and int(entry) != writer:
            try:
                os.close(int(entry))
            except OSError:  # the one that listed them
                pass


def _tell(writer, words):
    os.write(writer, words.encode("utf-8"))


def _enter(peer_pid, pid, deadline, linger, writer):
    """First process: only the children of one that enters a PID namespace are in it."""
    if processes.same_namespace(peer_pid):
        if os.getpid() == pid:
            _tell(writer, u"again")
            return
    else:
        try:
            _set_namespace(peer_pid)
        except (ImportError, OSError, IOError) as error:
            _tell(writer, u"namespace %s" % error)
            return
    second = os.fork()
    if not second:
        _helper(writer, deadline.left(), lambda: _middle(pid, deadline, linger, writer))
    os.waitpid(second, 0)


def _set_namespace(peer_pid):
    import ctypes
    descriptor = os.open("/proc/%d/ns/pid" % peer_pid, os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, 0) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _middle(pid, deadline, linger, writer):
    """Second process: get a child with the wanted number, and leave it an orphan."""
    parent = os.getpid()
    if parent == pid:
        _tell(writer, u"again")
        return
    numbers = _Numbers(pid, deadline)
    told = u"time"
    while told == u"time" and deadline.left():
        if not numbers.near():
            _reap()
            if _stays(pid, deadline):
                told = u"taken"
                break
        obstacle = numbers.approach()
        if obstacle:
            told = obstacle
            break
        child = os.fork()
        if not child:
            if os.getpid() == pid:
                _orphan(parent, linger, writer)
            os._exit(0)
        numbers.last = child
        if child == pid:
            told = None
    numbers.restore()
    if told:
        _tell(writer, told)
    else:
        _sleep(linger)


def _reap():
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except OSError:  # there is none
        pass


def _orphan(parent, linger, writer):
    """Third process: live until the second has ended and for a moment more."""
    try:
        while os.getppid() == parent:
            _sleep(0.005)
        _sleep(linger)
        _tell(writer, u"adopted %d" % os.getppid())
    finally:
        os._exit(0)


def _sleep(seconds):
    select.select([], [], [], seconds)


def _stays(pid, deadline):
    """Return whether a process has the pid, and not just for a moment."""
    end = monotonic() + min(TAKEN, deadline.left())
    while _is_there(pid):
        if monotonic() > end:
            return True
        _sleep(0.02)
    return False


def _is_there(pid):
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno != errno.ESRCH
    return True


class _Numbers:
    """Makes the next fork likely to get ``pid``: by the kernel's counter, else by using up the numbers before it."""

    def __init__(self, pid, deadline):
        self._pid = pid
        self._deadline = deadline
        self._began = monotonic()
        self._used = 0
        with open(LIMIT) as stream:
            self._limit = int(stream.read())
        self._refusal = None
        self._before = None  # what the kernel's counter said at first
        self.last = None  # the number that the last fork got

    def _set_counter(self, number):
        if self._before is None:
            with open(COUNTER) as stream:
                self._before = stream.read()
        with open(COUNTER, "w") as stream:
            stream.write(number)

    def restore(self):
        """Put the kernel's counter back, else the next processes get numbers that other jobs may have lost."""
        if self._before is not None and self._refusal is None:
            self._set_counter(self._before)

    def near(self):
        """Return whether the wanted number comes next, so that there is no time for anything else."""
        return self._refusal is not None and self.last is not None and 0 < self._pid - self.last <= NEAR

    def approach(self):
        """Do what is to be done before the next fork; return None, or why there is no hope."""
        if self._refusal is None:
            try:
                self._set_counter("%d" % (self._pid - 1))
                return None
            except (IOError, OSError) as error:
                self._refusal = u"%s: %s" % (COUNTER, error.strerror)
        if self.last is None:
            return None
        if self._pid < RESERVED < self.last:
            return u"reserved %s, and without it no new process gets a number below %d" % (self._refusal, RESERVED)
        ahead = (self._pid - self.last) % (self._limit - RESERVED)
        self._use_up(ahead - 1 if self.near() else min(BATCH, ahead // 2))
        spent = monotonic() - self._began
        seconds = ahead * spent / max(1, self._used)
        if spent > PACE and seconds > self._deadline.left():
            return u"far %s, and using up the %d numbers before it (kernel.pid_max is %d) would take %d s" % (
                self._refusal, ahead, self._limit, seconds)
        return None

    def _use_up(self, count):
        """Threads have numbers of the same kind and are quicker than processes."""
        lock = _thread.allocate_lock()
        for unused in range(count):
            lock.acquire()
            _thread.start_new_thread(lock.release, ())
            with lock:
                self._used += 1
