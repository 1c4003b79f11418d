# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lock files: only one process at a time gets past ``held``.

The kernel releases a lock when its process ends, however it ends. The next process takes over the file that a killed
process has left, and removes it.
"""

from __future__ import absolute_import, division, print_function

import contextlib
import errno
import fcntl
import os
import time

from .._errors import UpstartError
from .deadline import Deadline
from .files import remove_if_empty
from .reading import read_file

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterator, Optional, Sequence  # noqa: F401

__metaclass__ = type

POLL_INTERVAL = 0.05  # seconds
OPEN_ATTEMPTS = 20  # another process may remove the empty directory, or make it, at the same moment
MODE = 0o600
HELD_BY_OTHERS = (errno.EWOULDBLOCK, errno.EACCES)


@contextlib.contextmanager
def held(paths, timeout):
    # type: (Sequence[str], float) -> Iterator[None]
    """Hold the locks of several files. They are taken in the order of their names, so that two processes never block
    each other.

    Where the lock files cannot be written, or the file system has no locks, the block runs without them.

    :param paths: list of text, the lock files. Their directories are made, and removed again if they stay empty.
    :param timeout: float, seconds to wait for other processes.
    :raises UpstartError: if another process still holds a lock then.
    """
    deadline = Deadline(timeout)
    handles = []
    try:
        for path in sorted(set(paths)):
            handle = _acquire(path, deadline)
            if handle is not None:
                handles.append((path, handle))
        yield
    finally:
        for path, handle in handles:
            _remove(path)
            os.close(handle)


def _acquire(path, deadline):
    # type: (str, Deadline) -> Optional[int]
    """Return the descriptor of a locked file; None if it cannot be locked at all."""
    while True:
        handle = _opened(path)
        if handle is None:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (IOError, OSError) as error:
            os.close(handle)
            if error.errno not in HELD_BY_OTHERS:
                return None
            if not deadline.left():
                raise _timeout_error(path, deadline.seconds)
            time.sleep(POLL_INTERVAL)
            continue
        if _is_at(path, handle):
            _write_pid(handle)
            return handle
        os.close(handle)  # the process that had the lock has removed the file


def _opened(path):
    # type: (str) -> Optional[int]
    """Return the descriptor of a lock file; None if it cannot be written."""
    for _attempt in range(OPEN_ATTEMPTS):
        try:
            folder = os.path.dirname(path)
            if folder and not os.path.isdir(folder):
                os.makedirs(folder, 0o755)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, MODE)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EEXIST):
                return None
            time.sleep(POLL_INTERVAL)
        else:
            fcntl.fcntl(handle, fcntl.F_SETFD, fcntl.FD_CLOEXEC)  # Python 2 passes open files on to programs
            return handle
    return None


def _write_pid(handle):
    # type: (int) -> None
    """Write the number of this process to its lock file, for the message of another process."""
    try:
        os.ftruncate(handle, 0)
        os.write(handle, ("%d\n" % os.getpid()).encode("ascii"))
    except OSError:
        pass  # the file system is full; the lock works without the number


def _is_at(path, handle):
    # type: (str, int) -> bool
    """Return whether a path still leads to an open file."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except OSError:
        return False


def _remove(path):
    # type: (str) -> None
    try:
        os.unlink(path)
    except OSError:
        pass  # somebody has removed it
    remove_if_empty(os.path.dirname(path))


def _timeout_error(path, seconds):
    # type: (str, float) -> UpstartError
    try:
        holder = (read_file(path) or b"").decode("ascii", "replace").strip()
    except UpstartError:
        holder = ""
    process = "process %s" % holder if holder.isdigit() else "another process"
    return UpstartError(
        "The lock file %s was still held by %s after %g s (timeout). Nothing was changed. Wait until that task ends, "
        "or end it, then run this task again." % (path, process, seconds), path=path)
