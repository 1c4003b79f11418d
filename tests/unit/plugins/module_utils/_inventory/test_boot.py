# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages of init since the boot: from the kernel's log, and from files of syslog."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import boot
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes

BOOTED = int(time.mktime((2026, 12, 31, 23, 59, 50, 0, 0, -1)))
BEGAN = 2.0
CHANGE = "web state changed from waiting to starting"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = int(BEGAN * os.sysconf("SC_CLK_TCK"))
    monkeypatch.setattr(processes, "own_start_ticks", lambda pid: ticks if pid else None)
    monkeypatch.setattr(processes, "start_ticks", lambda peer_pid, pid: ticks * 2 if pid == 7 else None)
    monkeypatch.setattr(processes, "boot_time", lambda: BOOTED)
    monkeypatch.setattr(processes, "uptime", lambda: 3600.0)


def told(path: Path, peer_pid: int = 1, instances: Any = ()) -> dict[str, Any]:
    return boot.last_boot(peer_pid, str(path), instances)


def messages(result: dict[str, Any]) -> list[tuple[float, str]]:
    return [(entry["seconds"], entry["text"]) for entry in result["messages"]]


def from_kernel(monkeypatch: pytest.MonkeyPatch, *records: str) -> dict[str, Any]:
    monkeypatch.setattr(boot.reading, "open_kernel_log", lambda path: os.open(os.devnull, os.O_RDONLY))
    monkeypatch.setattr(boot, "kernel_records", lambda handle: iter(records))
    return told(Path("/dev/kmsg"))


def test_the_kernel_log(monkeypatch: pytest.MonkeyPatch) -> None:
    result = from_kernel(
        monkeypatch,
        "6,1,100,-;Linux version 3.13",
        "30,2,1900000,-;init: Handling startup event\n SUBSYSTEM=x",
        f"30,3,2500000,-;init: {CHANGE}",
        "30,4,2600000,-;init: web goal changed from stop to start",
        "28,5,2700000,-;init: web main process (12) terminated with status 1",
        "28,6,2800000,-;init: web respawning too fast, stopped",
        "no header",
        "6,7,2900000,-;systemd: init: x")
    assert messages(result) == [
        (0.0, "Handling startup event"), (0.5, CHANGE), (0.7, "web main process (12) terminated with status 1"),
        (0.8, "web respawning too fast, stopped")]
    assert (result["clock"], result["left_out"], result["began"]) == ("kernel", None, BEGAN)


def test_messages_of_an_init_before_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [f"30,{number},{micros},-;init: {CHANGE}" for number, micros in enumerate((1, 2000000))]
    monkeypatch.setattr(boot, "EARLY", 0.5)
    assert messages(from_kernel(monkeypatch, *records)) == [(0.0, CHANGE)]


def test_the_first_messages_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boot, "KEPT", 3)
    records = [f"30,{number},{2000000 + number},-;init: {CHANGE}" for number in range(9)]
    assert [seconds for seconds, _text in messages(from_kernel(monkeypatch, *records))] == [0.0, 1e-06, 2e-06]


def test_syslog_over_the_turn_of_the_year(tmp_path: Path) -> None:
    log = tmp_path / "messages"
    log.write_text(f"""Dec 31 23:50:00 host init: {CHANGE}
Dec 31 23:59:53 host init: Handling startup event
Jan  1 00:00:02 host init: {CHANGE}
Jan  1 00:00:03 host cron[9]: init: no
2027-01-01T00:00:05.123+00:00 host init: {CHANGE}
Xxx  1 00:00:03 host init: {CHANGE}
Jan  x
""")
    result = told(log)
    assert messages(result) == [(1.0, "Handling startup event"), (10.0, CHANGE), (13.0, CHANGE)]
    assert result["clock"] == "syslog"


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    result = told(tmp_path / "none")
    assert (result["clock"], messages(result)) == (None, [])
    assert result["left_out"] == f"{tmp_path / 'none'} cannot be read: No such file or directory"


def test_an_init_that_is_out_of_sight(tmp_path: Path) -> None:
    result = told(tmp_path, peer_pid=0)
    assert (result["began"], result["left_out"]) == (None, "this task cannot see when init began")


def test_the_processes_that_run_now(tmp_path: Path) -> None:
    instances = [SimpleNamespace(job="web", name="", status={"processes": {"main": 7}}),
                 SimpleNamespace(job="gone", name="", status={"processes": {"main": 8}}),
                 SimpleNamespace(job="task", name="", status={"processes": {}})]
    assert told(tmp_path, instances=instances)["processes"] == [
        {"name": "web", "instance": "", "pid": 7, "seconds": BEGAN}]
