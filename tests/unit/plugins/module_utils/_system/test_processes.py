# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes as /proc shows them."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes, reading

NO_PROCESS = 2**22 + 1  # above every pid_max


def test_state() -> None:
    assert processes.state_of(os.getpid(), os.getpid()) in ("R", "S", "D")
    assert processes.state_of(os.getpid(), NO_PROCESS) == ""
    assert processes.state_of(0, NO_PROCESS) is None


def test_start_and_age() -> None:
    ticks = processes.start_ticks(os.getpid(), os.getpid())
    assert ticks is not None and ticks == processes.own_start_ticks(os.getpid())
    assert 0 <= processes.age(os.getpid(), os.getpid()) < processes.uptime()
    assert processes.start_ticks(os.getpid(), NO_PROCESS) is None
    assert processes.own_start_ticks(NO_PROCESS) is None
    assert processes.age(os.getpid(), NO_PROCESS) == 0.0


def test_the_processes_of_a_daemon_out_of_sight_are_unknown() -> None:
    """A daemon in another PID namespace has pid 0 for us. Its pids mean other processes here."""
    assert processes.start_ticks(0, os.getpid()) is None
    assert processes.age(0, os.getpid()) == 0.0


def test_age_without_uptime(monkeypatch: pytest.MonkeyPatch) -> None:
    """A /proc that is mounted with subset=pid has no /proc/uptime."""
    def refuse() -> float:
        raise OSError(2, "No such file or directory")

    monkeypatch.setattr(processes, "uptime", refuse)
    assert processes.age(os.getpid(), os.getpid()) == 0.0


def test_boot_time(monkeypatch: pytest.MonkeyPatch) -> None:
    booted = processes.boot_time()
    assert booted is not None and abs(time.time() - processes.uptime() - booted) < 60
    monkeypatch.setattr(reading, "read_bytes", lambda path: b"cpu 1 2 3\n")
    assert processes.boot_time() is None


def test_boot_time_without_stat(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> bytes:
        raise OSError(2, "No such file or directory")

    monkeypatch.setattr(reading, "read_bytes", refuse)
    assert processes.boot_time() is None


def test_info() -> None:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as child:
        known = processes.info(child.pid)
        later = processes.info(os.getpid())
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        zombie = processes.info(child.pid)
    assert (known.pid, known.inner, known.parent) == (child.pid, child.pid, os.getpid())
    assert known.session == known.group == child.pid
    assert known.start >= later.start
    assert zombie == known._replace(state="Z")
    assert processes.info(child.pid) is None


def test_a_name_that_looks_like_more_fields() -> None:
    """The command name in /proc/PID/stat may contain spaces and parentheses."""
    with subprocess.Popen(["sh", "-c", "printf 'a) Z 1 1 (' >/proc/self/comm || exit; echo; read line"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdin is not None
        child.stdout.readline()
        assert processes.info(child.pid).parent == os.getpid()
        child.stdin.close()


def test_table() -> None:
    table = processes.table(os.getpid())
    assert table[os.getpid()]._replace(state="R") == processes.info(os.getpid())._replace(state="R")
    with subprocess.Popen(["true"]) as child:
        assert processes.table(os.getpid())[child.pid].parent == os.getpid()


def test_numbers_in_another_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "namespace", lambda pid: {str(os.getpid()): "theirs", "self": "ours"}.get(
        str(pid), "theirs" if pid == 1 else "ours"))
    monkeypatch.setattr(processes, "inner_pid", lambda pid: pid + 7)
    assert not processes.same_namespace(1)
    table = processes.table(1)
    assert [(process.pid, process.inner) for process in table.values()] == [(os.getpid(), os.getpid() + 7)]


def test_a_kernel_without_namespaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "namespace", lambda _pid: None)
    assert processes.same_namespace(1)
    assert os.getpid() in processes.table(1)


def test_a_daemon_whose_namespace_we_may_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "namespace", lambda pid: "ours" if pid == "self" else None)
    assert processes.same_namespace(1)


def test_inner_pid() -> None:
    assert processes.inner_pid(os.getpid()) == os.getpid()
    assert processes.inner_pid(NO_PROCESS) == NO_PROCESS


@pytest.mark.parametrize(("lines", "pid"), [
    (b"Name:\tinit\nPid:\t70\nNSpid:\t70\t7\n", 7), (b"Name:\tinit\nPid:\t70\n", 70)])
def test_the_pid_in_a_container(monkeypatch: pytest.MonkeyPatch, lines: bytes, pid: int) -> None:
    """Linux has reported it since 4.1."""
    monkeypatch.setattr(reading, "read_bytes", lambda path: lines)
    assert processes.inner_pid(70) == pid


def test_incomplete_stat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_bytes", lambda path: b"70 (a) b) S 1 2 3")
    assert processes.info(70) is None


def test_words() -> None:
    with subprocess.Popen(["sh", "-c", "echo; read line", "b c"], env={"A": "b c", "PATH": os.environ["PATH"]},
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None and child.stdin is not None
        child.stdout.readline()
        command, environ = processes.words(child.pid, "cmdline"), processes.words(child.pid, "environ")
        child.stdin.close()
    assert command == [b"sh", b"-c", b"echo; read line", b"b c"]
    assert sorted(environ) == [b"A=b c", b"PATH=" + os.fsencode(os.environ["PATH"])]
    assert processes.words(NO_PROCESS, "environ") == []


class Proc:
    """A /proc with one process. ``readings`` are what its two files contain at each reading, the last one repeats."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, readings: list[tuple[bytes, bytes]], size: int = 4096) -> None:
        self.readings = readings
        self.size = size
        self.sleeps = 0
        monkeypatch.setattr(reading, "read_bytes", self.read)
        monkeypatch.setattr(time, "sleep", self.sleep)

    def read(self, path: str) -> bytes:
        kind = os.path.basename(path)
        if kind == "stat":
            return b"7 (web) R " + b" ".join([b"1"] * 19) + b" %d 0\n" % self.size
        return self.readings[0][("cmdline", "environ").index(kind)]

    def sleep(self, seconds: float) -> None:
        self.sleeps += 1
        if len(self.readings) > 1:
            self.readings.pop(0)


WORDS, ENVIRON = b"/bin/web\0-d\0", b"UPSTART_JOB=web\0"


def test_a_process_that_executes_a_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel gives it its new memory before its words and its environment."""
    Proc(monkeypatch, [(b"", b""), (b"", b""), (WORDS, ENVIRON)])
    assert processes.command_line(7) == "/bin/web -d"
    Proc(monkeypatch, [(b"", b""), (WORDS, ENVIRON)])
    assert processes.words(7, "environ") == [b"UPSTART_JOB=web"]
    Proc(monkeypatch, [(b"", b""), (WORDS, b"")])
    assert processes.words(7, "environ") == []


@pytest.mark.parametrize(("words", "environ", "size"), [
    (b"", b"", 0),  # a kernel thread, or a zombie
    (WORDS, b"", 4096),
    (b"", ENVIRON, 4096),
])
def test_an_empty_file_that_stays_empty_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, words: bytes, environ: bytes, size: int,
) -> None:
    proc = Proc(monkeypatch, [(words, environ)], size)
    assert processes.words(7, "environ") == [word for word in environ.split(b"\0") if word]
    assert processes.command_line(7) == words.replace(b"\0", b" ").decode().strip()
    assert proc.sleeps == 0


def test_a_process_that_has_erased_its_words_and_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "EXEC_SECONDS", 0.0)
    Proc(monkeypatch, [(b"", b"")])
    assert processes.command_line(7) == "" and processes.words(7, "environ") == []


def test_an_environment_that_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of another user's process."""
    proc = Proc(monkeypatch, [(b"", b"")])
    read = proc.read

    def refuse(path: str) -> bytes:
        if path.endswith("environ"):
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(reading, "read_bytes", refuse)
    assert processes.command_line(7) == "" and processes.words(7, "environ") == []
    assert proc.sleeps == 0


def test_names() -> None:
    assert processes.name(os.getpid()) == Path("/proc/self/comm").read_text().strip()
    assert processes.name(NO_PROCESS) is None


def test_processes_that_no_longer_exist() -> None:
    assert processes.inner_pid(NO_PROCESS) == NO_PROCESS
    assert processes.namespace(NO_PROCESS) is None
