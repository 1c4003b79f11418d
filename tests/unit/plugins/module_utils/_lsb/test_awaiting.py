# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a service that something else starts: the status is read until it is running or the timeout is over."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import awaiting
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

COUNTING = """\
echo >> {folder}/readings
[ $(wc -l < {folder}/readings) -lt {good} ] || exit 0
echo "not yet"
exit {code}
"""


def wait(timeout: float = PATIENCE, interval: float = 0.01, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    given = {"status": None, "control": None, "path": None, **options}
    result: dict[str, Any] = awaiting.converge("web", timeout=timeout, interval=interval, check_mode=check_mode,
                                               **given)
    return result


def status(folder: Path, good: int, code: int = 3) -> list[str]:
    """Return a command that exits with ``code`` until run number ``good``, then with 0."""
    return ["sh", "-c", COUNTING.format(folder=folder, good=good, code=code)]


def readings(folder: Path) -> int:
    return len((folder / "readings").read_text().splitlines())


@pytest.mark.parametrize(("good", "before"), [(1, "running"), (4, "stopped")])
def test_it_reads_until_it_is_running(tmp_path: Path, good: int, before: str) -> None:
    result = wait(status=status(tmp_path, good))
    assert readings(tmp_path) == good
    assert (result["status"], result["status_code"], result["before"]) == ("running", 0, before)
    assert (result["changed"], result["actions"], result["check"]) == (False, [], "web: OK, running, as expected")


def test_the_status_of_a_control_command(tmp_path: Path) -> None:
    (tmp_path / "control").write_text('#!/bin/sh\n[ "$*" = status ]\n')
    (tmp_path / "control").chmod(0o755)
    assert wait(control=str(tmp_path / "control"))["status"] == "running"


@pytest.fixture
def timeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let time pass only between two readings, which may take as long as they need on a busy host."""
    slept = [0.0]

    class Deadline:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

        def left(self) -> float:
            return max(0.0, self.seconds - sum(slept))

    monkeypatch.setattr(awaiting, "Deadline", Deadline)
    monkeypatch.setattr(awaiting, "time", SimpleNamespace(sleep=slept.append))
    monkeypatch.setattr(awaiting, "MIN_STATUS_TIMEOUT", PATIENCE)


@pytest.mark.usefixtures("timeless")
def test_it_waits_between_two_readings(tmp_path: Path) -> None:
    """The last reading comes at the end of the timeout."""
    with pytest.raises(UpstartError, match="[(]2 readings of its status[)]"):
        wait(timeout=1.0, interval=60, status=status(tmp_path, 10**6))
    assert readings(tmp_path) == 2


@pytest.mark.usefixtures("timeless")
@pytest.mark.parametrize(("code", "words"), [
    (3, "stopped (3)."),
    (1, "dirty, which is neither running (0) nor stopped (3): code 1, dead, but its pid file exists."),
    (22, "dirty, which is neither running (0) nor stopped (3): code 22."),
])
def test_the_timeout_has_passed(tmp_path: Path, code: int, words: str) -> None:
    with pytest.raises(UpstartError) as caught:
        wait(timeout=1.0, interval=0.25, status=status(tmp_path, 10**6, code))
    assert readings(tmp_path) == 5
    message = caught.value.message
    assert message.startswith("Service web was not running within 1 s (5 readings of its status): ")
    assert message.endswith(f"exited with status {code}: not yet. Its status is {words}")
    facts = caught.value.facts
    assert (facts["rc"], facts["stdout"], facts["status_code"]) == (code, "not yet\n", code)


def test_a_reading_that_hangs_is_ended(tmp_path: Path) -> None:
    """It is ended before all_ended would end it."""
    mark = str(tmp_path)
    with child_processes.all_ended(mark):
        with pytest.raises(UpstartError) as caught:
            wait(timeout=0.3, status="sleep 1000")
        left = child_processes.marked(f"{child_processes.VARIABLE}={mark}".encode())
    assert left == []
    assert "'sleep 1000' timed out after 0.3 s (all its processes were ended)" in caught.value.message
    assert (caught.value.facts["rc"], caught.value.facts["status"]) == (None, "dirty")


def test_check_mode_reads_once(tmp_path: Path) -> None:
    result = wait(status=status(tmp_path, 5), check_mode=True)
    assert readings(tmp_path) == 1
    assert (result["status"], result["check"]) == ("stopped", "web: WARNING, not running, not expected")


@pytest.mark.parametrize(("options", "words"), [
    ({}, "Neither status nor control is given"),
    ({"status": "/no/such/program"}, "its status cannot be read: /no/such/program does not exist."),
    ({"status": "true", "interval": -1}, "interval is -1, but it must be 0 seconds or more"),
    ({"status": "true", "interval": float("nan")}, "interval is nan, but it must be 0 seconds or more"),
])
def test_what_cannot_be_awaited(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UpstartError) as caught:
        wait(**options)
    assert words in caught.value.message
