# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of faults, tests/data/faults.yml, and helpers for the tests of faults.

The table is the only list of faults: the tests compare the real messages with it, and tests/tools/fault_page.py writes
the page of the documentation from it.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import Any

import with_daemon
import yaml
from ansible_collections.sysinit.upstart.tests.unit.support import run_module

TABLE = Path(__file__).resolve().parents[2] / "data" / "faults.yml"
SERVICE = "exec sleep 1000\n"
met: dict[str, str] = {}  # key of a fault to the message that a test got


@functools.cache
def table() -> dict[str, dict[str, Any]]:
    """Return the faults by their keys."""
    return {fault["key"]: fault for section in yaml.safe_load(TABLE.read_text(encoding="utf-8"))
            for fault in section["faults"]}


def check(key: str, answer: dict[str, Any], **values: object) -> None:
    """Check that a module's message for a fault is that of the table, with ``values`` for its placeholders."""
    message = answer.get("msg", "")
    assert answer.get("failed", False) is ("message" in table()[key]), message
    expected = table()[key].get("message", "").format(**values)
    assert message == expected, answer
    met[key] = message


def options(daemon: with_daemon.Daemon, **more: Any) -> dict[str, Any]:
    return {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 120, **more}


def run(daemon: with_daemon.Daemon, module: str, **more: Any) -> dict[str, Any]:
    """Run a module against a daemon and return its result."""
    return run_module.result(run_module.start(module, **options(daemon, **more)))


def job(daemon: with_daemon.Daemon, name: str = "web", **more: Any) -> dict[str, Any]:
    return run(daemon, "upstart_job", name=name, **more)


def service(daemon: with_daemon.Daemon, state: str | None = None, name: str = "web", stable_for: float = 0.1,
            **more: Any) -> dict[str, Any]:
    wanted = {"state": state} if state else {}
    return run(daemon, "upstart_service", name=[name], stable_for=stable_for, **wanted, **more)


def deployed(daemon: with_daemon.Daemon, name: str = "web", **more: Any) -> None:
    """Deploy a job and check that the task changed something."""
    answer = job(daemon, name, **(more or {"content": SERVICE}))
    assert answer.get("changed") is True, answer


def known(daemon: with_daemon.Daemon) -> list[str]:
    """Return the names of the jobs that the daemon has loaded."""
    return [entry["name"] for entry in run(daemon, "upstart_info", subset=["min"])["jobs"] if entry["loaded"]]


def held(daemon: with_daemon.Daemon, name: str = "web") -> dict[str, Any]:
    """Return the entry of upstart_info for a job."""
    return next(entry for entry in run(daemon, "upstart_info")["jobs"] if entry["name"] == name)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files in a folder, including hidden files."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def lives(daemon: with_daemon.Daemon) -> bool:
    return daemon.process.poll() is None and os.path.exists(f"/proc/{daemon.process.pid}")
