# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes of a test, which end with the test even if the code under test fails to end them."""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for

VARIABLE = "TEST_OF_PROCESSES"


@contextlib.contextmanager
def running(*words: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command during the ``with`` statement; /proc shows its words and environment from the start."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, **options)
    try:
        wait_for_program(process)
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for_program(process: subprocess.Popen[bytes]) -> None:
    """Wait until /proc shows the words and the environment of a process's program, or the process has ended.

    Popen returns when exec has closed the descriptors of the child; the kernel sets the words and the environment
    later, and until then their files are empty.
    """
    words = Path(f"/proc/{process.pid}/cmdline")
    ended = functools.partial(os.waitid, os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    wait_for(lambda: words.read_bytes() or ended(), f"{process.args!r} has no words")


@contextlib.contextmanager
def all_ended(mark: str) -> Iterator[None]:
    """End all processes started in the ``with`` statement: they inherit a variable from this process."""
    os.environ[VARIABLE] = mark
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        while pids := [pid for pid in marked(f"{VARIABLE}={mark}".encode()) if pid != os.getpid()]:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def in_state(letter: str) -> Iterator[int]:
    """Yield the pid of a child that is a zombie (Z), stopped by a signal (T) or asleep (S)."""
    pid = os.fork()
    if pid == 0:
        while letter != "Z":
            signal.pause()
        os._exit(0)
    try:
        if letter == "Z":
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        elif letter == "T":
            os.kill(pid, signal.SIGSTOP)
            os.waitpid(pid, os.WUNTRACED)
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def open_descriptors() -> set[tuple[str, str]]:
    """Return (number, what it refers to) of this process's open descriptors.

    Compare two such sets by ``<=``: Python may close descriptors of an earlier test at any time.
    """
    descriptors = set()
    for number in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # that of the listing itself
            descriptors.add((number, os.readlink(f"/proc/self/fd/{number}")))
    return descriptors


def marked(entry: bytes) -> list[int]:
    pids = []
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if folder.name.isdigit() and entry in (folder / "environ").read_bytes().split(b"\0"):
                pids.append(int(folder.name))
    return pids
