# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done for a wanted state, what that would come to, and what is looked up for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.converge import (
    outcome,
    running,
    services,
    targets,
    waiting,
)
from ansible_collections.sysinit.upstart.plugins.module_utils.daemon.errors import InvalidArguments, UnknownJob
from ansible_collections.sysinit.upstart.plugins.module_utils.errors import UpstartError

Status = dict[str, Any]
NO_PROCESS = 2**22 + 1  # above every pid_max


def status(goal: str, state: str, main: int | None = os.getpid(), **processes: int) -> Status:
    if main is not None:
        processes["main"] = main
    return {"goal": goal, "state": state, "processes": processes}


class FakeConnection:
    peer = {"pid": os.getpid(), "uid": 0, "gid": 0}
    signals: list[Any] = []


class FakeClient:
    """A daemon with fixed jobs: name to a dict of instance to its statuses, one for each look, the last for ever."""

    def __init__(self, jobs: dict[str, dict[str, list[Status | None]]], variables: tuple[str, ...] = ()) -> None:
        self.jobs = jobs
        self.variables = variables
        self.connection = FakeConnection()
        self.looks = 0

    def version(self) -> tuple[int, ...]:
        return (1, 13, 2)

    def find_job(self, name: str) -> str:
        if name not in self.jobs:
            raise UnknownJob("Unknown job: " + name, error="com.ubuntu.Upstart0_6.Error.UnknownJob")
        return name

    def instances(self, name: str) -> list[str]:
        return sorted(self.jobs[name])

    def find_instance(self, name: str, env: list[str]) -> str | None:
        given = dict(entry.split("=", 1) for entry in env)
        for variable in self.variables:
            if variable not in given:
                raise InvalidArguments("Unknown parameter: %s\nUsage: x" % variable)
        instance = "-".join(given[variable] for variable in self.variables)
        return instance if instance in self.jobs[name] else None

    def statuses(self, pairs: list[tuple[str, str]]) -> list[Status | None]:
        self.looks += len(pairs)
        found = []
        for job, instance in pairs:
            known = self.jobs[job].get(instance, [None])
            found.append(known.pop(0) if len(known) > 1 else known[0])
        return [dict(each) if each else None for each in found]


def request(folder: Path, state: str, jobs: tuple[str, ...] = ("web",),
            env: list[str] | None = None) -> services.Request:
    return services.Request(jobs=list(jobs), state=state, env=env, timeout=1.0, stable_for=0.0, must_exist=True,
                            conf_dir=str(folder), log_dir=str(folder))


def converge(folder: Path, client: FakeClient, state: str, *jobs: str,
             env: list[str] | None = None) -> list[targets.Target]:
    return services.converge(client, request(folder, state, jobs or ("web",), env), check_mode=True)


SERVICE, TASK, BROKEN, ABSTRACT = "exec a\n", "task\nexec a\n", "frob\n", "description none\n"
UP, DOWN = status("start", "running"), None
COMING, GOING = status("start", "pre-start", None), status("stop", "killed")
HOLLOW = status("start", "running", None)
PLANS: list[tuple[str, Status | None, str, list[str], str]] = [
    (SERVICE, DOWN, "started", ["start"], "start/running"),
    (SERVICE, UP, "started", [], "start/running"),
    (SERVICE, COMING, "started", ["wait"], "start/running"),
    (SERVICE, GOING, "started", ["start"], "start/running"),
    (SERVICE, HOLLOW, "started", ["stop", "start"], "start/running"),
    (ABSTRACT, HOLLOW, "started", [], "start/running"),
    (TASK, DOWN, "started", ["start"], "stop/waiting"),
    (SERVICE, DOWN, "stopped", [], "stop/waiting"),
    (SERVICE, UP, "stopped", ["stop"], "stop/waiting"),
    (SERVICE, COMING, "stopped", ["stop"], "stop/waiting"),
    (SERVICE, GOING, "stopped", ["wait"], "stop/waiting"),
    (BROKEN, UP, "stopped", ["stop"], "stop/waiting"),
    (SERVICE, DOWN, "restarted", ["start"], "start/running"),
    (SERVICE, UP, "restarted", ["stop", "start"], "start/running"),
    (SERVICE, COMING, "restarted", ["stop", "start"], "start/running"),
    (SERVICE, GOING, "restarted", ["start"], "start/running"),
    (SERVICE, DOWN, "reloaded", ["start"], "start/running"),
    (SERVICE, UP, "reloaded", ["reload"], "start/running"),
    (BROKEN, UP, "started", [], "start/running"),
]


@pytest.mark.parametrize(("conf", "before", "state", "steps", "after"), PLANS)
def test_plans(tmp_path: Path, conf: str, before: Status | None, state: str, steps: list[str], after: str) -> None:
    (tmp_path / "web.conf").write_text(conf)
    client = FakeClient({"web": {"": [before]} if before else {}})
    (target,) = converge(tmp_path, client, state)
    assert target.error is None
    assert target.steps == steps
    assert targets.state_of(target.after) == after
    result = outcome.of_services([target], request(tmp_path, state))
    assert result["changed"] is bool(set(steps) - {"wait"})
    assert result["instances"][0]["before"] == targets.state_of(before)
    assert result["diff"]["after"] == "web: %s\n" % after


REFUSED: list[tuple[str | None, Status | None, str, str]] = [
    (BROKEN, DOWN, "started", "web.conf:1: Unknown stanza"),
    (BROKEN, UP, "restarted", "It was left as it is, so that nothing is lost."),
    (None, UP, "restarted", "It was left as it is, so that nothing is lost."),
    (BROKEN, DOWN, "reloaded", "web.conf:1: Unknown stanza"),
    (SERVICE, status("start", "running", NO_PROCESS), "started", "follows process %d of job web" % NO_PROCESS),
    (SERVICE, status("start", "running", NO_PROCESS), "stopped", "It will never leave start/running by itself."),
    (SERVICE, status("stop", "killed", NO_PROCESS), "stopped", "It will never leave stop/killed by itself."),
    (SERVICE, status("stop", "killed", NO_PROCESS), "started", "which no longer exists"),
]


@pytest.mark.parametrize(("conf", "before", "state", "words"), REFUSED)
def test_refused(tmp_path: Path, conf: str | None, before: Status | None, state: str, words: str) -> None:
    if conf is not None:
        (tmp_path / "web.conf").write_text(conf)
    client = FakeClient({"web": {"": [before]} if before else {}})
    with pytest.raises(UpstartError) as caught:
        outcome.of_services(converge(tmp_path, client, state), request(tmp_path, state))
    assert words in caught.value.message
    assert caught.value.facts["instances"][0]["failed"] is True
    assert caught.value.facts["instances"][0]["status"] == targets.state_of(before)
    assert caught.value.facts["changed"] is False


@pytest.mark.parametrize(("second", "lost"), [
    (status("start", "running", NO_PROCESS), NO_PROCESS),
    (status("start", "running"), None),
    (None, None),
])
def test_a_process_that_ends_between_two_looks_is_not_lost(second: Status | None, lost: int | None) -> None:
    client = FakeClient({"web": {"": [status("start", "running", NO_PROCESS), second]}})
    (found,) = waiting.look(client, [("web", "")])
    assert waiting.lost_process(found) == lost
    assert (found is None) is (second is None)


def test_a_look_at_healthy_jobs_asks_once() -> None:
    client = FakeClient({"a": {"": [UP]}, "b": {}})
    assert waiting.look(client, [("a", ""), ("b", "")]) == [UP, None]
    assert client.looks == 2


TTY: dict[str, dict[str, list[Status | None]]] = {"tty": {"1": [UP], "2": [GOING]}}
INSTANCES: list[tuple[str, list[str] | None, list[tuple[str | None, list[str]]]]] = [
    ("stopped", None, [("1", ["stop"]), ("2", ["wait"])]),
    ("stopped", ["TTY=1"], [("1", ["stop"])]),
    ("stopped", ["TTY=9"], [(None, [])]),
    ("restarted", None, [("1", ["stop", "start"]), ("2", ["start"])]),
    ("reloaded", ["TTY=1"], [("1", ["reload"])]),
    ("started", ["TTY=9"], [(None, ["start"])]),
    ("started", ["TTY=1"], [("1", [])]),
]


@pytest.mark.parametrize(("state", "env", "expected"), INSTANCES)
def test_instances(tmp_path: Path, state: str, env: list[str] | None,
                   expected: list[tuple[str | None, list[str]]]) -> None:
    (tmp_path / "tty.conf").write_text("instance $TTY\nexec a\n")
    found = converge(tmp_path, FakeClient({"tty": {**TTY["tty"]}}, ("TTY",)), state, "tty", env=env)
    assert [(target.instance, target.steps) for target in found] == expected
    assert [target.error for target in found] == [None] * len(expected)


@pytest.mark.parametrize(("state", "instances"), [("started", TTY["tty"]), ("restarted", {}), ("reloaded", {})])
def test_missing_variables(tmp_path: Path, state: str, instances: dict[str, list[Status | None]]) -> None:
    (tmp_path / "tty.conf").write_text("instance $A-$TTY\nexec a\n")
    env = ["A=1"] if state == "started" else None
    (target,) = converge(tmp_path, FakeClient({"tty": instances}, ("A", "TTY")), state, "tty", env=env)
    missing = ["TTY"] if env else ["A", "TTY"]
    assert target.error.facts == {"name": "tty", "missing": missing}
    assert "its name needs %s: say which one" % ", ".join(missing) in target.error.message
    assert target.steps == []


def test_stopping_no_instance_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "tty.conf").write_text("instance $TTY\nexec a\n")
    (target,) = converge(tmp_path, FakeClient({"tty": {}}, ("TTY",)), "stopped", "tty")
    assert (target.error, target.steps) == (None, [])


UNKNOWN: list[tuple[str | None, str]] = [
    (None, "Upstart knows no job web and there is no {0}/web.conf."),
    (SERVICE, "Upstart has not loaded the job web although {0}/web.conf is in order."),
    (BROKEN, "{0}/web.conf:1: Unknown stanza"),
]


@pytest.mark.parametrize(("conf", "words"), UNKNOWN)
@pytest.mark.parametrize("state", ["started", "stopped", "restarted", "reloaded"])
def test_unknown_jobs(tmp_path: Path, conf: str | None, words: str, state: str) -> None:
    if conf is not None:
        (tmp_path / "web.conf").write_text(conf)
    (target,) = converge(tmp_path, FakeClient({}), state)
    assert target.error is not None and words.format(tmp_path) in target.error.message


def test_several_failures_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text(SERVICE)
    wanted = request(tmp_path, "started", ("a", "b", "c"))
    found = services.converge(FakeClient({"a": {"": [UP]}}), wanted, check_mode=True)
    with pytest.raises(UpstartError) as caught:
        outcome.of_services(found, wanted)
    assert "knows no job b" in caught.value.message and "knows no job c" in caught.value.message
    assert [entry.get("failed", False) for entry in caught.value.facts["instances"]] == [False, True, True]
    assert caught.value.facts["name"] == ["a", "b", "c"]


ADVICE: list[tuple[str, Status, str]] = [
    ("expect fork\nexec a\n", status("start", "spawned", 7), "what 'expect fork' waits for"),
    ("exec a\n", status("start", "pre-start", None), "Its pre-start process is still running"),
    ("exec a\n", status("stop", "post-stop", None), "Its post-stop process is still running"),
    ("exec a\n", status("start", "starting", None), "Another job holds its starting event."),
    ("exec a\nkill timeout 77\n", status("stop", "killed", 7), "kills it for good after 77 s."),
]


@pytest.mark.parametrize(("conf", "after", "words"), ADVICE)
def test_advice(tmp_path: Path, conf: str, after: Status, words: str) -> None:
    (tmp_path / "web.conf").write_text(conf)
    target = targets.Target("web", [], targets.Definition("web", str(tmp_path)))
    target.after = after
    deadline = waiting.Deadline(3)
    for error in (waiting.no_answer(target, "stopped", deadline), running.not_stopped(target, deadline)):
        assert error.message.startswith("Job web was not stopped within 3 s: it is in %s. " % targets.state_of(after))
        assert words in error.message
        assert error.facts == {"name": "web", "timeout": 3}
