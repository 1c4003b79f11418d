# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runlevel of the host, which telinit writes to utmp and emits as an event."""

from __future__ import absolute_import, division, print_function

import os

from .._errors import UpstartError
from .._system import commands

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional, Tuple  # noqa: F401

__metaclass__ = type

EVENT = "runlevel"
READ_SECONDS = 10.0


def read():
    # type: () -> Tuple[Optional[str], Optional[str]]
    """Return the present and the previous runlevel according to the program runlevel, (None, None) if it fails."""
    try:
        result = run_program("runlevel", [], READ_SECONDS)
    except UpstartError:
        return None, None
    words = result.stdout.split()
    if result.rc != 0 or len(words) != 2 or any(len(word) != 1 for word in words):
        return None, None
    return words[1], words[0]


def is_reached(level, current, previous):
    # type: (str, Optional[str], Optional[str]) -> bool
    """Return whether a host has reached a runlevel; S after 1 counts as 1, because some hosts' scripts go on to S."""
    return current == level or (level, current, previous) == ("1", "S", "1")


def run_program(name, arguments, seconds):
    # type: (str, List[str], float) -> commands.Result
    """Run a program for at most ``seconds`` and return its commands.Result; raise UpstartError if it cannot run."""
    for variable in ("RUNLEVEL", "PREVLEVEL"):
        os.environ.pop(variable, None)  # telinit and runlevel would use them as the host's
    result = commands.run([name] + arguments, seconds)
    if result.why is not None:
        text = result.stderr.strip() if result.rc is None and result.why != commands.TIMEOUT else None
        raise UpstartError("%s %s." % (name, commands.describe(result, seconds)) if text is None else text + ".",
                           program=name)
    return result
