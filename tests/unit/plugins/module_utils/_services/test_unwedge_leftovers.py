# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes count as left over from a job, and how they are ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import checkout
import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import unwedge
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline

JOB = "unit-%d-" % os.getpid()
PATIENCE = 300.0


class FakeConnection:
    address = "unix:abstract=/com/ubuntu/upstart"
    peer = {"pid": 1, "uid": 0, "gid": 0}


class FakeClient:
    connection = FakeConnection()


Run = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Run a shell script as a process of a job until it is at its last command, and end its session in the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(script: str, job: str = JOB, instance: str = "", session: bool = True,
              last: str = "exec sleep 1000", **more: str) -> subprocess.Popen[bytes]:
        env = {"PATH": os.environ["PATH"], "UPSTART_JOB": job, "UPSTART_INSTANCE": instance, **more}
        running.append(subprocess.Popen(["sh", "-c", script + "\necho; " + last], env=env, start_new_session=session,
                                        stdout=subprocess.PIPE))
        assert running[-1].stdout is not None
        running[-1].stdout.readline()
        deadline = Deadline(PATIENCE)
        while last.startswith("exec ") and unwedge.command(running[-1].pid) != last[5:] and deadline.left():
            time.sleep(0.01)
        return running[-1]

    yield start
    clean(running)
    for one in running:
        with one:
            one.kill()


def clean(leaders: list[subprocess.Popen[bytes]]) -> None:
    """End what is in the session of one of these, or has the name of the job."""
    mark = os.fsencode("UPSTART_JOB=" + JOB)
    for each in processes.table(1).values():
        marked = any(word.startswith(mark) for word in processes.words(each.pid, "environ"))
        if each.pid != os.getpid() and (marked or each.session in [one.pid for one in leaders]):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each.pid, signal.SIGKILL)


def found(known: list[int] | None = None, instance: str = "") -> list[int]:
    return [entry["pid"] for entry in unwedge.leftovers(FakeClient(), JOB, instance, known or [])]


def in_session(leader: int) -> list[processes.Info]:
    return [each for each in processes.table(1).values() if each.session == leader and each.state != "Z"]


def test_by_the_environment(run: Run) -> None:
    old, new = run(":"), run(":")
    run(":", job=JOB + "x")
    other = run(":", instance="two")
    assert found() == [old.pid, new.pid]
    assert found(instance="two") == [other.pid]
    assert unwedge.leftovers(FakeClient(), JOB, "two", []) == [{"pid": other.pid, "command": "sleep 1000"}]


def test_by_the_session(run: Run) -> None:
    """A service may have wiped its environment."""
    leader = run("env -i sleep 1000 &")
    assert len(in_session(leader.pid)) == 2
    assert sorted(found()) == sorted(each.pid for each in in_session(leader.pid))


def test_not_what_the_upstart_of_a_users_session_started(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such jobs may have the same names; each of these processes tells in its environment whose it is."""
    session = "unix:abstract=/com/ubuntu/upstart-session/1000/77"
    here, there = run(":"), run(":", UPSTART_SESSION=session)
    run(":", UPSTART_SESSION=session + "7")
    assert found() == [here.pid]
    monkeypatch.setattr(FakeConnection, "address", session)
    monkeypatch.setattr(FakeConnection, "peer", {"pid": run(":", job=JOB + "x").pid})
    assert found() == [there.pid]


def test_not_what_another_daemon_of_this_namespace_started(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    one = run(":")
    other = run("sh -c 'echo; exec sleep 1000' &")
    deadline = Deadline(PATIENCE)
    while len(in_session(other.pid)) < 2 and deadline.left():
        time.sleep(0.01)
    below = [each.pid for each in in_session(other.pid) if each.pid != other.pid]
    assert len(found()) == 3
    monkeypatch.setattr(FakeConnection, "peer", {"pid": one.pid})
    assert found() == []
    monkeypatch.setattr(FakeConnection, "peer", {"pid": other.pid})
    assert found() == below


def test_what_the_daemon_supervises(run: Run) -> None:
    main = run("sleep 1000 &\nenv -i sleep 1000 &")
    assert len(in_session(main.pid)) == 3
    lost = run(":")
    assert found([main.pid]) == [lost.pid]
    assert len(found([lost.pid])) == 3


def test_what_descends_from_a_supervised_process(run: Run) -> None:
    main = run("setsid sh -c 'setsid sleep 1000 & wait' &")
    orphaned = run("(sleep 1000 &)")
    deadline = Deadline(PATIENCE)
    while len(found()) < 5 and deadline.left():
        time.sleep(0.01)
    assert len(found()) == 5
    assert len(found([main.pid])) == 2
    assert len(found([orphaned.pid])) == 3
    assert found([main.pid, orphaned.pid]) == []


def test_never_our_own_session(run: Run) -> None:
    run(":", session=False)
    assert found() == []


LOOK = """\
import os, sys
sys.path.insert(0, %r)
import checkout
checkout.mount()
from ansible_collections.sysinit.upstart.plugins.module_utils._services import unwedge
class Client:
    class connection:
        peer = {"pid": 1}
os.setsid()
print([entry["command"] for entry in unwedge.leftovers(Client, %r, "", [])])
"""


def test_ours_are_all_that_we_descend_from() -> None:
    assert processes.ancestry(os.getpid()) <= unwedge._ours({})


def test_never_our_ancestors() -> None:
    """A job such as ssh may be what Ansible came in by; what else is in their session is only one's by its name."""
    code = LOOK % (os.path.dirname(checkout.__file__), JOB)
    script = 'env -i sleep 999 >/dev/null 2>&1 & sleep 1000 >/dev/null 2>&1 & "$0" -c "$1"; echo'
    env = {**os.environ, "UPSTART_JOB": JOB, "UPSTART_INSTANCE": ""}
    with subprocess.Popen(["sh", "-c", script, sys.executable, code], env=env, stdout=subprocess.PIPE,
                          start_new_session=True) as shell:
        assert shell.stdout is not None
        try:
            assert shell.stdout.readline() == b"['sleep 1000']\n"
        finally:
            clean([shell])


def test_zombies_do_not_count(run: Run) -> None:
    one = run(":")
    one.kill()
    os.waitid(os.P_PID, one.pid, os.WEXITED | os.WNOWAIT)
    assert found() == []
    parent = run("sleep 0 &")
    deadline = Deadline(PATIENCE)
    while len(in_session(parent.pid)) > 1 and deadline.left():
        time.sleep(0.01)
    assert found() == [parent.pid]


def end(patience: float = 5.0, seconds: float = PATIENCE) -> list[int]:
    return [entry["pid"] for entry in unwedge.end_leftovers(FakeClient(), JOB, "", [], Deadline(seconds), patience)]


def test_term_is_enough_for_most(run: Run) -> None:
    one = run(":")
    assert end() == [one.pid]
    assert one.wait(0) == -signal.SIGTERM


def test_kill_ends_the_others(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unwedge, "MIN_GRACE_SECONDS", 0.05)
    one = run("trap '' TERM")
    began = time.monotonic()
    assert end(patience=1.0) == [one.pid]
    assert 1.0 < time.monotonic() - began < 60
    assert one.wait(0) == -signal.SIGKILL


def test_a_pid_that_has_a_new_owner(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    one = run(":")
    before = processes.info(one.pid)
    real = processes.table
    earlier = before._replace(start=before.start - 1)
    monkeypatch.setattr(processes, "table", lambda peer_pid: {**real(peer_pid), one.pid: earlier})
    assert unwedge.end_process(FakeClient(), one.pid, Deadline(PATIENCE)) == []
    assert one.poll() is None


def test_one_that_does_not_go(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    one = run(":")
    with monkeypatch.context() as patch:
        patch.setattr(unwedge, "MIN_GRACE_SECONDS", 0.05)
        patch.setattr(os, "kill", lambda _pid, _number: None)
        with pytest.raises(UpstartError) as caught:
            end(seconds=0.1)
    assert caught.value.facts == {"leftovers": [{"pid": one.pid, "command": "sleep 1000"}]}
    assert "Process %d (sleep 1000) is still there after KILL" % one.pid in caught.value.message


def test_one_that_may_not_be_ended(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_pid: int, _number: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    run(":")
    with monkeypatch.context() as patch:
        patch.setattr(os, "kill", refused)
        with pytest.raises(UpstartError, match="cannot be ended: Operation not permitted. Run the task as root"):
            end()


def test_one_that_starts_another(run: Run) -> None:
    first = run("trap 'setsid sleep 1000 & exit' TERM\nsleep 1000 &", last="wait")
    there = found()
    assert len(there) == 2
    ended = [entry["pid"] for entry in unwedge.end_leftovers(FakeClient(), JOB, "", [], Deadline(PATIENCE))]
    assert ended[0] == first.pid
    assert len(set(ended) - set(there)) == 1
    assert found() == []


def test_the_whole_group_of_a_process(run: Run) -> None:
    leader = run("sleep 1000 &")
    group = sorted(each.pid for each in in_session(leader.pid))
    assert len(group) == 2
    assert sorted(unwedge.end_process(FakeClient(), leader.pid, Deadline(PATIENCE))) == group
    assert in_session(leader.pid) == []


def test_a_process_in_our_own_group(run: Run) -> None:
    one = run(":", session=False)
    assert unwedge.end_process(FakeClient(), one.pid, Deadline(PATIENCE)) == []
    assert one.poll() is None
