# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's own messages, in init's style.

Standard error stands for the kernel's log. Init writes to it only when it has read its files; what it reports before
that, such as errors in these files, goes to the console, for which standard output stands.
"""

from __future__ import annotations

import os
import sys

PRIORITIES = ("debug", "info", "message", "warn", "error", "fatal")


class RealDaemonCrashError(Exception):
    """The real daemon crashes here; the emulator exits with status 70."""


class RealDaemonHangError(Exception):
    """The real daemon loops forever here; the emulator exits with status 72."""


class Messages:
    """Writes messages at or above ``priority``."""

    def __init__(self, priority: str = "message") -> None:
        self.priority = priority
        self._stream = sys.stdout

    def startup_complete(self) -> None:
        """Write to the kernel's log from now on."""
        self._stream = sys.stderr

    def write(self, priority: str, text: str) -> None:
        """Write a line unless its priority is too low."""
        if PRIORITIES.index(priority) < PRIORITIES.index(self.priority):
            return
        line = "init: %s\n" % text
        try:
            os.write(self._stream.fileno(), os.fsencode(line))
        except (OSError, ValueError):
            pass  # the stream is closed; a daemon continues without it

    def debug(self, text: str) -> None:
        self.write("debug", text)

    def info(self, text: str) -> None:
        self.write("info", text)

    def warn(self, text: str) -> None:
        self.write("warn", text)

    def error(self, text: str) -> None:
        self.write("error", text)
