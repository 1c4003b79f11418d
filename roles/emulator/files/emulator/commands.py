# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the argument vector of a job's command."""

from __future__ import annotations

import re
from typing import NamedTuple

SHELL = "/bin/sh"
SHELL_CHARACTERS = frozenset("~`!$^&*()=|\\{}[];\"'<>?")


class Command(NamedTuple):
    """An argument vector; ``fed`` is a script that the shell reads from a descriptor."""

    argv: list[str]
    fed: str | None = None


def needs_shell(command: str) -> bool:
    """Return whether an ``exec`` line has a character that only a shell understands."""
    return not SHELL_CHARACTERS.isdisjoint(command)


def build(text: str, script: bool, folder: str, descriptor: int) -> Command:
    """Turn an ``exec`` line or a script into an argument vector; a long script is read from ``folder/descriptor``."""
    if script:
        body = text.rstrip("\n")
        if "\n" not in body:
            return _shell(body)
        # The script closes the shell's copy; dash cannot name a descriptor of two digits (0.6.5).
        close = "exec %d<&-\n" % descriptor if descriptor < 10 else ""
        return Command([SHELL, "-e", "%s/%d" % (folder, descriptor)], close + text)
    if needs_shell(text):
        return _shell("exec " + text)
    return Command([word for word in re.split("[ \t\r\n]+", text) if word])


def _shell(command: str) -> Command:
    return Command([SHELL, "-e", "-c", command, SHELL])
