# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon dies while a module talks to it, or is not init at all."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils import _daemon_module
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import addresses, errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.unreachable import CHECK_DAEMON
from ansible_collections.sysinit.upstart.tests.unit.support import fake_daemon, run_module
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for

NOBODY = 65534


def options(daemon: with_daemon.Daemon, **more: Any) -> dict[str, Any]:
    return {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 120, **more}


def slow_job(daemon: with_daemon.Daemon) -> dict[str, Any]:
    script = f"touch {daemon.scratch}/begun\nsleep 600\n"
    return {"name": "slow", "pre_start": {"script": script}, "exec": "sleep 600"}


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as stream:
        return [int(word) for word in stream.read().split()]


def test_the_daemon_is_killed_during_a_start() -> None:
    with with_daemon.running() as daemon:
        job = slow_job(daemon)
        deployed = run_module.result(run_module.start_python("upstart_job", **options(daemon), **job))
        assert deployed["changed"], deployed
        module = run_module.start_python("upstart_service", **options(
            daemon, name=["slow"], state="started", timeout=600))
        wait_for((daemon.scratch / "begun").exists, "the pre-start did not run")
        began = time.monotonic()
        os.killpg(daemon.process.pid, signal.SIGKILL)
        found = run_module.result(module)
        assert time.monotonic() - began < 300
    assert found["failed"] is True
    assert found["msg"].startswith(
        f"Lost the connection to Upstart at {daemon.address}, and it did not return within 5 s")
    assert module.returncode == 1
    assert not os.path.exists(f"/proc/{module.pid}")
    assert with_daemon.no_process_left(daemon.scratch)


def test_a_module_whose_timeout_is_over_leaves_nothing_behind() -> None:
    with with_daemon.running() as daemon:
        job = slow_job(daemon)
        run_module.result(run_module.start_python("upstart_job", **options(daemon), **job))
        module = run_module.start_python("upstart_service", **options(
            daemon, name=["slow"], state="started", timeout=2))
        wait_for((daemon.scratch / "begun").exists, "the pre-start did not run")
        assert children(module.pid) == []
        found = run_module.result(module)
        assert found["failed"] is True
        assert "it is in start/pre-start" in found["msg"]


def test_a_daemon_that_never_answers() -> None:
    daemon = fake_daemon.FakeDaemon()
    daemon.answers = dict.fromkeys(["Get", "GetJobByName"], fake_daemon.silence)
    module = run_module.start_python(
        "upstart_service", address=daemon.address, timeout=1, name=["web"], state="started")
    found = run_module.result(module)
    daemon.close()
    assert found["failed"] is True
    assert found["msg"] == f"Upstart at {daemon.address} did not answer Get within 1 s. {CHECK_DAEMON}"


def test_a_squatter_at_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner of init's own address must be root. The test moves that address, because the real one may be in use."""
    with fake_daemon.squatter(NOBODY) as (address, heard):
        monkeypatch.setattr(addresses, "PRIVATE_ADDRESS", address)
        with pytest.raises(errors.WrongOwnerError, match="Nothing was sent to it"):
            _daemon_module.connect({"address": address, "timeout": 5.0})
        assert heard() == b""
