# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files without blocking and without reading forever.

A path may be a FIFO, a device, or a file that grows while it is read. These functions open only regular files, without
blocking, and read at most a fixed number of bytes. All code that runs on the managed host reads files with them.
"""

from __future__ import absolute_import, division, print_function

import errno
import os
import stat

from .._errors import UpstartError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional, Tuple  # noqa: F401

__metaclass__ = type

MEBIBYTE = 1 << 20
FILE_LIMIT = 16 * MEBIBYTE  # largest file that is read as a whole: a job file, a manifest, a file in /proc
READ_SIZE = 1 << 16  # bytes
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
KERNEL_LOG = os.makedev(1, 11)  # the device number of /dev/kmsg


class NotRegularError(OSError):
    """The path is not a regular file."""


class TooLargeError(OSError):
    """The file is larger than the limit."""


def open_file(path):
    # type: (str) -> int
    """Open a regular file for reading and return its descriptor.

    A device is never opened, because opening alone has effects on a watchdog or a tape drive.

    :raises OSError: NotRegularError if the path is not a regular file.
    """
    _check_regular(os.stat(path), path)
    handle = os.open(path, FLAGS)
    try:
        _check_regular(os.fstat(handle), path)  # the path may have been replaced
    except OSError:
        os.close(handle)
        raise
    return handle


def open_kernel_log(path):
    # type: (str) -> Optional[int]
    """Open the kernel's log without blocking and return its descriptor, or None if the path is not that device."""
    if not _is_kernel_log(os.stat(path)):
        return None
    handle = os.open(path, FLAGS)
    if _is_kernel_log(os.fstat(handle)):
        return handle
    os.close(handle)
    return None


def _is_kernel_log(status):
    # type: (os.stat_result) -> bool
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == KERNEL_LOG


def _check_regular(status, path):
    # type: (os.stat_result, str) -> None
    if stat.S_ISDIR(status.st_mode):
        raise NotRegularError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(errno.EINVAL, "it is not a regular file", path)


def read_bytes(path, limit=FILE_LIMIT):
    # type: (str, int) -> bytes
    """Return all bytes of a regular file.

    :raises OSError: if the file cannot be read; TooLargeError if it has more than ``limit`` bytes.
    """
    handle = open_file(path)
    try:
        data = _read_up_to(handle, limit + 1)
    finally:
        os.close(handle)
    if len(data) > limit:
        raise TooLargeError(errno.EFBIG, "it is larger than %d bytes" % limit, path)
    return data


def read_start(path, size):
    # type: (str, int) -> bytes
    """Return the first bytes of a regular file, at most ``size``."""
    handle = open_file(path)
    try:
        return _read_up_to(handle, size)
    finally:
        os.close(handle)


def read_text(path):
    # type: (str) -> str
    """Return a file of /proc or /sys as text."""
    return read_bytes(path).decode("utf-8", "replace")


def read_after(path, start, limit):
    # type: (str, int, int) -> Tuple[bytes, int]
    """Return the bytes of a regular file after its first ``start`` bytes, and the position of the first byte returned.

    A file shorter than ``start`` is read from its beginning. Of more than ``limit`` bytes, only the last ones count.
    Bytes that are written during the call are not included.
    """
    handle = open_file(path)
    try:
        size = os.fstat(handle).st_size
        start = max(start if start <= size else 0, size - limit)
        os.lseek(handle, start, os.SEEK_SET)
        return _read_up_to(handle, size - start), start
    finally:
        os.close(handle)


def _read_up_to(handle, size):
    # type: (int, int) -> bytes
    pieces = []
    while size > 0:
        data = os.read(handle, min(READ_SIZE, size))
        if not data:
            break
        pieces.append(data)
        size -= len(data)
    return b"".join(pieces)


def read_file(path):
    # type: (str) -> Optional[bytes]
    """Return the bytes of a file, or None if there is no file; raise UpstartError if it cannot be read."""
    try:
        return read_bytes(path)
    except NotRegularError:
        text = "%s is not a regular file, so Upstart does not read it. Move it away." % path
    except TooLargeError:
        text = "Cannot read %s: it is larger than %d MiB. Move it away." % (path, FILE_LIMIT // MEBIBYTE)
    except (IOError, OSError) as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return None
        text = "Cannot read %s: %s." % (path, error.strerror)
    raise UpstartError(text, path=path)
