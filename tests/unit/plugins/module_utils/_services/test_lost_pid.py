# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pid that nobody has is given to an orphan, whatever the kernel offers, and nothing of ours is left."""

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

AHEAD = 400  # quickly used up on every machine
ATTEMPTS = 20
NOWHERE = "/proc/sys/kernel/no_such_file"
MAX = int(Path(lost_pid.LIMIT).read_text(encoding="ascii"))


def next_number() -> int:
    """Return a pid that was given just now and is free again."""
    with subprocess.Popen(["true"]) as child:
        child.wait()
    return child.pid


def number_ahead() -> int:
    """Return a free pid that is soon to be given."""
    pid = next_number() + AHEAD
    while os.path.exists("/proc/%d" % pid) or pid >= MAX:
        pid = next_number() + AHEAD
    return pid


def number_behind() -> int:
    """Return a free pid that was given some time ago."""
    pid = next_number() - 30
    while os.path.exists("/proc/%d" % pid):
        pid -= 1
    return pid


def children() -> set[int]:
    return {int(entry) for entry in os.listdir("/proc") if entry.isdigit()
            and (processes.info(int(entry)) or processes.info(1)).parent == os.getpid()}


def give_back(pid: int, seconds: float = 20.0) -> int:
    adopter: int = lost_pid.give_back(os.getpid(), pid, Deadline(seconds), 0.01)
    return adopter


def give_back_soon() -> int:
    """Give some free pid back; another process may be quicker, and then it takes long until the pid comes again."""
    for _attempt in range(ATTEMPTS - 1):
        with contextlib.suppress(UpstartError):
            return give_back(number_ahead(), 1)
    return give_back(number_ahead(), 1)


def refusal(pid: int, seconds: float = 20.0) -> UpstartError:
    with pytest.raises(UpstartError) as caught:
        give_back(pid, seconds)
    assert caught.value.facts["pid"] == pid
    assert caught.value.message.startswith("The number %d could not be given to a new process: " % pid)
    return caught.value


@pytest.mark.parametrize("counter", [lost_pid.COUNTER, NOWHERE], ids=["counter", "used up"])
def test_somebody_adopts_it(monkeypatch: pytest.MonkeyPatch, counter: str) -> None:
    monkeypatch.setattr(lost_pid, "COUNTER", counter)
    before, descriptors = children(), os.listdir("/proc/self/fd")
    adopter = give_back_soon()
    assert adopter != os.getpid()
    assert os.path.exists("/proc/%d" % adopter)
    assert children() <= before
    assert os.listdir("/proc/self/fd") == descriptors


def test_a_helper_that_gets_the_number_itself() -> None:
    """The counter stands near the number when two are given back one after the other."""
    reader, writer = os.pipe()
    for helper in (lambda: lost_pid._enter(os.getpid(), os.getpid(), Deadline(1), 0.01, writer),
                   lambda: lost_pid._middle(os.getpid(), Deadline(1), 0.01, writer)):
        helper()
        assert os.read(reader, 100) == b"again"
    os.close(reader)
    os.close(writer)


def test_after_that_it_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["again"], ["again"], ["adopted", "7"]]
    monkeypatch.setattr(lost_pid, "_try", lambda *_arguments: answers.pop(0))
    assert give_back(number_ahead()) == 7
    assert answers == []


def test_only_its_own_number_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fork that gets another number, since somebody was quicker, is not the one."""
    monkeypatch.setattr(lost_pid, "COUNTER", "/dev/null")
    with pytest.raises(UpstartError) as caught:
        give_back(MAX - 2 if next_number() < MAX - 10000 else lost_pid.RESERVED + 5, 0.3)
    assert caught.value.facts["reason"] == "time"
    assert "other processes took it each time. Run the task again" in caught.value.message


def test_a_number_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_pid, "TAKEN", 0.3)
    began = time.monotonic()
    error = refusal(os.getppid())
    assert lost_pid.TAKEN < time.monotonic() - began < 50
    assert error.facts["reason"] == "taken"
    assert "a process has it again" in error.message


def test_a_number_too_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so before it has tried for long, and how long it would take."""
    monkeypatch.setattr(lost_pid, "COUNTER", NOWHERE)
    monkeypatch.setattr(lost_pid, "PACE", 0.0)
    error = refusal(number_behind(), 0.5)
    assert error.facts["reason"] == "far"
    for words in (NOWHERE + ": No such file", "(kernel.pid_max is %d) would take" % MAX, "Raise the timeout"):
        assert words in error.message


def test_a_number_that_never_comes_round(monkeypatch: pytest.MonkeyPatch) -> None:
    pid = number_behind()
    monkeypatch.setattr(lost_pid, "COUNTER", NOWHERE)
    monkeypatch.setattr(lost_pid, "RESERVED", pid + 1)
    error = refusal(pid)
    assert error.facts["reason"] == "reserved"
    assert "no new process gets a number below %d" % (pid + 1) in error.message
    assert "under another name" in error.message


def test_no_time_at_all() -> None:
    assert refusal(number_ahead(), 0.0).facts["reason"] == "time"


def test_what_goes_wrong_in_a_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_peer_pid: int) -> bool:
        raise OSError(1, "no such luck")

    monkeypatch.setattr(processes, "same_namespace", broken)
    error = refusal(number_ahead())
    assert error.facts["reason"] == "error"
    assert error.message.endswith("no such luck. Run the task as root.")


def test_a_namespace_that_cannot_be_entered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "same_namespace", lambda _peer_pid: False)
    with pytest.raises(UpstartError) as caught:
        lost_pid.give_back(MAX + 1, number_ahead(), Deadline(5))
    assert caught.value.facts["reason"] == "namespace"
    assert "No such file" in caught.value.message and "inside the container" in caught.value.message


def test_a_helper_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_pid, "_enter", lambda *_arguments: time.sleep(60))
    before = children()
    began = time.monotonic()
    assert refusal(number_ahead(), 0.2).facts["reason"] == "time"
    assert time.monotonic() - began < 50
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

def seen(name):
    function = getattr(lost_pid, name)

    def noting(*arguments):
        with open(%r, "a") as stream:
            stream.write("%%s %%s %%s %%s %%s\\n" %% (
                name, os.getsid(0) == os.getpid(), signal.getsignal(signal.SIGTERM) == signal.SIG_DFL,
                [os.readlink("/proc/self/fd/%%d" %% each) for each in range(3)], len(os.listdir("/proc/self/fd"))))
        function(*arguments)
    setattr(lost_pid, name, noting)

seen("_middle")
seen("_orphan")
lost_pid.COUNTER = %r
lost_pid.give_back(os.getpid(), int(sys.argv[1]), Deadline(20), 0.01)
"""


def test_what_the_helpers_inherit(tmp_path: Path) -> None:
    """Nothing is written twice, and no terminal, descriptor, session or ignored signal of the module's is kept."""
    tools = Path(__file__).resolve().parents[4] / "tools"
    seen = tmp_path / "seen"
    for _attempt in range(ATTEMPTS):
        program = PROGRAM % (str(tools), str(seen), NOWHERE)
        done = subprocess.run([sys.executable, "-c", program, str(number_ahead())], capture_output=True, text=True,
                              timeout=300, check=False)
        if "UpstartError" not in done.stderr:
            break
    assert (done.returncode, done.stdout, done.stderr) == (0, "once", "")
    null = ["/dev/null"] * 3
    # Six descriptors: /dev/null three times, the pipe to us, the file that is written, the listing itself.
    assert set(seen.read_text(encoding="ascii").splitlines()) == {
        "_middle True True %s 6" % null, "_orphan False True %s 6" % null}


def test_the_counter_of_the_kernel_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = tmp_path / "ns_last_pid"
    counter.write_text("4711\n", encoding="ascii")
    monkeypatch.setattr(lost_pid, "COUNTER", str(counter))
    numbers = lost_pid._Numbers(100, Deadline(5))
    for _attempt in range(2):
        assert numbers.approach() is None
        assert counter.read_text(encoding="ascii") == "99"
    numbers.restore()
    assert counter.read_text(encoding="ascii") == "4711\n"


def test_a_namespace_that_the_kernel_does_not_let_one_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is opened here is no namespace at all, so that setns refuses it on every machine."""
    real = os.open

    def other(path: str, flags: int, *more: int) -> int:
        return real("/proc/self/status" if str(path).endswith("/ns/pid") else path, flags, *more)

    monkeypatch.setattr(processes, "same_namespace", lambda _peer_pid: False)
    monkeypatch.setattr(lost_pid.os, "open", other)
    error = refusal(number_ahead())
    assert error.facts["reason"] == "namespace"
    assert "cannot be entered ([Errno 22] Invalid argument). Run the task as root, or" in error.message


def test_a_signal_does_not_end_the_wait_for_the_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 2 does not go on by itself."""
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
    monkeypatch.setattr(lost_pid, "_enter", lambda *arguments: lost_pid._tell(arguments[-1], "adopted 7"))
    monkeypatch.setattr(lost_pid.select, "select", select)
    monkeypatch.setattr(lost_pid.os, "waitpid", waitpid)
    assert give_back(number_ahead()) == 7
    assert interruptions == []
    assert children() <= before


def test_a_pipe_that_breaks_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def select(*arguments: object) -> object:
        raise OSError(9, "Bad file descriptor")

    before = children()
    monkeypatch.setattr(lost_pid.select, "select", select)
    with pytest.raises(OSError, match="Bad file descriptor"):
        give_back(number_ahead(), 1)
    assert children() <= before
