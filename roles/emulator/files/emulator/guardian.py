# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The guardian: a parent process that ends all processes of the daemon when the daemon ends."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import time
from typing import Callable

from . import linux

ENDING = (signal.SIGTERM, signal.SIGINT)
PASSED_ON = (*ENDING, signal.SIGHUP)


def supervise(daemon: Callable[[], int]) -> int:
    """Run ``daemon`` below a guardian that has its own process group; return its exit status.

    The daemon itself stays in the caller's group: killing that group also kills the process that listens.
    When the caller or the daemon ends for any reason, the guardian kills and reaps all its descendants: as a
    subreaper it inherits every process whose parent has ended.
    """
    group = os.getpgrp()
    lifeline_read, lifeline_write = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # until both sides of the forks have handlers
    guardian = os.fork()
    if not guardian:
        os.close(lifeline_write)
        os._exit(_guard(daemon, lifeline_read, group))
    os.close(lifeline_read)

    def pass_on(number: int, _frame: object) -> None:
        os.kill(guardian, number)

    for number in PASSED_ON:
        signal.signal(number, pass_on)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    while True:
        try:
            _pid, status = os.waitpid(guardian, 0)
        except InterruptedError:
            continue
        return os.waitstatus_to_exitcode(status)


def _guard(daemon: Callable[[], int], lifeline: int, group: int) -> int:
    os.setpgid(0, 0)
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    os.set_inheritable(lifeline, False)
    wake_read, wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    for number in (signal.SIGCHLD, *PASSED_ON):
        signal.signal(number, lambda _number, _frame: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    guardian = os.getpid()
    pid = os.fork()
    if not pid:
        signal.set_wakeup_fd(-1)
        for descriptor in (lifeline, wake_read, wake_write):
            os.close(descriptor)
        for number in ENDING:  # until the daemon has handlers of its own
            signal.signal(number, lambda _number, _frame: os._exit(0))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
        with contextlib.suppress(OSError):  # the group ends together with the caller
            os.setpgid(0, group)
        _die_with(guardian)
        os._exit(daemon())
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    status = _watch(pid, lifeline, wake_read)
    end_descendants()
    return status


def _die_with(guardian: int) -> None:
    """Get SIGTERM when the guardian ends."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != guardian:
        os._exit(1)


def _watch(pid: int, lifeline: int, wakeups: int) -> int:
    """Wait until the daemon ends and forward signals to it; return its exit status."""
    watched = [lifeline, wakeups]
    while True:
        readable, _write, _other = select.select(watched, [], [])
        numbers = os.read(wakeups, 512) if wakeups in readable else b""
        if signal.SIGTERM in numbers or signal.SIGINT in numbers:
            os.kill(pid, signal.SIGTERM)
        if signal.SIGHUP in numbers:
            os.kill(pid, signal.SIGHUP)
        if lifeline in readable:
            os.kill(pid, signal.SIGKILL)
            watched.remove(lifeline)
        while True:
            try:
                ended, status = os.waitpid(-1, os.WNOHANG | linux.WAIT_ALL_CHILDREN)
            except ChildProcessError:
                return 1
            if not ended:
                break
            if ended == pid:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code


def descendants(ancestor: int) -> list[int]:
    """Return the pids of all processes below ``ancestor``."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open("/proc/%s/stat" % entry, "rb") as stream:
                parent = int(stream.read().rpartition(b")")[2].split()[1])
        except (OSError, IndexError, ValueError):
            continue
        children.setdefault(parent, []).append(int(entry))
    pids: list[int] = []
    todo = [ancestor]
    while todo:
        below = children.get(todo.pop(), [])
        pids += below
        todo += below
    return pids


def end_descendants() -> None:
    """Kill and reap descendants until none is left."""
    while True:
        for pid in descendants(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            while os.waitpid(-1, os.WNOHANG | linux.WAIT_ALL_CHILDREN)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)
