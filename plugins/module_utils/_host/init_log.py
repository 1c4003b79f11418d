# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init's own messages about jobs: no client gets them, only the kernel's log or, with Upstart 0.6.5, syslog."""

from __future__ import absolute_import, division, print_function

import errno
import os
import re
import stat
import time

from .._daemon.names import display_name
from .._system import reading
from .._system.deadline import Deadline

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, Iterator, List, Optional  # noqa: F401

__metaclass__ = type

INIT_MESSAGE = re.compile(r"\binit(?:\[[0-9]+\])?: (.*)")
RECORD_BYTES = 8192  # the longest record of the kernel's log
RECORDS_PER_READ = 20000  # more than a kernel keeps: its log may be written faster than it is read
BYTES_PER_READ = reading.MEBIBYTE  # read only the end of a log file that has grown by more
KEPT_MESSAGES = 2000  # the latest
SYSLOG_DELAY_SECONDS = 0.3  # time that a log file may lag behind, because a syslog daemon writes it
LOG_POLL_INTERVAL = 0.03  # seconds between two reads of a log file
CHATTER = re.compile(r" (?:goal|state) changed from | process \([0-9]+\)$| exited normally$")
AFTER_START = re.compile(r"\bpost-start process\b.*\b(terminated|killed|dumped)\b|\bspawn \S.* post-start process: ")


class InitLog:
    """Collects init's messages from now on.

    :param path: text, /dev/kmsg or a file that syslog writes init's messages to. There are no messages from a path
        that cannot be read, another device, a FIFO or a directory.
    """

    def __init__(self, path):
        # type: (str) -> None
        self.path = path
        self._handle = None  # type: Optional[int]
        self._start = 0
        self._messages = []  # type: List[str]
        try:
            self._handle = reading.open_kernel_log(path)
            if self._handle is not None:
                os.lseek(self._handle, 0, os.SEEK_END)
            status = os.stat(path)
            self._is_file = stat.S_ISREG(status.st_mode)
            self._start = status.st_size
        except OSError:
            self._is_file = False

    def close(self):
        # type: () -> None
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def about(self, job, instance="", expected=False):
        # type: (str, str, bool) -> List[str]
        """Return init's messages about a job's instance since the log was opened, a list of text.

        :param expected: bool, whether there should be a message: then a log file gets time to catch up.
        """
        messages = self._about(job, instance)
        deadline = Deadline(SYSLOG_DELAY_SECONDS)
        while expected and self._is_file and not messages and deadline.left():
            time.sleep(LOG_POLL_INTERVAL)
            messages = self._about(job, instance)
        return messages

    def _about(self, job, instance):
        # type: (str, str) -> List[str]
        self._read()
        name = re.escape(display_name(job, instance))
        pattern = re.compile(r"^(?:\S+ to spawn )?%s |^Failed to obtain %s instance|/%s\.(?:conf|override):" % (
            name, re.escape(job), re.escape(job)))
        return [text for text in self._messages if pattern.search(text) and not CHATTER.search(text)]

    def _read(self):
        # type: () -> None
        text = self._kernel_log() if self._handle is not None else self._new_text()
        for line in text.splitlines():
            match = INIT_MESSAGE.search(line)
            if match:
                self._messages.append(match.group(1)[:RECORD_BYTES])
        del self._messages[:-KEPT_MESSAGES]

    def _kernel_log(self):
        # type: () -> str
        records = kernel_records(self._handle)  # type: ignore[arg-type]  # it is open here
        return "\n".join(record.partition(";")[2] for record in records)

    def _new_text(self):
        # type: () -> str
        if not self._is_file:
            return ""
        try:
            data, start = reading.read_after(self.path, self._start, BYTES_PER_READ)
        except (IOError, OSError):
            return ""
        lines = data[:data.rfind(b"\n") + 1]
        self._start = start + len(lines)
        return lines.decode("utf-8", "replace")


def kernel_records(handle):
    # type: (int) -> Iterator[str]
    """Yield the records of the kernel's log, as text, from the present position of an open descriptor."""
    for unused in range(RECORDS_PER_READ):
        try:
            record = os.read(handle, RECORD_BYTES)
        except OSError as error:
            if error.errno == errno.EPIPE:  # records that were overwritten before they were read
                continue
            return  # the end, or a kernel before 3.5, whose log has another format
        if not record:
            return
        yield record.decode("utf-8", "replace")


def failed_after_start(messages):
    # type: (Iterable[str]) -> List[str]
    """Return the messages about a failed post-start process, which Upstart does not count as a failure of the job."""
    return [text for text in messages if AFTER_START.search(text)]
