# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log file of a job: the output of its processes."""

from __future__ import annotations

import errno
import os

from .messages import Messages


def log_name(job: str, instance: str) -> str:
    """Return the file's name; slashes become underscores."""
    name = "%s-%s" % (job, instance) if instance else job
    return name.replace("/", "_") + ".log"


class JobLog:
    """Appends the output of a pseudo terminal to a file, which it creates at the first output.

    Output that cannot be written is kept until the next output, and what is left when the process has ended is lost,
    unless the reason may go away when disks are mounted (``may_become_writable``).
    """

    def __init__(self, path: str, master: int, messages: Messages) -> None:
        self.path = path
        self.master: int | None = master
        self.file: int | None = None
        self.open_errno = 0
        self._messages = messages
        self._kept: list[bytes] = []
        os.set_blocking(master, False)

    @property
    def unwritten(self) -> bytes:
        return b"".join(self._kept)

    @property
    def may_become_writable(self) -> bool:
        return self.open_errno in (errno.EROFS, errno.EPERM, errno.EACCES)

    def drain(self) -> bool:
        """Copy all available output; return False when no process has the terminal open any more."""
        while self.master is not None:
            try:
                data = os.read(self.master, 65536)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            self._kept.append(data)
            if self.flush() == errno.ENOSPC and self._kept:
                del self._kept[-1]
        return False

    def flush(self) -> int:
        """Write the kept output; return 0, or the number of the error if there is some left."""
        if not self._kept:
            return 0
        try:
            descriptor = self._open()
            while self._kept:
                os.write(descriptor, self._kept[0])
                del self._kept[0]
        except OSError as error:
            self._messages.debug("Failed to write %s: %s" % (self.path, error.strerror))
            return error.errno or errno.EIO
        return 0

    def _open(self) -> int:
        if self.file is not None and not os.fstat(self.file).st_nlink:
            os.close(self.file)  # the file was removed: open a new one
            self.file = None
        if self.file is None:
            try:
                self.file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
            except OSError as error:
                self.open_errno = error.errno or 0
                raise
            self.open_errno = errno.EBADF  # what init has there after it has opened the file
        return self.file

    def close(self) -> None:
        """Copy the last output, then close terminal and file."""
        self.drain()
        for descriptor in (self.master, self.file):
            if descriptor is not None:
                os.close(descriptor)
        self.master = self.file = None
