# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""upstart_deploy on a running daemon: pending restarts, jobs that others take down, lost connections.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py. The environment variable MOMENTS sets at
how many moments a run loses its connection.
"""

from __future__ import annotations

import base64
import json
import os
import random
import signal
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import faults, run_module, waiting

SEED, MOMENTS = 11, int(os.environ.get("MOMENTS", "8"))
RUNS = "sleep 1000"
Result = dict[str, Any]


class DeployHost:
    """A daemon, and upstart_deploy on it."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.client = Upstart(Connection(daemon.address).open(), waiting.PATIENCE)
        self.manifests = daemon.scratch / "lists"

    def options(self, **more: Any) -> Result:
        return faults.options(self.daemon, **{
            "stable_for": 0.2, "init_log": str(self.daemon.messages), "manifest_dir": str(self.manifests), **more})

    def run(self, check: bool = False, **more: Any) -> Result:
        return run_module.result(run_module.start("upstart_deploy", _ansible_check_mode=check, **self.options(**more)))

    def deploy(self, *jobs: Result, **more: Any) -> Result:
        result = self.run(jobs=list(jobs), **more)
        assert not result.get("failed"), result["msg"]
        return result

    def pid(self, job: str, instance: str = "") -> int | None:
        status = self.client.status(job, instance)
        return status["processes"].get("main") if status and status["state"] == "running" else None

    def pending(self, name: str = "default") -> list[str]:
        return [entry["name"] for entry in json.loads((self.manifests / f"{name}.json").read_text()).get("pending", [])]


@pytest.fixture
def host() -> Iterator[DeployHost]:
    with with_daemon.running() as daemon:
        yield DeployHost(daemon)
    assert with_daemon.no_process_left(daemon.scratch)


def job(name: str, **more: Any) -> Result:
    return {"name": name, **({} if {"exec", "script", "content"} & set(more) else {"exec": RUNS}), **more}


BOTH = "started a and started b"


@pytest.mark.parametrize("state", ["started", "present"])
def test_a_joined_condition_sees_both_halves(host: DeployHost, state: str) -> None:
    """After the change of a, Upstart waits for b as well, which does not start again."""
    joined = job("c", start_on=BOTH, stop_on="stopping a", state=state)
    host.deploy(job("a"), job("b"), joined)
    waiting.wait_for(lambda: host.pid("c"), "c does not run")
    before = {name: host.pid(name) for name in "abc"}
    changed = job("a", description="changed")
    result = host.deploy(changed, job("b"), joined)
    assert ([entry["name"] for entry in result["pending"]], host.pid("c")) == (["a"], before["c"])
    predicted, real = host.run(check=True, pending=True), host.run(pending=True)
    assert predicted["summary"] == real["summary"] == "1 started, 1 restarted"
    assert real["taken_down"] == [] and "warnings" not in real
    assert host.pid("b") == before["b"] and None not in [host.pid(name) for name in "ac"]
    assert host.pid("a") != before["a"]
    assert not host.deploy(changed, job("b"), joined)["changed"]


@pytest.mark.parametrize("state", ["started", "present"])
def test_a_listed_job_that_does_not_come_back_fails_the_run(host: DeployHost, state: str) -> None:
    marker = host.daemon.scratch / "broken"
    lost = job("c", stop_on="stopping a", pre_start={"exec": f"test ! -e {marker}"}, state=state)
    host.deploy(job("a"), lost)
    if state == "present":
        host.client.request("Start", "c", wait=False)
        waiting.wait_for(lambda: host.pid("c"), "c does not run")
    marker.touch()
    result = host.run(jobs=[job("a", nice=1), lost], restart="now")
    assert result["failed"] and result["msg"].startswith("Job c failed to start")
    assert [entry["failed"] for entry in result["jobs"]] == [False, True]
    assert host.pid("a")


def test_other_jobs_that_are_taken_down_are_named(host: DeployHost) -> None:
    host.deploy(job("other", stop_on="stopping a"), set="other")
    host.deploy(job("a"))
    result = host.run(jobs=[job("a", nice=1)], restart="now")
    assert [loss["name"] for loss in result["taken_down"]] == ["other"] and "other" in str(result["warnings"])


def test_a_play_that_dies_before_its_handlers_is_finished_by_the_next_run(host: DeployHost) -> None:
    jobs = [job("a"), job("b", script="trap '' HUP\nsleep 1000"), job("c")]
    host.deploy(*jobs, _play="first")
    for entry in jobs[:2]:
        entry["nice"] = 1
    jobs[1]["on_change"] = "reload"
    old = {name: host.pid(name) for name in "abc"}
    assert [entry["action"] for entry in host.deploy(*jobs, _play="dies")["pending"]] == ["restart", "reload"]
    since = host.deploy(*jobs, _play="dies")["pending"][0]["since"]
    again = host.deploy(*jobs, _play="next")
    assert again["changed"] and again["summary"] == "2 pending, 1 unchanged"
    assert [entry["since"] for entry in again["pending"]] == [since, since]
    assert not host.run(pending=True, _play="dies")["changed"]
    done = host.run(pending=True, _play="next")
    assert done["summary"] == "1 restarted, 1 reloaded"
    assert host.pid("a") not in (None, old["a"]) and [host.pid(name) for name in "bc"] == [old["b"], old["c"]]
    assert not host.deploy(*jobs, _play="last")["changed"] and host.pending() == []


def test_two_lists_in_one_play(host: DeployHost) -> None:
    """A handler without a set makes up for both, and leaves what another play has left."""
    for name in ("shop", "mail", "late"):
        host.deploy(job(name), set=name, _play="first")
        host.deploy(job(name, nice=1), set=name, _play="second" if name != "late" else "first")
    old = {name: host.pid(name) for name in ("shop", "mail", "late")}
    more = host.deploy(job("more"), set="more", _play="second")
    assert [entry["set"] for entry in more["pending"]] == ["mail", "shop"]
    done = host.run(pending=True, _play="second")
    assert [entry["name"] for entry in done["jobs"]] == ["mail", "shop"] and done["pending"] == []
    assert [host.pid(name) == old[name] for name in old] == [False, False, True]
    assert host.run(pending=True, set="late", _play="second")["summary"] == "1 restarted"
    assert host.pid("late") != old["late"]


def test_a_damaged_manifest_of_another_list_is_named(host: DeployHost) -> None:
    host.deploy(job("shop"), set="shop", _play="first")
    host.deploy(job("shop", nice=1), set="shop", _play="second")
    (host.manifests / "mail.json").write_text("{")
    done = host.run(pending=True, _play="second")
    assert done["summary"] == "1 restarted"
    assert [f"{host.manifests}/mail.json" in str(text) for text in done["warnings"]] == [True]
    assert host.run(pending=True, set="mail")["failed"]


def test_runs_for_one_list_take_turns(host: DeployHost) -> None:
    """The second run begins when the first has ended, and finds that nothing is left to do."""
    host.deploy(job("slow", pre_stop={"exec": "sleep 0.5"}), job("a"))
    changed = host.options(jobs=[job("slow", nice=1, pre_stop={"exec": "sleep 0.5"}), job("a", nice=1)], restart="now")
    runs = [run_module.start("upstart_deploy", **changed) for _number in range(3)]
    results = [run_module.result(run) for run in runs]
    assert sorted(result["summary"] for result in results) == ["2 unchanged", "2 unchanged", "2 written, 2 restarted"]
    assert [path.name for path in host.manifests.iterdir()] == ["default.json"]


def test_a_run_that_waits_too_long_for_another_names_it(host: DeployHost) -> None:
    host.deploy(job("slow", pre_stop={"exec": RUNS}), job("a"))
    first = run_module.start("upstart_deploy", **host.options(jobs=[job("a")], prune=True))
    lock = host.manifests / ".default.lock"
    waiting.wait_for(lambda: lock.exists() and lock.read_text(), "the first run has no lock")
    result = host.run(jobs=[job("a", nice=1)], timeout=0.3)
    assert result["failed"] and result["msg"] == (
        f"The lock file {lock} was still held by process {first.pid} after 0.3 s (timeout). Nothing was changed. Wait "
        "until that task ends, or end it, then run this task again.")
    assert host.run(jobs=[job("a", nice=1)], check=True, timeout=5)["summary"] == "1 written, 1 pending"
    status = host.client.status("slow")
    assert status is not None
    os.kill(status["processes"]["pre-stop"], signal.SIGKILL)
    assert run_module.result(first)["summary"] == "1 removed, 1 stopped, 1 unchanged"


def test_check_mode_predicts_whether_events_started_a_job_before(host: DeployHost) -> None:
    """The job file is written before its override disables the job."""
    disabled = job("a", start_on="ready", enabled=False)
    for jobs in ([disabled], [{**disabled, "nice": 1}], [{**disabled, "enabled": True}]):
        predicted, real = host.run(check=True, jobs=jobs)["jobs"], host.deploy(*jobs)["jobs"]
        keys = ("enabled", "enabled_before", "changed")
        assert [predicted[0][key] for key in keys] == [real[0][key] for key in keys]


def test_a_pending_restart_of_a_job_that_is_not_listed_is_in_the_result(host: DeployHost) -> None:
    host.deploy(job("a"), job("b"))
    host.deploy(job("a", nice=1), job("b"))
    result = host.deploy(job("b"))
    assert (result["changed"], result["summary"]) == (True, "1 pending, 1 unchanged")
    assert [(entry["name"], bool(entry["pending"])) for entry in result["jobs"]] == [("b", False), ("a", True)]
    assert not host.deploy(job("b"), restart="none")["changed"] and host.pending() == ["a"]


def test_the_result_has_the_state_of_jobs_that_other_jobs_start(host: DeployHost) -> None:
    follows = job("b", state="present", start_on="started a", enabled=True)
    predicted, real = host.run(check=True, jobs=[job("a"), follows]), host.deploy(job("a"), follows)
    for result in (predicted, real):
        assert [instance["status"] for instance in result["jobs"][1]["instances"]] == ["start/running"]


def test_check_mode_warns_that_an_earlier_task_may_have_left_something_pending(host: DeployHost) -> None:
    earlier = base64.b64encode(zlib.compress(json.dumps([{"doubt": "a task runs with async"}]).encode())).decode()
    result = host.run(check=True, pending=True, _foreseen=earlier)
    assert result["summary"] == "nothing to do" and "a task runs with async" in str(result["warnings"])


def test_a_job_that_somebody_has_restarted_is_not_restarted_again(host: DeployHost) -> None:
    host.deploy(job("a"), job("idle", state="present"))
    host.client.request("Start", "idle", wait=False)
    waiting.wait_for(lambda: host.pid("idle"), "idle does not run")
    host.deploy(job("a", nice=1), job("idle", nice=1, state="present"))
    assert host.pending() == ["a", "idle"]
    options = faults.options(host.daemon, name="a", state="restarted", stable_for=1.2)
    assert not run_module.result(run_module.start("upstart_service", **options)).get("failed")
    host.client.request_instance("Stop", "idle", "")
    waiting.wait_for(lambda: host.client.status("idle") is None, "idle does not stop")
    pid = host.pid("a")
    done = host.run(pending=True)
    assert (done["changed"], host.pid("a"), host.pid("idle"), host.pending()) == (False, pid, None, [])


@pytest.mark.parametrize("restart", ["none", "now", "handler"])
def test_when_jobs_are_restarted(host: DeployHost, restart: str) -> None:
    host.deploy(job("a"))
    old = host.pid("a")
    result = host.deploy(job("a", nice=1), restart=restart)
    assert (host.pid("a") == old) == (restart != "now")
    assert (host.pending() == ["a"]) == (restart == "handler") == bool(result["pending"])


RENAMED = "instance $M\nexec sleep 1000\n"


def test_a_changed_instance_that_fails_is_rolled_back_with_the_old_names(host: DeployHost) -> None:
    first = job("w", instance="$N", instances=[{"N": 1, "A": "b"}, {"N": 2, "A": "c"}])
    host.deploy(first)
    fails = job("w", instance="$M", exec="false", instances=[{"M": 7}])
    result = host.run(jobs=[fails], restart="now", on_failure="rollback")
    assert "Its old file is restored, and the job runs with it again." in result["msg"]
    assert sorted(host.client.instances("w")) == ["1", "2"] and host.pid("w", "1") and host.pid("w", "2")
    assert not host.deploy(first)["changed"]
    works = job("w", content=RENAMED, instances=[{"M": 7}, {"M": 8}])
    assert host.deploy(works, restart="now")["jobs"][0]["changed"]
    assert sorted(host.client.instances("w")) == ["7", "8"]


@pytest.mark.parametrize("more", [{"restart": "none"}, {"on_change": "reload"}])
def test_renamed_instances_that_are_not_started_are_named(host: DeployHost, more: Result) -> None:
    host.deploy(job("w", instance="$N", script="trap '' HUP\nsleep 1000", instances=[{"N": 1}]))
    renamed = [job("w", instance="x-$N", script="trap '' HUP\nsleep 1000", instances=[{"N": 1}])]
    for check in (True, False):
        result = host.run(check=check, jobs=renamed, **more)
        assert "Job w: its listed instances were not started" in str(result["warnings"])
    assert host.client.instances("w") == ["1"]
    assert "warnings" not in host.deploy(*renamed, restart="now") and host.client.instances("w") == ["x-1"]


@pytest.mark.parametrize("enabled", [None, True])
def test_an_entry_that_drops_instance(host: DeployHost, enabled: bool | None) -> None:
    options: Result = {"start_on": "x", "enabled": enabled}
    host.deploy(job("w", instance="$N", instances=[{"N": 1}], **options))
    for check in (True, False):
        result = host.run(check=check, jobs=[job("w", **options)])
        assert [entry["name"] for entry in result["pending"]] == ["w"] and "warnings" not in result, result
    assert "warnings" not in host.deploy(job("w", **options), restart="now")
    assert host.client.instances("w") == [""] and host.pid("w")
    assert not host.deploy(job("w", **options))["changed"]


@pytest.mark.parametrize("env", [None, {"N": "1"}])
def test_former_instances_are_named(host: DeployHost, env: Result | None) -> None:
    host.deploy(job("w", instance="$N", instances=[{"N": 1}]))
    host.deploy(job("w"), restart="handler")
    options = faults.options(host.daemon, stable_for=0.2, init_log=str(host.daemon.messages))
    answer = run_module.result(run_module.start("upstart_service", name="w", state="started", env=env, **options))
    path = host.daemon.conf / "w.conf"
    if env is None:
        assert answer["failed"] and answer["kept_by"] == ["1"] and answer["msg"] == (
            f"Job w was not started: Upstart keeps an older definition while instances run with it (1), and {path} has "
            "no instance stanza any more. Use state: restarted to replace them with the single instance.")
    else:
        assert f"Job w (1) is an instance of an older definition: {path} has no instance" in str(answer["warnings"])
    done = run_module.result(run_module.start("upstart_service", name="w", state="restarted", **options))
    assert done["changed"] and "warnings" not in done and host.client.instances("w") == [""]


def test_a_job_to_remove_that_does_not_stop_leaves_all_files(host: DeployHost) -> None:
    host.deploy(job("stays", pre_stop={"exec": RUNS}), job("a"))
    text = (host.daemon.conf / "a.conf").read_text()
    result = host.run(jobs=[job("a", nice=1)], prune=True, timeout=1)
    assert result["failed"] and "Job stays was not stopped within 1 s" in result["msg"]
    assert (host.daemon.conf / "a.conf").read_text() == text and (host.daemon.conf / "stays.conf").exists()
    status = host.client.status("stays")
    assert status is not None
    os.kill(status["processes"]["pre-stop"], signal.SIGKILL)
    waiting.wait_for(lambda: host.client.status("stays") is None, "stays does not stop")


def test_a_check_of_the_user_refuses_the_list_before_anything_stops(host: DeployHost) -> None:
    host.deploy(job("goes"), job("a"))
    result = host.run(jobs=[job("a", nice=1, validate="false %s")], prune=True)
    assert result["failed"] and "The validate command refused a.conf" in result["msg"] and host.pid("goes")


def test_the_copies_of_a_job_file_and_its_listed_override(host: DeployHost) -> None:
    host.deploy(job("a", validate="sh -c 'cat %s && cat %s && date +%Y'"), {"name": "a", "override": True, "nice": 1})
    absent = {"name": "a", "state": "absent", "backup": True}
    result = host.deploy(absent, {**absent, "override": True})
    files = {entry["path"]: entry["backup_file"] for entry in result["jobs"][0]["files"]}
    assert sorted(files) == [str(host.daemon.conf / "a.conf"), str(host.daemon.conf / "a.override")]
    assert all(copy.startswith(path + ".") for path, copy in files.items())
    assert sorted(map(str, host.daemon.conf.glob("a.*"))) == sorted(files.values())


def test_a_manifest_that_cannot_be_written_does_not_hide_why_a_job_failed(host: DeployHost) -> None:
    """The job moves the directory of the manifests away when it is restarted."""
    host.deploy(job("a"))
    text = (host.daemon.conf / "a.conf").read_text()
    moves = f"mv {host.manifests} {host.manifests}.old\ntouch {host.manifests}\nexit 3"
    result = host.run(jobs=[job("a", script=moves)], restart="now", on_failure="rollback")
    assert result["failed"] and result["msg"].startswith("Job a failed with its new definition: Job a did not stay up")
    assert f"Cannot make the directory {host.manifests} for the manifest: File exists. Check" in result["msg"]
    assert (host.daemon.conf / "a.conf").read_text() == text and host.pid("a")


def test_jobs_without_a_value_are_refused(host: DeployHost) -> None:
    """In YAML, a key with nothing after it has this value."""
    host.deploy(job("a"))
    assert host.run(jobs=None, prune=True)["msg"] == "jobs has no value. Set it to a list of jobs; [] is an empty list."
    assert host.pid("a")


def test_a_tilde_is_the_home_directory_of_the_user_on_the_host(
        host: DeployHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    host.deploy(job("a"), manifest_dir="~/lists")
    host.deploy(job("a", nice=1), manifest_dir="~/lists")
    assert [path.name for path in (tmp_path / "lists").iterdir()] == ["default.json"]
    done = [host.run(check=check, pending=True, manifest_dir="~/lists")["summary"] for check in (True, False)]
    assert done == ["1 restarted", "1 restarted"] and not host.manifests.exists()


def test_the_keys_of_a_job_are_the_same_in_every_mode(host: DeployHost) -> None:
    jobs = [job("a"), job("bad", exec="false")]
    results = [host.run(check=check, jobs=jobs, on_failure="rollback") for check in (True, False, True)]
    results.append(host.run(jobs=[], prune=True))
    keys = {tuple(sorted(entry)) for result in results for entry in result["jobs"]}
    assert len(keys) == 1
    assert [result.get("failed", False) for result in results] == [False, True, False, False]


def test_a_lost_connection_does_not_leave_a_rollback_half_done(host: DeployHost) -> None:
    """At a random moment the process gets SIGHUP, as from a closed terminal, and nobody reads its output any more."""
    chance = random.Random(SEED)
    good = job("web", description="good")
    host.deploy(good)
    text = (host.daemon.conf / "web.conf").read_text()
    bad = host.options(jobs=[job("web", exec="sh -c 'sleep 0.1; exit 3'"), job("new", exec="false")], restart="now",
                       on_failure="rollback", stable_for=0.3)
    began = time.monotonic()
    assert run_module.result(run_module.start_python("upstart_deploy", **bad))["failed"]
    whole = time.monotonic() - began
    for _number in range(MOMENTS):
        process = run_module.start_python("upstart_deploy", **bad)
        time.sleep(chance.uniform(0.2, 0.95) * whole)
        process.send_signal(signal.SIGHUP)
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        process.stderr.close()
        process.wait(60)
        assert (host.daemon.conf / "web.conf").read_text() == text
        assert not (host.daemon.conf / "new.conf").exists()
        assert host.pid("web"), f"seed {SEED}: web does not run"
        assert not host.deploy(good)["changed"]
