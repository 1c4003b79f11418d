# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Follow a job's main process through its forks, for ``expect fork`` and ``expect daemon``."""

from __future__ import annotations

import os
from typing import Callable

from . import linux

NEW, NORMAL, NEW_CHILD, DONE = "TRACE_NEW", "TRACE_NORMAL", "TRACE_NEW_CHILD", "TRACE_NONE"
FORKS = {"fork": 1, "daemon": 2}


class Trace:
    """A traced process; after each fork the child replaces it."""

    def __init__(self, pid: int, expect: str, follow: Callable[[int], None], ready: Callable[[], None]) -> None:
        self.pid = pid
        self.state = NEW
        self.forks = 0
        self._expected = FORKS[expect]
        self._follow = follow
        self._ready = ready

    def stopped(self, status: int) -> None:
        """Handle a stop; ``status`` is the status of wait(2)."""
        try:
            self._stopped(os.WSTOPSIG(status), status >> 16)
        except ProcessLookupError:
            pass  # killed meanwhile: wait(2) reports its end

    def _stopped(self, number: int, event: int) -> None:
        if self.state == NEW_CHILD:
            self._child_stopped()
        elif self.state == NEW:
            self.state = NORMAL
            self._watch()
        elif event == linux.PTRACE_EVENT_FORK:
            self._forked()
        elif event == linux.PTRACE_EVENT_EXEC:
            if self.forks:
                self._done()
            else:
                linux.ptrace(linux.PTRACE_CONT, self.pid)
        else:
            linux.ptrace(linux.PTRACE_CONT, self.pid, number)

    def _forked(self) -> None:
        child = linux.ptrace_event_message(self.pid)
        parent, self.pid = self.pid, child
        self.state = NEW_CHILD
        self._follow(child)
        linux.ptrace(linux.PTRACE_DETACH, parent)
        try:
            # The child's first stop may have been reported before its pid was known.
            linux.ptrace(linux.PTRACE_SETOPTIONS, child)
        except ProcessLookupError:
            return
        self._child_stopped()

    def _child_stopped(self) -> None:
        self.forks += 1
        if self.forks >= self._expected:
            self._done()
        else:
            self.state = NORMAL
            self._watch()

    def _watch(self) -> None:
        linux.ptrace(linux.PTRACE_SETOPTIONS, self.pid, linux.PTRACE_O_TRACEFORK | linux.PTRACE_O_TRACEEXEC)
        linux.ptrace(linux.PTRACE_CONT, self.pid)

    def _done(self) -> None:
        self.state = DONE
        linux.ptrace(linux.PTRACE_DETACH, self.pid)
        self._ready()
