# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A free pid is given to an orphan, whatever pid the kernel offers, and nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import lost_pid
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support.child_processes import open_descriptors
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

AHEAD = 400  # number of pids that any machine uses up quickly
ATTEMPTS = 20
NO_FILE = "/proc/sys/kernel/no_such_file"
PID_MAX = int(Path(lost_pid.PID_MAX_FILE).read_text(encoding="ascii"))


def next_pid() -> int:
    """Return a free pid that a process had a moment ago."""
    with subprocess.Popen(["true"]) as child:
        child.wait()
    return child.pid


def pid_ahead() -> int:
    """Return a free pid that a process will soon get."""
    pid = next_pid() + AHEAD
    while os.path.exists("/proc/%d" % pid) or pid >= PID_MAX:
        pid = next_pid() + AHEAD
    return pid


def pid_behind() -> int:
    """Return a free pid that a process had some time ago."""
    pid = next_pid() - 30
    while os.path.exists("/proc/%d" % pid):
        pid -= 1
    return pid


def distant_pid() -> int:
    """Return a free pid that no process will get soon, for tests in which nothing has it in the end."""
    pid = next_pid() + PID_MAX // 2
    while pid >= PID_MAX or pid < lost_pid.RESERVED_PIDS or os.path.exists("/proc/%d" % pid):
        pid = pid + 1 if pid < PID_MAX else pid - PID_MAX + lost_pid.RESERVED_PIDS
    return pid


def children() -> set[int]:
    return {int(entry) for entry in os.listdir("/proc") if entry.isdigit()
            and (processes.info(int(entry)) or processes.info(1)).parent == os.getpid()}


def give_back(pid: int, seconds: float = PATIENCE) -> int:
    adopter: int = lost_pid.give_back(os.getpid(), pid, Deadline(seconds), 0.01)
    return adopter


def give_back_soon() -> int:
    """Give back any free pid. Another process may get it first, so several pids are tried, with more and more time."""
    for attempt in range(ATTEMPTS - 1):
        with contextlib.suppress(UpstartError):
            return give_back(pid_ahead(), 1 + attempt)
    return give_back(pid_ahead(), ATTEMPTS)


def refusal(pid: int, seconds: float = PATIENCE) -> UpstartError:
    with pytest.raises(UpstartError) as caught:
        give_back(pid, seconds)
    assert caught.value.facts["pid"] == pid
    assert caught.value.message.startswith("Cannot start a process with pid %d: " % pid)
    return caught.value


@pytest.mark.parametrize("counter", [lost_pid.LAST_PID_FILE, NO_FILE], ids=["counter", "used up"])
def test_another_process_adopts_the_orphan(monkeypatch: pytest.MonkeyPatch, counter: str) -> None:
    monkeypatch.setattr(lost_pid, "LAST_PID_FILE", counter)
    before, descriptors = children(), open_descriptors()
    adopter = give_back_soon()
    assert adopter != os.getpid()
    assert os.path.exists("/proc/%d" % adopter)
    assert children() <= before
    assert open_descriptors() <= descriptors


def test_a_helper_that_gets_the_pid_itself() -> None:
    """The counter is close to the pid if two pids are given back one after the other."""
    reader, writer = os.pipe()
    for helper in (lambda: lost_pid._enter(os.getpid(), os.getpid(), Deadline(1), 0.01, writer),
                   lambda: lost_pid._fork_until_pid(os.getpid(), Deadline(1), 0.01, writer)):
        helper()
        assert os.read(reader, 100) == b"again"
    os.close(reader)
    os.close(writer)


def test_the_third_try_succeeds(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["again"], ["again"], ["adopted", "7"]]
    monkeypatch.setattr(lost_pid, "_try", lambda *_arguments: answers.pop(0))
    assert give_back(distant_pid()) == 7
    assert answers == []


def test_a_fork_with_another_pid_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process got the pid first."""
    monkeypatch.setattr(lost_pid, "LAST_PID_FILE", "/dev/null")
    with pytest.raises(UpstartError) as caught:
        give_back(PID_MAX - 2 if next_pid() < PID_MAX - 10000 else lost_pid.RESERVED_PIDS + 5, 0.3)
    assert caught.value.facts["reason"] == "time"
    assert "other processes got the pid first. Run the task again" in caught.value.message


def test_a_pid_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_pid, "OCCUPIED_SECONDS", 0.3)
    began = time.monotonic()
    error = refusal(os.getppid())
    assert lost_pid.OCCUPIED_SECONDS < time.monotonic() - began < PATIENCE
    assert error.facts["reason"] == "taken"
    assert "another process has this pid" in error.message


def test_a_pid_too_far_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes early and says how long it would take."""
    monkeypatch.setattr(lost_pid, "LAST_PID_FILE", NO_FILE)
    monkeypatch.setattr(lost_pid, "MIN_MEASURED_SECONDS", 0.0)
    error = refusal(pid_behind(), 0.5)
    assert error.facts["reason"] == "far"
    for words in (NO_FILE + " (No such file", "(kernel.pid_max is %d) would take" % PID_MAX, "Raise the timeout"):
        assert words in error.message


def test_a_pid_that_is_never_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    pid = pid_behind()
    monkeypatch.setattr(lost_pid, "LAST_PID_FILE", NO_FILE)
    monkeypatch.setattr(lost_pid, "RESERVED_PIDS", pid + 1)
    error = refusal(pid)
    assert error.facts["reason"] == "reserved"
    assert "no new process gets a pid below %d" % (pid + 1) in error.message
    assert "under another name" in error.message


def test_no_time_at_all() -> None:
    assert refusal(pid_ahead(), 0.0).facts["reason"] == "time"


def test_an_error_in_a_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_peer_pid: int) -> bool:
        raise OSError(1, "no such luck")

    monkeypatch.setattr(processes, "same_namespace", broken)
    error = refusal(distant_pid())
    assert error.facts["reason"] == "error"
    assert error.message.endswith("no such luck. Run the task as root.")


def test_a_namespace_that_cannot_be_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "same_namespace", lambda _peer_pid: False)
    with pytest.raises(UpstartError) as caught:
        lost_pid.give_back(PID_MAX + 1, distant_pid(), Deadline(PATIENCE))
    assert caught.value.facts["reason"] == "namespace"
    assert "No such file" in caught.value.message and "inside the container" in caught.value.message


def test_a_helper_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_pid, "_enter", lambda *_arguments: time.sleep(2 * PATIENCE))
    before = children()
    began = time.monotonic()
    assert refusal(distant_pid(), 0.2).facts["reason"] == "time"
    assert time.monotonic() - began < PATIENCE
    assert children() <= before


PROGRAM = """\
import os, signal, sys
sys.path.insert(0, %r)
import checkout
checkout.mount()
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.plugins.module_utils._services import lost_pid
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdout.write("once")

def record_calls(name):
    function = getattr(lost_pid, name)

    def recording(*arguments):
        with open(%r, "a") as stream:
            stream.write("%%s %%s %%s %%s %%s\\n" %% (
                name, os.getsid(0) == os.getpid(), signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
                [os.readlink("/proc/self/fd/%%d" %% number) for number in range(3)], len(os.listdir("/proc/self/fd"))))
        function(*arguments)
    setattr(lost_pid, name, recording)

record_calls("_fork_until_pid")
record_calls("_live_as_orphan")
lost_pid.LAST_PID_FILE = %r
lost_pid.give_back(os.getpid(), int(sys.argv[1]), Deadline(60), 0.01)
"""


def test_helpers_inherit_nothing_of_the_module(tmp_path: Path) -> None:
    """No output appears twice, and helpers inherit no terminal, descriptor, session or ignored signal."""
    tools = Path(__file__).resolve().parents[4] / "tools"
    calls = tmp_path / "calls"
    for _attempt in range(ATTEMPTS):
        program = PROGRAM % (str(tools), str(calls), NO_FILE)
        done = subprocess.run([sys.executable, "-c", program, str(pid_ahead())], capture_output=True, text=True,
                              timeout=300, check=False)
        if "UpstartError" not in done.stderr:
            break
    assert (done.returncode, done.stdout, done.stderr) == (0, "once", "")
    null = ["/dev/null"] * 3
    # Six descriptors: three for /dev/null, the pipe to the module, the written file, and the listing itself.
    assert set(calls.read_text(encoding="ascii").splitlines()) == {
        "_fork_until_pid True True %s 6" % null, "_live_as_orphan False True %s 6" % null}


def test_the_counter_of_the_kernel_is_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = tmp_path / "ns_last_pid"
    counter.write_text("4711\n", encoding="ascii")
    monkeypatch.setattr(lost_pid, "LAST_PID_FILE", str(counter))
    pid_counter = lost_pid._PidCounter(100, Deadline(5))
    for _attempt in range(2):
        assert pid_counter.approach() is None
        assert counter.read_text(encoding="ascii") == "99"
    pid_counter.restore()
    assert counter.read_text(encoding="ascii") == "4711\n"


def test_a_namespace_that_the_kernel_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The opened file is not a namespace, so setns refuses it on every machine."""
    real = os.open

    def other(path: str, flags: int, *more: int) -> int:
        return real("/proc/self/status" if str(path).endswith("/ns/pid") else path, flags, *more)

    monkeypatch.setattr(processes, "same_namespace", lambda _peer_pid: False)
    monkeypatch.setattr(lost_pid.os, "open", other)
    error = refusal(distant_pid())
    assert error.facts["reason"] == "namespace"
    assert "cannot enter Upstart's PID namespace ([Errno 22] Invalid argument). Run the task as root" in error.message


def test_a_signal_does_not_end_the_wait_for_the_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 2 does not repeat an interrupted call."""
    interruptions = [OSError(4, "Interrupted system call"), OSError(4, "Interrupted system call")]
    real_select, real_waitpid = lost_pid.select.select, os.waitpid

    def select(*arguments: object) -> object:
        if len(interruptions) == 2:
            raise interruptions.pop()
        return real_select(*arguments)

    def waitpid(pid: int, options: int) -> tuple[int, int]:
        if len(interruptions) == 1:
            raise interruptions.pop()
        return real_waitpid(pid, options)

    before = children()
    monkeypatch.setattr(lost_pid, "_enter", lambda *arguments: lost_pid._report(arguments[-1], "adopted 7"))
    monkeypatch.setattr(lost_pid.select, "select", select)
    monkeypatch.setattr(lost_pid.os, "waitpid", waitpid)
    assert give_back(distant_pid()) == 7
    assert interruptions == []
    assert children() <= before


def test_a_broken_pipe_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def select(*arguments: object) -> object:
        raise OSError(9, "Bad file descriptor")

    before = children()
    monkeypatch.setattr(lost_pid.select, "select", select)
    with pytest.raises(OSError, match="Bad file descriptor"):
        give_back(distant_pid(), 1)
    assert children() <= before
