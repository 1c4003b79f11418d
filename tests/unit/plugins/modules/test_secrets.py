# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""With no_log, a task's values appear neither in the host's system log nor in the controller's output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import run_module

SECRET = "squeamish-ossifrage"
# Runs a module with a system log in the file given first.
WITH_A_LOG = """\
import runpy, sys, syslog
log = open(sys.argv[1], "a")
syslog.syslog = lambda *arguments: (log.write(arguments[-1] + "\\n"), log.flush())
sys.modules["systemd"] = None
del sys.argv[:2]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
JOB = """\
# %s
start on deploy
task
script
  echo "$PASSWORD"
  exit 3
end script
""" % SECRET


@pytest.fixture(scope="module")
def daemon() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as running:
        (running.conf / "fails.conf").write_text(JOB)
        yield running


def run(daemon: with_daemon.Daemon, module: str, hidden: bool, **arguments: Any) -> tuple[dict[str, Any], str]:
    """Return the output of a module, and its lines in the system log."""
    log = daemon.scratch / "syslog"
    log.write_text("")
    settings = {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 120,
                "_ansible_no_log": hidden, "_ansible_diff": True, **arguments}
    command = [sys.executable, "-c", WITH_A_LOG, str(log), run_module.__file__, module, json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.stderr == ""
    return json.loads(done.stdout), log.read_text()


def shown(said: dict[str, Any]) -> str:
    """Return what ansible-core 2.19 and later show of a result in spite of no_log."""
    return json.dumps([said.get(key) for key in ("msg", "warnings", "deprecations", "exception", "changed")])


SUCCEEDS: list[tuple[str, dict[str, Any]]] = [
    ("upstart_job", {"name": "new", "content": JOB}),
    ("upstart_job", {"name": "new", "exec": "sleep 1", "env": {"PASSWORD": SECRET}}),
    ("upstart_job", {"name": "odd", "script": "echo %s" % SECRET, "respawn_limit": {"count": 1, "interval": 2}}),
    ("upstart_event", {"name": "nobody", "env": {"PASSWORD": SECRET}}),
]
FAILS: list[tuple[str, dict[str, Any]]] = [
    ("upstart_job", {"name": "new", "content": "%s %s\n" % (SECRET, SECRET)}),
    ("upstart_service", {"name": ["fails"], "state": "started", "env": {"PASSWORD": SECRET}}),
    ("upstart_service", {"name": ["fails"], "state": "started", "env": [SECRET]}),
    ("upstart_event", {"name": "deploy", "env": {"PASSWORD": SECRET}}),
    ("upstart_event", {"name": "deploy", "env": [SECRET]}),
]


@pytest.mark.parametrize(("module", "arguments"), SUCCEEDS)
def test_a_success(daemon: with_daemon.Daemon, module: str, arguments: dict[str, Any]) -> None:
    said, logged = run(daemon, module, True, **arguments)
    assert "failed" not in said
    assert (SECRET in shown(said), SECRET in logged) == (False, False)
    assert SECRET in run(daemon, module, False, **arguments)[1]


@pytest.mark.parametrize(("module", "arguments"), FAILS)
def test_a_failure(daemon: with_daemon.Daemon, module: str, arguments: dict[str, Any]) -> None:
    said, logged = run(daemon, module, True, **arguments)
    assert said["failed"] is True
    assert (SECRET in shown(said), SECRET in logged) == (False, False)
    assert said["msg"] == (
        "The task failed, and no_log hides the reason. Register the result and read its field hidden_msg.")
    open_said, open_logged = run(daemon, module, False, **arguments)
    assert said["hidden_msg"].partition(":")[0] == open_said["msg"].partition(":")[0]
    assert "hidden_msg" not in open_said
    assert SECRET in open_logged


def test_the_messages_that_would_show_it(daemon: with_daemon.Daemon) -> None:
    """Counterpart: without no_log these failures do quote the values of the task or the output of its job."""
    quoting = [arguments for module, arguments in FAILS if SECRET in shown(run(daemon, module, False, **arguments)[0])]
    assert len(quoting) >= 3


def test_a_warning(daemon: with_daemon.Daemon) -> None:
    arguments = {"name": "warned", "content": "respawn limit 1 2\nexec sleep 1000\n"}
    assert "warnings" in run(daemon, "upstart_job", False, **arguments)[0]
    (daemon.conf / "warned.conf").unlink()
    said = run(daemon, "upstart_job", True, **arguments)[0]
    assert "warnings" not in said
    assert said["changed"] is True
