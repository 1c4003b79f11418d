# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Give a pid that no process has any more to a short-lived orphan. Init takes its end for that of the lost process.

This needs three helper processes. The first enters init's PID namespace and waits for the second. The second sets the
kernel's pid counter, forks the third, which gets the wanted pid, and exits. Init adopts the third, which exits last.
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
    import thread as _thread  # type: ignore[import-not-found,no-redef]

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, List, Optional  # noqa: F401
    from .._system.deadline import Deadline  # noqa: F401

__metaclass__ = type

LAST_PID_FILE = "/proc/sys/kernel/ns_last_pid"  # the kernel's pid counter
PID_MAX_FILE = "/proc/sys/kernel/pid_max"
RESERVED_PIDS = 300  # the kernel skips the pids below this number when it starts again from the beginning
MAX_PIDS_AT_ONCE = 500  # pids that are used up before the state is checked again
NEAR_PIDS = 4  # pids that are used up so quickly that other processes hardly ever get one of them
RETRY = ["again"]
OCCUPIED_SECONDS = 5.0  # seconds that another process may keep the pid before the pid counts as taken
MIN_MEASURED_SECONDS = 0.2  # seconds after which the speed of using up pids is known
ORPHAN_LIFETIME_SECONDS = 0.05  # seconds that the new owner of the pid lives before and after its adoption

# Reason to (cause, remedy). "taken": Upstart notices the end of that process only if it is a child of init.
REASONS = {
    "namespace": ("cannot enter Upstart's PID namespace (%s)", "Run the task as root, or inside the container"),
    "taken": ("another process has this pid", "End it or wait until it has ended, then run the task again"),
    "far": ("%s", "Raise the timeout, or run the task as root on a kernel with " + LAST_PID_FILE),
    "reserved": ("%s", "Run the task as root on a kernel with " + LAST_PID_FILE + ", or deploy the job under another "
                 "name"),
    "time": ("the timeout was too short, or other processes got the pid first",
             "Run the task again with a longer timeout"),
    "error": ("%s", "Run the task as root"),
}


class PidUnavailableError(UpstartError):
    """No new process can get a pid.

    :ivar cause: text, a clause.
    :ivar remedy: text, a sentence without its full stop.
    """

    def __init__(self, pid, reason, detail=""):
        # type: (int, str, str) -> None
        cause, self.remedy = REASONS[reason]
        self.cause = cause % detail if "%s" in cause else cause
        super(PidUnavailableError, self).__init__(
            "Cannot start a process with pid %d: %s. %s." % (pid, self.cause, self.remedy), pid=pid, reason=reason)


def give_back(peer_pid, pid, deadline, orphan_lifetime=ORPHAN_LIFETIME_SECONDS):
    # type: (int, int, Deadline, float) -> int
    """Give ``pid`` to a short-lived process and wait until that has ended.

    :param peer_pid: int, the daemon's pid in our namespace.
    :param pid: int, a pid in the daemon's PID namespace that no process has.
    :param deadline: an object with ``left()``, the seconds that are left.
    :param orphan_lifetime: float, seconds that the process lives before and after its adoption.
    :returns: int, the pid of the process that adopted it (in the daemon's PID namespace).
    :raises PidUnavailableError: it cannot be done; ``reason`` is a key of REASONS.
    """
    report = RETRY
    while report == RETRY:
        report = _try(peer_pid, pid, deadline, orphan_lifetime)
    reason, detail = (report + ["", ""])[:2] if report else ("time", "")
    if reason == "adopted":
        return int(detail)
    raise PidUnavailableError(pid, reason, detail)


def _try(peer_pid, pid, deadline, orphan_lifetime):
    # type: (int, int, Deadline, float) -> List[str]
    """Return the report of the helpers as [reason, detail]; RETRY when one of the first two got the pid by chance."""
    reader, writer = os.pipe()
    first = os.fork()
    if not first:
        _run_helper(writer, deadline.left(), lambda: _enter(peer_pid, pid, deadline, orphan_lifetime, writer))
    os.close(writer)
    try:
        return _read_report(reader, deadline)
    finally:
        os.close(reader)
        _reap_helper(first)


def _read_report(reader, deadline):
    # type: (int, Deadline) -> List[str]
    """Return the words that the helpers wrote, when all have ended or one second after the deadline."""
    report = b""
    end = monotonic() + deadline.left() + 1
    while True:
        try:
            ready = select.select([reader], [], [], max(0, end - monotonic()))[0]
            data = os.read(reader, 4096) if ready else b""
        except (select.error, OSError, IOError) as error:
            if error.args[0] == errno.EINTR:
                continue
            raise
        report += data
        if not data:
            return report.decode("utf-8", "replace").split(None, 1)


def _reap_helper(pid):
    # type: (int) -> None
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


def _run_helper(writer, seconds, action):
    # type: (int, float, Callable[[], None]) -> None
    """Run ``action`` as a process of its own, without our session, output and descriptors, and exit.

    :param writer: int, the only descriptor that stays open.
    """
    status = 1
    try:
        os.setsid()
        for number in range(1, signal.NSIG):
            if number not in (signal.SIGKILL, signal.SIGSTOP) and signal.getsignal(number) is not None:
                signal.signal(number, signal.SIG_DFL)
        signal.alarm(int(seconds) + 2)  # we do not wait for the helper any longer
        _close_all_but(writer)
        action()
        status = 0
    except BaseException as error:  # no error may make the helper run the module's code a second time
        _report(writer, u"error %s" % error)
    finally:
        os._exit(status)


def _close_all_but(writer):
    # type: (int) -> None
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for entry in os.listdir("/proc/self/fd"):
        if int(entry) > 2 and int(entry) != writer:
            try:
                os.close(int(entry))
            except OSError:  # the descriptor of the listing itself
                pass


def _report(writer, text):
    # type: (int, str) -> None
    os.write(writer, text.encode("utf-8"))


def _enter(peer_pid, pid, deadline, orphan_lifetime, writer):
    # type: (int, int, Deadline, float, int) -> None
    """First helper: enter the PID namespace. Only the children of a process that enters it belong to it."""
    if processes.same_namespace(peer_pid):
        if os.getpid() == pid:
            _report(writer, u"again")
            return
    else:
        try:
            _set_namespace(peer_pid)
        except (ImportError, OSError, IOError) as error:
            _report(writer, u"namespace %s" % error)
            return
    second = os.fork()
    if not second:
        _run_helper(writer, deadline.left(), lambda: _fork_until_pid(pid, deadline, orphan_lifetime, writer))
    os.waitpid(second, 0)


def _set_namespace(peer_pid):
    # type: (int) -> None
    import ctypes
    descriptor = os.open("/proc/%d/ns/pid" % peer_pid, os.O_RDONLY)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, 0) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _fork_until_pid(pid, deadline, orphan_lifetime, writer):
    # type: (int, Deadline, float, int) -> None
    """Second helper: get a child with the wanted pid, and exit before it."""
    parent = os.getpid()
    if parent == pid:
        _report(writer, u"again")
        return
    counter = _PidCounter(pid, deadline)
    reason = u"time"  # type: Optional[str]
    while reason == u"time" and deadline.left():
        if not counter.is_near():
            _reap_children()
            if _stays_occupied(pid, deadline):
                reason = u"taken"
                break
        obstacle = counter.approach()
        if obstacle:
            reason = obstacle
            break
        child = os.fork()
        if not child:
            if os.getpid() == pid:
                _live_as_orphan(parent, orphan_lifetime, writer)
            os._exit(0)
        counter.last_pid = child
        if child == pid:
            reason = None
    counter.restore()
    if reason:
        _report(writer, reason)
    else:
        _sleep(orphan_lifetime)


def _reap_children():
    # type: () -> None
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except OSError:  # no child
        pass


def _live_as_orphan(parent, orphan_lifetime, writer):
    # type: (int, float, int) -> None
    """Third helper: live until the second has exited and a moment longer."""
    try:
        while os.getppid() == parent:
            _sleep(0.005)
        _sleep(orphan_lifetime)
        _report(writer, u"adopted %d" % os.getppid())
    finally:
        os._exit(0)


def _sleep(seconds):
    # type: (float) -> None
    select.select([], [], [], seconds)


def _stays_occupied(pid, deadline):
    # type: (int, Deadline) -> bool
    """Return whether a process has the pid, and not just for a moment."""
    end = monotonic() + min(OCCUPIED_SECONDS, deadline.left())
    while _exists(pid):
        if monotonic() > end:
            return True
        _sleep(0.02)
    return False


def _exists(pid):
    # type: (int) -> bool
    try:
        os.kill(pid, 0)
    except OSError as error:
        return error.errno != errno.ESRCH
    return True


class _PidCounter:
    """Makes the next fork likely to get ``pid``: sets the kernel's counter, or else uses up the pids before it.

    :ivar last_pid: int, the pid that the last fork got, or None.
    """

    def __init__(self, pid, deadline):
        # type: (int, Deadline) -> None
        self._pid = pid
        self._deadline = deadline
        self._began = monotonic()
        self._used = 0
        with open(PID_MAX_FILE) as stream:
            self._pid_max = int(stream.read())
        self._refusal = None  # type: Optional[str]  # why the kernel's counter cannot be set
        self._original = None  # type: Optional[str]  # the kernel's counter before it was set
        self.last_pid = None  # type: Optional[int]

    def _set_counter(self, number):
        # type: (str) -> None
        if self._original is None:
            with open(LAST_PID_FILE) as stream:
                self._original = stream.read()
        with open(LAST_PID_FILE, "w") as stream:
            stream.write(number)

    def restore(self):
        # type: () -> None
        """Set the kernel's counter back. Otherwise the next processes get pids that other jobs may have lost."""
        if self._original is not None and self._refusal is None:
            self._set_counter(self._original)

    def is_near(self):
        # type: () -> bool
        """Return whether the wanted pid comes next, too soon for anything but a fork."""
        return self._refusal is not None and self.last_pid is not None and 0 < self._pid - self.last_pid <= NEAR_PIDS

    def approach(self):
        # type: () -> Optional[str]
        """Prepare the next fork; return None, or a reason and its detail when the pid cannot be reached."""
        if self._refusal is None:
            try:
                self._set_counter("%d" % (self._pid - 1))
                return None
            except (IOError, OSError) as error:
                self._refusal = u"cannot set %s (%s)" % (LAST_PID_FILE, error.strerror)
        if self.last_pid is None:
            return None
        if self._pid < RESERVED_PIDS < self.last_pid:
            return u"reserved %s, and without it no new process gets a pid below %d" % (self._refusal, RESERVED_PIDS)
        ahead = (self._pid - self.last_pid) % (self._pid_max - RESERVED_PIDS)
        self._use_up(ahead - 1 if self.is_near() else min(MAX_PIDS_AT_ONCE, ahead // 2))
        spent = monotonic() - self._began
        seconds = ahead * spent / max(1, self._used)
        if spent > MIN_MEASURED_SECONDS and seconds > self._deadline.left():
            return u"far %s, and using up %d pids first (kernel.pid_max is %d) would take %d s" % (
                self._refusal, ahead, self._pid_max, seconds)
        return None

    def _use_up(self, count):
        # type: (int) -> None
        """Use up pids with threads, which get pids too and start faster than processes."""
        lock = _thread.allocate_lock()
        for unused in range(count):
            lock.acquire()
            _thread.start_new_thread(lock.release, ())
            with lock:
                self._used += 1
