# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lost pids: main processes that ended unnoticed because of a wrong ``expect``.

The real daemon is PID 1 and adopts every orphan. When a new process gets the lost pid and ends as an orphan, the daemon
takes this for the end of the main process: this is how a stuck job is freed. The emulator adopts only its own
descendants, so it reads /proc for all other processes.
"""

from __future__ import annotations

import os
from typing import Callable

CHECK_INTERVAL = 0.01  # seconds between two checks, while there is a lost pid
SEARCH_INTERVAL = 0.2  # seconds between two searches for lost pids, if the kernel has no pidfd
_INIT = 1


class _LostPid:
    """A lost pid, and its new owner, if any."""

    def __init__(self) -> None:
        self.parent: int | None = None
        self.orphan = False


class LostPids:
    """Watches the pids that ``candidates`` returns; calls ``ended`` when a new owner has ended as an orphan.

    ``later`` calls a function after some seconds; ``watch`` calls one when a descriptor is readable, until ``unwatch``.
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
        self._lost: dict[int, _LostPid] = {}
        self._descriptors: dict[int, int] = {}  # by pid; readable when the process has ended
        self._searching = False  # True if the kernel has no such descriptors
        self._check_scheduled = False

    def follow(self, pid: int) -> None:
        """Watch a process whose pid may be lost later."""
        self._forget(pid)
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            self._check_soon(0)
        except (AttributeError, OSError):  # Linux before 5.3
            self._searching = True
            self._check_soon(SEARCH_INTERVAL)
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
        self._check_soon(0)

    def _check_soon(self, seconds: float) -> None:
        if not self._check_scheduled:
            self._check_scheduled = True
            self._later(seconds, self.check_all)

    def check_all(self) -> None:
        """Check all candidates once, and schedule the next check if there is still a lost pid."""
        pids = self._candidates()
        self._lost = {pid: lost for pid, lost in self._lost.items() if pid in pids}
        for pid in pids:
            self._check_pid(pid)
        self._check_scheduled = False
        if self._lost:
            self._check_soon(CHECK_INTERVAL)
        elif self._searching and pids:
            self._check_soon(SEARCH_INTERVAL)

    def _check_pid(self, pid: int) -> None:
        parent = parent_of(pid)
        lost = self._lost.get(pid)
        if lost is None:
            if parent is None and not is_child(pid):
                self._lost[pid] = _LostPid()
        elif parent is None:
            if lost.orphan:
                del self._lost[pid]
                self._ended(pid)
            lost.parent = None
        else:
            lost.orphan = lost.orphan or parent == _INIT or lost.parent not in (None, parent)
            lost.parent = parent


def parent_of(pid: int) -> int | None:
    """Return the parent of a process; None if no process has that pid, or a zombie has it."""
    try:
        os.kill(pid, 0)  # most lost pids have no process; this takes a tenth of the time of a look into /proc
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    try:
        with open("/proc/%d/stat" % pid, "rb") as stream:
            state, parent = stream.read().rpartition(b")")[2].split()[:2]
    except (OSError, ValueError):
        return None
    return None if state in (b"Z", b"X") else int(parent)


def is_child(pid: int) -> bool:
    """Return whether ``pid`` is a child of this process, so that waitpid reports its end."""
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True
