# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a stuck instance is freed in each state, and a check on the emulator that it is free afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NotFoundError, PermissionDeniedError
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import status as instance_status
from ansible_collections.sysinit.upstart.plugins.module_utils._services import lost_pid, unwedge
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline

Status = dict[str, Any]
TIMEOUT = 300.0
LONG_TIMEOUT = 60.0  # seconds, in case all pids have to be used up twice
NO_PROCESS = 2**22 + 1  # above every pid_max
ATTEMPTS = 20  # to give back a pid: any process of this machine may get it first, and keep it
ALIVE = os.getpid()


def status(goal: str, state: str, main: int | None = NO_PROCESS) -> Status:
    return {"goal": goal, "state": state, "processes": {} if main is None else {"main": main}}


class FakePending:
    def __init__(self, error: Exception | None) -> None:
        self.done = error is not None
        self._error = error

    def result(self) -> list[Any]:
        raise self._error or AssertionError("asked too early")


class FakeConnection:
    def __init__(self) -> None:
        self.peer = {"pid": 1, "uid": 0, "gid": 0}
        self.forgotten: list[FakePending] = []

    def wait(self, ready: Any, seconds: float) -> bool:
        assert seconds <= instance_status.POLL_INTERVAL
        time.sleep(min(seconds, 0.01))
        return bool(ready())

    def forget(self, pending: FakePending) -> None:
        self.forgotten.append(pending)


class FakeClient:
    """An instance with a list of statuses. Each action in ``done`` moves it to the next one; it keeps the last."""

    def __init__(self, *statuses: Status | None, answer: Exception | None = None) -> None:
        self.rest = list(statuses)
        self.connection = FakeConnection()
        self.answer = answer
        self.sent: list[FakePending] = []
        self.done: list[str] = []

    def statuses(self, pairs: list[tuple[str, str]]) -> list[Status | None]:
        return [self.rest[0] and dict(self.rest[0]) for _pair in pairs]

    def request_instance(self, member: str, job: str, instance: str) -> FakePending:
        assert (job, instance) == ("web", "one")
        self.next(member)
        self.sent.append(FakePending(self.answer))
        return self.sent[-1]

    def next(self, action: str) -> None:
        self.done.append(action)
        if len(self.rest) > 1:
            self.rest.pop(0)

    def free(self, monkeypatch: pytest.MonkeyPatch, seconds: float = TIMEOUT, adopter: int = 1,
             actions: int | None = None) -> Status:
        """Free the instance. With ``actions``, the time of the task is over after this many, not after ``seconds``."""
        deadline = Deadline(seconds) if actions is None else AfterActions(self, seconds, actions)

        def give_back(peer_pid: int, pid: int, _deadline: Deadline, orphan_lifetime: float) -> int:
            self.next("give back %d for %g" % (pid, orphan_lifetime))
            assert peer_pid == 1
            return adopter

        def end_process(_client: Any, pid: int, *_rest: Any) -> list[int]:
            self.next("end %d" % pid)
            return [pid]

        monkeypatch.setattr(lost_pid, "give_back", give_back)
        monkeypatch.setattr(unwedge, "end_process", end_process)
        monkeypatch.setattr(unwedge, "NOTICE_SECONDS", 0.05)
        facts: Status = unwedge.unwedge(self, "web", "one", deadline)
        return facts


class AfterActions(Deadline):
    """A deadline of ``seconds`` that has passed after a number of actions, however long they take."""

    def __init__(self, client: FakeClient, seconds: float, actions: int) -> None:
        super().__init__(TIMEOUT)
        self.seconds = seconds
        self._client = client
        self._actions = actions

    def left(self) -> float:
        return 0.0 if len(self._client.done) >= self._actions else super().left()


GIVE, AGAIN, END = "give back %d for 0.05" % NO_PROCESS, "give back %d for 0.1" % NO_PROCESS, "end %d" % ALIVE
STOPPED = status("stop", "killed")
HUNG = status("stop", "spawned", ALIVE)
STUCK_INSTANCES: list[tuple[list[Status | None], list[str], str]] = [
    ([status("start", "running"), STOPPED, None], ["Stop", GIVE], "lost"),
    ([STOPPED, None], [GIVE], "lost"),
    ([STOPPED, STOPPED, None], [GIVE, AGAIN], "lost"),
    ([status("start", "killed"), STOPPED, None], ["Stop", GIVE], "lost"),
    ([STOPPED, status("start", "killed"), STOPPED, None], [GIVE, "Stop", AGAIN], "lost"),
    ([status("stop", "spawned"), None], [GIVE], "lost"),
    ([HUNG, None], [END], "hung"),
    ([status("start", "spawned", ALIVE), HUNG, None], ["Stop", END], "hung"),
    ([None], [], "none"),
    ([status("start", "running", ALIVE), None], ["Stop"], "none"),
]


@pytest.mark.parametrize(("statuses", "done", "wedge"), STUCK_INSTANCES)
def test_a_stuck_instance_is_freed(
    monkeypatch: pytest.MonkeyPatch, statuses: list[Status | None], done: list[str], wedge: str,
) -> None:
    client = FakeClient(*statuses)
    facts = client.free(monkeypatch)
    assert client.done == done
    assert facts["wedge"] == wedge
    assert facts["pid"] == {"lost": NO_PROCESS, "hung": ALIVE, "none": None}[wedge]
    assert facts["ended"] == ([ALIVE] if wedge == "hung" else [])
    assert client.connection.forgotten == client.sent


# In these states, the end of the main process makes the real daemon abort or start the job again.
@pytest.mark.parametrize("state", ["pre-stopping", "pre-stop", "stopping", "post-stop", "running", "starting"])
def test_states_in_which_nothing_is_done(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    client = FakeClient(status("stop", state))
    with pytest.raises(UpstartError) as caught:
        client.free(monkeypatch, 0.1)
    assert client.done == []
    assert caught.value.message == "Could not free job web (one) within 0.1 s: it is still in stop/%s." % state
    assert caught.value.facts == {"name": "web", "wedged": True, "pid": NO_PROCESS, "timeout": 0.1}


@pytest.mark.parametrize(("ages", "seconds", "done"), [
    ([0.0, 1.9, 2.0], TIMEOUT, [END]),
    ([0.0, 0.4, 0.5], 1.0, [END]),
    ([0.0], 0.1, []),
])
def test_a_young_process_is_not_ended_yet(
    monkeypatch: pytest.MonkeyPatch, ages: list[float], seconds: float, done: list[str],
) -> None:
    """Without expect, the job leaves that state without help, and Upstart ends it."""
    monkeypatch.setattr(unwedge, "process_age", lambda _peer, _pid: ages.pop(0) if len(ages) > 1 else ages[0])
    client = FakeClient(HUNG, None)
    if done:
        assert client.free(monkeypatch, seconds, actions=2)["wedge"] == "hung"
    else:
        with pytest.raises(UpstartError, match="it is still in stop/spawned.$"):
            client.free(monkeypatch, seconds)
    assert (client.done, len(ages)) == (done, 1)


def test_a_running_process_that_upstart_kills_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeClient(status("stop", "killed", ALIVE))
    with pytest.raises(UpstartError, match="it is still in stop/killed.$"):
        client.free(monkeypatch, 0.1)
    assert client.done == []


def test_adopted_by_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UpstartError, match="process 4711 adopted the new process with that pid instead of init"):
        FakeClient(STOPPED).free(monkeypatch, adopter=4711, actions=1)
    with pytest.raises(UpstartError, match="it is still in stop/killed.$"):
        FakeClient(STOPPED).free(monkeypatch, adopter=1, actions=1)


def test_a_zombie_is_named_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["true"]) as zombie:
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        client = FakeClient(status("stop", "killed", zombie.pid))
        with pytest.raises(UpstartError, match=r"because process %d \(.*\) does not collect its child %d, which has"
                           % (os.getpid(), zombie.pid)):
            client.free(monkeypatch, 0.1)
        client.connection.peer["pid"] = os.getpid()  # init collects it
        with pytest.raises(UpstartError, match="it is still in stop/killed.$"):
            client.free(monkeypatch, 0.1)


def test_refusals_name_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: Any) -> int:
        raise lost_pid.PidUnavailableError(NO_PROCESS, "far", "it is too far away")

    client = FakeClient(STOPPED)
    monkeypatch.setattr(unwedge, "give_back_pid", refused)
    with pytest.raises(UpstartError) as caught:
        client.free(monkeypatch)
    assert caught.value.message == (
        "Cannot free job web (one) from process %d, which no longer exists: it is too far away. Raise the timeout, or "
        "run the task as root on a kernel with /proc/sys/kernel/ns_last_pid." % NO_PROCESS)
    assert caught.value.facts == {"name": "web", "wedged": True, "pid": NO_PROCESS, "reason": "far"}


def test_a_pid_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instance_status.processes, "state_of", lambda _peer_pid, _pid: "")
    monkeypatch.setattr(lost_pid, "OCCUPIED_SECONDS", 0.1)
    client = FakeClient(status("stop", "killed", os.getpid()))
    with pytest.raises(UpstartError) as caught:
        unwedge.unwedge(client, "web", "one", Deadline(TIMEOUT))
    assert caught.value.facts["reason"] == "taken"
    assert "another process has this pid (now process %d, %s). End it or wait" % (
        os.getpid(), unwedge.command_line(os.getpid())) in caught.value.message


def test_replies_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        FakeClient(status("start", "running"), None, answer=NotFoundError("gone")).free(monkeypatch)["wedge"] == "none"
    )
    with pytest.raises(PermissionDeniedError):
        FakeClient(status("start", "running"), answer=PermissionDeniedError("no")).free(monkeypatch)


def test_a_daemon_that_cannot_be_seen() -> None:
    client = FakeClient(HUNG)
    client.connection.peer["pid"] = 0
    for call in (lambda: unwedge.give_back_pid(client, 5, Deadline(1)),
                 lambda: unwedge.leftovers(client, "web", ""),
                 lambda: unwedge.end_process(client, 5, Deadline(1))):
        with pytest.raises(UpstartError, match="not visible from here"):
            call()


PROGRAM = """\
import os, sys, time
helper = os.fork()
if helper == 0:
    os._exit(0)
os.waitpid(helper, 0)
while os.path.exists(sys.argv[0]):
    time.sleep(0.05)
"""
NEVER_FORKS = PROGRAM.replace("os.fork()", "None").replace("os.waitpid(helper, 0)", "")


@pytest.fixture(scope="module")
def emulator() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as daemon:
        (daemon.scratch / "wedges.py").write_text(PROGRAM)
        (daemon.scratch / "hangs.py").write_text(NEVER_FORKS)
        yield daemon


@pytest.fixture
def client(emulator: with_daemon.Daemon) -> Iterator[Upstart]:
    with Connection(emulator.address) as connection:
        yield Upstart(connection, TIMEOUT)


def wait_for(client: Upstart, job: str, ready: Any) -> Status:
    deadline = Deadline(TIMEOUT)
    while deadline.left():
        current: Status | None = instance_status.read_statuses(client, [(job, "")])[0]
        if current and ready(current):
            return current
        client.connection.wait(lambda: False, 0.02)
    raise AssertionError("%s is in %s" % (job, current))


def start(client: Upstart, emulator: with_daemon.Daemon, job: str, text: str, program: str) -> None:
    (emulator.conf / (job + ".conf")).write_text(text + "exec %s %s\n" % (sys.executable, emulator.scratch / program))
    client.reload_configuration()
    client.request("Start", job)


def counter_can_be_set() -> bool:
    try:
        counter = Path(lost_pid.LAST_PID_FILE)
        counter.write_text(counter.read_text(encoding="ascii"), encoding="ascii")
    except OSError:
        return int(Path(lost_pid.PID_MAX_FILE).read_text(encoding="ascii")) <= 2**16  # few enough to use up
    return True


@pytest.mark.parametrize("text", ["", "respawn\n", "pre-stop exec sleep 0.1\npost-stop exec sleep 0.1\n"])
def test_a_lost_process(emulator: with_daemon.Daemon, client: Upstart, text: str) -> None:
    for attempt in range(ATTEMPTS):
        try:
            return free_a_lost_process(emulator, client, "lost%d-%d" % (len(text), attempt), text)
        except UpstartError as error:  # another process of this machine got the pid first
            if error.facts.get("reason") not in ("taken", "time") or attempt == ATTEMPTS - 1:
                raise


def free_a_lost_process(emulator: with_daemon.Daemon, client: Upstart, job: str, text: str) -> None:
    start(client, emulator, job, "expect fork\n" + text, "wedges.py")
    lost = wait_for(client, job, instance_status.missing_main_pid)["lost"]
    leftovers = unwedge.leftovers(client, job, "")
    assert [entry["command"] for entry in leftovers] == ["%s %s" % (sys.executable, emulator.scratch / "wedges.py")]
    if not counter_can_be_set():
        with pytest.raises(UpstartError, match="would take"):
            unwedge.unwedge(client, job, "", Deadline(1))
    else:
        facts = unwedge.unwedge(client, job, "", Deadline(LONG_TIMEOUT))
        assert facts == {"wedge": "lost", "pid": lost, "ended": []}
        assert client.status(job) is None
        assert unwedge.leftovers(client, job, "") == leftovers
    assert unwedge.end_leftovers(client, job, "", Deadline(TIMEOUT)) == leftovers
    assert unwedge.leftovers(client, job, "") == []


@pytest.mark.parametrize("expect", ["fork", "daemon", "stop"])
def test_a_process_that_never_does_what_is_expected(
    emulator: with_daemon.Daemon, client: Upstart, expect: str,
) -> None:
    job = "hung-" + expect
    start(client, emulator, job, "respawn\nexpect %s\n" % expect, "hangs.py")
    pid = wait_for(client, job, lambda current: current["state"] == "spawned" and "main" in current["processes"])
    facts = unwedge.unwedge(client, job, "", Deadline(TIMEOUT))
    assert facts == {"wedge": "hung", "pid": pid["processes"]["main"], "ended": [pid["processes"]["main"]]}
    assert client.status(job) is None
    assert unwedge.leftovers(client, job, "") == []
