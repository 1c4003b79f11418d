# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every request of upstart_service on a job in every state: a timely, correct answer, and no process left waiting.

Each cell of the matrix has its own job. A client of the tests brings the job into its state over D-Bus, and checks it
afterwards. UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import itertools
import os
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.roles.emulator.files.emulator.dbus.paths import INSTANCE, JOB, ROOT, escape
from ansible_collections.sysinit.upstart.roles.emulator.files.emulator.tools.client import Client, DBusError
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules

STABLE_FOR = 0.3
LONGER_THAN_A_LIFE = 3.0  # stable_for for a process that ends soon, but not at once on a busy machine
TIMEOUT = 6.0  # of requests that fail when it has passed
LONG_TIMEOUT = 90.0  # of all others: they end as soon as they can, which takes long on a busy machine
AT_ONCE = 10
STATES_TOGETHER = 6  # states on the same daemon: a request reads all instances, often several times
SLEEP = "exec sleep 1000\n"
HUNG = "expect fork\n" + SLEEP
LOST = "expect fork\nscript\n  (exit 0)\n  sleep 1000\nend script\n"  # the daemon tracks the subshell
DYING = "respawn\nrespawn limit unlimited\nscript\n  sleep 0.2\n  exit 1\nend script\n"
COMMON = "start on no-such-event\nreload signal CONT\n"  # no process reacts to it

LISTENS = 0x10000  # the flag of a listening socket in /proc/net/unix
UP = ("Start", "start/running")


@dataclass(frozen=True)
class State:
    """How a job gets into a state, and the expected result of each request there.

    ``steps`` are calls of the job and the goal/state after each. ``outcomes`` has a letter for each of
    REQUESTS: c changed, o ok, f failed.
    """

    outcomes: str
    conf: str | None = SLEEP
    steps: tuple[tuple[str, str], ...] = ()
    holds: str = ""  # the event of the job that another job holds forever
    override: str = ""
    then: Callable[[Path], object] = field(default=lambda conf: None)  # a change of the job file at the end
    starts: tuple[str, ...] = ("",)  # environment of each started instance
    env: str = ""  # environment in the requests
    lost: bool = False
    restless: bool = False


def breaks(conf: Path) -> None:
    conf.write_text("frobnicate\n" + SLEEP)


STATES = {
    "waiting": State("coccoco"),
    "starting, held": State("ffffocf", steps=(("Start", "start/starting"),), holds="starting"),
    "pre-start": State("ffffocf", "pre-start " + SLEEP + SLEEP, (("Start", "start/pre-start"),)),
    "spawned, hung": State("ffffocc", HUNG, (("Start", "start/spawned"),)),
    "post-start": State("ffffocf", "post-start " + SLEEP + SLEEP, (("Start", "start/post-start"),)),
    "running": State("occcocc", steps=(UP,)),
    "pre-stop": State("ffffocf", "pre-stop " + SLEEP + SLEEP, (UP, ("Stop", "stop/pre-stop"))),
    "stopping, held": State("ffffocf", steps=(UP, ("Stop", "stop/stopping")), holds="stopping"),
    "killed": State("ffffocf", "kill signal CONT\nkill timeout 600\n" + SLEEP, (UP, ("Stop", "stop/killed"))),
    "post-stop": State("ffffocf", "post-stop " + SLEEP + SLEEP, (UP, ("Stop", "stop/post-stop"))),
    "spawned, hung, to be stopped": State("ffffocc", HUNG, (("Start", "start/spawned"), ("Stop", "stop/spawned"))),
    "wedged": State("ffffocc", LOST, (UP,), lost=True),
    "wedged, to be stopped": State("ffffocc", LOST, (UP, ("Stop", "stop/killed")), lost=True),
    "hollow": State("fcffffc", "frobnicate\n", (UP,), override="env A=1\n"),
    "task, running": State("fcfcocc", "task\n" + SLEEP, (UP,)),
    "without a process": State("occfocc", "", (UP,)),
    "respawning": State("fcffocc", DYING, (UP,), restless=True),
    "refused": State("fffffff", "frobnicate\n" + SLEEP),
    "running, refused by now": State("ocfcffc", steps=(UP,), then=breaks),
    "orphan": State("ocfcffc", steps=(UP,), then=Path.unlink),
    "unknown": State("fffffff", None),
    "two instances": State("fcccocc", "instance $N\n" + SLEEP, (UP,), starts=("N=1", "N=2")),
    "one of two instances": State("occcocc", "instance $N\n" + SLEEP, (UP,), starts=("N=1", "N=2"), env="N=2"),
    "an instance to be": State("cocfoco", "instance $N\n" + SLEEP, (UP,), starts=("N=1", "N=2"), env="N=3"),
}
REQUESTS: dict[str, dict[str, Any]] = {
    "started": {"state": "started"},
    "stopped": {"state": "stopped"},
    "restarted": {"state": "restarted"},
    "reloaded": {"state": "reloaded"},
    "enabled": {"enabled": True},
    "disabled": {"enabled": False},
    "freed": {"state": "stopped", "unwedge": True, "end_leftovers": True},
}
CHECKED = "checked"  # replaces the request in the name of the job for all requests in check mode
Cell = tuple[str, str]  # state, request
Question = tuple[str, str, bool]  # state, request, check mode
CELLS: list[Cell] = list(itertools.product(STATES, REQUESTS))
# Giving back a lost process id would disturb other jobs with a lost process, so a separate daemon does that. Jobs that
# always respawn have a daemon of their own, too: it sends all their signals to all of its clients.
QUIET = [(state, request) for state, request in CELLS if STATES[state].lost and request == "freed"]
TRIVIAL, EVERY = "trivial", 10  # a request that has nothing to do, repeated after this many others


def job_name(state: str, request: str) -> str:
    return f"hang-{list(STATES).index(state):02}-{request}"


@dataclass
class Seen:
    """A job: goal/state and main process of each instance, its override, and whether it is enabled."""

    statuses: dict[str, str]
    mains: dict[str, int]
    override: str
    enabled: bool | None = None


class Daemon:
    """The daemon under test, with this file's own client; calls do not wait for their end."""

    def __init__(self, files: with_daemon.Daemon) -> None:
        self.files = files
        self.name = files.address.partition("=")[2]
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect("\0" + self.name)
            pid = struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        self.proc = Path(f"/proc/{pid}/root/proc")
        self.connect()

    def connect(self) -> None:
        self.client = Client(self.files.address)

    def connections(self) -> int:
        """Return the number of clients."""
        lines = [line.split() for line in Path("/proc/net/unix").read_text().splitlines()[1:]]
        return sum(line[7:] == ["@" + self.name] and not int(line[3], 16) & LISTENS for line in lines)

    def ask(self, job: str, call: str, env: str) -> None:
        self.client.job(f"{ROOT}/jobs/{escape(job)}", call, "asb", [env] if env else [], False)

    def look(self, job: str) -> Seen:
        override = self.files.conf / f"{job}.override"
        seen = Seen({}, {}, override.read_text() if override.exists() else "")
        path = f"{ROOT}/jobs/{escape(job)}"
        try:
            for instance in self.client.job(path, "GetAllInstances")[0]:
                found = self.client.properties(instance, INSTANCE)
                seen.statuses[found["name"]] = f"{found['goal']}/{found['state']}"
                seen.mains.update((found["name"], pid) for role, pid in found["processes"] if role == "main")
            seen.enabled = bool(self.client.properties(path, JOB)["start_on"])
        except DBusError:
            pass  # the job does not exist, or an instance has just gone
        return seen

    def lives(self, pid: int) -> bool:
        return (self.proc / str(pid)).exists()


def until(happened: Callable[[], object], what: Callable[[], str]) -> None:
    deadline = time.monotonic() + 300  # the jobs of all cells change their states together
    while not happened():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)


def write_job(conf: Path, state: State, job: str) -> None:
    if state.override:
        (conf / f"{job}.override").write_text(state.override)
    if state.holds:
        (conf / f"{job}-holder.conf").write_text(f"task\nstart on {state.holds} {job}\n{SLEEP}")
    if state.conf is not None:
        (conf / f"{job}.conf").write_text(COMMON + state.conf)


def set_up(daemon: Daemon, cells: list[Cell]) -> None:
    """Bring the job of each cell into its state, all jobs together."""
    jobs = [(STATES[state], job_name(state, request)) for state, request in cells]
    for state, job in jobs:
        write_job(daemon.files.conf, state, job)
    (daemon.files.conf / f"{TRIVIAL}.conf").write_text(SLEEP)
    daemon.ask(TRIVIAL, "Start", "")
    for number in range(2):
        moving = [(state, job) for state, job in jobs if len(state.steps) > number]
        for state, job in moving:
            for env in state.starts:
                daemon.ask(job, state.steps[number][0], env)
        for state, job in moving:
            see_it_there(daemon, state, job, state.steps[number][1])
    for state, job in jobs:
        state.then(daemon.files.conf / f"{job}.conf")


def see_it_there(daemon: Daemon, state: State, job: str, status: str) -> None:
    """Wait until all instances of a job are in the expected state and, for a lost process, the main process is gone."""

    def there() -> bool:
        seen = daemon.look(job)
        alive = [daemon.lives(pid) for pid in seen.mains.values()]
        return list(seen.statuses.values()) == [status] * len(state.starts) and not (state.lost and any(alive))

    if not state.restless:
        until(there, lambda: f"{job} is not in {status}: {daemon.look(job)}")


class Matrix:
    """The jobs of a daemon before and after, its living main processes then, and the answers to all requests."""

    def __init__(self, files: with_daemon.Daemon, questions: list[Question]) -> None:
        daemon = Daemon(files)
        cells = list(dict.fromkeys((state, CHECKED if checked else request) for state, request, checked in questions))
        set_up(daemon, cells)
        names = [job_name(*cell) for cell in cells]
        self.before = {name: daemon.look(name) for name in names}
        del daemon.client  # it would not read the signals in the meantime
        asked: list[Question | None] = []
        for number, question in enumerate(questions):
            asked += [None, question] if number % EVERY == 0 else [question]
        ended = many_modules.run("upstart_service", [arguments(files, question) for question in asked], AT_ONCE)
        self.answers = dict(zip(asked, ended))
        trivial = [end for question, end in zip(asked, ended) if question is None]
        assert [end.result() for end in trivial if end.result().get("changed") is not False] == []
        until(lambda: daemon.connections() == 0, lambda: f"{daemon.connections()} clients are left")
        daemon.connect()
        self.after = {name: daemon.look(name) for name in names}
        self.living = {pid for seen in self.after.values() for pid in seen.mains.values() if daemon.lives(pid)}


def expected_letter(state: str, request: str) -> str:
    return STATES[state].outcomes[list(REQUESTS).index(request)]


def timeout(question: Question | None) -> float:
    if question is None or expected_letter(*question[:2]) != "f":
        return LONG_TIMEOUT
    return TIMEOUT


def check_time(question: Question, answer: many_modules.Ended) -> None:
    assert answer.seconds < timeout(question) + LONGER_THAN_A_LIFE + 120


def arguments(files: with_daemon.Daemon, question: Question | None) -> dict[str, Any]:
    common = {"address": files.address, "conf_dir": str(files.conf), "log_dir": str(files.log),
              "timeout": timeout(question), "stable_for": STABLE_FOR, "init_log": str(files.messages)}
    if question is None:
        return {**common, "name": [TRIVIAL], "state": "started"}
    state, request, check_mode = question
    if STATES[state].restless:
        common["stable_for"] = LONGER_THAN_A_LIFE
    name = job_name(state, CHECKED if check_mode else request)
    env = {"env": STATES[state].env} if STATES[state].env else {}
    return {**common, **env, **REQUESTS[request], "name": [name], "_ansible_check_mode": check_mode}


@pytest.fixture(scope="module")
def matrices() -> Iterator[dict[Question, Matrix]]:
    """Yield the matrix that answers each question."""
    every = [(*cell, checked) for cell in CELLS for checked in (True, False)]
    quiet = [question for question in every if question[:2] in QUIET and not question[2]]
    restless = [question for question in every if STATES[question[0]].restless]
    groups: dict[int, list[Question]] = {}
    for question in every:
        if question not in quiet + restless:
            groups.setdefault(list(STATES).index(question[0]) // STATES_TOGETHER, []).append(question)
    found, scratches = {}, []
    for questions in (*groups.values(), quiet, restless):
        with with_daemon.running() as files:
            matrix = Matrix(files, questions)
            assert files.process.poll() is None, "the daemon has died"
        found.update(dict.fromkeys(questions, matrix))
        scratches.append(files.scratch)
    yield found
    assert all(with_daemon.no_process_left(scratch) for scratch in scratches)


def letter(answer: many_modules.Ended) -> str:
    """Return the result of a request: f failed, c changed, o ok; fail if the answer has the wrong form."""
    result = answer.result()
    assert answer.errors == ""
    if result.get("failed"):
        assert answer.status == 1
        assert re.match(r"[A-Z]\w*( \S+){3,}([.]|: did you mean \S+[?])( |$)", result["msg"]), result["msg"]
        return "f"
    assert answer.status == 0
    return "c" if result["changed"] else "o"


def check_state(matrix: Matrix, state: State, job: str, wanted: str) -> None:
    """Check that a successful request has really reached the reported state."""
    before, after = matrix.before[job], matrix.after[job]
    chosen = [state.env.partition("=")[2]] if state.env else sorted(set(before.statuses) | set(after.statuses))
    statuses = [after.statuses.get(instance, "gone") for instance in chosen]
    if wanted == "stopped":
        assert set(statuses) <= {"gone"}
        return
    assert statuses == ["start/running"] * len(chosen) and chosen, after
    if state.conf:  # jobs with a file have a main process
        assert all(after.mains[instance] in matrix.living for instance in chosen)
        assert wanted != "restarted" or all(after.mains[name] != before.mains.get(name) for name in chosen)


@pytest.mark.parametrize(("name", "request_name"), CELLS)
def test_request(matrices: dict[Question, Matrix], name: str, request_name: str) -> None:
    matrix = matrices[name, request_name, False]
    state, job = STATES[name], job_name(name, request_name)
    answer = matrix.answers[name, request_name, False]
    found = letter(answer)
    check_time((name, request_name, False), answer)
    expected = expected_letter(name, request_name)
    if (name, request_name) in QUIET and os.geteuid() != 0 and found == "f":
        assert "run the task as root" in answer.result()["msg"]  # other users may have too many process ids to use up
        return
    assert found == expected, answer.result().get("msg")
    wanted = REQUESTS[request_name]
    if found != "f" and "state" in wanted:
        check_state(matrix, state, job, wanted["state"])
    if found != "f" and "enabled" in wanted:
        after = matrix.after[job]
        now = after.enabled if not after.statuses else "manual" not in after.override.split()
        assert now == wanted["enabled"]
        assert state.restless or matrix.before[job].statuses == after.statuses


@pytest.mark.parametrize(("name", "request_name"), CELLS)
def test_check_mode(matrices: dict[Question, Matrix], name: str, request_name: str) -> None:
    matrix, job = matrices[name, request_name, True], job_name(name, CHECKED)
    answer = matrix.answers[name, request_name, True]
    foreseen, real = letter(answer), letter(matrices[name, request_name, False].answers[name, request_name, False])
    check_time((name, request_name, True), answer)
    assert foreseen == real or real == "f"
    if not STATES[name].restless:
        assert matrix.after[job] == matrix.before[job]
    assert matrix.after[job].override == matrix.before[job].override
