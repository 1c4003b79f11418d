# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""scope: session, with the emulator as the Upstart of a user's desktop session.

UPSTART_USER_INIT runs these tests on a real daemon: it is the path of its program init, 1.13 or later.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils import _daemon_module
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors, sessions
from ansible_collections.sysinit.upstart.tests.unit.support import ansible_runs, child_processes, run_module

SERVICE = "start on desktop-start\nexec sleep 1000\n"
STILL = ("Job panel still exists, because %s/panel.conf defines it too. To keep it from starting, use upstart_service "
         "with enabled: false.")


class Session:
    """A running session below a home directory; its Upstart reads three directories."""

    def __init__(self, home: Path, daemon: with_daemon.Daemon) -> None:
        self.daemon = daemon
        self.own, self.legacy, self.system = home / ".config/upstart", home / ".init", home / "xdg/upstart"
        self.log = home / ".cache/upstart"

    def run(self, module: str, **options: Any) -> dict[str, Any]:
        return run_module.result(run_module.start(module, scope="session", timeout=120, **options))

    def job(self, name: str = "web", **options: Any) -> dict[str, Any]:
        return self.run("upstart_job", name=name, **options)

    def written(self, **options: Any) -> Path:
        """Deploy a job and return the path of its file."""
        result = self.job(**options)
        assert result.get("changed") is True, result
        return Path(result["jobs"][0]["path"])

    def service(self, name: str = "web", **options: Any) -> dict[str, Any]:
        return self.run("upstart_service", name=[name], stable_for=0.1, **options)

    def info(self, name: str = "web", **options: Any) -> dict[str, Any]:
        result = self.run("upstart_info", name=[name], **options)
        assert result.get("failed", False) is False and (options or result["left_out"] == []), result
        return next(job for job in result["jobs"] if job["name"] == name)


@pytest.fixture(autouse=True)
def _no_session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give the modules an environment that names no session."""
    monkeypatch.delenv("UPSTART_SESSION", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "runtime"))
    (tmp_path / "runtime/upstart/sessions").mkdir(parents=True)


@contextlib.contextmanager
def booted(home: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> Iterator[Session]:
    """Start a session; ``files`` are job files of the system's directory."""
    folders = [home / ".config/upstart", home / ".init", home / "xdg/upstart"]
    for folder in folders:
        folder.mkdir(parents=True)
    for name, text in files.items():
        (folders[2] / f"{name}.conf").write_text(text)
    real = os.environ.get("UPSTART_USER_INIT")
    program = f"{real} --no-dbus" if real else f"{sys.executable} {with_daemon.EMULATOR} --address {{address}}"
    options = " ".join(f"--confdir {folder}" for folder in folders)
    monkeypatch.setenv("UPSTART_BOOT", (
        f"env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME HOME={home} XDG_CONFIG_DIRS={home}/xdg XDG_RUNTIME_DIR={home}/run "
        f"{program} --user {options} --logdir {home}/.cache/upstart --no-startup-event 2>>{{tmp}}/kmsg"))
    with with_daemon.running() as daemon:
        yield Session(home, daemon)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """Return a running session that the environment names, with the system's job panel."""
    with booted(tmp_path / "home", monkeypatch, panel=SERVICE) as started:
        monkeypatch.setenv("UPSTART_SESSION", started.daemon.address)
        yield started


def session_file(folder: Path, number: int, address: str) -> None:
    (folder / f"runtime/upstart/sessions/{number}.session").write_text(f"UPSTART_SESSION={address}\n")


def test_a_job_of_the_user(session: Session) -> None:
    assert session.written(content=SERVICE) == session.own / "web.conf"
    assert session.service(state="started")["changed"]
    assert not session.service(state="started")["changed"]
    found = session.info()
    assert found["path"] == str(session.own / "web.conf")
    assert found["instances"][0]["log_file"] == str(session.log / "web.log") and not found["instances"][0]["stale"]
    assert session.service(state="stopped")["changed"]
    assert session.job(state="absent")["changed"]
    assert list(session.own.iterdir()) == []


def test_a_job_of_the_system_is_disabled_for_the_user(session: Session) -> None:
    found = session.info("panel")
    assert (found["path"], found["override"], found["enabled"]) == (str(session.system / "panel.conf"), None, True)
    check = session.service("panel", enabled=False, _ansible_check_mode=True)
    assert check["changed"] and not session.own.joinpath("panel.override").exists()
    assert session.service("panel", enabled=False)["changed"]
    assert session.own.joinpath("panel.override").read_text() == "manual\n"
    assert not session.service("panel", enabled=False)["changed"]
    found = session.info("panel")
    assert (found["override"], found["enabled"]) == (str(session.own / "panel.override"), False)
    assert session.service("panel", enabled=True)["changed"]
    assert list(session.own.iterdir()) == []


def test_an_override_of_the_system_is_not_written(session: Session) -> None:
    session.legacy.joinpath("panel.override").write_text("manual\nnice 5\n")
    session.run("upstart_init", reload_configuration=True)
    assert session.info("panel")["enabled"] is False
    enabled = session.service("panel", enabled=True)
    assert enabled["changed"], enabled
    assert session.own.joinpath("panel.override").read_text() == "nice 5\n"
    assert session.legacy.joinpath("panel.override").read_text() == "manual\nnice 5\n"


def test_jobs_of_the_system_run(session: Session) -> None:
    assert session.service("panel", state="started")["changed"]
    assert not session.service("panel", state="started", definition="current")["changed"]
    assert session.service("panel", state="restarted")["changed"]
    emitted = session.run("upstart_event", name="desktop-start", stable_for=0.1)
    assert not emitted.get("failed"), emitted


def test_the_users_file_comes_before_that_of_the_system(session: Session) -> None:
    override = session.job("panel", override=True, nice=5)
    assert override["changed"] and override["jobs"][0]["job"]["exec"] == "sleep 1000", override
    assert session.info("panel")["stanzas"]["nice"] == 5
    assert session.job("panel", override=True, state="absent")["changed"]
    assert session.written(name="panel", exec="sleep 2000") == session.own / "panel.conf"
    assert session.info("panel")["stanzas"]["exec"] == "sleep 2000"
    for check in (True, False):
        absent = session.job("panel", state="absent", _ansible_check_mode=check)
        assert absent["changed"] and STILL % session.system in str(absent["warnings"]), absent
    assert session.info("panel")["stanzas"]["exec"] == "sleep 1000"
    again = session.job("panel", state="absent")
    assert not again["changed"] and STILL % session.system in str(again["warnings"]), again


def test_given_directories_are_used(session: Session, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    assert session.written(content=SERVICE, conf_dir=str(other), load=False) == other / "web.conf"
    assert session.info("web", conf_dir=str(other))["path"] == str(other / "web.conf")


def test_the_session_files(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSTART_SESSION")
    session_file(tmp_path, 1, "unix:abstract=/com/ubuntu/upstart-session/%d/1" % os.geteuid())
    session_file(tmp_path, 2, session.daemon.address)
    assert session.written(content=SERVICE) == session.own / "web.conf"


def test_the_processes(session: Session, tmp_path: Path) -> None:
    environ = {**os.environ, "UPSTART_SESSION": session.daemon.address}
    with child_processes.running("sleep", "1000", env=environ) as program:
        proc = tmp_path / "proc"  # without the processes of other tests, which may have sessions too
        proc.mkdir()
        (proc / str(program.pid)).symlink_to(f"/proc/{program.pid}")
        found = sessions.find({}, os.geteuid(), proc=str(proc), run=str(tmp_path / "no-runtime"))
        assert found == session.daemon.address


def test_several_sessions(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UPSTART_SESSION")
    with booted(tmp_path / "second", monkeypatch) as second:
        addresses = sorted([session.daemon.address, second.daemon.address])
        for number, address in enumerate(addresses):
            session_file(tmp_path, number, address)
        answer = session.job(content=SERVICE)
        assert answer["failed"] and answer["sessions"] == addresses
        assert answer["msg"] == (f"User {os.geteuid()} has 2 running Upstart sessions: {', '.join(addresses)}. "
                                 "Set address to the one that is meant.")
        assert session.written(content=SERVICE, address=second.daemon.address) == second.own / "web.conf"


def test_the_session_of_another_user(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    own, other = os.geteuid(), os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: other)
    with pytest.raises(errors.WrongOwnerError) as caught:
        _daemon_module.connect({"scope": "session", "address": session.daemon.address, "timeout": 120.0})
    assert caught.value.message == (
        f"Upstart at {session.daemon.address} runs as user {own}, but this task runs as user {other}. With scope: "
        "session, run the task as the user of the session (become_user).")


def test_a_session_has_no_runlevel_and_no_init_scripts(session: Session, tmp_path: Path) -> None:
    refused = session.run("upstart_init", runlevel="3")
    assert refused["msg"] == ("A user's session has no runlevel: it belongs to init, process 1. Leave out scope: "
                              "session, or runlevel.")
    script = tmp_path / "cron"
    script.write_text("#!/bin/sh\nexit 0\n")
    script.chmod(0o755)
    unknown = session.service("cron", state="started", script_dir=str(tmp_path))
    assert unknown["failed"] and unknown["msg"].startswith("Upstart does not know the job cron"), unknown


def test_the_role(session: Session, tmp_path: Path) -> None:
    manifests, jobs = tmp_path / "home/manifests", [
        {"name": "web", "content": SERVICE}, {"name": "panel", "override": True, "enabled": False, "env": {"A": "1"}}]
    play = {"hosts": "localhost", "gather_facts": False, "roles": ["sysinit.upstart.upstart_jobs"], "vars": {
        "ansible_python_interpreter": sys.executable, "upstart_jobs_manifest_dir": str(manifests),
        "upstart_jobs_list": jobs}, "module_defaults": {"group/sysinit.upstart.upstart": {"scope": "session"}}}
    (tmp_path / "play.yml").write_text(json.dumps([play]))
    outputs = []
    for _run in range(2):
        result = subprocess.run(["ansible-playbook", tmp_path / "play.yml"], cwd=tmp_path, capture_output=True,
                                text=True, timeout=300, check=False, env=ansible_runs.environment())
        assert result.returncode == 0, result.stdout + result.stderr
        outputs.append(result.stdout)
    assert "changed=0" not in outputs[0] and "changed=0" in outputs[1], outputs
    assert session.own.joinpath("web.conf").read_text() == SERVICE
    assert session.own.joinpath("panel.override").read_text() == "env A=1\nmanual\n"
    assert session.info("web")["instances"][0]["status"] == "start/running"
    assert [path.name for path in manifests.iterdir()] == ["default.json"]
