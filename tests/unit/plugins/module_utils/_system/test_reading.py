# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing in place of a file makes a task wait or read forever."""

from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import init_log, job_logs
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import pid_file as lsb_pid_file
from ansible_collections.sysinit.upstart.plugins.module_utils._system import reading

HANGS = 60.0  # seconds
Make = Callable[[str], object]


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """Interrupt a test that would never end."""
    def ring(_number: int, _frame: object) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, HANGS)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def bind(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path)


STRANGE: dict[str, Make] = {
    "fifo": os.mkfifo,
    "zero": lambda path: os.symlink("/dev/zero", path),
    "full": lambda path: os.symlink("/dev/full", path),
    "terminal": lambda path: os.symlink("/dev/tty", path),
    "socket": bind,
    "directory": os.mkdir,
    "loop": lambda path: os.symlink(path, path),
}


@pytest.fixture(params=sorted(STRANGE))
def strange(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the path of something that is not a file; the relative name is short enough for a socket."""
    monkeypatch.chdir(tmp_path)
    path = "thing" if request.param == "socket" else str(tmp_path / "thing")
    STRANGE[request.param](path)
    return str(tmp_path / "thing")


def test_anything_but_a_file_is_an_error_that_names_it(strange: str) -> None:
    with pytest.raises(UpstartError) as caught:
        reading.read_file(strange)
    assert strange in caught.value.message
    assert caught.value.facts["path"] == strange


def test_a_log_that_is_not_a_regular_file_is_ignored(strange: str) -> None:
    assert job_logs.log_tail(strange) == []
    log = init_log.InitLog(strange)
    assert log.about("web", expected=True) == []
    log.close()


def test_a_pid_file_that_is_no_file_is_left_alone(strange: str) -> None:
    pid_file = lsb_pid_file.PidFile(strange, ["/bin/sleep", "1000"], 1)
    for action in (pid_file.status, pid_file.start, pid_file.stop):
        result = action()
        assert (result.rc, strange in result.stderr) == (lsb_pid_file.UNKNOWN, True)
    assert os.path.lexists(strange)


def test_a_device_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Opening a watchdog device would start it."""
    path = str(tmp_path / "dog")
    os.symlink("/dev/zero", path)
    opened: list[str] = []
    monkeypatch.setattr(reading.os, "open", lambda name, flags: opened.append(name))
    assert init_log.InitLog(path).about("web") == []
    assert job_logs.log_tail(path) == []
    assert opened == []


def test_a_pipe_that_replaces_a_file_while_it_is_opened_is_closed(tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"text")
    os.mkfifo(tmp_path / "fifo")
    real, handles = os.open, []

    def other(name: str, flags: int) -> int:
        handles.append(real(str(tmp_path / "fifo"), flags))
        return handles[-1]

    monkeypatch.setattr(reading.os, "open", other)
    with pytest.raises(reading.NotRegularError):
        reading.read_bytes(str(tmp_path / "file"))
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handles[0])


def sparse(path: Path, size: int) -> str:
    with path.open("wb") as stream:
        stream.truncate(size)
    return str(path)


def test_a_large_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    assert len(reading.read_file(sparse(tmp_path / "large", reading.FILE_LIMIT)) or b"") == reading.FILE_LIMIT
    with pytest.raises(UpstartError, match="larger: it is larger than 16 MiB"):
        reading.read_file(sparse(tmp_path / "larger", 1 << 40))


def test_a_large_log_is_read_at_its_end(tmp_path: Path) -> None:
    path = Path(sparse(tmp_path / "log", 1 << 40))
    with path.open("ab") as stream:
        stream.write(b"\nlast\n")
    assert job_logs.log_tail(str(path))[-1] == "last"


def test_a_log_of_init_that_grew_by_a_lot_is_read_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "messages"
    path.touch()
    log = init_log.InitLog(str(path))
    sparse(path, 1 << 40)
    with path.open("ab") as stream:
        stream.write(b"\ninit: web main process (7) terminated with status 1\n")
    assert log.about("web") == ["web main process (7) terminated with status 1"]
    with path.open("ab") as stream:
        stream.write(b"init: web respawning too fast, stopped\n")
    assert log.about("web")[-1] == "web respawning too fast, stopped"


def test_a_file_that_grows_while_it_is_read_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"line\n" * 10)
    real = os.read

    def grow(handle: int, size: int) -> bytes:
        with path.open("ab") as stream:
            stream.write(b"more\n" * 10000)
        return real(handle, size)

    monkeypatch.setattr(reading.os, "read", grow)
    assert job_logs.log_tail(str(path)) == ["line"] * 10
    with pytest.raises(reading.TooLargeError):
        reading.read_bytes(str(path), 1 << 20)


def test_the_kernel_log_is_recognised_by_its_device_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not every test machine allows reading the real log, so another device takes its place."""
    opened = []
    zero = os.stat("/dev/zero")
    monkeypatch.setattr(reading, "KERNEL_LOG", zero.st_rdev)
    handle = reading.open_kernel_log("/dev/zero")
    assert handle is not None
    opened.append(os.fstat(handle).st_rdev)
    os.close(handle)
    assert opened == [zero.st_rdev]
    assert reading.open_kernel_log("/dev/null") is None
    assert reading.open_kernel_log(str(tmp_path)) is None


def test_a_log_of_the_kernel_that_is_written_to_all_the_time_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "KERNEL_LOG", os.stat("/dev/zero").st_rdev)
    records = iter(range(10 ** 9))

    def read(_handle: int, _size: int) -> bytes:
        if next(records) % 2:
            raise BrokenPipeError(32, "Broken pipe")
        return b"6,1,1,-;init: web main process (7) terminated with status 1\n"

    log = init_log.InitLog("/dev/zero")
    monkeypatch.setattr(init_log.os, "read", read)
    assert 0 < len(log.about("web")) <= init_log.KEPT_MESSAGES
    log.close()


def test_files_of_the_kernel_are_regular() -> None:
    """Otherwise nothing in /proc could be read."""
    assert stat.S_ISREG(os.stat("/proc/self/stat").st_mode)
    assert reading.read_text("/proc/self/stat").startswith(f"{os.getpid()} ")
