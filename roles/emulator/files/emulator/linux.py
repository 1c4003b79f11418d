# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system calls that Python's library lacks: prctl, ptrace and inotify, through ctypes."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

PTRACE_TRACEME = 0
PTRACE_CONT = 7
PTRACE_DETACH = 17
PTRACE_SETOPTIONS = 0x4200
PTRACE_GETEVENTMSG = 0x4201
PTRACE_O_TRACEFORK = 0x02
PTRACE_O_TRACEEXEC = 0x10
PTRACE_EVENT_FORK = 1
PTRACE_EVENT_EXEC = 4

WAIT_ALL_CHILDREN = 0x40000000  # __WALL: also children whose end is reported by a signal other than CHLD

IN_CLOSE_WRITE = 0x008
IN_MOVED_FROM = 0x040
IN_MOVED_TO = 0x080
IN_CREATE = 0x100
IN_DELETE = 0x200
IN_MOVE_SELF = 0x800
IN_IGNORED = 0x8000
IN_ONLYDIR = 0x01000000
IN_ISDIR = 0x40000000

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long
_libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
_libc.inotify_add_watch.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_uint32]


class WatchEvent(NamedTuple):
    """One inotify record: watch descriptor, mask and the entry's name inside the directory."""

    wd: int
    mask: int
    name: str


def _check(result: int, call: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (call, os.strerror(number)))
    return result


def prctl(option: int, value: int) -> None:
    """Set a prctl(2) attribute of this process; raise OSError."""
    _check(_libc.prctl(option, value, 0, 0, 0), "prctl")


def ptrace(request: int, pid: int, data: int = 0) -> None:
    """Call ptrace(2); raise OSError."""
    _check(_libc.ptrace(request, pid, None, data), "ptrace")


def ptrace_event_message(pid: int) -> int:
    """Return the message of the traced process's last event; after a fork it is the child's pid."""
    message = ctypes.c_ulong()
    _check(_libc.ptrace(PTRACE_GETEVENTMSG, pid, None, ctypes.addressof(message)), "ptrace")
    return message.value


def inotify_open() -> int:
    """Return a non-blocking inotify file descriptor; raise OSError."""
    return _check(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC), "inotify")


def inotify_watch(fd: int, path: str) -> int:
    """Watch a directory for the changes that Upstart reacts to; return the watch descriptor, raise OSError."""
    mask = IN_CREATE | IN_DELETE | IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF | IN_ONLYDIR
    return _check(_libc.inotify_add_watch(fd, os.fsencode(path), mask), "inotify")


def inotify_unwatch(fd: int, wd: int) -> None:
    """Stop watching; a watch that no longer exists is no error."""
    _libc.inotify_rm_watch(fd, wd)


def inotify_read(fd: int) -> Iterator[WatchEvent]:
    """Yield every available record, without blocking."""
    while True:
        try:
            data = os.read(fd, 65536)
        except BlockingIOError:
            return
        position = 0
        while position < len(data):
            wd, mask, _cookie, length = struct.unpack_from("iIII", data, position)
            start = position + 16
            name = data[start:start + length].rstrip(b"\0")
            yield WatchEvent(wd, mask, os.fsdecode(name))
            position = start + length
