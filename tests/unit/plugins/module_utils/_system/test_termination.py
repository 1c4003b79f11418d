# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that do not end, or may not be ended: the task reports them and never waits forever."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import pid_file
from ansible_collections.sysinit.upstart.plugins.module_utils._system import commands, processes, termination
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes

Kills = list[tuple[int, int]]


@pytest.fixture
def kills(monkeypatch: pytest.MonkeyPatch) -> Kills:
    """Processes that ignore all signals, and the sent signals; the grace period after KILL is short."""
    sent: Kills = []
    monkeypatch.setattr(termination, "AFTER_KILL_SECONDS", 0.1)
    monkeypatch.setattr(commands, "KILL_GRACE_SECONDS", 0.1)
    monkeypatch.setattr(termination, "_send_signal", lambda process, number: sent.append((process.pid, number)))
    return sent


def test_a_process_that_no_signal_ends(kills: Kills) -> None:
    this = processes.live(os.getpid())
    assert termination.end_processes(lambda: [this], 0.1) == [this]
    assert kills == [(os.getpid(), signal.SIGTERM), (os.getpid(), signal.SIGKILL)], "each process gets each signal once"


def test_a_process_gets_each_signal_once_whatever_its_state(kills: Kills) -> None:
    this = processes.live(os.getpid())
    assert this is not None
    states = itertools.cycle("RSD")
    (remaining,) = termination.end_processes(lambda: [this._replace(state=next(states))], 0.2)
    assert remaining.pid == this.pid
    assert kills == [(os.getpid(), signal.SIGTERM), (os.getpid(), signal.SIGKILL)]


def test_both_signals_are_sent_however_long_listing_takes(kills: Kills) -> None:
    """Listing the processes of a busy machine may take longer than a short timeout."""
    this, calls = processes.live(os.getpid()), iter("12345")

    def list_slowly() -> list[processes.Info]:
        time.sleep(0.2)
        return [this] if next(calls) < "3" else []

    assert termination.end_processes(list_slowly, 0.1) == []
    assert kills == [(os.getpid(), signal.SIGTERM), (os.getpid(), signal.SIGKILL)]


def test_a_later_process_with_the_same_pid_gets_no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: Kills = []
    monkeypatch.setattr(termination.os, "kill", lambda pid, number: sent.append((pid, number)))
    this = processes.live(os.getpid())
    assert this is not None
    earlier = this._replace(start=this.start - 1)
    assert termination.end_processes(lambda: [earlier], 0.1, 0.1) == [earlier]
    assert sent == []


def test_a_command_that_no_signal_ends(kills: Kills, tmp_path: Path) -> None:
    with child_processes.all_ended(str(tmp_path)), pytest.raises(UpstartError) as caught:
        commands.run(["sleep", "1000"], 0.1)
    assert caught.value.message == (
        "Process %d (sleep 1000) is still running after SIGKILL. Check what it waits for (state D in ps), then run the "
        "task again." % kills[0][0])


def test_a_daemon_that_no_signal_ends(kills: Kills, tmp_path: Path) -> None:
    path = tmp_path / "pid"
    with child_processes.running("sleep", "1000", start_new_session=True) as other:
        path.write_text("%d\n" % other.pid)
        result = pid_file.PidFile(str(path), ["/bin/sleep", "1000"], 0.1).stop()
    assert (result.rc, result.stderr) == (
        pid_file.UNKNOWN, "process %d is still running after SIGKILL" % other.pid)
    assert path.exists()


@pytest.mark.parametrize("action", ["start", "stop", "status"])
@pytest.mark.parametrize(("make", "message"), [
    (lambda path: path.mkdir(), "cannot read {path}: Is a directory"),
    (lambda path: path.write_text("1\n"), "{path} contains no process id, so it is left alone"),
    (lambda path: path.write_text("not a pid\n"), "{path} contains no process id"),
])
def test_a_pid_file_that_is_none(tmp_path: Path, action: str, make: Callable[[Path], object], message: str) -> None:
    path = tmp_path / "pid"
    make(path)
    result = getattr(pid_file.PidFile(str(path), ["/bin/sleep", "1000"], 1), action)()
    assert result.rc == pid_file.UNKNOWN
    assert result.stderr.startswith(message.format(path=path))
    assert path.exists()


def test_a_program_that_no_longer_exists(tmp_path: Path) -> None:
    result = pid_file.PidFile(str(tmp_path / "pid"), ["/no/such/program"], 1).start()
    assert (result.rc, result.why) == (None, commands.NOT_FOUND)
    assert result.stderr == "/no/such/program does not exist"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "message"), [(errno.ESRCH, None), (errno.EPERM, "Cannot end process %d (%s): ")])
def test_a_process_that_may_not_be_ended(monkeypatch: pytest.MonkeyPatch, number: int, message: str | None) -> None:
    """A process that has just ended without our signal is not a failure."""
    def refuse(pid: int, number_of_signal: int) -> None:
        left.clear()
        raise OSError(number, os.strerror(number))

    this = processes.live(os.getpid())
    left = [this]
    monkeypatch.setattr(termination.os, "kill", refuse)
    if message is None:
        assert termination.end_processes(lambda: list(left), 5) == []
        return
    with pytest.raises(UpstartError) as caught:
        termination.end_processes(lambda: list(left), 5)
    assert caught.value.message == message % (
        os.getpid(), processes.command_line(os.getpid())) + os.strerror(number) + ". Run the task as root."
    assert caught.value.facts == {"pid": os.getpid()}
