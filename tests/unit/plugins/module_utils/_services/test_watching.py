# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that started but did not keep running: the daemon's signals show the cause."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._services import signal_history, targets, watching
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import DOWN, SERVICE, UP, FakeClient

OTHER = fake_client.status("start", "running", os.getppid())
ENDED = "Job web ended right after it was started: its main process exited without an error."
STOPPED = "Job web was started, but something stopped it at once."


class Connection(fake_client.FakeConnection):
    """Signals states of ``web`` before the watch begins and during its first wait; records how each wait ended."""

    def __init__(self, before: str, meanwhile: str = "") -> None:
        self.signals = self._signals(before)
        self._coming = self._signals(meanwhile)
        self.ended: list[bool] = []

    def _signals(self, states: str) -> list[Signal]:
        return [Signal(instance_path("web"), "StateChanged", [state]) for state in states.split()]

    def wait(self, ready: Callable[[], object], seconds: float) -> bool:
        self.signals += self._coming
        self._coming = []
        self.ended.append(bool(ready()))
        return self.ended[-1]


def watch(folder: Path, connection: Connection, after: Any, text: str = SERVICE) -> targets.Target:
    (folder / "web.conf").write_text(text)
    one = targets.Target("web", Definition("web", str(folder), (1, 13, 2)), fake_client.request(folder, "started"))
    one.instance, one.before, one.result.after, one.progress.up_mark = (
        "",
        DOWN,
        UP,
        0,
    )  # started before these signals
    client = FakeClient({"web": {"": [after]}})
    client.connection = connection
    watching.watch(client, [one], one.wanted, Deadline(60))
    return one


@pytest.mark.parametrize(("states", "after", "text", "said"), [
    ("starting running pre-stop stopping waiting", DOWN, SERVICE, STOPPED),
    ("starting pre-start stopping waiting", DOWN, SERVICE, STOPPED),
    ("running pre-stop stopping waiting", DOWN, SERVICE, STOPPED),  # another client started it first
    ("starting running stopping waiting", DOWN, SERVICE, ENDED),
    ("starting post-start stopping waiting", DOWN, "post-start exec b\n" + SERVICE, ENDED[:-1] + ", or its post-start"),
    ("starting post-start stopping waiting", DOWN, SERVICE, STOPPED),
    ("pre-stop stopping waiting starting running stopping waiting", DOWN, SERVICE, ENDED),
    ("starting spawned stopping waiting", DOWN, SERVICE, STOPPED),
    ("starting spawned stopping waiting", DOWN, "expect fork\n" + SERVICE, ENDED),
    ("", DOWN, SERVICE, ENDED),
    ("", fake_client.NO_MAIN, SERVICE, "Job web has no main process although Upstart calls it running: the process "
     "could not be run"),
    ("", fake_client.NO_MAIN, "expect fork\n" + SERVICE, "Job web has no main process although Upstart calls it "
     "running: the process ended before it did what 'expect fork' waits for, or could not be run"),
    ("", fake_client.NO_MAIN, "respawn\n" + SERVICE, "Job web does not stay up and is being respawned."),
    ("", fake_client.NO_MAIN, "respawn\nexpect stop\n" + SERVICE, "Job web has no main process although Upstart calls "
     "it running: the process ended before it did what 'expect stop' waits for, or could not be run, and Upstart does "
     "not respawn it"),
    ("", fake_client.status("start", "running", fake_client.NO_PROCESS), SERVICE, "Job web is stuck"),
    ("starting running pre-stop stopping waiting starting running", OTHER, SERVICE,
     "Job web was started, but something restarted it at once."),
    ("starting running stopping post-stop starting running", OTHER, "respawn\n" + SERVICE,
     "Job web does not stay up and is being respawned."),
    ("starting running stopping post-stop starting running", OTHER, SERVICE,
     "Job web was started, but something restarted it at once."),
])
def test_the_error_says_who_ended_the_job(tmp_path: Path, states: str, after: Any, text: str, said: str) -> None:
    one = watch(tmp_path, Connection(states), after, text)
    assert one.result.error is not None and one.result.error.message.startswith(said)


@pytest.mark.parametrize(("states", "respawned", "stopped"), [
    ("starting pre-start spawned running", False, False),
    ("pre-start spawned running", False, False),
    ("", False, False),
    ("starting running stopping starting running", True, False),
    ("stopping starting running", True, False),
    ("running pre-stop stopping waiting starting running", True, True),
    ("starting running pre-stop stopping waiting starting running", True, True),
])
def test_a_start_that_overtook_ours_is_no_restart(tmp_path: Path, states: str, respawned: bool, stopped: bool) -> None:
    """Another client may start a job between our mark and our request; its signals then come after the mark."""
    client = FakeClient({"web": {"": [UP]}})
    client.connection = Connection(states)
    (tmp_path / "web.conf").write_text(SERVICE)
    one = targets.Target("web", Definition("web", str(tmp_path), (1, 13, 2)), fake_client.request(tmp_path, "started"))
    one.mark_signals(FakeClient({}))
    one.progress.overtaken = True
    assert signal_history.is_respawned(client, one) is respawned
    assert signal_history.was_stopped(client, one) is stopped


@pytest.mark.parametrize(("meanwhile", "at_once"), [
    ("stopping killed post-stop waiting", True), ("stopping killed post-stop", False), ("", False)])
def test_the_watch_ends_when_the_job_has_stopped(tmp_path: Path, meanwhile: str, at_once: bool) -> None:
    """Signals from before belong to an earlier run."""
    connection = Connection("stopping waiting starting running", meanwhile)
    watch(tmp_path, connection, DOWN)
    assert connection.ended[0] is at_once
