# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps to a requested state, their predicted result, and the queries that they need."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import status as instance_status
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._services import (
    failure_errors,
    report,
    run,
    targets,
    timeouts,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import (
    ABSTRACT,
    BROKEN,
    COMING,
    DOWN,
    GOING,
    NO_MAIN,
    NO_PROCESS,
    SERVICE,
    TASK,
    UP,
    Attributes,
    FakeClient,
    Status,
    converge,
    request,
    status,
)

RESPAWNS = "respawn\npost-start exec b\n" + SERVICE
RESPAWNING = status("respawn", "post-start", None)  # its main process has ended, its post-start is still running

PLANS: list[tuple[str, Status | None, str, list[str], str]] = [
    (SERVICE, DOWN, "started", ["start"], "start/running"),
    (SERVICE, UP, "started", [], "start/running"),
    (SERVICE, COMING, "started", ["wait"], "start/running"),
    (SERVICE, GOING, "started", ["finish", "start"], "start/running"),
    (SERVICE, NO_MAIN, "started", ["stop", "start"], "start/running"),
    (ABSTRACT, NO_MAIN, "started", [], "start/running"),
    (TASK, DOWN, "started", ["start"], "stop/waiting"),
    (TASK, UP, "started", ["wait"], "stop/waiting"),
    (SERVICE, DOWN, "stopped", [], "stop/waiting"),
    (SERVICE, UP, "stopped", ["stop"], "stop/waiting"),
    (SERVICE, COMING, "stopped", ["stop"], "stop/waiting"),
    (SERVICE, GOING, "stopped", ["wait"], "stop/waiting"),
    (BROKEN, UP, "stopped", ["stop"], "stop/waiting"),
    (SERVICE, DOWN, "restarted", ["start"], "start/running"),
    (SERVICE, UP, "restarted", ["stop", "start"], "start/running"),
    (SERVICE, COMING, "restarted", ["settle", "stop", "start"], "start/running"),
    (SERVICE, GOING, "restarted", ["finish", "start"], "start/running"),
    (SERVICE, DOWN, "reloaded", ["start"], "start/running"),
    (SERVICE, UP, "reloaded", ["reload"], "start/running"),
    (SERVICE, COMING, "reloaded", ["wait", "reload"], "start/running"),
    (SERVICE, GOING, "reloaded", ["finish", "start"], "start/running"),
    (SERVICE, NO_MAIN, "reloaded", ["stop", "start"], "start/running"),
    (BROKEN, UP, "started", [], "start/running"),
    (RESPAWNS, RESPAWNING, "started", ["wait"], "start/running"),
    (RESPAWNS, RESPAWNING, "stopped", ["stop"], "stop/waiting"),
    (RESPAWNS, RESPAWNING, "restarted", ["settle", "stop", "start"], "start/running"),
    (RESPAWNS, RESPAWNING, "reloaded", ["wait", "reload"], "start/running"),
]


@pytest.mark.parametrize(("conf", "before", "state", "steps", "after"), PLANS)
def test_plans(tmp_path: Path, conf: str, before: Status | None, state: str, steps: list[str], after: str) -> None:
    (tmp_path / "web.conf").write_text(conf)
    client = FakeClient({"web": {"": [before]} if before else {}})
    (target,) = converge(tmp_path, client, state)
    assert target.result.error is None
    assert target.plan.steps == steps
    assert instance_status.state_text(target.result.after) == after
    result = report.result([target], request(tmp_path, state), [])
    assert result["changed"] is bool(set(steps) - {"wait"})
    assert result["instances"][0]["before"] == instance_status.state_text(before)
    assert [part["after"] for part in result["diff"]] == ["web: %s\n" % after]


REFUSED: list[tuple[str | None, Status | None, str, str]] = [
    (BROKEN, DOWN, "started", "web.conf:1: Unknown stanza"),
    (BROKEN, UP, "restarted", "It was left running."),
    (None, UP, "restarted", "It was left running."),
    (BROKEN, DOWN, "reloaded", "web.conf:1: Unknown stanza"),
    (BROKEN, NO_MAIN, "started", "web.conf:1: Unknown stanza"),
    (ABSTRACT, NO_MAIN, "reloaded", "has no main process to reload"),
    (SERVICE, status("start", "running", NO_PROCESS), "started", "Upstart is tracking process %d, which" % NO_PROCESS),
    (SERVICE, status("start", "running", NO_PROCESS), "stopped", "Job web is stuck in start/running"),
    (SERVICE, status("stop", "killed", NO_PROCESS), "stopped", "Job web is stuck in stop/killed"),
    (SERVICE, status("stop", "killed", NO_PROCESS), "started", "which no longer exists"),
]


@pytest.mark.parametrize(("conf", "before", "state", "words"), REFUSED)
def test_refused(tmp_path: Path, conf: str | None, before: Status | None, state: str, words: str) -> None:
    if conf is not None:
        (tmp_path / "web.conf").write_text(conf)
    client = FakeClient({"web": {"": [before]} if before else {}})
    with pytest.raises(UpstartError) as caught:
        report.result(converge(tmp_path, client, state), request(tmp_path, state), [])
    assert words in caught.value.message
    assert caught.value.facts["instances"][0]["failed"] is True
    assert caught.value.facts["instances"][0]["status"] == instance_status.state_text(before)
    assert caught.value.facts["changed"] is False


def test_a_job_between_two_processes_is_not_hollow(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text(SERVICE)
    (target,) = converge(tmp_path, FakeClient({"web": {"": [NO_MAIN, UP]}}), "started")
    assert (target.plan.steps, target.result.error) == ([], None)


def test_only_a_job_that_stays_hollow_is_hollow(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text(SERVICE)
    for looks, waited_for in (([NO_MAIN, UP, DOWN], UP), ([NO_MAIN, NO_MAIN, UP], NO_MAIN)):
        target = targets.Target("web", Definition("web", str(tmp_path)), request(tmp_path, "started"))
        instance_status.wait_until_resting(FakeClient({"web": {"": [*looks]}}), [target], Deadline(5))
        assert target.result.after == waited_for


@pytest.mark.parametrize(("second", "lost"), [
    (status("start", "running", NO_PROCESS), NO_PROCESS),
    (status("start", "running"), None),
    (None, None),
])
def test_a_process_that_ends_between_two_queries_is_not_lost(second: Status | None, lost: int | None) -> None:
    client = FakeClient({"web": {"": [status("start", "running", NO_PROCESS), second]}})
    (found,) = instance_status.read_statuses(client, [("web", "")])
    assert instance_status.missing_main_pid(found) == lost
    assert (found is None) is (second is None)


def test_healthy_jobs_are_queried_once() -> None:
    client = FakeClient({"a": {"": [UP]}, "b": {}})
    assert instance_status.read_statuses(client, [("a", ""), ("b", "")]) == [UP, None]
    assert client.statuses_read == 2


TTY: dict[str, dict[str, list[Status | None]]] = {"tty": {"1": [UP], "2": [GOING]}}
INSTANCES: list[tuple[str, list[str] | None, list[tuple[str | None, list[str]]]]] = [
    ("stopped", None, [("1", ["stop"]), ("2", ["wait"])]),
    ("stopped", ["TTY=1"], [("1", ["stop"])]),
    ("stopped", ["TTY=9"], [("9", [])]),
    ("restarted", None, [("1", ["stop", "start"]), ("2", ["finish", "start"])]),
    ("reloaded", ["TTY=1"], [("1", ["reload"])]),
    ("started", ["TTY=9"], [("9", ["start"])]),
    ("started", ["TTY=1"], [("1", [])]),
]


@pytest.mark.parametrize(("state", "env", "expected"), INSTANCES)
def test_instances(tmp_path: Path, state: str, env: list[str] | None,
                   expected: list[tuple[str | None, list[str]]]) -> None:
    (tmp_path / "tty.conf").write_text("instance $TTY\nexec a\n")
    found = converge(tmp_path, FakeClient({"tty": {**TTY["tty"]}}, ("TTY",)), state, "tty", env=env)
    assert [(target.instance, target.plan.steps) for target in found] == expected
    assert [target.result.error for target in found] == [None] * len(expected)


@pytest.mark.parametrize(("state", "instances"), [("started", TTY["tty"]), ("restarted", {}), ("reloaded", {})])
def test_missing_variables(tmp_path: Path, state: str, instances: dict[str, list[Status | None]]) -> None:
    (tmp_path / "tty.conf").write_text("instance $A-$TTY\nexec a\n")
    env = ["A=1"] if state == "started" else None
    (target,) = converge(tmp_path, FakeClient({"tty": instances}, ("A", "TTY")), state, "tty", env=env)
    missing = ["TTY"] if env else ["A", "TTY"]
    assert target.result.error.facts == {"name": "tty", "missing": missing}
    assert "has one instance per %s. Set" % " and ".join(missing) in target.result.error.message
    assert target.plan.steps == []


def test_stopping_no_instance_is_nothing(tmp_path: Path) -> None:
    (tmp_path / "tty.conf").write_text("instance $TTY\nexec a\n")
    (target,) = converge(tmp_path, FakeClient({"tty": {}}, ("TTY",)), "stopped", "tty")
    assert (target.result.error, target.plan.steps) == (None, [])


UNKNOWN: list[tuple[str | None, str]] = [
    (None, "Upstart does not know the job web, and there is no {0}/web.conf."),
    (SERVICE, "Upstart has not loaded the job web although {0}/web.conf is valid."),
    (BROKEN, "{0}/web.conf:1: Unknown stanza"),
]


@pytest.mark.parametrize(("conf", "words"), UNKNOWN)
@pytest.mark.parametrize("state", ["started", "stopped", "restarted", "reloaded"])
def test_unknown_jobs(tmp_path: Path, conf: str | None, words: str, state: str) -> None:
    if conf is not None:
        (tmp_path / "web.conf").write_text(conf)
    (target,) = converge(tmp_path, FakeClient({}), state)
    assert target.result.error is not None and words.format(tmp_path) in target.result.error.message


def test_several_failures_are_all_reported(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text(SERVICE)
    wanted = request(tmp_path, "started", ("a", "b", "c"))
    found = run.converge(FakeClient({"a": {"": [UP]}}), wanted, Attributes(), check_mode=True).targets
    with pytest.raises(UpstartError) as caught:
        report.result(found, wanted, [])
    assert "does not know the job b" in caught.value.message and "does not know the job c" in caught.value.message
    assert [entry.get("failed", False) for entry in caught.value.facts["instances"]] == [False, True, True]
    assert caught.value.facts["name"] == ["a", "b", "c"]


ADVICE: list[tuple[str, Status, str]] = [
    ("expect fork\nexec a\n", status("start", "spawned", 7), "what 'expect fork' waits for"),
    ("exec a\n", status("start", "pre-start", None), "Its pre-start process is still running"),
    ("exec a\n", status("stop", "post-stop", None), "Its post-stop process is still running"),
    ("exec a\n", status("start", "starting", None), "Another job holds its starting event."),
    ("exec a\nkill timeout 77\n", status("stop", "killed", 7), "sends SIGKILL after 77 s."),
]


@pytest.mark.parametrize(("conf", "after", "words"), ADVICE)
def test_advice(tmp_path: Path, conf: str, after: Status, words: str) -> None:
    (tmp_path / "web.conf").write_text(conf)
    target = targets.Target("web", Definition("web", str(tmp_path)), request(tmp_path, "started"))
    target.result.after = after
    deadline = Deadline(3)
    for error in (
        timeouts.timeout_error(target, "stopped", deadline),
        failure_errors.not_stopped(target, deadline),
    ):
        state = instance_status.state_text(after)
        assert error.message.startswith(f"Job web was not stopped within 3 s: it is in {state}. ")
        assert words in error.message
        assert error.facts == {"name": "web", "timeout": 3, "log_file": f"{tmp_path}/web.log", "log_lines": []}
