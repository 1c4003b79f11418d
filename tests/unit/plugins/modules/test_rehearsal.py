# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode predicts what happens to jobs that other jobs of the same task stop and start.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import faults, run_module, waiting

RUNS = "exec sleep 1000\n"
WORKER = "instance $N\nstop on stopping db\n" + RUNS
STORE = "start on (started db and net-up)\nstop on stopping db\n" + RUNS
FOLLOWER = "start on started db\nstop on stopping db\n" + RUNS
Result = dict[str, Any]
Run = Callable[..., Result]


BEFORE_STATES = "0.6.5"  # this release does not signal the states of jobs


@pytest.fixture
def daemon(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[with_daemon.Daemon]:
    """The latest Upstart, or the release that a test names."""
    if hasattr(request, "param"):
        monkeypatch.setenv("UPSTART_BOOT", with_daemon.boot_command(f"--upstart-version {request.param}"))
    with with_daemon.running() as running_daemon:
        yield running_daemon


@pytest.fixture
def run(daemon: with_daemon.Daemon) -> Run:
    """A host on which db, store, follower and an instance of worker run."""
    client = Upstart(Connection(daemon.address).open(waiting.PATIENCE), waiting.PATIENCE)
    texts = {"db": RUNS, "store": STORE, "follower": FOLLOWER, "worker": WORKER}
    for name, text in texts.items():
        (daemon.conf / f"{name}.conf").write_text(text)
    waiting.wait_for(lambda: set(texts) <= set(client.jobs()), "the jobs are not loaded")
    client.emit("net-up", wait=False)
    client.request("Start", "db", wait=False)
    client.request("Start", "worker", ["N=1"], wait=False)
    instances = [(name, "1" if name == "worker" else "") for name in texts]
    waiting.wait_for(lambda: all(status and status["state"] == "running" for status in client.statuses(instances)),
                     "the jobs do not run")
    client.connection.close()

    def act(check: bool = False, **more: Any) -> Result:
        options = faults.options(daemon, **{"stable_for": 0.1, "init_log": str(daemon.messages), **more})
        return run_module.result(run_module.start("upstart_service", _ansible_check_mode=check, **options))

    return act


def entries(**states: str) -> list[Result]:
    return [{"name": name, "state": state} for name, state in states.items()]


def facts(result: Result) -> list[Result]:
    """Return the facts that check mode and the real run have in common."""
    return [{key: value for key, value in entry.items() if key not in ("processes", "msg")}
            for entry in result["instances"]]


@pytest.mark.parametrize("state", ["started", "restarted"])
def test_a_listed_job_that_the_task_stops_is_started_again(run: Run, state: str) -> None:
    wanted = entries(db="restarted", store=state)
    predicted, real = run(check=True, jobs=wanted), run(jobs=wanted)
    assert facts(predicted) == facts(real)
    assert [(entry["changed"], entry["status"]) for entry in real["instances"]] == [(True, "start/running")] * 2
    assert [entry["processes"] for entry in predicted["instances"]] == [{}, {}]
    assert predicted["diff"] == real["diff"]
    assert predicted["taken_down"] == real["taken_down"]
    assert [loss["name"] for loss in real["taken_down"]] == ["worker"]


@pytest.mark.parametrize("daemon", ["1.5", "1.13.2"], indirect=True)
def test_a_job_that_starts_again_by_itself_is_not_changed_but_has_another_process(run: Run) -> None:
    wanted = entries(db="restarted", follower="started", store="started")
    predicted, real = run(check=True, jobs=wanted), run(jobs=wanted)
    assert facts(predicted) == facts(real)
    assert [entry["changed"] for entry in real["instances"]] == [True, False, True]
    assert predicted["instances"][1]["processes"] == {}


def test_jobs_that_are_still_watched_when_the_task_stops_them_are_started_again(run: Run) -> None:
    """They have run for less than stable_for, for example since the task before."""
    real = run(jobs=entries(db="restarted", follower="started", store="started"), stable_for=1.0)
    assert not real.get("failed"), real["msg"]
    assert [entry["status"] for entry in real["instances"]] == ["start/running"] * 3


@pytest.mark.parametrize("daemon", ["1.5", "1.13.2"], indirect=True)
def test_a_job_that_does_not_stay_stopped_fails(run: Run) -> None:
    wanted = entries(db="restarted", follower="stopped", store="started")
    predicted, real = run(check=True, jobs=wanted), run(jobs=wanted)
    assert predicted["failed"] and real["failed"]
    assert predicted["msg"] == (
        "Job follower would not stay stopped: what this task does to other jobs starts it again. Check its start on "
        "condition, or disable it.")
    assert facts(predicted) == facts(real)


def test_an_instance_is_started_again_by_its_variables(run: Run) -> None:
    wanted = [*entries(db="restarted", store="started"), {"name": "worker", "env": {"N": 1}, "state": "started"}]
    predicted, real = run(check=True, jobs=wanted), run(jobs=wanted)
    assert facts(predicted) == facts(real)
    assert [entry["changed"] for entry in real["instances"]] == [True, True, True]


@pytest.mark.parametrize("check", [True, False])
def test_warnings_about_other_jobs(run: Run, check: bool) -> None:
    done = run(check=check, name="db", state="restarted")
    assert [loss["name"] for loss in done["taken_down"]] == ["store", "worker"]
    words = "would stop job store (stop on" if check else "Job store stopped because of job db"
    assert sum(words in str(warning) for warning in done["warnings"]) == 1


@pytest.mark.parametrize("daemon", [BEFORE_STATES], indirect=True)
def test_a_warning_about_a_job_that_is_not_started_again(run: Run) -> None:
    wanted = [*entries(db="restarted"), {"name": "worker", "env": {"N": 1}, "state": "started"}]
    predicted, real = run(check=True, jobs=wanted), run(jobs=wanted)
    assert ("This task would stop job worker (1) (stop on stopping db). It has no start on, so no event starts it "
            "again. Start it afterwards.") in str(predicted["warnings"])
    assert real["failed"] is True
