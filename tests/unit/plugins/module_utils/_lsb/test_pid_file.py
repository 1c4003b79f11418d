# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A foreground program as a daemon with a pid file, and services found in the process table."""

from __future__ import annotations

import errno
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import (
    options as lsb_options,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import (
    pid_file,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import (
    service as lsb_service,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE, wait_for

PROGRAM = """#!/bin/sh
echo ready with output
{before}
sleep 1000 &
echo $! > {folder}/child
while :; do wait; done
"""
DEAF = "trap '' TERM"


class Folder:
    """A scratch folder with a program in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.pid_file = path / "web.pid"
        self.program = str(path / "program")
        self.write("")

    def write(self, before: str) -> None:
        Path(self.program).write_text(PROGRAM.format(before=before, folder=self.path))
        Path(self.program).chmod(0o755)

    def converge(self, state: str, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        given = {"start": [self.program, "two words"], "daemon": str(self.pid_file), "timeout": PATIENCE, **options}
        service = lsb_options.service_from_options("web", **given)
        result: dict[str, Any] = lsb_service.converge(service, state, check_mode)
        return result

    def by_pattern(self, state: str, **options: Any) -> dict[str, Any]:
        return self.converge(state, daemon=None, **options)

    def pid(self) -> int:
        return int(self.pid_file.read_text().split()[0])

    def child(self) -> int:
        """Return the pid of the program's child when it runs its own program and is no longer a copy of the shell."""
        noted = self.path / "child"
        wait_for(lambda: noted.exists() and noted.read_text().endswith("\n") and self._sleeps(int(noted.read_text())),
                 "the program starts no child")
        return int(noted.read_text())

    @staticmethod
    def _sleeps(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"sleep")
        except OSError:
            return True  # it has ended

    def mine(self) -> list[processes.Info]:
        found: list[processes.Info] = processes.matching(re.compile(re.escape(str(self.path))))
        return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.setattr(lsb_options, "MIN_UPTIME", 0.3)
    made = Folder(tmp_path)
    with child_processes.all_ended(str(tmp_path)):
        yield made


def alive(pid: int) -> bool:
    return processes.live(pid) is not None


def gone(pid: int) -> None:
    wait_for(lambda: not alive(pid), f"process {pid} does not end")


def test_start_stop_and_again(folder: Folder) -> None:
    assert folder.converge("running", check_mode=True)["status"] == "running"
    assert not folder.pid_file.exists()
    assert folder.converge("running")["actions"] == ["start"]
    pid, child = folder.pid(), folder.child()
    assert folder.converge("running")["changed"] is False
    assert folder.converge("restarted")["actions"] == ["stop", "start"]
    assert not alive(pid) and not alive(child)
    pid = folder.pid()
    assert folder.converge("stopped", check_mode=True)["actions"] == ["stop"]
    assert alive(pid)
    assert folder.converge("stopped")["status_code"] == 3
    assert not alive(pid) and not folder.pid_file.exists()
    assert folder.mine() == []
    assert folder.converge("stopped")["changed"] is False


def test_how_the_program_is_started(folder: Folder) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    folder.converge("running")
    os.close(reader)
    os.close(writer)
    folder.child()
    leader = processes.live(folder.pid())
    assert leader is not None
    assert leader.group == leader.pid
    assert leader.session not in (leader.pid, os.getsid(0))
    proc = Path(f"/proc/{leader.pid}")
    assert proc.joinpath("cmdline").read_bytes().split(b"\0")[1:3] == [folder.program.encode(), b"two words"]
    assert {os.readlink(proc / "fd" / number) for number in "012"} == {"/dev/null"}
    assert set(os.listdir(proc / "fd")) <= {"0", "1", "2", "10"}, "10 is the shell's own script"
    assert os.readlink(proc / "cwd") == "/"
    assert folder.pid_file.read_text() == f"{leader.pid}\nstarted={leader.start} session={leader.session}\n"
    assert folder.pid_file.stat().st_mode & 0o777 == 0o644
    assert sorted(entry.name for entry in folder.path.iterdir()) == ["child", "program", "web.pid"]


def test_a_daemon_that_ignores_term_is_killed_with_its_children(folder: Folder) -> None:
    folder.write(DEAF)
    folder.converge("running")
    pid, child = folder.pid(), folder.child()
    began = time.monotonic()
    assert folder.converge("stopped", timeout=1)["status"] == "stopped"
    assert time.monotonic() - began >= 1
    assert not alive(pid) and not alive(child)


def test_a_daemon_that_ends_at_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its end is noticed at once: the task waits neither for the minimum uptime nor for its timeout."""
    monkeypatch.setattr(lsb_options, "MIN_UPTIME", 2 * PATIENCE)
    folder.write("exit 1")
    began = time.monotonic()
    with pytest.raises(UpstartError) as caught:
        folder.converge("running", timeout=2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert caught.value.message == (
        f"Service web: it is not running right after the start: run '{folder.program} two words' by hand to see why. "
        "Its status is dirty, which is neither running (0) nor stopped (3): code 1, dead, but its pid file exists.")
    assert caught.value.facts["rc"] == 1
    with pytest.raises(UpstartError, match="is not running right after the start"):
        folder.write("sleep 0.1; exit 1")
        folder.converge("running")
    assert folder.converge("stopped")["actions"] == ["stop"]
    assert not folder.pid_file.exists()


def test_a_crash_makes_it_dirty_and_is_cleaned_up(folder: Folder) -> None:
    folder.converge("running")
    pid, child = folder.pid(), folder.child()
    os.kill(pid, signal.SIGKILL)
    gone(pid)
    assert folder.converge("running", check_mode=True)["check"] == 'web: WARNING, in "dirty" state: 1'
    assert alive(child)
    result = folder.converge("running")
    assert (result["before"], result["actions"]) == ("dirty", ["stop", "start"])
    assert not alive(child), "what the dead program left is ended, since it may hold a port"
    assert alive(folder.pid()) and folder.pid() != pid


@pytest.mark.parametrize("line", ["started={started} session={session}\n", ""])
def test_a_later_process_with_the_same_pid_is_not_taken_for_it(folder: Folder, line: str) -> None:
    with child_processes.running("sleep", "1000", start_new_session=True) as other:
        now = processes.live(other.pid)
        assert now is not None
        folder.pid_file.write_text(f"{other.pid}\n" + line.format(started=now.start - 1, session=now.session))
        os.utime(folder.pid_file, (0, time.time() - 3600))
        assert folder.converge("running", check_mode=True)["check"] == 'web: WARNING, in "dirty" state: 1'
        assert folder.converge("stopped")["actions"] == ["stop"]
        assert other.poll() is None


@pytest.mark.parametrize(("ours", "old"), [(True, False), (True, True), (False, False)])
def test_a_pid_file_of_another_program(folder: Folder, ours: bool, old: bool) -> None:
    """A file with only a pid counts if it is not older than the process, or if the process runs our program."""
    with child_processes.running(*[folder.program] if ours else ["sleep", "1000"]) as other:
        assert os.getpgid(other.pid) == os.getpgid(0), "a group that must not be ended with it"
        if ours:
            folder.child()
        folder.pid_file.write_text(f"{other.pid}\n")
        os.utime(folder.pid_file, (0, time.time() - (3600 if old else 0)))
        assert folder.converge("running")["changed"] is False
        folder.converge("stopped")
        assert other.wait(PATIENCE) == -signal.SIGTERM


def test_a_pid_file_that_disappears_while_it_is_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The age of the file is then unknown, and the pid alone is not enough to end the process."""
    def read(pid: int) -> processes.Info | None:
        folder.pid_file.unlink(missing_ok=True)
        return real(pid)

    real = processes.live
    with child_processes.running("sleep", "1000", start_new_session=True) as other:
        folder.pid_file.write_text(f"{other.pid}\n")
        monkeypatch.setattr(processes, "live", read)
        assert pid_file.PidFile(str(folder.pid_file), [folder.program], 5).stop().rc == 0
        assert other.poll() is None


@pytest.mark.parametrize("ours", [True, False])
def test_a_kernel_without_a_boot_time(folder: Folder, monkeypatch: pytest.MonkeyPatch, ours: bool) -> None:
    monkeypatch.setattr(processes, "boot_time", lambda: None)  # the age of the file relative to the process is unknown
    with child_processes.running(*[folder.program] if ours else ["sleep", "1000"]) as other:
        if ours:
            folder.child()
        folder.pid_file.write_text(f"{other.pid}\n")
        assert pid_file.PidFile(str(folder.pid_file), [folder.program], 5).status().rc == (0 if ours else 1)


@pytest.mark.parametrize("text", ["root:x:0:0\n", "", "1\n", "0", "-5\n", "12 34\n", "99999999999\n"])
def test_a_file_that_is_no_pid_file_is_left_alone(folder: Folder, text: str) -> None:
    folder.pid_file.write_text(text)
    with pytest.raises(UpstartError) as caught:
        folder.converge("running")
    assert caught.value.facts["check"] == 'web: WARNING, in "dirty" state: 4'
    assert "contains no process id, so it is left alone" in caught.value.message
    with pytest.raises(UpstartError):
        folder.converge("stopped", timeout=0.2)
    assert folder.pid_file.read_text() == text
    assert folder.mine() == []


def no_space(*unused: object) -> None:
    raise OSError(28, "No space left")


def test_what_cannot_be_started_leaves_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UpstartError, match="the folder of the pid file, .*/none, does not exist. Nothing was done"):
        folder.converge("running", daemon=f"{folder.path}/none/web.pid")
    with pytest.raises(UpstartError, match="nope was not found in PATH. Nothing was done"):
        folder.converge("running", start="nope")
    Path(folder.program).write_text("no first line")
    with pytest.raises(UpstartError, match="needs a first line with #!") as caught:
        folder.converge("running")
    assert caught.value.facts["rc"] is None
    assert not folder.pid_file.exists()
    monkeypatch.setattr(pid_file.os, "rename", no_space)
    with pytest.raises(UpstartError, match="No space left. Nothing was started"):
        folder.write("")
        folder.converge("running")
    time.sleep(0.2)
    assert folder.mine() == []
    assert [entry.name for entry in folder.path.iterdir()] == ["program"]


def test_a_pattern(folder: Folder) -> None:
    started = f"setsid {folder.program} >/dev/null 2>&1 &"
    options = {"start": ["sh", "-c", started], "pattern": rf"{folder.path}/pro.ram$"}
    predicted = folder.by_pattern("running", check_mode=True, **options)
    assert predicted["check"] == "web: WARNING, not running, not expected"
    assert folder.by_pattern("running", **options)["actions"] == ["start"]
    child = folder.child()  # which before its exec has the command line of the program
    pid = folder.mine()[0].pid
    assert folder.by_pattern("running", **options)["changed"] is False
    result = folder.by_pattern("stopped", **options)
    assert (result["actions"], result["status_code"]) == (["stop"], 3)
    assert not alive(pid)
    assert alive(child), "only what matches is ended"
    os.kill(child, signal.SIGKILL)
    assert folder.by_pattern("stopped", **options)["changed"] is False


def warnings_of(folder: Folder, **options: Any) -> tuple[str, list[str]]:
    service = lsb_options.service_from_options("web", start=[folder.program, "two words"], timeout=PATIENCE, **options)
    return lsb_service.converge(service, "running")["status"], service.warnings


@pytest.mark.parametrize("by", ["daemon", "pattern"])
def test_a_process_that_is_stopped_by_a_signal_causes_a_warning(folder: Folder, by: str) -> None:
    folder.converge("running")
    child = folder.child()
    options = {"daemon": str(folder.pid_file)} if by == "daemon" else {"pattern": re.escape(folder.program)}
    assert warnings_of(folder, **options) == ("running", [])
    os.kill(folder.pid(), signal.SIGSTOP)
    wait_for(lambda: processes.info(folder.pid()).state in processes.SUSPENDED, "the program is not suspended")
    status, (warning,) = warnings_of(folder, **options)
    assert status == "running"
    assert warning == (f"Service web has processes that a signal or a debugger has suspended: "
                       f"{folder.pid()}. Resume them with kill -CONT {folder.pid()}.")
    os.kill(folder.pid(), signal.SIGKILL)
    gone(folder.pid())
    os.kill(child, signal.SIGKILL)


@pytest.mark.parametrize("by", ["daemon", "pattern"])
def test_a_process_that_has_ended_is_no_service(folder: Folder, by: str) -> None:
    """It remains in the process table because its parent does not collect it."""
    options = {"daemon": str(folder.pid_file)}
    if by == "pattern":
        options = {"daemon": None, "pattern": re.escape(folder.program)}
    with child_processes.running(folder.program) as other:
        os.kill(folder.child(), signal.SIGKILL)
        found = processes.live(other.pid)
        folder.pid_file.write_text(f"{other.pid}\nstarted={found.start} session={found.session}\n")
        assert folder.converge("running", check_mode=True, **options)["changed"] is False
        other.kill()
        gone(other.pid)
        assert Path(f"/proc/{other.pid}").exists()
        assert folder.converge("running", check_mode=True, **options)["before"] == (
            "dirty" if by == "daemon" else "stopped")


def test_the_pattern_of_a_start_command_is_its_text(folder: Folder) -> None:
    name = f"{folder.path}/a.b(c)+"
    Path(name).symlink_to("/bin/sleep")
    with child_processes.running(name, "1000") as other:
        assert folder.by_pattern("running", start=[name, "1000"])["changed"] is False
        assert folder.by_pattern("running", start=[name, "1001"], check_mode=True)["changed"] is True
        folder.by_pattern("stopped", start=[name, "1000"])
        assert other.wait(PATIENCE) == -signal.SIGTERM


def test_processes_that_ignore_term_or_are_new_are_ended_too(folder: Folder) -> None:
    folder.write(f"{DEAF}; (sleep 0.3; exec {folder.path}/late 1000) &")
    (folder.path / "late").symlink_to("/bin/sleep")
    with child_processes.running(folder.program) as other:
        folder.child()
        result = folder.by_pattern("stopped", start="true", pattern=re.escape(str(folder.path)), timeout=1)
        assert result["status"] == "stopped"
        assert other.wait(PATIENCE) == -signal.SIGKILL
        assert folder.mine() == []


def test_processes_of_containers_are_left_alone(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.write(":")
    with child_processes.running(folder.program) as inside:
        folder.child()
        monkeypatch.setattr(processes, "namespace", lambda pid: "container" if pid == inside.pid else "host")
        assert folder.by_pattern("stopped", start="true", pattern=re.escape(folder.program))["changed"] is False
        assert inside.poll() is None


def test_the_task_itself_does_not_match() -> None:
    assert {os.getpid(), os.getppid(), 1} <= processes.ancestry(os.getpid())
    own = re.compile(re.escape(processes.command_line(os.getpid())))
    assert os.getpid() not in [each.pid for each in processes.matching(own)]
    assert os.getpid() in [each.pid for each in processes.all_live()]


def test_a_process_that_ended_is_no_process() -> None:
    with child_processes.running("true") as other:
        gone(other.pid)
        assert Path(f"/proc/{other.pid}").exists()
    assert processes.live(2 ** 31 - 1) is None
    assert processes.command_line(2 ** 31 - 1) == ""


@pytest.mark.parametrize(("call", "said"), [
    ("fork", "cannot be executed: Resource temporarily unavailable"),
    ("setsid", "cannot be executed: Resource temporarily unavailable"),
    ("mkstemp", "Cannot write the pid file .*: Resource temporarily unavailable. Nothing was started"),
])
def test_a_host_without_free_resources(folder: Folder, monkeypatch: pytest.MonkeyPatch, call: str, said: str) -> None:
    def refuse(*unused: object, **more: object) -> None:
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(pid_file.tempfile if call == "mkstemp" else pid_file.os, call, refuse)
    with pytest.raises(UpstartError, match=said):
        folder.converge("running")
    assert not folder.pid_file.exists() and folder.mine() == []


def test_a_program_that_is_killed_before_its_pid_file(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "live", lambda pid: None)
    with pytest.raises(UpstartError, match="Process [0-9]+ ended before its pid file .*/web.pid was written. Run the "):
        folder.converge("running")
    assert not folder.pid_file.exists() and not (folder.path / "child").exists()


def test_a_pid_file_that_cannot_be_removed(folder: Folder) -> None:
    folder.pid_file.mkdir()
    with pytest.raises(UpstartError, match="Cannot remove .*/web.pid: Is a directory."):
        pid_file._unlink(str(folder.pid_file))
