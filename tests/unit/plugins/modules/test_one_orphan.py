# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job without a file hides only its own facts, although Upstart must not be asked for its state."""

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
from ansible_collections.sysinit.upstart.tests.unit.support import run_module
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE, wait_for

INITCTL = Path(__file__).resolve().parents[4] / "roles" / "emulator" / "files" / "initctl"
RUNS = "exec sleep 1000\n"
APART = 0.1  # seconds between a change of a file and the start of a process; with less, their order would be unclear


class Host:
    """A daemon with the job ``gone``, whose file was removed after its start."""

    def __init__(self, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.conf = daemon.conf
        self.client = Upstart(Connection(daemon.address).open(PATIENCE), PATIENCE)

    def initctl(self, *words: str) -> str:
        return subprocess.run([sys.executable, str(INITCTL), *words], capture_output=True, text=True, check=False,
                              env={**os.environ, "UPSTART_SESSION": self.daemon.address}).stdout

    def write(self, name: str, text: str | bytes) -> None:
        staged = self.conf / f"{name}.new~"
        staged.write_bytes(text.encode() if isinstance(text, str) else text)
        staged.rename(self.conf / f"{name}.conf")
        time.sleep(APART)

    def start(self, *words: str) -> None:
        name, *env = words
        wait_for(lambda: name in self.client.jobs(), "the job is not loaded")
        started = self.client.request("Start", name, env)
        assert self.client.connection.wait(lambda: started.done, PATIENCE), "the start does not end"
        time.sleep(APART)

    def run(self, name: str, text: str, *env: str) -> None:
        self.write(name, text)
        self.start(name, *env)

    def lose(self) -> None:
        self.run("gone", RUNS)
        (self.conf / "gone.conf").unlink()
        time.sleep(APART)

    def module(self, module: str, /, **options: Any) -> dict[str, Any]:
        return run_module.result(run_module.start(
            module, address=self.daemon.address, conf_dir=str(self.conf), **options))

    def service(self, name: str, **options: Any) -> dict[str, Any]:
        return self.module("upstart_service", name=name, stable_for=0.1, log_dir=str(self.daemon.log), **options)

    def stale(self) -> dict[str, bool | None]:
        """Return whether upstart_info reports each instance as stale."""
        self.info = self.module("upstart_info")
        return {job["name"] + one["instance"]: one["stale"] for job in self.info["jobs"] for one in job["instances"]}

    def main(self, name: str) -> int:
        (instance,) = [one for job in self.module("upstart_info", subset=["min"])["jobs"] if job["name"] == name
                       for one in job["instances"]]
        return int(instance["processes"]["main"])


@pytest.fixture
def host() -> Iterator[Host]:
    with with_daemon.running() as daemon:
        host = Host(daemon)
        yield host
        host.client.connection.close()


def test_the_others_are_known(host: Host) -> None:
    """Including jobs that may have been respawned, if their process shows the command of their file."""
    host.run("web", "description a\nstart on x and y\nenv A=1\n" + RUNS)
    host.run("steady", "respawn\n" + RUNS)
    host.run("script", "script\n  sleep 1000\nend script\n")
    host.run("tty", "instance $N\n" + RUNS, "N=1", "B=2")
    host.lose()
    assert host.stale() == {"web": False, "steady": False, "script": False, "tty1": False, "gone": None}
    env = {job["name"]: job["instances"][0]["env"] for job in host.info["jobs"]}
    assert env == {"web": [], "steady": [], "script": None, "tty": ["N=1", "B=2"], "gone": None}
    (first, unused) = host.info["left_out"]
    assert first.startswith("Which instances of gone are stale; the env of the instances of gone, script; which ")
    for name in ("web", "steady", "script"):
        result = host.service(name, state="started", definition="current")
        assert (result.get("failed"), result["changed"]) == (None, False), result
        assert result["instances"][0]["stale"] is False


@pytest.mark.parametrize("text", ["exec sleep 2000\n", "description b\n" + RUNS, "stop on z\n" + RUNS])
def test_an_instance_whose_file_changed_is_detected(host: Host, text: str) -> None:
    host.run("web", RUNS)
    host.run("other", RUNS)
    host.lose()
    host.write("web", text)
    assert host.stale() == {"web": True, "other": False, "gone": None}
    (warning,) = host.service("web", state="started")["warnings"]
    assert "Job web runs with an older definition" in str(warning)
    before = host.main("web")
    assert host.service("web", state="started", definition="current")["changed"] is True
    assert host.main("web") != before
    assert host.service("web", state="started", definition="current")["changed"] is False
    assert host.stale() == {"web": False, "other": False, "gone": None}


def test_a_restart_by_initctl_is_not_detected(host: Host) -> None:
    """The process is younger than the file, but Upstart has kept the definition."""
    host.run("env", "env A=1\n" + RUNS)
    host.run("exec", RUNS)
    host.run("about", "description a\n" + RUNS)
    host.lose()
    host.write("env", "env A=2\n" + RUNS)
    host.write("exec", "exec sleep 2000\n")
    host.write("about", "description b\n" + RUNS)
    for name in ("env", "exec", "about"):
        host.initctl("restart", name)
    assert host.stale() == {"env": None, "exec": None, "about": True, "gone": None}
    for name, why in (("env", "its process has a value of A that differs from its files"),
                      ("exec", "its process has a command that differs from its files")):
        result = host.service(name, state="started", definition="current")
        assert result["failed"] and f"current job file: {why}, and job gone has no readable file" in result["msg"]


def test_an_instance_that_may_have_been_respawned(host: Host) -> None:
    host.run("web", "respawn\nscript\n  sleep 1000\nend script\n")
    host.lose()
    assert host.stale() == {"web": None, "gone": None}
    result = host.service("web", state="started", definition="current")
    assert result["failed"]
    assert "current job file: it may have been respawned since its files were changed" in result["msg"]


def test_new_instances_follow_the_older_one(host: Host) -> None:
    host.run("tty", "instance $N\n" + RUNS, "N=1")
    host.lose()
    host.write("tty", "instance $N\nexec sleep 2000\n")
    host.start("tty", "N=2")
    assert host.stale() == {"tty1": True, "tty2": True, "gone": None}
    result = host.service("tty", state="started", definition="current", env={"N": "3"})
    assert result["failed"] and "it would not use the current file" in result["msg"]


def test_a_change_that_upstart_may_not_have_noticed(host: Host) -> None:
    (host.daemon.scratch / "target").write_text(RUNS)
    (host.conf / "web.conf").symlink_to(host.daemon.scratch / "target")
    host.initctl("reload-configuration")
    host.start("web")
    host.lose()
    assert host.stale() == {"web": None, "gone": None}
    result = host.service("web", state="started", definition="current")
    assert result["failed"] and "Upstart may not have noticed that its files were changed" in result["msg"]


def test_a_harmful_file_hides_only_its_own_job(host: Host) -> None:
    """Reading the properties of the job would crash the daemon."""
    host.run("web", RUNS)
    host.run("bad", "description B\u00fccher\n" + RUNS)
    host.write("bad", "description B\u00fccher\n".encode("latin-1") + RUNS.encode())
    host.initctl("stop", "bad")
    host.start("bad")
    assert host.stale() == {"web": False, "bad": None}
    assert host.service("web", state="started", definition="current")["changed"] is False
    assert host.daemon.process.poll() is None


def test_upstart_job_knows_who_is_stale(host: Host) -> None:
    host.run("web", RUNS)
    host.lose()
    known = host.module("upstart_job", name="web", content=RUNS)
    assert (known["changed"], known["jobs"][0]["stale_instances"]) == (False, [])
    host.write("web", "exec sleep 2000\n")
    changed = host.module("upstart_job", name="web", content="exec sleep 2000\n")
    assert (changed["changed"], changed["jobs"][0]["stale_instances"]) == (False, [""])
