# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log file of a job: what its processes write to their terminal."""

from __future__ import annotations

import os

from .messages import Messages


def log_name(job: str, instance: str) -> str:
    """Return the file's name; slashes become underscores."""
    name = "%s-%s" % (job, instance) if instance else job
    return name.replace("/", "_") + ".log"


class JobLog:
    """Copies from the master side of a pseudo terminal to the end of a file, which it makes at the first output."""

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
        """Copy all that is there; False when nobody has the terminal open any more."""
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
        """Write what is kept; False when the file can't be opened, as on a disk that is not writable yet."""
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
            os.close(self._file)  # removed behind our back: a new file takes over
            self._file = None
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
        return self._file

    def close(self) -> None:
        """Take over the last output and let go of terminal and file."""
        self.drain()
        for descriptor in (self.master, self._file):
            if descriptor is not None:
                os.close(descriptor)
        self.master = self._file = None
