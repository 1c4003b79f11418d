# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What init itself says about a job: it tells no client, only the kernel's log or syslog (Upstart 0.6.5)."""

from __future__ import absolute_import, division, print_function

import errno
import os
import re
import stat
import time

from .._daemon.names import display_name
from .._system import reading
from .._system.deadline import Deadline

__metaclass__ = type

SAID = re.compile(r"\binit(?:\[[0-9]+\])?: (.*)")
RECORD = 8192  # bytes, the longest record of the kernel's log
RECORDS_PER_LOOK = 20000  # more than a kernel keeps: its log may be written to faster than it is read
BYTES_PER_LOOK = reading.MEBIBYTE  # of the end of a log file that grew by more since the last look
KEPT_MESSAGES = 2000
LATE = 0.3  # seconds that a log file may lag behind, since a syslog daemon writes it
AGAIN = 0.03  # seconds between two looks at it
CHATTER = re.compile(r" (?:goal|state) changed from | process \([0-9]+\)$| exited normally$")
AFTER_START = re.compile(r"\bpost-start process\b.*\b(terminated|killed|dumped)\b|\bspawn \S.* post-start process: ")


class InitLog:
    """Follows init's messages from now on.

    :param path: text, /dev/kmsg or a file that syslog writes init's messages to. What cannot be read says nothing,
        nor does any other device, a FIFO or a directory.
    """

    def __init__(self, path):
        self.path = path
        self._handle = None
        self._start = 0
        self._said = []
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
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def about(self, job, instance="", expected=False):
        """Return what init said about a job's instance since the log was opened, a list of text.

        :param expected: whether there should be something, so that a log file is worth waiting for.
        """
        found = self._about(job, instance)
        deadline = Deadline(LATE)
        while expected and self._is_file and not found and deadline.left():
            time.sleep(AGAIN)
            found = self._about(job, instance)
        return found

    def _about(self, job, instance):
        self._read()
        name = re.escape(display_name(job, instance))
        pattern = re.compile(r"^(?:\S+ to spawn )?%s |^Failed to obtain %s instance|/%s\.(?:conf|override):" % (
            name, re.escape(job), re.escape(job)))
        return [text for text in self._said if pattern.search(text) and not CHATTER.search(text)]

    def _read(self):
        text = self._kernel_log() if self._handle is not None else self._new_text()
        for line in text.splitlines():
            found = SAID.search(line)
            if found:
                self._said.append(found.group(1)[:RECORD])
        del self._said[:-KEPT_MESSAGES]

    def _kernel_log(self):
        lines = []
        for unused in range(RECORDS_PER_LOOK):
            try:
                record = os.read(self._handle, RECORD)
            except OSError as error:
                if error.errno == errno.EPIPE:  # records that were overwritten before they were read
                    continue
                break  # nothing more, or a kernel (before 3.5) whose log is not read this way
            if not record:
                break
            lines.append(record.decode("utf-8", "replace").partition(";")[2])
        return "\n".join(lines)

    def _new_text(self):
        if not self._is_file:
            return ""
        try:
            data, start = reading.read_after(self.path, self._start, BYTES_PER_LOOK)
        except (IOError, OSError):
            return ""
        whole = data[:data.rfind(b"\n") + 1]
        self._start = start + len(whole)
        return whole.decode("utf-8", "replace")


def failed_after_start(said):
    """Return the messages on a failed post-start process, which Upstart takes for no failure of the job."""
    return [text for text in said if AFTER_START.search(text)]
