# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Main processes that are gone without our having seen their end, after a wrong ``expect``.

The real daemon is PID 1 and adopts every orphan: when a process that has been given the lost pid ends as an orphan,
it takes that for the end of the lost one, which is how a wedged job is freed. We adopt only what descends from us, so
for the others we look into /proc.
"""

from __future__ import annotations

import os
from typing import Callable

INTERVAL = 0.01  # seconds between two looks, while there is a lost pid
SEARCH = 0.2  # seconds between two searches for lost pids, where the kernel does not announce them
_INIT = 1


class _Lost:
    """One lost pid, and its new owner once there is one."""

    def __init__(self) -> None:
        self.parent: int | None = None
        self.orphan = False


class LostPids:
    """Watches the pids that ``candidates`` returns; ``ended`` is told when a new owner has ended as an orphan.

    ``later`` calls a function after some seconds, ``watch`` one when a descriptor can be read, until ``unwatch``.
    """

    def __init__(
        self, candidates: Callable[[], list[int]], ended: Callable[[int], None], later: Callable[..., object],
        watch: Callable[[int, Callable[[], None]], None], unwatch: Callable[[int], object],
    ) -> None:
        self._candidates = candidates
        self._ended = ended
        self._later = later
        self._watch = watch
        self._unwatch = unwatch
        self._lost: dict[int, _Lost] = {}
        self._descriptors: dict[int, int] = {}  # by pid; readable when the process has ended
        self._searching = False  # where the kernel has no such descriptors
        self._looking = False

    def follow(self, pid: int) -> None:
        """Take notice of a process that may be lost one day."""
        self._forget(pid)
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self._look_soon(0)
        except (AttributeError, OSError):  # Linux before 5.3
            self._searching = True
            self._look_soon(SEARCH)
        else:
            self._descriptors[pid] = descriptor
            self._watch(descriptor, lambda: self._is_over(pid))

    def _forget(self, pid: int) -> None:
        if pid in self._descriptors:
            descriptor = self._descriptors.pop(pid)
            self._unwatch(descriptor)
            os.close(descriptor)

    def _is_over(self, pid: int) -> None:
        self._forget(pid)
        self._look_soon(0)

    def _look_soon(self, seconds: float) -> None:
        if not self._looking:
            self._looking = True
            self._later(seconds, self.look)

    def look(self) -> None:
        """Look once, and arrange for the next time unless there is nothing to look for."""
        pids = self._candidates()
        self._lost = {pid: lost for pid, lost in self._lost.items() if pid in pids}
        for pid in pids:
            self._look_at(pid)
        self._looking = False
        if self._lost:
            self._look_soon(INTERVAL)
        elif self._searching and pids:
            self._look_soon(SEARCH)

    def _look_at(self, pid: int) -> None:
        parent = parent_of(pid)
        lost = self._lost.get(pid)
        if lost is None:
            if parent is None and not is_child(pid):
                self._lost[pid] = _Lost()
        elif parent is None:
            if lost.orphan:
                del self._lost[pid]
                self._ended(pid)
            lost.parent = None
        else:
            lost.orphan = lost.orphan or parent == _INIT or lost.parent not in (None, parent)
            lost.parent = parent


def parent_of(pid: int) -> int | None:
    """Return the parent of a living process; None when there is none of that pid, or a zombie."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as stream:
            state, parent = stream.read().rpartition(b")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    return None if state in (b"Z", b"X") else int(parent)


def is_child(pid: int) -> bool:
    """Whether we shall be told of the end of ``pid``."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
