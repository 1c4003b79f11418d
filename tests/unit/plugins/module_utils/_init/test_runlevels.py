# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runlevel: refusals, how it is read, and what a change waits for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import NotFoundError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import MANAGER_PATH, instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import runlevel
from ansible_collections.sysinit.upstart.plugins.module_utils._init import runlevels
from ansible_collections.sysinit.upstart.plugins.module_utils._system import commands
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline

NEW, OLD = (1, 7), (1, 6, 1)
OVER = Signal(MANAGER_PATH, "EventEmitted", ["runlevel", ["RUNLEVEL=3", "PREVLEVEL=2"]])
OTHER = Signal(MANAGER_PATH, "EventEmitted", ["runlevel", ["RUNLEVEL=2", "PREVLEVEL=3"]])
MOVED = Signal(instance_path("rc"), "StateChanged", ["running"])


@pytest.mark.parametrize(("text", "level"), [
    ("1", "1"), ("5", "5"), ("S", "S"), ("s", "S"), (" 3 ", "3"), (None, None),
])
def test_levels(text: str | None, level: str | None) -> None:
    assert runlevels.normalized(text) == level


@pytest.mark.parametrize(("text", "message"), [
    ("0", "halts the host"), ("6", "ansible.builtin.reboot"), ("7", "'7' is not a runlevel"), ("23", "'23' is no"),
    ("", "'' is no"), ("q", "'q' is no"), ("N", "'N' is no"),
])
def test_levels_that_are_refused(text: str, message: str) -> None:
    with pytest.raises(UpstartError, match=message):
        runlevels.normalized(text)


@pytest.mark.parametrize(("level", "current", "previous", "is_reached"), [
    ("2", "2", "N", True), ("2", "3", "2", False), ("2", None, None, False),
    ("1", "1", "2", True), ("1", "S", "1", True), ("1", "S", "2", False), ("S", "S", "1", True), ("S", "1", "S", False),
])
def test_whether_a_level_is_reached(level: str, current: str | None, previous: str | None, is_reached: bool) -> None:
    assert runlevel.is_reached(level, current, previous) is is_reached


Programs = Callable[..., Path]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Use one folder for all programs; the returned function writes a program."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(commands, "SYSTEM_FOLDERS", ())

    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)
        return path

    return write


@pytest.mark.parametrize(("text", "levels"), [
    ("echo N 2", ("2", "N")), ("echo 2 S", ("S", "2")), ("echo unknown; exit 1", (None, None)),
    ("echo 2 3; exit 1", (None, None)), ("echo unknown", (None, None)), ("echo a strange text", (None, None)),
    ("echo no runlevel", (None, None)), ("kill -9 $$", (None, None)),
    ('echo "${PREVLEVEL:-N} ${RUNLEVEL:-2}"', ("2", "N")),
])
def test_read(text: str, levels: tuple[str, str], programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNLEVEL", "5")
    monkeypatch.setenv("PREVLEVEL", "4")
    programs("runlevel", text)
    assert runlevel.read() == levels


def test_nothing_is_read_without_the_program(programs: Programs) -> None:
    assert runlevel.read() == (None, None)


def test_the_programs_that_a_change_needs(programs: Programs) -> None:
    with pytest.raises(UpstartError, match="telinit was not found in PATH. It comes with Upstart"):
        runlevels.ensure_programs_exist()
    programs("telinit", "exit 0")
    with pytest.raises(UpstartError, match="runlevel was not found in PATH"):
        runlevels.ensure_programs_exist()
    programs("runlevel", "exit 0").chmod(0o644)
    with pytest.raises(UpstartError, match="runlevel is not an executable file"):
        runlevels.ensure_programs_exist()


class FakeConnection:
    """Receives the next batch of signals with each wait."""

    peer = {"pid": os.getpid()}

    def __init__(self, *batches: list[Signal]) -> None:
        self.signals: list[Signal] = [OVER]  # from an earlier change
        self._batches = list(batches)
        self.waits = 0

    def wait(self, ready: Callable[[], bool], timeout: float) -> bool:
        self.waits += 1
        self.signals += self._batches.pop(0) if self._batches else []
        return ready()


class FakeClient:
    """A daemon with a job that reacts to runlevels."""

    def __init__(self, connection: FakeConnection, start_on: list[list[str]]) -> None:
        self.connection = connection
        self._start_on = start_on

    def version(self) -> tuple[int, ...]:
        return OLD

    def state(self) -> str:
        raise NotFoundError("no GetState")

    def job_environment(self) -> list[str]:
        raise NotFoundError("no ListEnv")

    def jobs(self) -> list[str]:
        return ["rc"]

    def job_properties(self, name: str) -> dict[str, Any]:
        return {"start_on": self._start_on, "stop_on": []}

    def instances_of(self, names: list[str]) -> list[list[str]]:
        return [[] for name in names]

    def statuses(self, pairs: list[tuple[str, str]]) -> list[None]:
        return []


ALONE = [["runlevel", "3"]]
HELD = [["runlevel", "3"], ["db"], ["/AND"]]


def change(*batches: list[Signal], start_on: list[list[str]], version: tuple[int, ...] = NEW,
           conf_dir: str = "/etc/init") -> tuple[list[str], int]:
    connection = FakeConnection(*batches)
    client = FakeClient(connection, start_on)
    return runlevels.change(client, "3", version, Deadline(0.5), conf_dir), connection.waits


@pytest.fixture
def runlevel_3(programs: Programs) -> None:
    programs("telinit", 'test "$*" = 3')
    programs("runlevel", "echo 2 3")


@pytest.mark.usefixtures("runlevel_3")
def test_a_change_waits_for_the_end_of_the_event() -> None:
    assert change([MOVED, OVER], start_on=ALONE) == ([], 1)
    assert change([MOVED, OTHER], [OVER], start_on=ALONE) == ([], 2)


@pytest.mark.usefixtures("runlevel_3")
def test_a_change_does_not_wait_for_an_end_that_is_not_signalled() -> None:
    assert change(start_on=ALONE, version=OLD) == (None, 0)


@pytest.mark.usefixtures("runlevel_3")
def test_a_condition_holds_the_event(tmp_path: Path) -> None:
    (tmp_path / "rc.conf").touch()
    held_by, waits = change([MOVED], start_on=HELD, conf_dir=str(tmp_path))
    assert held_by == ["job rc: start on (runlevel 3 and db): runlevel 3 has happened, db has not"]
    assert waits == 1


@pytest.mark.usefixtures("runlevel_3")
def test_unknown_conditions_hold_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(client: FakeClient) -> list[str]:
        raise NotFoundError("no GetAllJobs")

    monkeypatch.setattr(FakeClient, "jobs", fail)
    assert change([MOVED], [OVER], start_on=HELD) == ([], 2)


@pytest.mark.usefixtures("runlevel_3")
def test_a_job_takes_too_long() -> None:
    message = r"The runlevel is 3 now, but .* after 0.5 s: rc. Set a longer timeout.$"
    with pytest.raises(UpstartError, match=message) as caught:
        change([MOVED], [OTHER], start_on=ALONE)
    assert caught.value.facts["changed"] is True
    with pytest.raises(UpstartError, match=r"or stopping after 0.5 s. Set a longer timeout.$"):
        change(start_on=ALONE)


@pytest.mark.parametrize(("text", "message", "changed"), [
    ("echo no >&2; exit 1", "telinit 3 exited with status 1: no", False),
    ("exit 2", "telinit 3 exited with status 2: no output", False),
    ("echo 2 3 > ${0%/*}/record; exit 1", "telinit 3 exited with status 1", True),
    ("/bin/sleep 5", "telinit timed out after", False),
    ("exit 0", "telinit 3 succeeded, but after 0.5 s the program runlevel reports 2", True),
])
def test_telinit_fails(text: str, message: str, changed: bool, programs: Programs) -> None:
    programs("telinit", text)
    programs("runlevel", "read -r words < ${0%/*}/record && echo $words || echo N 2")
    with pytest.raises(UpstartError, match=message) as caught:
        change(start_on=ALONE)
    assert caught.value.facts.get("changed", False) is changed
