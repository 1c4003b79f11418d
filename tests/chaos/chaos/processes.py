# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes in /proc of this machine, including those of a daemon in its own PID namespace."""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    pid: int  # in this namespace
    state: str  # the letter in /proc, "" if the process does not exist
    began: float  # on the clock of time.monotonic()
    environment: dict[str, str]

    @property
    def alive(self) -> bool:
        return self.state not in ("", "Z", "X", "x")


NONE = Process(0, "", 0.0, {})


def peer_pid(address: str) -> int:
    """Return the process that listens at a daemon's address."""
    kind, value = address.partition(":")[2].split("=", 1)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.connect("\0" + value if kind == "abstract" else value)
        return int(struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])


def _namespace(pid: int | str) -> str:
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


class Processes:
    """The processes of a daemon."""

    def __init__(self, address: str) -> None:
        self._init = peer_pid(address)
        self._inside = _namespace(self._init)
        self._foreign = self._inside != _namespace("self")
        self._pids: dict[int, int] = {}

    def _ours(self, pid: int) -> int:
        """Translate a pid of the daemon's namespace to this namespace; 0 if the process no longer exists."""
        if not self._foreign:
            return pid
        known = self._pids.get(pid)
        if known and _inner(known) == pid and _namespace(known) == self._inside:
            return known
        for entry in PROC.iterdir():
            if entry.name.isdigit() and _namespace(entry.name) == self._inside:
                self._pids[_inner(int(entry.name))] = int(entry.name)
        candidate = self._pids.get(pid, 0)
        return candidate if candidate and _inner(candidate) == pid else 0

    def read(self, pid: int) -> Process:
        """Return the process with this pid in the daemon's namespace."""
        ours = self._ours(pid) if pid > 0 else 0
        if not ours:
            return NONE
        try:
            fields = (PROC / str(ours) / "stat").read_bytes().rpartition(b")")[2].split()
            words = (PROC / str(ours) / "environ").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            return NONE if not (PROC / str(ours)).exists() else Process(ours, "Z", 0.0, {})
        since_boot = time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()
        environment = dict(word.split("=", 1) for word in words if "=" in word)
        return Process(ours, fields[0].decode(), int(fields[19]) / TICKS - since_boot, environment)

    def kill(self, pid: int, number: signal.Signals) -> bool:
        ours = self._ours(pid) if pid > 0 else 0
        if ours < 2:
            return False
        try:
            os.kill(ours, number)
        except ProcessLookupError:
            return False
        return True


def _inner(pid: int) -> int:
    """Return the pid of a process in its own PID namespace, or 0."""
    try:
        for line in (PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith("NSpid:"):
                return int(line.split()[-1])
    except OSError:
        pass
    return 0


def end_all_of(scratch: str) -> list[int]:
    """Kill every process with CHAOS=``scratch`` in its environment; return their pids."""
    mark, ended = f"CHAOS={scratch}".encode(), []
    for entry in PROC.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)
                    ended.append(int(entry.name))
            except OSError:
                continue
    return ended
