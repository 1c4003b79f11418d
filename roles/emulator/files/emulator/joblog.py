# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log file of a job: the output of its processes."""

from __future__ import annotations

import os

from .messages import Messages


def log_name(job: str, instance: str) -> str:
    """Return the file's name; slashes become underscores."""
    name = "%s-%s" % (job, instance) if instance else job
    return name.replace("/", "_") + ".log"


class JobLog:
    """Appends the output of a pseudo terminal to a file, which it creates at the first output."""

    def __init__(self, path: str, master: int, messages: Messages) -> None:
        self.path = path
        self.master: int | None = master
        self._messages = messages
        self._file: int | None = None
        self._kept: list[bytes] = []
        os.set_blocking(master, False)

    @property
    def unwritten(self) -> bool:
        return bool(self._kept)

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
            self.flush()
        return False

    def flush(self) -> bool:
        """Write the kept output; return False if the file cannot be opened, for example on a read-only disk."""
        if not self._kept:
            return True
        try:
            descriptor = self._open()
            while self._kept:
                os.write(descriptor, self._kept[0])
                del self._kept[0]
        except OSError as error:
            self._messages.debug("Failed to write %s: %s" % (self.path, error.strerror))
            return False
        return True

    def _open(self) -> int:
        if self._file is not None and not os.fstat(self._file).st_nlink:
            os.close(self._file)  # the file was removed: open a new one
            self._file = None
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        return self._file

    def close(self) -> None:
        """Copy the last output, then close terminal and file."""
        self.drain()
        for descriptor in (self.master, self._file):
            if descriptor is not None:
                os.close(descriptor)
        self.master = self._file = None
