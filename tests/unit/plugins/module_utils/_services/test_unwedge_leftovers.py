# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of a job that count as leftovers, and how they are ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import checkout
import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import unwedge
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for

JOB = "unit-%d-" % os.getpid()
TIMEOUT = 300.0


class FakeConnection:
    address = "unix:abstract=/com/ubuntu/upstart"
    peer = {"pid": 1, "uid": 0, "gid": 0}


class FakeClient:
    """The daemon, with the pids that it supervises: one list for each time it is asked, and the last one ever after."""

    connection = FakeConnection()

    def __init__(self, *supervised: list[int]) -> None:
        self.supervised = list(supervised)

    def statuses(self, _pairs: list[tuple[str, str]]) -> list[dict[str, Any] | None]:
        pids = self.supervised.pop(0) if len(self.supervised) > 1 else (self.supervised or [[]])[0]
        return [{"processes": {str(pid): pid for pid in pids}} if pids else None]


Run = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Run a shell script as a process of a job until its last command; end its session after the test."""
    running: list[subprocess.Popen[bytes]] = []

    def start(script: str, job: str = JOB, instance: str = "", session: bool = True,
              last: str = "exec sleep 1000", **more: str) -> subprocess.Popen[bytes]:
        env = {"PATH": os.environ["PATH"], "UPSTART_JOB": job, "UPSTART_INSTANCE": instance, **more}
        running.append(subprocess.Popen(["sh", "-c", script + "\necho; " + last], env=env, start_new_session=session,
                                        stdout=subprocess.PIPE))
        assert running[-1].stdout is not None
        running[-1].stdout.readline()
        if last.startswith("exec "):
            wait_for_command(running[-1].pid, last[5:])
        return running[-1]

    yield start
    clean(running)
    for leader in running:
        with leader:
            leader.kill()


def wait_for_command(pid: int, command: str) -> None:
    wait_for(lambda: unwedge.command_line(pid) == command, f"process {pid} does not execute {command}")


def wait_for_session(leader: int, *others: str) -> list[int]:
    """Wait until the processes in a leader's session run these commands; return their pids."""
    def commands() -> list[str]:
        return sorted(unwedge.command_line(process.pid) for process in in_session(leader) if process.pid != leader)

    wait_for(lambda: commands() == sorted(others), f"the session of {leader} has not just {others}")
    return [process.pid for process in in_session(leader) if process.pid != leader]


def clean(leaders: list[subprocess.Popen[bytes]]) -> None:
    """End the processes in the sessions of these leaders, and those with the name of the job; wait for their end."""
    mark = os.fsencode("UPSTART_JOB=" + JOB)
    deadline = Deadline(TIMEOUT)
    while deadline.left():
        found = []
        for process in processes.table(1).values():
            marked = any(word.startswith(mark) for word in processes.words(process.pid, "environ"))
            if process.pid != os.getpid() and process.state not in processes.DEAD and (
                    marked or process.session in [leader.pid for leader in leaders]):
                found.append(process.pid)
        if not found:
            return
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def leftover_pids(known: list[int] | None = None, instance: str = "") -> list[int]:
    client = FakeClient(known or [])
    return [entry["pid"] for entry in unwedge.leftovers(client, JOB, instance)]


def in_session(leader: int) -> list[processes.Info]:
    return [process for process in processes.table(1).values() if process.session == leader and process.state != "Z"]


def test_by_the_environment(run: Run) -> None:
    old, new = run(":"), run(":")
    run(":", job=JOB + "x")
    other = run(":", instance="two")
    assert leftover_pids() == [old.pid, new.pid]
    assert leftover_pids(instance="two") == [other.pid]
    assert unwedge.leftovers(FakeClient(), JOB, "two") == [{"pid": other.pid, "command": "sleep 1000"}]


def test_by_the_session(run: Run) -> None:
    """A service may have cleared its environment."""
    leader = run("env -i sleep 1000 &")
    wait_for_session(leader.pid, "sleep 1000")
    assert sorted(leftover_pids()) == sorted(process.pid for process in in_session(leader.pid))


def test_not_what_the_upstart_of_a_users_session_started(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such jobs may have the same names, but their environment identifies the Upstart of the session."""
    session = "unix:abstract=/com/ubuntu/upstart-session/1000/77"
    here, there = run(":"), run(":", UPSTART_SESSION=session)
    run(":", UPSTART_SESSION=session + "7")
    assert leftover_pids() == [here.pid]
    monkeypatch.setattr(FakeConnection, "address", session)
    monkeypatch.setattr(FakeConnection, "peer", {"pid": run(":", job=JOB + "x").pid})
    assert leftover_pids() == [there.pid]


def test_not_what_another_daemon_of_this_namespace_started(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    process = run(":")
    other = run("sh -c 'echo; exec sleep 1000' &")
    children = wait_for_session(other.pid, "sleep 1000")
    assert len(leftover_pids()) == 3
    monkeypatch.setattr(FakeConnection, "peer", {"pid": process.pid})
    assert leftover_pids() == []
    monkeypatch.setattr(FakeConnection, "peer", {"pid": other.pid})
    assert leftover_pids() == children


def test_not_the_session_that_the_daemon_supervises(run: Run) -> None:
    main = run("sleep 1000 &\nenv -i sleep 1000 &")
    wait_for_session(main.pid, "sleep 1000", "sleep 1000")
    lost = run(":")
    assert leftover_pids([main.pid]) == [lost.pid]
    assert len(leftover_pids([lost.pid])) == 3


def test_not_the_descendants_of_a_supervised_process(run: Run) -> None:
    main = run("setsid sh -c 'setsid sleep 1000 & wait' &")
    orphaned = run("(sleep 1000 &)")
    shell = "sh -c setsid sleep 1000 & wait"
    wait_for(lambda: sorted(entry["command"] for entry in unwedge.leftovers(FakeClient(), JOB, "")) == (
        [shell] + ["sleep 1000"] * 4), "not all commands run")
    assert len(leftover_pids()) == 5
    assert len(leftover_pids([main.pid])) == 2
    assert len(leftover_pids([orphaned.pid])) == 3
    assert leftover_pids([main.pid, orphaned.pid]) == []


def test_not_a_process_that_the_daemon_has_just_started(run: Run) -> None:
    """The main process may end and be started again while we look."""
    old, new, lost = run(":"), run(":"), run(":")
    client = FakeClient([old.pid], [new.pid])
    assert [entry["pid"] for entry in unwedge.leftovers(client, JOB, "")] == [lost.pid]
    assert unwedge.end_leftovers(FakeClient([old.pid, lost.pid], [new.pid]), JOB, "", Deadline(TIMEOUT)) == []
    assert [process.poll() for process in (old, new, lost)] == [None] * 3


def test_never_our_own_session(run: Run) -> None:
    run(":", session=False)
    assert leftover_pids() == []


PROGRAM = """\
import os, sys
sys.path.insert(0, %r)
import checkout
checkout.mount()
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for
from ansible_collections.sysinit.upstart.plugins.module_utils._services import unwedge
class Client:
    class connection:
        peer = {"pid": 1}
    def statuses(self, pairs):
        return [None]
for pid, command in ((int(sys.argv[1]), sys.argv[2]), (int(sys.argv[3]), sys.argv[4])):
    wait_for(lambda: unwedge.command_line(pid) == command, command)
os.setsid()
print([entry["command"] for entry in unwedge.leftovers(Client(), %r, "")])
"""


def test_our_ancestors_are_our_own() -> None:
    assert processes.ancestry(os.getpid()) <= unwedge._own_pids({})


def test_never_our_ancestors() -> None:
    """Ansible may have logged in through a job such as ssh. In its session, only processes with the name count."""
    code = PROGRAM % (os.path.dirname(checkout.__file__), JOB)
    script = ('env -i sleep 999 >/dev/null 2>&1 & nameless=$!; sleep 1000 >/dev/null 2>&1 & '
              '"$0" -c "$1" "$nameless" "sleep 999" "$!" "sleep 1000"; echo')
    env = {**os.environ, "UPSTART_JOB": JOB, "UPSTART_INSTANCE": ""}
    with subprocess.Popen(["sh", "-c", script, sys.executable, code], env=env, stdout=subprocess.PIPE,
                          start_new_session=True) as shell:
        assert shell.stdout is not None
        try:
            assert shell.stdout.readline() == b"['sleep 1000']\n"
        finally:
            clean([shell])


def test_zombies_do_not_count(run: Run) -> None:
    process = run(":")
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert leftover_pids() == []
    parent = run("sleep 0 &")
    wait_for_session(parent.pid)
    assert leftover_pids() == [parent.pid]


def end(kill_grace: float = TIMEOUT, seconds: float = TIMEOUT) -> list[int]:
    return [entry["pid"] for entry in unwedge.end_leftovers(FakeClient(), JOB, "", Deadline(seconds), kill_grace)]


def test_most_processes_end_after_term(run: Run) -> None:
    process = run(":")
    assert end() == [process.pid]
    assert process.wait(TIMEOUT) == -signal.SIGTERM


def test_kill_ends_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unwedge, "MIN_GRACE_SECONDS", 0.05)
    process = run("trap '' TERM")
    began = time.monotonic()
    assert end(kill_grace=1.0) == [process.pid]
    assert 1.0 < time.monotonic() - began < TIMEOUT
    assert process.wait(TIMEOUT) == -signal.SIGKILL


def test_a_pid_that_has_a_new_owner(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    process = run(":")
    before = processes.info(process.pid)
    real = processes.table
    earlier = before._replace(start=before.start - 1)
    monkeypatch.setattr(processes, "table", lambda peer_pid: {**real(peer_pid), process.pid: earlier})
    assert unwedge.end_process(FakeClient(), process.pid, Deadline(TIMEOUT)) == []
    assert process.poll() is None


def test_a_process_that_kill_does_not_end(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    process = run(":")
    with monkeypatch.context() as patch:
        patch.setattr(unwedge, "MIN_GRACE_SECONDS", 0.05)
        patch.setattr(os, "kill", lambda _pid, _number: None)
        with pytest.raises(UpstartError) as caught:
            end(seconds=0.1)
    assert caught.value.facts == {"leftovers": [{"pid": process.pid, "command": "sleep 1000"}]}
    assert "Process %d (sleep 1000) is still running after KILL" % process.pid in caught.value.message


def test_a_process_that_may_not_be_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_pid: int, _number: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    run(":")
    with monkeypatch.context() as patch:
        patch.setattr(os, "kill", refused)
        with pytest.raises(UpstartError, match=r"Cannot end process \d+ \(sleep 1000\): Operation not permitted. Run "
                                               "the task as root"):
            end()


def test_a_process_that_starts_another_one(run: Run) -> None:
    first = run("trap 'setsid sleep 1000 & exit' TERM\nsleep 1000 &", last="wait")
    wait_for_session(first.pid, "sleep 1000")
    before = leftover_pids()
    assert len(before) == 2
    ended = [entry["pid"] for entry in unwedge.end_leftovers(FakeClient(), JOB, "", Deadline(TIMEOUT))]
    assert ended[0] == first.pid
    assert len(set(ended) - set(before)) == 1
    assert leftover_pids() == []


def test_processes_that_are_started_again_and_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = unwedge._end

    def end_and_start(*arguments: Any) -> list[dict[str, Any]]:
        ended = ends(*arguments)
        run(":")
        return ended

    monkeypatch.setattr(unwedge, "_end", end_and_start)
    run(":")
    with pytest.raises(UpstartError, match="Job unit-.* still has a process .*something starts new ones") as caught:
        end(seconds=0.2)
    assert caught.value.facts == {"leftovers": [{"pid": leftover_pids()[0], "command": "sleep 1000"}]}


def test_the_whole_group_of_a_process(run: Run) -> None:
    leader = run("sleep 1000 &")
    group = sorted([leader.pid, *wait_for_session(leader.pid, "sleep 1000")])
    assert sorted(unwedge.end_process(FakeClient(), leader.pid, Deadline(TIMEOUT))) == group
    assert in_session(leader.pid) == []


def test_a_process_in_our_own_group(run: Run) -> None:
    process = run(":", session=False)
    assert unwedge.end_process(FakeClient(), process.pid, Deadline(TIMEOUT)) == []
    assert process.poll() is None
