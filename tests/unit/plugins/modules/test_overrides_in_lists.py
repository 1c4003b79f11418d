# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of jobs and their overrides on a running daemon: pruning, rollback and order never lose a file.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import faults

Result = dict[str, Any]
RUNS, FAILS = "/bin/sleep 1000", "/bin/false"
NEEDS_OVERRIDE = "/bin/sh -c 'test \"$OK\" = 1 && exec sleep 1000'"


class Host:
    """A daemon, and the modules that write its job files."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.manifests = daemon.scratch / "lists"

    def deploy(self, *jobs: Result, check: bool = False, **more: Any) -> Result:
        return faults.run(self.daemon, "upstart_deploy", _ansible_check_mode=check, jobs=list(jobs), **{
            "manifest_dir": str(self.manifests), "stable_for": 0.2, "init_log": str(self.daemon.messages), **more})

    def write(self, *jobs: Result, check: bool = False, **more: Any) -> Result:
        manifest = str(self.manifests / "jobs.json")
        return faults.run(self.daemon, "upstart_job", _ansible_check_mode=check, jobs=list(jobs), **{
            "manifest": manifest, **more})

    def files(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in self.daemon.conf.iterdir()}

    def listed(self, name: str = "default") -> tuple[list[str], list[str]]:
        content = json.loads((self.manifests / f"{name}.json").read_text())
        return content["jobs"], content["overrides"]


@pytest.fixture
def host() -> Iterator[Host]:
    with with_daemon.running() as daemon:
        yield Host(daemon)
    assert with_daemon.no_process_left(daemon.scratch)


def job(name: str = "web", program: str = RUNS, **more: Any) -> Result:
    return {"name": name, "exec": program, **more}


def override(name: str = "web", **more: Any) -> Result:
    return {"name": name, "override": True, **(more or {"env": {"OK": "1"}})}


@pytest.mark.parametrize("check", [True, False])
def test_prune_refuses_to_remove_the_job_file_of_a_listed_override(host: Host, check: bool) -> None:
    host.deploy(job(), override())
    before = host.files()
    said = host.deploy(override(state="present", env={"OK": "1"}), prune=True, check=check)
    assert said["msg"] == (
        f"Job web: the list has its override, but no longer its job file {host.daemon.conf / 'web.conf'}, which prune "
        "would remove. List the job file too, or neither of them. Nothing was changed."), said
    assert host.files() == before and host.listed() == (["web"], ["web"])
    assert faults.service(host.daemon, "started")["changed"] is False, "the job still runs"


@pytest.mark.parametrize("check", [True, False])
def test_prune_of_upstart_job_refuses_too(host: Host, check: bool) -> None:
    host.write(job(), override())
    before = host.files()
    said = host.write(override(), prune=True, check=check)
    assert said["failed"] and "which prune would remove" in said["msg"], said
    assert host.files() == before


def test_a_job_file_that_somebody_has_removed_leaves_the_list(host: Host) -> None:
    host.write(job(), override())
    (host.daemon.conf / "web.conf").unlink()
    said = host.write(override(), prune=True)
    assert not said.get("failed"), said
    assert list(host.files()) == ["web.override"] and host.listed("jobs") == ([], ["web"])
    assert not host.write(override(), prune=True)["changed"]


@pytest.mark.parametrize("turned", [False, True])
def test_a_job_file_to_be_removed_and_an_override_contradict_each_other(host: Host, turned: bool) -> None:
    (host.daemon.conf / "web.override").write_text("manual\n")
    jobs = [{"name": "web", "state": "absent"}, override(manual=True)]
    said = host.write(*jobs[::-1 if turned else 1])
    assert said["msg"] == "jobs: web: removing its job file also removes its override. List only the job file.", said
    assert host.files() == {"web.override": "manual\n"}
    said = host.write({"name": "web", "state": "absent"}, override(state="absent"))
    assert said["changed"] and host.files() == {}


def test_a_list_does_not_prune_the_override_of_another(host: Host) -> None:
    host.deploy(job(state="present"), set="jobs")
    host.deploy(override(state="present", env={"A": "1"}), set="settings")
    kept = {"web.override": host.files()["web.override"]}
    assert host.deploy(set="jobs", prune=True)["changed"]
    assert host.files() == kept and host.listed("settings") == ([], ["web"])
    assert not host.deploy(set="jobs", prune=True)["changed"]


def test_a_file_that_force_leaves_alone_is_not_pruned(host: Host) -> None:
    own = host.daemon.conf / "own.conf"
    own.write_text("# edited by hand\nexec /bin/sleep 7777\n")
    jobs = [job("own", force=False), job("new", force=False)]
    said = host.write(*jobs)
    assert [entry["changed"] for entry in said["jobs"]] == [False, True]
    assert host.listed("jobs") == (["new"], [])
    assert not host.write(*jobs)["changed"]
    host.write(prune=True)
    assert host.files() == {"own.conf": "# edited by hand\nexec /bin/sleep 7777\n"}


def test_rollback_keeps_the_job_file_of_an_earlier_run(host: Host) -> None:
    assert not host.deploy(job(program=FAILS, state="present")).get("failed")
    before = host.files()
    said = host.deploy(job(program=FAILS), override(), on_failure="rollback")
    assert said["failed"] and "was removed again" not in said["msg"], said
    assert host.files() == before
    said = host.deploy(job(program=FAILS), on_failure="rollback")
    assert said["failed"] and said["jobs"][0]["rollback"] is None, said
    assert host.files() == before


@pytest.mark.parametrize("program", [NEEDS_OVERRIDE, FAILS])
def test_rollback_restores_the_override_of_a_job_that_did_not_run(host: Host, program: str) -> None:
    host.deploy(job(program=NEEDS_OVERRIDE), override())
    before = host.files()
    faults.service(host.daemon, "stopped")
    said = host.deploy(job(program=program), prune=True, on_failure="rollback")
    assert said["jobs"][0]["rollback"] == "Its old file is restored, and the job runs with it again.", said
    assert host.files() == before
    said = host.deploy(job(program=NEEDS_OVERRIDE), override())
    assert not said["changed"] and host.listed() == (["web"], ["web"]), said


def test_an_override_that_was_never_used_is_not_restored(host: Host) -> None:
    host.deploy(job(program=FAILS, state="present"), override(state="present", nice=1))
    said = host.deploy(job(program=FAILS), prune=True, on_failure="rollback")
    assert said["failed"] and list(host.files()) == ["web.conf"]


@pytest.mark.parametrize("module", ["write", "deploy"])
def test_an_override_is_read_with_a_job_file_that_is_listed_after_it(host: Host, module: str) -> None:
    run = getattr(host, module)
    said = run(override("flag", respawn=False), job("flag", respawn=True))
    assert said["failed"] and "an override cannot unset respawn" in said["msg"], said
    assert host.files() == {}


def test_enabled_of_an_override_that_is_listed_first(host: Host) -> None:
    jobs = [override(enabled=True), job(start_on="x", manual=True)]
    said = host.write(*jobs)
    assert [entry["name"] for entry in said["jobs"]] == ["web", "web"]
    assert [entry["path"][-8:] for entry in said["jobs"]] == ["override", "web.conf"]
    assert host.files()["web.override"] == "start on x\n"
    assert not host.write(*jobs)["changed"]
