# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exactly these instances of a job: listed ones are started, others are stopped, and those that run stay."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules

WORKER = "instance $N\nexec sleep 1000\n"


@pytest.fixture(scope="module")
def daemon() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as found:
        yield found


@pytest.fixture
def job(daemon: with_daemon.Daemon, request: pytest.FixtureRequest) -> str:
    name = request.node.name.replace("_", "-")
    (daemon.conf / f"{name}.conf").write_text(WORKER)
    return str(name)


def run(daemon: with_daemon.Daemon, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    (ended,) = many_modules.run("upstart_service", [{
        "address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 100,
        "stable_for": 0, "init_log": str(daemon.messages), "_ansible_check_mode": check_mode, **options}])
    return ended.result()


def pids(daemon: with_daemon.Daemon, job: str) -> dict[str, int]:
    """Return the main process of each instance."""
    with Connection(daemon.address) as connection:
        client = Upstart(connection)
        statuses = {name: client.status(job, name) for name in client.instances(job)}
    return {name: status["processes"]["main"] for name, status in statuses.items() if status}


def test_three_five_and_two_workers(daemon: with_daemon.Daemon, job: str) -> None:
    options: dict[str, Any] = {"name": job, "state": "started", "exact": True, "env": "N=%d"}
    assert run(daemon, count=3, **options)["changed"]
    three = pids(daemon, job)
    assert sorted(three) == ["1", "2", "3"]
    five = run(daemon, count=5, **options)
    assert [entry["instance"] for entry in five["instances"] if entry["changed"]] == ["4", "5"]
    assert {name: pid for name, pid in pids(daemon, job).items() if name in three} == three
    assert not run(daemon, count=5, **options)["changed"]
    assert not run(daemon, check_mode=True, count=5, **options)["changed"]
    foreseen = run(daemon, check_mode=True, count=2, **options)
    two = run(daemon, count=2, **options)
    for result in (foreseen, two):
        changes = {entry["instance"]: entry["status"] for entry in result["instances"] if entry["changed"]}
        assert changes == dict.fromkeys("345", "stop/waiting")
    assert pids(daemon, job) == {name: three[name] for name in "12"}
    assert run(daemon, count=0, **options)["changed"]
    assert pids(daemon, job) == {}


def test_listed_instances(daemon: with_daemon.Daemon, job: str) -> None:
    run(daemon, name=job, state="started", instances=["N=red", {"N": "green"}])
    assert sorted(pids(daemon, job)) == ["green", "red"]
    before = pids(daemon, job)
    result = run(daemon, name=job, state="started", instances=["N=red", "N=blue"], exact=True)
    assert result["changed"] and sorted(pids(daemon, job)) == ["blue", "red"]
    assert pids(daemon, job)["red"] == before["red"]
    assert run(daemon, name=job, state="stopped", instances=["N=red"])["changed"]
    assert sorted(pids(daemon, job)) == ["blue"]
    jobs = [{"name": job, "state": "started", "instances": [{"N": "white"}], "exact": True}]
    assert run(daemon, jobs=jobs)["changed"]
    assert sorted(pids(daemon, job)) == ["white"]


@pytest.mark.parametrize("given", [
    "N=1,N=2", '[{"N": "1"}, {"N": "2"}]', '["N=1","N=2"]', ['{"N": "1"}', '{"N": "2"}'], ["N=1", {"N": 2}]])
def test_forms(daemon: with_daemon.Daemon, given: Any) -> None:
    (daemon.conf / "forms.conf").write_text(WORKER)
    result = run(daemon, check_mode=True, name="forms", state="started", instances=given)
    assert [entry["instance"] for entry in result["instances"]] == ["1", "2"]
    variables = '{"N": "1","M": "2"}'
    (entry,) = run(daemon, check_mode=True, name="forms", state="started", instances=variables)["instances"]
    assert entry["env"] == ["N=1", "M=2"]


@pytest.mark.parametrize("none", [{"instances": []}, {"count": 0, "env": "N=%d"}])
def test_no_instance_of_a_job_that_is_disabled(daemon: with_daemon.Daemon, job: str, none: dict[str, Any]) -> None:
    (daemon.conf / f"{job}.conf").write_text(f"start on boot N=1\n{WORKER}")
    assert run(daemon, name=job, state="started", enabled=False, **none)["changed"]
    assert (daemon.conf / f"{job}.override").read_text() == "manual\n"
    assert pids(daemon, job) == {}


def test_another_instance_that_comes_up_meanwhile(daemon: with_daemon.Daemon, job: str) -> None:
    """A listed worker starts another one. The task does not say ok, and the next run stops it."""
    (daemon.conf / f"{job}-twin.conf").write_text(
        f"task\nstart on starting {job} 1\nexec {daemon.scratch}/start-twin\n")
    script = daemon.scratch / "start-twin"
    initctl = with_daemon.EMULATOR.with_name("initctl")
    script.write_text(f"#!/bin/sh\nUPSTART_SESSION={daemon.address} exec {sys.executable} {initctl} start {job} N=9\n")
    script.chmod(0o755)
    options: dict[str, Any] = {"name": job, "state": "started", "instances": ["N=1"], "exact": True}
    assert f"Job {job} (9) is running: something started it during this task" in run(daemon, **options)["msg"]
    again = run(daemon, **options)
    assert "msg" not in again, again["msg"]
    assert sorted(pids(daemon, job)) == ["1"]


@pytest.mark.parametrize(("options", "message"), [
    ({"instances": ["N=1"], "exact": True, "state": "stopped"}, "exact requires state: started."),
    ({"count": 2, "state": "started"}, "count requires a number of instances, 0 or more, and a variable in env with"),
    ({"count": 2, "env": "N=1", "state": "started"}, "count requires a number of instances, 0 or more, and a variable"),
    ({"count": -1, "env": "N=%d", "state": "started"}, "count requires a number of instances, 0 or more, and"),
    ({"instances": ["N=1", "N"], "state": "started"}, "instances[1] has the entry 'N', which is not KEY=VALUE."),
    ({"exact": True, "env": "N=1", "state": "started"}, "exact requires instances or count: the instances that"),
    ({"instances": "N=1 N=2", "state": "started"},
     "instances[0] sets N twice: N=1 N=2. Use one item of instances for each instance, as in [N=1, N=2]."),
    ({"env": "N=1 N=2", "state": "started"}, "env sets N twice: N=1 N=2. Use one item of instances for each"),
    ({"instances": ["N=1", {}], "state": "stopped"}, "Job refused has one instance per N. Set N in env"),
    ({"instances": '[{"N": "1"', "state": "started"}, "instances[0] cannot be parsed as JSON, although it begins"),
    ({"instances": ["M=1"], "state": "started", "exact": True}, "Job refused has one instance per N. Set N in env"),
])
def test_refused(daemon: with_daemon.Daemon, options: dict[str, Any], message: str) -> None:
    (daemon.conf / "refused.conf").write_text(WORKER)
    assert message in run(daemon, name="refused", **options)["msg"]


@pytest.mark.parametrize("instances", [None, [{}, {"N": 1}]], ids=["all", "one-of-two"])
def test_an_instance_that_is_not_named(daemon: with_daemon.Daemon, job: str, instances: Any) -> None:
    """Its status is unknown, although no instance has that name."""
    run(daemon, name=job, state="started", env="N=1")
    failed = run(daemon, name=job, state="started", instances=instances, exact=instances is not None)
    assert failed["msg"].startswith(f"Job {job} has one instance per N. Set N in env")
    unnamed = next(entry for entry in failed["instances"] if entry.get("missing"))
    assert unnamed["before"] is unnamed["status"] is None
    assert f"{job} in an unknown state -- Job {job} has one instance per N" in "".join(failed["summary"])
    assert f"{job}: unknown" in failed["diff"][0]["after"]
