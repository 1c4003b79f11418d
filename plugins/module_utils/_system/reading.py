# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read files without waiting for anybody and without reading forever.

A path may lead to a FIFO, a device, or a file that grows while it is read. Only regular files are opened, never with
blocking, and no more than a fixed number of bytes is read. All code that runs on the managed host reads files by this.
"""

from __future__ import absolute_import, division, print_function

import errno
import os
import stat

from .._errors import UpstartError

__metaclass__ = type

MEBIBYTE = 1 << 20
FILE_LIMIT = 16 * MEBIBYTE  # bytes of a file that is read whole: a job file, a manifest, a file in /proc
PIECE = 1 << 16
FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY
KERNEL_LOG = os.makedev(1, 11)  # the device number of /dev/kmsg


class NotRegularError(OSError):
    """The path leads to something else than a regular file."""


class TooLargeError(OSError):
    """The file has more bytes than may be read."""


def open_file(path):
    """Return a descriptor of a regular file, open for reading; raise OSError, NotRegularError for anything else.

    A device is not even opened: to open a watchdog or a tape drive has effects of its own.
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
    """Return a descriptor of the kernel's log, open for reading without blocking; None where the path is another."""
    if not _is_kernel_log(os.stat(path)):
        return None
    handle = os.open(path, FLAGS)
    if _is_kernel_log(os.fstat(handle)):
        return handle
    os.close(handle)
    return None


def _is_kernel_log(status):
    return stat.S_ISCHR(status.st_mode) and status.st_rdev == KERNEL_LOG


def _check_regular(status, path):
    if stat.S_ISDIR(status.st_mode):
        raise NotRegularError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(status.st_mode):
        raise NotRegularError(errno.EINVAL, "it is not a regular file", path)


def read_bytes(path, limit=FILE_LIMIT):
    """Return all bytes of a regular file.

    :raises OSError: when it cannot be read, TooLargeError when there are more than ``limit`` bytes.
    """
    handle = open_file(path)
    try:
        data = _read_up_to(handle, limit + 1)
    finally:
        os.close(handle)
    if len(data) > limit:
        raise TooLargeError(errno.EFBIG, "it has more than %d bytes" % limit, path)
    return data


def read_text(path):
    """Return a file of /proc or /sys as text."""
    return read_bytes(path).decode("utf-8", "replace")


def read_after(path, start, limit):
    """Return the bytes of a regular file after the first ``start``, and the position at which they begin.

    These are the last ``limit`` bytes where there are more, and all of the file where it is shorter than ``start``.
    What is written while they are read is not among them.
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
    pieces = []
    while size > 0:
        data = os.read(handle, min(PIECE, size))
        if not data:
            break
        pieces.append(data)
        size -= len(data)
    return b"".join(pieces)


def read_file(path):
    """Return a file's bytes, None where there is no file; raise UpstartError with the path for what cannot be read."""
    try:
        return read_bytes(path)
    except NotRegularError:
        text = "%s is not a regular file, so Upstart does not read it. Move it away." % path
    except TooLargeError:
        text = "Cannot read %s: it has more than %d MiB. Move it away." % (path, FILE_LIMIT // MEBIBYTE)
    except (IOError, OSError) as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return None
        text = "Cannot read %s: %s." % (path, error.strerror)
    raise UpstartError(text, path=path)
