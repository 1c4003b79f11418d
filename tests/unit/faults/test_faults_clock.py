# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wall clock is set while a module waits: its waits end neither early nor late."""

from __future__ import annotations

import ast
import ctypes
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._system import clock
from ansible_collections.sysinit.upstart.tests.unit.support import run_module
from ansible_collections.sysinit.upstart.tests.unit.support.faults import SERVICE, check, deployed, options

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
DAY = 86400
# Runs a module while the wall clock jumps by a day or two between any two readings.
JUMPING = """\
import itertools, runpy, sys, time
wall, jumps = time.time, itertools.cycle([0, %d, -%d])
time.time = lambda: wall() + next(jumps)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
""" % (DAY, DAY)
HIDE_IT = """\
sys.path.insert(0, sys.argv[0].rpartition("/tests/")[0] + "/tests/tools")
import checkout
checkout.mount()
import socket, subprocess, threading  # which need it
from ansible_collections.sysinit.upstart.plugins.module_utils._system import clock
clock.time = type("time", (), {"time": lambda: time.time()})
"""
# The same on a Python without a monotonic clock, such as 2.7.
WITHOUT_A_CLOCK = JUMPING.replace("del sys.argv[0]", "del sys.argv[0]\n%s" % HIDE_IT, 1)
# These files read the wall clock to compare the times of files or processes; they do not wait for it.
BY_THE_WALL = {
    "_system/files.py", "_host/crash_guard.py", "_inventory/audit.py", "_host/orphans.py",
    "_host/process_times.py", "_system/clock.py"}


@pytest.fixture(name="daemon")
def _daemon() -> Iterator[with_daemon.Daemon]:
    with with_daemon.running() as daemon:
        yield daemon


def service(daemon: with_daemon.Daemon, code: str, **more: Any) -> tuple[dict[str, Any], float]:
    """Return the result of upstart_service under a jumping clock, and the elapsed seconds."""
    settings = json.dumps(options(daemon, name=["web"], state="started", **more))
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code, run_module.__file__, "upstart_service", settings],
                          capture_output=True, text=True, check=False, timeout=300)
    took = time.monotonic() - began
    assert done.stderr == ""
    return json.loads(done.stdout), took


@pytest.mark.parametrize("code", [JUMPING, WITHOUT_A_CLOCK])
def test_a_wait_that_ends_with_its_timeout(daemon: with_daemon.Daemon, code: str) -> None:
    deployed(daemon, content="pre-start exec sleep 1000\n" + SERVICE)
    said, took = service(daemon, code, timeout=2)
    check("clock", said, pid=said["instances"][0]["processes"]["pre-start"])
    assert took > 2


@pytest.mark.parametrize("code", [JUMPING, WITHOUT_A_CLOCK])
def test_a_wait_that_ends_with_a_start(daemon: with_daemon.Daemon, code: str) -> None:
    deployed(daemon, content="pre-start exec sleep 1\n" + SERVICE)
    said, took = service(daemon, code, stable_for=1, timeout=120)
    assert said["instances"][0]["status"] == "start/running", said
    assert took > 2


def test_the_clock_of_the_system() -> None:
    """Python 2.7 uses the same clock as later versions."""
    libc_monotonic = clock.libc_monotonic()
    assert libc_monotonic is not None
    before, between, after = time.monotonic(), libc_monotonic(), time.monotonic()
    assert before <= between <= after


def test_a_system_without_that_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: object) -> object:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert clock.libc_monotonic() is None


def wall_clocks(path: Path) -> list[int]:
    """Return the lines in which a file reads the wall clock."""
    return [node.lineno for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute) and node.attr == "time"
            and isinstance(node.value, ast.Name) and node.value.id == "time"]


def test_nothing_else_waits_by_the_wall_clock() -> None:
    files = sorted((PLUGINS / "module_utils").rglob("*.py")) + sorted((PLUGINS / "modules").glob("*.py"))
    found = {path.relative_to(PLUGINS / "module_utils").as_posix() for path in files if wall_clocks(path)}
    assert found == BY_THE_WALL


def pythons_27() -> list[str]:
    return [str(path) for path in (Path.home() / ".pyenv" / "versions").glob("2.7*/bin/python2.7")]


def test_a_real_python_27() -> None:
    """Without a Python 2.7, WITHOUT_A_CLOCK takes its place."""
    code = "import clock, time; time.time = None; print(clock.monotonic())"
    for python in pythons_27()[:1]:
        before = time.monotonic()
        done = subprocess.run([python, "-c", code], cwd=PLUGINS / "module_utils" / "_system", capture_output=True,
                              text=True, check=True, env={"PYTHONDONTWRITEBYTECODE": "1"})
        assert before - 1 < float(done.stdout) < time.monotonic() + 1
