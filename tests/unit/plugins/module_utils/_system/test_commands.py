# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands run without a shell, end in time, and leave no processes or descriptors behind."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._system import commands, processes
from ansible_collections.sysinit.upstart.plugins.module_utils._system.commands import Result, run
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes
from ansible_collections.sysinit.upstart.tests.unit.support.child_processes import open_descriptors
from ansible_collections.sysinit.upstart.tests.unit.support.command_deadlines import time_out_when
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE, wait_for

TIMEOUT = PATIENCE  # of commands that end by themselves


@pytest.fixture(autouse=True)
def nothing_stays(tmp_path: Path) -> Iterator[None]:
    with child_processes.all_ended(str(tmp_path)):
        yield


def script(path: Path, text: str, mode: int = 0o755) -> str:
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def alive(pid: int) -> bool:
    return processes.live(pid) is not None


def pids(path: Path) -> list[int]:
    return [int(word) for word in path.read_text().split()]


@pytest.mark.parametrize(("words", "expected"), [
    (["true"], Result(0, "", "", None, False)),
    (["sh", "-c", "echo out; echo err >&2; exit 3"], Result(3, "out\n", "err\n", None, False)),
    (["printf", "%s", "$HOME `id` é 'x y'"], Result(0, "$HOME `id` é 'x y'", "", None, False)),
    (["printf", "\\377"], Result(0, "\ufffd", "", None, False)),
    (["pwd"], Result(0, "/\n", "", None, False)),
    (["cat"], Result(0, "", "", None, False)),
    (["sh", "-c", "kill -9 $$"], Result(-9, "", "", "signal", False)),
    (["no-such-program"], Result(None, "", "no-such-program was not found in PATH", "not found", False)),
    (["/no/such/program"], Result(None, "", "/no/such/program does not exist", "not found", False)),
    (["/etc/passwd"], Result(None, "", "/etc/passwd is not an executable file", "not executable", False)),
    (["/etc"], Result(None, "", "/etc is not an executable file", "not executable", False)),
])
def test_how_a_command_ends(words: list[str], expected: Result) -> None:
    assert run(words, TIMEOUT) == expected


def test_files_that_the_kernel_does_not_run(tmp_path: Path) -> None:
    plain = script(tmp_path / "plain", "echo hello\n")
    orphan = script(tmp_path / "orphan", "#!/no/such/interpreter\n")
    assert run([plain], TIMEOUT)[0:1] + run([plain], TIMEOUT)[3:] == (None, "not executable", False)
    assert run([plain], TIMEOUT).stderr == (
        f"{plain} has no executable format: a script needs a first line with #!")
    assert run([orphan], TIMEOUT).stderr == f"{orphan} names an interpreter that does not exist"


def test_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script(tmp_path / "tool", "#!/bin/sh\necho \"$PATH|$KEPT\"\n")
    monkeypatch.setenv("KEPT", "yes")
    assert run(["tool"], TIMEOUT).why == "not found"
    assert run(["tool"], TIMEOUT, f"{tmp_path}:/bin").stdout == f"{tmp_path}:/bin|yes\n"
    monkeypatch.setenv("PATH", "/bin:/sbin")
    assert commands.search_path() == "/bin:/sbin:/usr/local/sbin:/usr/sbin"
    assert commands.find("tool", "tmp:.") == (None, "not found")
    script(tmp_path / "text", "", 0o644)
    assert commands.find("text", str(tmp_path)) == (None, "not executable")


@pytest.mark.parametrize("descriptor", [1, 2])
def test_ten_megabytes_are_drained_and_only_the_end_is_kept(descriptor: int) -> None:
    script = f"yes 123456789 | head -c 10000000 >&{descriptor}; echo last >&{descriptor}; exit 7"
    result = run(["sh", "-c", script], TIMEOUT)
    text = (result.stdout, result.stderr)[descriptor - 1]
    assert (result.rc, result.why) == (7, None)
    assert text.startswith(f"[the first {10000005 - 8192} bytes are left out]\n")
    assert text.endswith("\n123456789\nlast\n")
    assert len(text) < 8192 + 100


def test_output_that_fits_is_whole() -> None:
    assert len(run(["head", "-c", "8192", "/dev/zero"], TIMEOUT).stdout) == 8192


@pytest.mark.parametrize("ignored", [False, True])
def test_a_timeout_ends_the_whole_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ignored: bool) -> None:
    noted, ready = tmp_path / "pids", tmp_path / "ready"
    deep = f"sh -c 'echo $$ >> {noted}; sleep 1000 & echo $! >> {noted}; wait'"
    own_group = f"{sys.executable} -c 'import os; os.setpgid(0, 0); os.execlp(\"sleep\", \"sleep\", \"1000\")'"
    grown = f"echo $$ >> {noted}; {deep} & {own_group} & echo $! >> {noted}; "
    grown += f"trap '' TERM; touch {ready}; while :; do sleep 0.1; done" if ignored else f"touch {ready}; wait"
    time_out_when(monkeypatch, lambda: ready.exists() and len(pids(noted)) == 4)
    monkeypatch.setattr(commands, "KILL_GRACE_SECONDS", 0.1 if ignored else PATIENCE)
    sent: set[int] = set()
    kill = os.kill

    def record(pid: int, number: int) -> None:
        sent.add(number)
        kill(pid, number)

    monkeypatch.setattr(os, "kill", record)
    result = run(["sh", "-c", "echo begun; " + grown], 0.5)
    assert (result.rc, result.stdout, result.why, result.held) == (None, "begun\n", "timeout", False)
    assert [pid for pid in pids(noted) if alive(pid)] == []
    assert ({signal.SIGTERM, signal.SIGKILL} if ignored else {signal.SIGTERM}) == sent
    assert commands.describe(result, 0.5) == "timed out after 0.5 s (all its processes were ended)"


def test_a_timeout_comes_in_time() -> None:
    began = time.monotonic()
    assert run(["sleep", "1000"], 0.2).why == "timeout"
    assert 0.2 <= time.monotonic() - began < PATIENCE


def test_output_after_a_timeout_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = tmp_path / "ready"
    time_out_when(monkeypatch, ready.exists)
    monkeypatch.setattr(commands, "KILL_GRACE_SECONDS", PATIENCE)
    result = run(["sh", "-c", f"trap 'echo interrupted; exit 1' TERM; sleep 1000 & touch {ready}; wait"], 0.5)
    assert (result.why, result.stdout) == ("timeout", "interrupted\n")


@pytest.mark.parametrize("detach", ["setsid ", ""])
def test_a_daemon_that_holds_the_output_is_not_waited_for(tmp_path: Path, detach: str) -> None:
    began = time.monotonic()
    result = run(["sh", "-c", f"echo up; {detach}sleep 1000 & echo $! > {tmp_path}/pids"], 2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE
    pid = pids(tmp_path / "pids")[0]
    assert alive(pid)
    os.kill(pid, signal.SIGKILL)
    assert (result.rc, result.stdout, result.held) == (0, "up\n", True)


def test_a_daemon_that_prints_without_end_is_not_waited_for(tmp_path: Path) -> None:
    began = time.monotonic()
    result = run(["sh", "-c", f"(exec yes) & echo $! > {tmp_path}/pids"], 2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert (result.rc, result.held) == (0, True)


def test_no_descriptors_are_left_open(tmp_path: Path) -> None:
    before = open_descriptors()
    for words in (["true"], ["nope"], ["/etc/passwd"], ["sleep", "1000"]):
        run(words, 0.2)
    assert open_descriptors() <= before


def test_the_command_inherits_no_descriptor() -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    try:
        assert run(["ls", "/proc/self/fd"], TIMEOUT).stdout.split() == ["0", "1", "2", "3"]
    finally:
        os.close(reader)
        os.close(writer)


def test_an_error_on_the_way_leaves_nothing_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = tmp_path / "pids"

    def broken(*_arguments: object) -> bool:
        wait_for(lambda: noted.exists() and pids(noted), "the command does not begin")
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "_watch", broken)
    with pytest.raises(KeyboardInterrupt):
        run(["sh", "-c", f"echo $$ > {tmp_path}/pids; sleep 1000"], TIMEOUT)
    assert not alive(pids(noted)[0])


@pytest.mark.parametrize(("number", "reason"), [
    (errno.ENOEXEC, "has no executable format: a script needs a first line with #!"),
    (errno.ENOENT, "names an interpreter that does not exist"),
    (errno.ETXTBSY, "cannot be executed: Text file busy")])
def test_why_a_program_cannot_be_executed(number: int, reason: str) -> None:
    assert commands.why_not("/bin/web", number) == "/bin/web " + reason
