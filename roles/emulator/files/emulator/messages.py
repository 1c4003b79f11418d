# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's own messages, on standard error in init's style."""

from __future__ import annotations

import os
import sys

PRIORITIES = ("debug", "info", "message", "warn", "error", "fatal")


class RealDaemonDies(Exception):
    """Something that ends the real daemon; the emulator leaves with a status of its own."""


class RealDaemonSpins(Exception):
    """Something that keeps the real daemon busy forever; the emulator leaves with another status of its own."""


class Messages:
    """Writes what is at or above ``priority``."""

    def __init__(self, priority: str = "message") -> None:
        self.priority = priority

    def say(self, priority: str, text: str) -> None:
        """Write one line when its priority counts at present."""
        if PRIORITIES.index(priority) < PRIORITIES.index(self.priority):
            return
        line = "init: %s\n" % text
        try:
            os.write(sys.stderr.fileno(), os.fsencode(line))
        except (OSError, ValueError):
            pass  # nobody reads us any more; a daemon lives on without

    def debug(self, text: str) -> None:
        self.say("debug", text)

    def info(self, text: str) -> None:
        self.say("info", text)

    def warn(self, text: str) -> None:
        self.say("warn", text)

    def error(self, text: str) -> None:
        self.say("error", text)
