# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init is re-executed while upstart_service waits for it: the task continues, and does nothing twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import names
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import ConnectionLostError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import enabling
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._services import steps, targets
from ansible_collections.sysinit.upstart.tests.unit.support import run_module
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import request
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for


@pytest.fixture(name="daemon")
def _daemon() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as daemon:
        yield daemon


def options(daemon: with_daemon.Daemon, **more: Any) -> dict[str, Any]:
    return {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 120, **more}


def service(daemon: with_daemon.Daemon, state: str, name: str = "web") -> Any:
    return run_module.start("upstart_service", **options(daemon, name=[name], state=state, stable_for=0.3))


def deploy(daemon: with_daemon.Daemon, **job: Any) -> None:
    found = run_module.result(run_module.start("upstart_job", **options(daemon, name="web", **job)))
    assert found["changed"], found


def re_execute(daemon: with_daemon.Daemon) -> None:
    with Connection(daemon.address) as connection:
        connection.send(names.MANAGER_PATH, names.MANAGER, "Restart")
        connection.wait(lambda: False, 0.1)


def quietly_re_execute(daemon: with_daemon.Daemon) -> None:
    """The daemon cuts the module's connection, too."""
    try:
        re_execute(daemon)
    except Exception as error:  # pylint: disable=broad-except
        assert "Lost the connection" in str(error)


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def counting(daemon: with_daemon.Daemon, word: str, seconds: float = 0) -> dict[str, str]:
    """Return a process of a job that records that it ran."""
    return {"script": f"echo {word} >> {daemon.scratch}/ran\nsleep {seconds}\n"}


def test_a_start(daemon: with_daemon.Daemon) -> None:
    deploy(daemon, pre_start=counting(daemon, "start", 1), exec="sleep 600")
    module = service(daemon, "started")
    wait_for(lambda: lines(daemon.scratch / "ran"), "the pre-start did not run")
    quietly_re_execute(daemon)
    found = run_module.result(module)
    assert found["instances"][0]["status"] == "start/running", found
    assert lines(daemon.scratch / "ran") == ["start"]


def test_a_restart(daemon: with_daemon.Daemon) -> None:
    deploy(daemon, pre_start=counting(daemon, "start"), exec="sleep 600", post_stop=counting(daemon, "stop", 1))
    first = run_module.result(service(daemon, "started"))
    module = service(daemon, "restarted")
    wait_for(lambda: "stop" in lines(daemon.scratch / "ran"), "the post-stop did not run")
    quietly_re_execute(daemon)
    found = run_module.result(module)
    assert found["instances"][0]["status"] == "start/running", found
    assert found["instances"][0]["processes"] != first["instances"][0]["processes"]
    assert lines(daemon.scratch / "ran") == ["start", "stop", "start"]


def test_a_stop(daemon: with_daemon.Daemon) -> None:
    deploy(daemon, exec="sleep 600", post_stop=counting(daemon, "stop", 1))
    run_module.result(service(daemon, "started"))
    module = service(daemon, "stopped")
    wait_for(lambda: lines(daemon.scratch / "ran"), "the post-stop did not run")
    quietly_re_execute(daemon)
    found = run_module.result(module)
    assert found["instances"][0]["status"] == "stop/waiting" and found["changed"] is True, found
    assert lines(daemon.scratch / "ran") == ["stop"]


def test_a_task_that_is_over_meanwhile_is_not_run_again(daemon: with_daemon.Daemon) -> None:
    deploy(daemon, task=True, **counting(daemon, "task", 1))
    module = service(daemon, "started")
    wait_for(lambda: lines(daemon.scratch / "ran"), "the task did not run")
    quietly_re_execute(daemon)
    found = run_module.result(module)
    assert lines(daemon.scratch / "ran") == ["task"]
    assert found["changed"] is True, found


def test_enabling(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection is cut between the writing of a file and the daemon's signal about it."""
    asked: list[str] = []

    def cut(*arguments: object) -> None:
        raise ConnectionLostError("gone")

    class Client:
        connection = property(lambda self: self)
        timeout = 1.0

        def reopen(self, timeout: float) -> None:
            asked.append("reopen")

        def find_job(self, name: str) -> None:
            asked.append(name)

    target = targets.Target("web", Definition("web", "/nonexistent"), request(Path("/nonexistent"), None))
    target.plan.change = enabling.Change("web", "/nonexistent/web.override", None, b"manual\n", False)
    monkeypatch.setattr(enabling, "act", cut)
    steps.enable(Client(), [target], None, "/nonexistent")
    assert asked == ["reopen", "web"]
