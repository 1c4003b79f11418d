# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""upstart_info on a daemon: compared with initctl, in each release, as a read-only user, and without crashing it."""

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
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import UnreachableError
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import request, run
from ansible_collections.sysinit.upstart.tests.unit.support import message_bus, run_module
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE, wait_for

EMULATOR = Path(__file__).resolve().parents[4] / "roles" / "emulator" / "files"
VERSIONS = ["0.6.5", "1.5", "1.12.1", "1.13.2"]
AS_SOMEBODY_ELSE = """\
import os, runpy, sys, types, jeepney.auth
jeepney.auth.os = types.SimpleNamespace(**vars(os))
somebody = os.geteuid() + 1
os.geteuid = lambda: somebody
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture
def daemon() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as started:
        yield started


def test_the_last_boot(daemon: with_daemon.Daemon) -> None:
    deploy(daemon, web="start on web-needed\nexec sleep 1000\n")
    initctl(daemon, "emit", "web-needed")
    (daemon.scratch / "log-of-init").write_text("Jan 1 init: Handling startup event\n")
    result = info(daemon, subset=["boot"], init_log=str(daemon.scratch / "log-of-init"))
    assert set(result["boot"]) == {"began", "init_log", "clock", "left_out", "messages", "processes"}
    process, = result["boot"]["processes"]
    assert process["name"] == "web" and process["seconds"] >= 0
    assert (result["boot"]["clock"], result["boot"]["left_out"], result["boot"]["messages"]) == ("syslog", None, [])
    assert "boot" not in info(daemon, subset=["all"])


def deploy(daemon: with_daemon.Daemon, **texts: str) -> None:
    for name, text in texts.items():
        (daemon.conf / f"{name}.conf").write_text(text)
    wait_for(lambda: set(texts) <= set(listed(daemon)), "the jobs are not loaded")


def initctl(daemon: with_daemon.Daemon, *words: str) -> str:
    done = subprocess.run([sys.executable, str(EMULATOR / "initctl"), *words], capture_output=True, text=True,
                          check=False, env={**os.environ, "UPSTART_SESSION": daemon.address})
    return done.stdout


def listed(daemon: with_daemon.Daemon) -> list[str]:
    with Connection(daemon.address) as connection:
        return Upstart(connection, PATIENCE).jobs()


def info(daemon: with_daemon.Daemon, **options: Any) -> dict[str, Any]:
    result = run_module.result(run_module.start(
        "upstart_info", address=daemon.address, conf_dir=str(daemon.conf), log_dir=str(daemon.log), **options))
    assert not result.get("failed"), result["msg"]
    return result


def listing(jobs: list[dict[str, Any]]) -> list[str]:
    """Return the lines of initctl list."""
    lines = []
    for job in jobs:
        for instance in job["instances"] or [{"instance": "", "status": "stop/waiting", "processes": {}}]:
            label = f"{job['name']} ({instance['instance']})" if instance["instance"] else job["name"]
            words = []
            for number, (process, pid) in enumerate(instance["processes"].items()):
                words.append(f"\n\t{process} process {pid}" if number else f", process {pid}")
            lines += f"{label} {instance['status']}{''.join(words)}".splitlines()
    return lines


def test_it_returns_what_initctl_list_shows(daemon: with_daemon.Daemon) -> None:
    """All states with all processes: Ansible's service_facts omits a job in pre-start, and all pids."""
    deploy(daemon, idle="exec sleep 1000\n", web="exec sleep 1000\n", slow="pre-start exec sleep 1000\nexec a\n",
           late="exec sleep 1000\npost-start exec sleep 1000\n", tty="instance $N\nexec sleep 1000\n")
    initctl(daemon, "start", "web")
    for job in ("slow", "late"):
        initctl(daemon, "start", "-n", job)
    for number in ("1", "2"):
        initctl(daemon, "start", "tty", "N=" + number)
    wait_for(lambda: "post-start process" in initctl(daemon, "list"), "late has no post-start process")
    for subset in (["all"], ["min"]):
        jobs = info(daemon, subset=subset)["jobs"]
        assert sorted(listing(jobs)) == sorted(initctl(daemon, "list").splitlines())
    states = {job["name"]: instance["state"] for job in jobs for instance in job["instances"]}
    assert states == {"web": "running", "slow": "pre-start", "late": "post-start", "tty": "running"}


def test_it_returns_what_initctl_show_config_shows_and_more(daemon: with_daemon.Daemon) -> None:
    deploy(daemon, db="emits db-up\nexec a\n", web="start on (started db and runlevel [2345]) or db-up\nexec a\n")
    (daemon.conf / "bad.conf").write_text("start on started db\nfrob\n")
    shown = initctl(daemon, "show-config", "-e").splitlines()
    result = info(daemon)
    edges = [f"  start on {edge['event']} (job:{''.join(' ' + word for word in edge['emitters'])}, env:"
             + "".join(" " + word for word in edge["args"] if word not in edge["emitters"]) + ")"
             for edge in result["edges"]]
    assert sorted(shown) == sorted(["db", "  emits db-up", "web", *edges[:2], "  start on db-up (job:, env:)"])
    assert edges[2] == "  start on db-up (job: db, env:)"
    assert [job["error"] for job in result["jobs"] if job["name"] == "bad"] == [
        {"file": f"{daemon.conf}/bad.conf", "line": 2, "message": "Unknown stanza"}]


def test_it_has_no_false_alarms_like_initctl_check_config(daemon: with_daemon.Daemon) -> None:
    deploy(daemon, web="start on net-device-up IFACE=eth0\nstop on runlevel 0\nexec a\n",
           disk="start on block-device-added\nstop on deploy\nexec a\n", misspelt="start on runlevle 2\nexec a\n",
           deploys="exec initctl emit deploy\n")
    alarms = initctl(daemon, "check-config")
    for event in ("net-device-up", "block-device-added", "runlevel", "deploy", "runlevle"):
        assert f"unknown event {event}\n" in alarms
    findings = [finding for finding in info(daemon, subset=["audit"])["findings"]
                if finding["code"] in ("unknown-event", "misspelt-event")]
    assert [(finding["job"], finding["message"], finding["remedy"]) for finding in findings] == [
        ("misspelt", "start on names the event runlevle, probably instead of runlevel", "correct the name")]


@pytest.mark.parametrize("version", VERSIONS)
def test_releases(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    boot = f"{sys.executable} {EMULATOR}/upstart-emulator {with_daemon.OPTIONS} --upstart-version {version}"
    monkeypatch.setenv("UPSTART_BOOT", boot)
    began = time.time()
    with with_daemon.running() as daemon:
        deploy(daemon, web="start on started db\nexec sleep 1000\n", idle="exec a\n",
               tty="instance $N\nexec sleep 1000\n")
        initctl(daemon, "start", "web", "A=1")
        initctl(daemon, "start", "tty", "N=x y")
        result = info(daemon)
        jobs = {job["name"]: job for job in result["jobs"]}
        reports_state = version in ("1.12.1", "1.13.2")
        (web,), (tty,) = jobs["web"]["instances"], jobs["tty"]["instances"]
        assert result["version"] == version
        assert (web["status"], web["wedged"], web["hollow"]) == ("start/running", False, False)
        assert began - 2 <= web["since"] <= time.time() + 1  # the time of the boot is in whole seconds, too
        assert tty["instance"] == "x y"
        assert (web["stale"], web["env"]) == ((False, ["A=1"]) if reports_state else (None, None))
        assert jobs["web"]["start_on"] == {"started": "db"}
        assert len(result["left_out"]) == (0 if reports_state else 1)
        assert [finding["code"] for finding in result["findings"] if finding["job"] == "web"][0] == "unknown-job"


def test_no_query_crashes_the_daemon(daemon: with_daemon.Daemon) -> None:
    """The emulator ends where the real daemon would crash, so a test can detect it."""
    (daemon.conf / "web.conf").write_bytes("description Bücher\nexec sleep 1000\n".encode("latin-1"))
    (daemon.conf / "tty.conf").write_bytes("env N=é\ninstance $N\nexec sleep 1000\n".encode("latin-1"))
    wait_for(lambda: listed(daemon) and len(listed(daemon)) == 2, "the jobs are not loaded")
    initctl(daemon, "start", "-n", "web")
    for subset in ("all", "min", "definitions", "environment", "stanzas", "audit"):
        result = info(daemon, subset=[subset])
        assert daemon.process.poll() is None, subset
        web = next(job for job in result["jobs"] if job["name"] == "web")
        assert web["instances"][0]["status"] == "start/running"
        assert web["description"] == "B\ufffdcher"
    assert daemon.process.poll() is None


@pytest.fixture
def system_bus(daemon: with_daemon.Daemon, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A daemon of another user on the system bus; yields its directory."""
    with message_bus.running() as bus:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus.address)
        conf = daemon.scratch / "other"
        conf.mkdir()
        (conf / "web.conf").write_text("start on hello\nexec sleep 1000\n")
        process = subprocess.Popen(
            [sys.executable, "-c", AS_SOMEBODY_ELSE, str(EMULATOR / "upstart-emulator"), "--confdir", str(conf),
             "--logdir", str(conf), "--address", bus.address + "-private", "--startup-event", "hello",
             "--bus", bus.address])
        try:
            yield conf
        finally:
            process.terminate()
            process.wait(PATIENCE)


def connected() -> Connection:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return Connection("system", owner=os.geteuid()).open()
        except UnreachableError:
            assert time.monotonic() < deadline, "nobody comes to the bus"
            time.sleep(0.05)


def test_a_user_who_may_only_read(system_bus: Path) -> None:
    result: dict[str, Any] = {}

    def runs() -> bool:
        result.update(run.collect(Upstart(connection), asked))
        return [instance["status"] for job in result["jobs"] for instance in job["instances"]] == ["start/running"]

    with connected() as connection:
        asked = request.InfoRequest([], [], request.selected_sections(["all"]), str(system_bus), "/log")
        wait_for(runs, "the job does not run")
    (job,) = result["jobs"]
    (instance,) = job["instances"]
    assert (job["loaded"], job["enabled"], job["start_on"]) == (True, True, "hello")
    assert (instance["status"], list(instance["processes"])) == ("start/running", ["main"])
    assert (instance["env"], instance["stale"]) == (None, None)
    assert result["log_priority"] == "message"
    (sentence,) = result["left_out"]
    assert sentence.startswith(
        "Which instances are stale and the env of the instances: Upstart did not report its state")
    assert [finding["code"] for finding in result["findings"]] == ["unknown-event", "no-stop-on"]
