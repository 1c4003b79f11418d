# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last reading of a task, where /proc shows the daemon's processes or does not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._services import targets, verifying
from ansible_collections.sysinit.upstart.plugins.module_utils._system import deadline
from ansible_collections.sysinit.upstart.tests.unit.support import acting_client, fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.acting_client import Client
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import UP

STABLE_FOR = 0.2
AGAIN = fake_client.status("start", "running", os.getppid())


class OutOfSight(acting_client.Connection):
    """The daemon runs in a PID namespace that is not visible from here: the kernel gives its pid as 0.

    Time passes only while the task waits: ``now`` is the clock.
    """

    peer = {"pid": 0, "uid": 0, "gid": 0}
    now = 0.0

    def wait(self, ready: Callable[[], object], seconds: float) -> bool:
        self.now += seconds
        return bool(ready())


@pytest.mark.parametrize(("statuses", "said"), [
    ([UP], None),
    ([UP, UP, AGAIN], "Job web was started, but something restarted it at once."),
])
def test_a_process_of_unknown_age_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statuses: list[Any], said: str | None,
) -> None:
    client = Client([], statuses)
    connection = client.connection = OutOfSight()
    for module in (deadline, targets):
        monkeypatch.setattr(module, "monotonic", lambda: connection.now)
    one = acting_client.target(tmp_path, "started", before=UP)
    one.wanted = fake_client.request(tmp_path, "started", stable_for=STABLE_FOR)
    verifying.verify(client, [one], one.wanted, None)
    assert connection.now >= STABLE_FOR
    assert (one.result.error.message.partition(" Check ")[0] if one.result.error else None) == said


def test_another_main_process_is_seen_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 13.0, 14.0, 16.0])
    monkeypatch.setattr(targets, "monotonic", lambda: next(times))
    progress = targets.Progress()
    assert [progress.seconds_seen(pid) for pid in (7, 7, 8, 8)] == [0.0, 3.0, 0.0, 2.0]


def test_a_process_that_has_run_for_long_enough_is_not_watched(tmp_path: Path) -> None:
    client = Client([], [UP])
    client.connection.wait = lambda ready, seconds: pytest.fail("it waits")
    one = acting_client.target(tmp_path, "started", before=UP)
    one.wanted = fake_client.request(tmp_path, "started", stable_for=0.001)
    verifying.verify(client, [one], one.wanted, None)
    assert one.result.error is None
