# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report about a host's jobs: its sources, the selected jobs and parts, and the parts left out."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Pending
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import (
    ConnectionLostError,
    PermissionDeniedError,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._host import runlevel
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import NO_PROCESS
from ansible_collections.sysinit.upstart.tests.unit.support.fake_host import ALIVE, FakeHost

VERSIONS = [(0, 6, 5), (1, 5), (1, 12, 1), (1, 13, 2)]
WEB = """\
description "a web server"
start on started db and runlevel [2345]
stop on runlevel [!2345]
env PORT=80
emits web-ready
respawn
exec /usr/sbin/web --port $PORT
"""


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


@pytest.fixture(autouse=True)
def known_runlevel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runlevel, "read", lambda: ("2", "N"))


def test_a_job_that_runs(host: FakeHost) -> None:
    host.deploy("web", WEB)
    host.run("web", env=("RUNLEVEL=2",), post_start=ALIVE)
    info = host.info()
    (job,) = info["jobs"]
    (instance,) = job.pop("instances")
    since = instance.pop("since")
    assert abs(since - started(ALIVE)) <= 20
    assert datetime.fromisoformat(instance.pop("since_iso8601").replace("Z", "+00:00")).timestamp() == since
    path = f"{host.files}/web.conf"
    start_on = {"all": [{"started": "db"}, {"runlevel": [2, 3, 4, 5]}]}
    assert job == {
        "name": "web", "path": path, "override": None, "loaded": True, "enabled": True, "task": False,
        "description": "a web server", "start_on": start_on, "stop_on": {"runlevel": "!2345"}, "emits": ["web-ready"],
        "orphan": False, "error": None,
        "stanzas": {"description": "a web server", "start_on": start_on, "stop_on": {"runlevel": "!2345"},
                    "env": {"PORT": "80"}, "emits": ["web-ready"], "respawn": True,
                    "exec": "/usr/sbin/web --port $PORT"}}
    assert instance == {
        "instance": "", "goal": "start", "state": "running", "status": "start/running",
        "processes": {"main": ALIVE, "post-start": ALIVE}, "env": ["RUNLEVEL=2"], "log_file": "/log/web.log",
        "stale": False, "wedged": False, "hollow": False, "zombie": False, "suspended": False}
    assert {key: info[key] for key in ("version", "transport", "log_priority", "runlevel", "previous_runlevel",
                                       "left_out")} == {
        "version": "1.13.2", "transport": "wire", "log_priority": "message", "runlevel": "2", "previous_runlevel": "N",
        "left_out": []}


def started(pid: int) -> float:
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    began = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return time.time() - uptime + began


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_versions(tmp_path: Path, version: tuple[int, ...]) -> None:
    host = FakeHost(tmp_path, version)
    host.deploy("web", WEB, "env PORT=81\n")
    host.run("web")
    reports_state = version >= (1, 6, 1)
    job = host.job("web")
    (instance,) = job["instances"]
    assert job["start_on"] == {"all": [{"started": "db"}, {"runlevel": [2, 3, 4, 5]}]}
    assert job["override"] == (None if version == (0, 6, 5) else f"{tmp_path}/web.override")
    assert job["stanzas"]["env"] == {"PORT": "80" if version == (0, 6, 5) else "81"}
    assert instance["status"] == "start/running" and instance["processes"] == {"main": ALIVE}
    assert instance["stale"] is (False if reports_state else None)
    assert instance["env"] == ([] if reports_state else None)
    assert instance["log_file"] == (None if version == (0, 6, 5) else "/log/web.log")
    assert host.info()["left_out"] == ([] if reports_state else [
        "Which instances are stale and the env of the instances: Upstart reports its definitions only since 1.6.1."])
    assert ("override-ignored" in host.codes()) is (version == (0, 6, 5))
    host.write("web", "manual\n", ".override")
    for subset in ("all", "min"):
        assert host.job("web", subset)["enabled"] is (version == (0, 6, 5))


def test_jobs_without_instances_and_with_several(host: FakeHost) -> None:
    host.deploy("idle", "task\nexec a\n")
    host.deploy("net/tty", "instance $N\nexec a\n")
    for name in ("b", "a"):
        host.run("net/tty", name, env=("N=" + name,))
    first, second = host.info()["jobs"]
    assert first["instances"] == [] and first["task"] is True and first["enabled"] is False
    assert second["path"] == f"{host.files}/net/tty.conf"
    assert [(entry["instance"], entry["env"], entry["log_file"]) for entry in second["instances"]] == [
        ("a", ["N=a"], "/log/net_tty-a.log"), ("b", ["N=b"], "/log/net_tty-b.log")]


def test_transitional_states_have_their_processes(host: FakeHost) -> None:
    """Ansible's own service_facts misses such jobs."""
    host.deploy("slow", "pre-start exec a\nexec a\n")
    host.run("slow", status="start/pre-start", main=None, pre_start=ALIVE)
    (instance,) = host.job("slow")["instances"]
    assert instance["status"] == "start/pre-start" and instance["processes"] == {"pre-start": ALIVE}
    assert instance["since"] is None and instance["hollow"] is False


def test_a_refused_file_and_a_file_that_is_not_loaded(host: FakeHost) -> None:
    host.write("bad", "exec a\nfrob\n")
    host.write("fresh", "start on a\nexec a\n")
    host.deploy("old", "start on a\nexec a\n")
    host.run("old")
    host.write("old", "exec a\n", ".override")
    host.write("old", "description x\nstop in b\n", ".override")
    bad, fresh, old = host.info()["jobs"]
    assert (bad["loaded"], bad["enabled"], bad["start_on"], bad["stanzas"]) == (False, None, None, {})
    assert bad["error"] == {"file": f"{host.files}/bad.conf", "line": 2, "message": "Unknown stanza"}
    assert (fresh["loaded"], fresh["enabled"], fresh["start_on"]) == (False, True, "a")
    assert old["error"] == {"file": f"{host.files}/old.override", "line": 2, "message": "Unknown stanza"}
    assert (old["loaded"], old["enabled"], old["start_on"]) == (True, None, "a")
    assert old["instances"][0]["stale"] is True


def test_an_orphan(host: FakeHost) -> None:
    host.deploy("web")
    host.hold("gone", "start on a\nstop on b\nemits c\ntask\nexec a\n")
    host.hold("idle")
    host.run("gone")
    info = {job["name"]: job for job in host.info()["jobs"]}
    orphan = info["gone"]
    assert (orphan["path"], orphan["loaded"], orphan["orphan"], orphan["enabled"]) == (None, True, True, None)
    assert (orphan["start_on"], orphan["stop_on"], orphan["emits"], orphan["task"]) == (None, None, [], None)
    assert orphan["instances"][0]["stale"] is None
    assert info["idle"]["orphan"] is False and info["web"]["orphan"] is False


@pytest.mark.parametrize(("version", "sections", "reason"), [
    ((1, 5), ["definitions"], "Upstart reports its definitions only since 1.6.1"),
    ((1, 13, 2), [], "Upstart was not asked for its definitions; add definitions to subset")])
def test_unknown_stanzas_of_an_orphan(tmp_path: Path, version: tuple[int, ...], sections: list[str],
                                      reason: str) -> None:
    host = FakeHost(tmp_path, version)
    host.deploy("web")
    for name in ("a", "b", "c", "d", "e", "f", "g"):
        host.hold(name, "start on x\nemits y\n")
    info = host.info("stanzas", "graph", *sections)
    job = info["jobs"][0]
    assert (job["name"], job["task"], job["start_on"], job["emits"], job["stanzas"]) == ("a", None, None, [], {})
    assert info["left_out"][-1:] == [
        f"The stanzas of jobs without a readable file (a, b, c, d, e and 2 more): {reason}."]
    assert info["edges"] == []


def test_a_directory_other_than_the_daemons(host: FakeHost) -> None:
    host.hold("web", b"env A=\xe4\n")
    reason = (f"none of Upstart's jobs (such as web) has a readable file below {host.files}, and Upstart might crash "
              "if it were asked for its state. Set conf_dir to the job directory of this daemon.")
    assert host.info()["left_out"] == [
        "Which jobs without instances are outdated: " + reason,
        "The stanzas of jobs without a readable file (web): " + reason,
        f"No loaded job has a file in {host.files}. Set conf_dir to the job directory of this daemon."]


def test_stale_is_an_older_definition(host: FakeHost) -> None:
    host.deploy("web", WEB)
    host.run("web")
    host.write("web", WEB.replace("80", "81"))
    host.deploy("same", WEB)
    host.run("same")
    host.write("same", "# in other words\n" + WEB)
    assert host.job("web")["instances"][0]["stale"] is True
    assert host.job("web", "!definitions")["instances"][0]["stale"] is None
    assert host.job("same")["instances"][0]["stale"] is False


def test_jobs_of_chroots_and_sessions_do_not_count(host: FakeHost) -> None:
    host.deploy("web")
    host.run("web")
    other = {**host.classes["web"], "session": 1, "jobs": []}
    host.connection.state = lambda: json.dumps({"job_classes": [host.classes["web"], other]})
    assert len(host.job("web")["instances"]) == 1


# -- two readings -----------------------------------------------------------------------
@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_a_wedged_instance(tmp_path: Path, version: tuple[int, ...]) -> None:
    host = FakeHost(tmp_path, version)
    host.deploy("web", "expect fork\nexec a\n")
    host.run("web", main=NO_PROCESS)
    (instance,) = host.job("web")["instances"]
    assert (instance["wedged"], instance["hollow"], instance["since"]) == (True, False, None)


def test_a_process_that_ends_between_two_readings_is_not_missing(host: FakeHost) -> None:
    host.deploy("web")
    host.deploy("gone")
    for name in ("web", "gone"):
        host.run(name, main=NO_PROCESS)
    host.later = {("web", ""): {"goal": "start", "state": "running", "processes": {"main": ALIVE}}, ("gone", ""): None}
    orphan, web = host.info()["jobs"]
    assert orphan["instances"] == []
    assert web["instances"][0]["wedged"] is False and web["instances"][0]["since"] is not None
    assert host.connection.waited == 1


def test_a_main_process_that_stays_missing(host: FakeHost) -> None:
    for name in ("web", "respawned"):
        host.deploy(name)
        host.run(name, main=None)
    host.deploy("abstract", "start on a\n")
    host.run("abstract", main=None)
    host.later = {("respawned", ""): {"goal": "start", "state": "running", "processes": {"main": ALIVE}}}
    assert {job["name"]: job["instances"][0]["hollow"] for job in host.info()["jobs"]} == {
        "web": True, "respawned": False, "abstract": False}


@pytest.mark.parametrize(("letter", "marks"), [("Z", (True, False)), ("T", (False, True)), ("S", (False, False))])
def test_a_main_process_that_does_not_run(host: FakeHost, letter: str, marks: tuple[bool, bool]) -> None:
    """The job counts as running and is neither wedged nor hollow."""
    host.deploy("web")
    with child_processes.in_state(letter) as pid:
        host.run("web", main=pid)
        (instance,) = host.job("web")["instances"]
        assert (instance["zombie"], instance["suspended"]) == marks
        assert (instance["wedged"], instance["hollow"], instance["since"] is None) == (False, False, False)
        for state, applies in zip(("zombie", "suspended"), marks):
            assert [job["name"] for job in host.info("min", states=(state,))["jobs"]] == ["web"] * applies


def test_a_main_process_that_init_collects_meanwhile(host: FakeHost) -> None:
    host.deploy("web", "respawn\nexec a\n")
    with child_processes.in_state("Z") as pid:
        host.run("web", main=pid)
        host.later["web", ""] = {"goal": "start", "state": "running", "processes": {"main": ALIVE}}
        (instance,) = host.job("web")["instances"]
        assert (instance["zombie"], instance["since"] is None) == (False, False)


def test_healthy_jobs_are_read_once(host: FakeHost) -> None:
    host.deploy("web")
    host.run("web")
    host.info()
    assert (host.connection.asked, host.connection.waited) == (1, 0)


def test_processes_that_cannot_be_seen(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host.deploy("web")
    host.run("web", main=NO_PROCESS)
    monkeypatch.setattr(host.connection, "peer", {"pid": 0, "uid": 0, "gid": None})
    (instance,) = host.job("web")["instances"]
    assert (instance["since"], instance["wedged"]) == (None, False)


@pytest.mark.parametrize(("visible", "codes"), [(True, ["account-unknown"]), (False, [])])
def test_programs_and_accounts_of_a_daemon_outside_of_this_container_are_unknown(
        host: FakeHost, monkeypatch: pytest.MonkeyPatch, visible: bool, codes: list[str]) -> None:
    host.deploy("web", "setuid no-such-user\nsetgid daemon\nexec a\n")
    monkeypatch.setattr(host.connection, "peer", {"pid": ALIVE if visible else 0, "uid": 0, "gid": None})
    assert [code for code in host.codes("web") if code in ("account-unknown", "program-missing")] == codes


# -- who may not see ----------------------------------------------------------------
def test_a_user_who_may_only_read(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str, interface: str, member: str) -> Pending:
        pending = Pending(member)
        pending.settle(error=PermissionDeniedError("only root may"))
        return pending

    host.deploy("web", WEB)
    host.run("web", post_start=ALIVE)
    monkeypatch.setattr(host.connection, "send", denied)
    info = host.info()
    (instance,) = info["jobs"][0]["instances"]
    assert instance["processes"] == {"main": ALIVE, "post-start": ALIVE}
    assert (instance["env"], instance["stale"]) == (None, None)
    assert info["left_out"] == ["Which instances are stale and the env of the instances: Upstart did not report its "
                                "state (only root may)."]


def test_files_that_cannot_be_read(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root can read everything, so the permission error is simulated."""
    host.deploy("web", WEB)
    host.deploy("other")
    forbid(monkeypatch, f"{host.files}/web.conf")
    info = host.info("min")
    assert info["left_out"] == [
        f"The file {host.files}/web.conf: permission denied.",
        "The stanzas of jobs without a readable file (web): Upstart was not asked for its definitions; add "
        "definitions to subset."]
    (job,) = [job for job in info["jobs"] if job["name"] == "web"]
    assert (job["path"], job["loaded"], job["enabled"], job["orphan"]) == (f"{host.files}/web.conf", True, None, False)


def forbid(monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    real = os.stat

    def stat(name: Any, *arguments: Any, **options: Any) -> os.stat_result:
        if name == path:
            raise PermissionError(13, "Permission denied", name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(os, "stat", stat)


def test_a_missing_directory(host: FakeHost) -> None:
    host.deploy("web")
    host.run("web")
    host.files = host.files / "nowhere"
    info = host.info()
    assert info["left_out"][0] == f"The contents of {host.files}: no such file or directory."
    assert "none of Upstart's jobs (such as web) has a readable file below" in info["left_out"][1]
    assert host.connection.asked == 0
    assert (info["jobs"][0]["orphan"], info["jobs"][0]["loaded"]) == (False, True)
    assert host.findings() == []


def test_a_daemon_that_was_re_executed_is_asked_again(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [ConnectionLostError("broke"), (1, 13, 2)]
    opened = []

    def version() -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(host, "version", version)
    monkeypatch.setattr(host.connection, "reopen", opened.append, raising=False)
    host.deploy("web")
    assert len(host.info()["jobs"]) == 1 and opened == [1.0]


def test_a_daemon_that_does_not_answer_a_request(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(path: str, interface: str, member: str) -> Pending:
        sent.append(Pending(member))
        return sent[-1]

    sent: list[Pending] = []
    host.deploy("web", WEB)
    host.run("web")
    monkeypatch.setattr(host.connection, "send", silent)
    assert host.info()["left_out"] == [
        "Which instances are stale and the env of the instances: Upstart did not report its state (no answer within "
        "1 s)."]
    assert [pending.done for pending in sent] == [False], "nobody waits for it any more"


def test_an_unknown_log_priority(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [PermissionDeniedError("only root may."), ConnectionLostError("broke"), "info"]
    reopened: list[float] = []

    def priority() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    monkeypatch.setattr(host, "log_priority", priority)
    monkeypatch.setattr(host.connection, "reopen", reopened.append, raising=False)
    info = host.info()
    assert (info["log_priority"], info["left_out"]) == (None, ["The log priority: only root may."])
    assert (host.info()["log_priority"], reopened) == ("info", [host.timeout])
