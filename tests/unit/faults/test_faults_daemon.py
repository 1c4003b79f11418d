# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon hangs, exits or is re-executed, or misses changes of files: no endless wait and no false success."""

from __future__ import annotations

import os
import signal
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import names
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import ConnectionLostError
from ansible_collections.sysinit.upstart.tests.unit.support import fake_daemon, run_module
from ansible_collections.sysinit.upstart.tests.unit.support.faults import (
    SERVICE,
    check,
    contents,
    deployed,
    held,
    job,
    known,
    options,
    service,
)
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for

Daemon = with_daemon.Daemon
ASKED: list[tuple[str, dict[str, Any]]] = [
    ("upstart_job", {"name": "web", "exec": "sleep 1"}),
    ("upstart_service", {"name": ["web"], "state": "started"}),
    ("upstart_event", {"name": "deploy"}),
    ("upstart_info", {}),
    ("upstart_init", {"reload_configuration": True}),
]
# Starts the emulator on a kernel that has no inotify instance left.
EXHAUSTED = """\
import os, runpy, sys
sys.path.insert(0, os.path.dirname(sys.argv[1]))
from emulator import linux
def inotify_open():
    raise OSError(24, "Too many open files")
linux.inotify_open = inotify_open
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
OLD, NEW = "env V=old\nexec sleep 1000\n", "env V=new\nexec sleep 1000\n"


class Silent(dict[str, fake_daemon.Answer]):
    def __missing__(self, member: str) -> fake_daemon.Answer:
        return fake_daemon.silence


def ask(module: str, folder: Path, address: str, **arguments: Any) -> dict[str, Any]:
    return run_module.result(run_module.start(
        module, address=address, conf_dir=str(folder), log_dir=str(folder), timeout=1, **arguments))


@pytest.mark.parametrize(("module", "arguments"), ASKED)
def test_the_daemon_is_silent(tmp_path: Path, module: str, arguments: dict[str, Any]) -> None:
    daemon = fake_daemon.FakeDaemon()
    daemon.answers = Silent()
    said = ask(module, tmp_path, daemon.address, **arguments)
    daemon.close()
    if module == "upstart_event":  # its own message describes the state of the event
        assert said["failed"] is True
    else:
        check("silent", said, address=daemon.address)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("module", "arguments"), ASKED)
def test_the_daemon_accepts_no_connection(tmp_path: Path, module: str, arguments: dict[str, Any]) -> None:
    name = f"/sysinit-upstart-deaf/{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as first:
        listener.bind("\0" + name)
        listener.listen(0)
        first.connect("\0" + name)  # the queue is full now
        said = ask(module, tmp_path, "unix:abstract=" + name, **arguments)
    check("deaf", said, address="unix:abstract=" + name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("module", "arguments"), ASKED)
def test_the_daemon_is_gone(tmp_path: Path, module: str, arguments: dict[str, Any]) -> None:
    address = f"unix:abstract=/sysinit-upstart-nobody/{uuid.uuid4()}"
    check("gone", ask(module, tmp_path, address, **arguments), address=address, init=init())
    assert list(tmp_path.iterdir()) == []


def init() -> str:
    return Path("/proc/1/comm").read_text().strip()


@pytest.fixture(name="daemon")
def _daemon() -> Iterator[Daemon]:
    with with_daemon.running() as daemon:
        yield daemon


def held_up(daemon: Daemon, text: str) -> Any:
    """Start upstart_job; return it when it has read the daemon's state and not yet written. ``go`` lets it continue."""
    marks = daemon.scratch / "waits", daemon.scratch / "go"
    script = f"touch {marks[0]}; while [ ! -e {marks[1]} ]; do sleep 0.05; done; true"
    module = run_module.start("upstart_job", **options(
        daemon, name="web", content=text, validate=f"sh -c '{script}' %s"))
    wait_for(marks[0].exists, "validate did not run")
    return module


def test_the_daemon_is_killed_while_a_file_is_written(daemon: Daemon) -> None:
    deployed(daemon, content=OLD)
    module = held_up(daemon, NEW)
    os.killpg(daemon.process.pid, signal.SIGKILL)
    (daemon.scratch / "go").touch()
    check("killed-job", run_module.result(module), address=daemon.address, init=init())
    assert contents(daemon.conf) == {"web.conf": NEW.encode()}


def test_the_daemon_is_killed_while_it_is_waited_for(daemon: Daemon) -> None:
    deployed(daemon, content=f"pre-start script\n  touch {daemon.scratch}/begun\n  sleep 600\nend script\n{SERVICE}")
    before = contents(daemon.conf)
    module = run_module.start("upstart_service", **options(daemon, name=["web"], state="started"))
    wait_for((daemon.scratch / "begun").exists, "the pre-start did not run")
    os.killpg(daemon.process.pid, signal.SIGKILL)
    check("killed", run_module.result(module), address=daemon.address, init=init())
    assert contents(daemon.conf) == before


def re_execute(daemon: Daemon) -> None:
    try:
        with Connection(daemon.address) as connection:
            connection.call(names.MANAGER_PATH, names.MANAGER, "Restart")
    except ConnectionLostError:
        pass


def test_init_is_re_executed_while_a_file_is_written(daemon: Daemon) -> None:
    """For upstart_service see test_reexec.py."""
    deployed(daemon, content=OLD)
    module = held_up(daemon, NEW)
    re_execute(daemon)
    (daemon.scratch / "go").touch()
    said = run_module.result(module)
    check("re-executed", said)
    assert said["changed"] is True and said["jobs"][0]["created"] is False
    assert contents(daemon.conf) == {"web.conf": NEW.encode()}
    assert held(daemon)["stanzas"]["env"] == {"V": "new"}


@pytest.fixture(name="blind")
def _blind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon that does not notice changes of its files."""
    script = tmp_path / "exhausted.py"
    script.write_text(EXHAUSTED)
    monkeypatch.setenv("UPSTART_BOOT", with_daemon.boot_command(program=str(script)))
    with with_daemon.running() as daemon:
        assert known(daemon) == []
        (daemon.conf / "probe.conf").write_text(SERVICE)
        assert known(daemon) == [], "it is not blind"
        (daemon.conf / "probe.conf").unlink()
        yield daemon


def follows(daemon: Daemon, name: str = "web") -> tuple[list[bool], list[list[bytes]]]:
    """Return whether the instances are stale, and the variable V of their processes."""
    instances = held(daemon, name)["instances"]
    environments = [Path(f"/proc/{one['processes']['main']}/environ").read_bytes().split(b"\0") for one in instances]
    return ([one["stale"] for one in instances],
            [[entry for entry in environment if entry.startswith(b"V=")] for environment in environments])


def test_a_new_file_that_the_daemon_missed(blind: Daemon) -> None:
    said = job(blind, content=OLD)
    check("unnoticed", said)
    assert said["changed"] is True
    assert known(blind) == ["web"]
    said = job(blind, content="description newer\n" + OLD)
    assert said["changed"] is True and held(blind)["description"] == "newer"
    assert job(blind, state="absent")["changed"] is True
    assert known(blind) == []


def test_a_file_of_a_running_job_that_the_daemon_missed(blind: Daemon) -> None:
    deployed(blind, content=OLD)
    check("unnoticed", service(blind, "started"))
    for text, value in ((NEW, b"V=new"), (OLD, b"V=old")):
        check("unnoticed", job(blind, content=text))
        assert follows(blind)[0] == [True]
        check("unnoticed", service(blind, "restarted"))
        assert follows(blind) == ([False], [[value]])


def test_a_running_job_changed_twice_unnoticed(blind: Daemon) -> None:
    deployed(blind, content=OLD)
    service(blind, "started")
    job(blind, content="env V=newer\nexec sleep 1000\n")
    job(blind, content=NEW)
    service(blind, "restarted")
    assert follows(blind) == ([False], [[b"V=new"]])


def test_a_running_job_removed_unnoticed(blind: Daemon) -> None:
    deployed(blind, content=OLD)
    service(blind, "started")
    assert job(blind, state="absent")["changed"] is True
    service(blind, "stopped")
    assert known(blind) == []


def test_a_running_job_disabled_unnoticed(blind: Daemon) -> None:
    deployed(blind, content="start on deploy\n" + OLD)
    service(blind, "started")
    check("unnoticed", service(blind, enabled=False))
    service(blind, "stopped")
    run_module.result(run_module.start("upstart_event", **options(blind, name="deploy")))
    assert held(blind)["instances"] == []


def test_files_that_others_changed_unnoticed(blind: Daemon) -> None:
    path = blind.conf / "web.conf"
    path.write_text(OLD)
    check("unnoticed", service(blind, "started"))
    assert follows(blind) == ([False], [[b"V=old"]])
    path.write_text(NEW)
    check("unnoticed", service(blind, "restarted"))
    assert follows(blind) == ([False], [[b"V=new"]])
    service(blind, "stopped")
    path.write_text(OLD)
    service(blind, "started")
    assert follows(blind) == ([False], [[b"V=old"]])
    service(blind, "stopped")
    path.unlink()
    assert job(blind, state="absent")["changed"] is True
    assert known(blind) == []
    assert job(blind, state="absent")["changed"] is False
