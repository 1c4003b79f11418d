# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forks of a running Python behave like the programs that they stand for."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.tests.unit.support import module_server, run_module, waiting

NOWHERE = {"address": "unix:abstract=/sysinit-upstart-test/nobody"}


@pytest.mark.parametrize("options", [{}, NOWHERE, {"unknown": 1}])
def test_a_fork_answers_like_a_new_python(options: dict[str, object]) -> None:
    options = {**NOWHERE, **options}
    fork, python = run_module.start("upstart_info", **options), run_module.start_python("upstart_info", **options)
    assert run_module.result(fork) == run_module.result(python)
    assert fork.returncode == python.returncode == 1


def test_a_fork_has_the_environment_and_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTART_SESSION", "unix:abstract=/sysinit-upstart-test/mine")
    assert "/sysinit-upstart-test/mine" in run_module.result(run_module.start("upstart_info", scope="session"))["msg"]
    monkeypatch.delenv("UPSTART_SESSION")
    answer = run_module.result(run_module.start("upstart_info", scope="session"))
    assert "/mine" not in str(answer)  # the machine may have another session
    monkeypatch.chdir(tmp_path)
    with with_daemon.running() as daemon:
        options = {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log)}
        validate = "sh -c 'pwd >here' %s"
        job = run_module.start("upstart_job", name="web", content="exec a\n", validate=validate, **options)
        assert run_module.result(job)["changed"] is True
    assert (tmp_path / "here").read_text() == f"{tmp_path}\n"


def test_the_processor_time_is_counted() -> None:
    before = module_server.processor_seconds()
    run_module.result(run_module.start("upstart_info", **NOWHERE))
    assert module_server.processor_seconds() > before


@contextlib.contextmanager
def waiting_run() -> Iterator[module_server.Run]:
    """Start a module whose daemon does not answer before the end of the ``with`` statement."""
    with with_daemon.running() as daemon:
        with Connection(daemon.address) as connection:
            emulator = connection.peer["pid"]
        os.kill(emulator, signal.SIGSTOP)
        try:
            yield module_server.Run("upstart_info", {"address": daemon.address, "timeout": 100})
        finally:
            os.kill(emulator, signal.SIGCONT)


def test_a_fork_that_is_killed() -> None:
    with waiting_run() as run:
        os.kill(run.pid, signal.SIGKILL)
        with pytest.raises(AssertionError, match="no result, status -9"):
            run_module.result(run)


def test_a_fork_that_does_not_end() -> None:
    with waiting_run() as run, pytest.raises(subprocess.TimeoutExpired):
        run_module.result(run, timeout=0.5)


def test_the_processes_of_an_emulator_are_seen() -> None:
    with with_daemon.running() as daemon:
        lines = with_daemon.left_behind(daemon.scratch)
        assert len(lines) == 3 and all("upstart-emulator --confdir" in line for line in lines), lines
        assert daemon.process.poll() is None
        os.killpg(daemon.process.pid, signal.SIGKILL)
        waiting.wait_for(lambda: daemon.process.poll() == -signal.SIGKILL, "its end is not seen")
    assert with_daemon.no_process_left(daemon.scratch)
