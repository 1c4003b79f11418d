# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An init that was booted with another default console: what was asked for is what the job gets."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules

REAL = "the default console is set at the boot of the emulator, and UPSTART_BOOT boots another daemon"


@pytest.fixture(scope="module")
def daemon() -> Iterator[with_daemon.Daemon]:
    if os.environ.get("UPSTART_BOOT"):
        pytest.skip(REAL)
    boot = with_daemon.boot_command("--default-console none")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UPSTART_BOOT", boot)
        with with_daemon.running() as found:
            yield found


def run(daemon: with_daemon.Daemon, module: str, **options: Any) -> dict[str, Any]:
    (ended,) = many_modules.run(module, [{
        "address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": 100,
        **options}])
    return ended.result()


def test_a_console_that_was_asked_for_is_written(daemon: with_daemon.Daemon) -> None:
    (daemon.conf / "old.conf").write_text("exec echo hello\n")
    assert not run(daemon, "upstart_job", name="old", exec="echo hello")["changed"]
    assert run(daemon, "upstart_job", name="old", exec="echo hello", console="log")["changed"]
    assert (daemon.conf / "old.conf").read_text() == "console log\n\nexec echo hello\n"
    assert not run(daemon, "upstart_job", name="old", exec="echo hello", console="log")["changed"]
    (daemon.conf / "old.conf").write_text("# kept\nexec echo hello\n")
    assert run(daemon, "upstart_job", name="old", console="log", merge=True)["changed"]
    assert "console log\n" in (daemon.conf / "old.conf").read_text()
    assert run(daemon, "upstart_job", name="old", content="exec echo hello\n")["changed"]
    assert not run(daemon, "upstart_job", name="old", exec="echo hello", console="none")["changed"]


def test_the_log_of_a_job(daemon: with_daemon.Daemon) -> None:
    for name, text in (("silent", "exec sleep 1000\n"), ("logged", "console log\nexec sleep 1000\n")):
        (daemon.conf / f"{name}.conf").write_text(text)
    run(daemon, "upstart_service", name=["silent", "logged"], state="started", stable_for=0)
    info = run(daemon, "upstart_info", name=["silent", "logged"], subset=["definitions"])
    logs = {job["name"]: job["instances"][0]["log_file"] for job in info["jobs"]}
    assert logs == {"silent": None, "logged": str(daemon.log / "logged.log")}
    assert {job["instances"][0]["stale"] for job in info["jobs"]} == {False}
