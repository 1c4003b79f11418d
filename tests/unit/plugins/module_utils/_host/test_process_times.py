# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When processes began, and how exactly that is known."""

from __future__ import annotations

import time

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host.process_times import TICK, period
from ansible_collections.sysinit.upstart.plugins.module_utils._system import processes
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes


def test_when_a_process_began() -> None:
    before = time.time()
    with child_processes.running("sleep", "1000") as child:
        after = time.time()
        earliest, latest = period(processes.own_start_ticks(child.pid))
        assert earliest <= after and before <= latest
    assert period(None) is None
    assert processes.own_start_ticks(0) is None


class Clocks:
    """The clocks of a host that was booted at 1000; each reading takes the next of ``delays``, then no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, uptime: float, delays: list[float]) -> None:
        self.uptime = uptime
        self.delays = iter(delays)
        monkeypatch.setattr(time, "time", lambda: 1000.0 + self.read())
        monkeypatch.setattr(time, "clock_gettime", lambda clock: self.read())
        monkeypatch.setattr(processes, "uptime", lambda: int(self.read() * 100) / 100)

    def read(self) -> float:
        self.uptime += next(self.delays, 0.0)
        return self.uptime


@pytest.mark.parametrize("delays", [[], [0.5] * 5])
@pytest.mark.parametrize(("python_2", "blur"), [(False, 0.001), (True, TICK)])
def test_how_exactly_the_begin_of_a_process_is_known(
    monkeypatch: pytest.MonkeyPatch, python_2: bool, blur: float, delays: list[float],
) -> None:
    """An attempt without a delay is as exact as the clocks."""
    Clocks(monkeypatch, 50.0, delays)
    if python_2:
        monkeypatch.delattr(time, "clock_gettime")
    assert period(int(20 / TICK)) == pytest.approx((1020.0 - blur, 1020.0 + TICK + blur))


@pytest.mark.parametrize("python_2", [False, True])
def test_a_task_that_waits_for_a_processor_knows_the_begin_less_exactly(
    monkeypatch: pytest.MonkeyPatch, python_2: bool,
) -> None:
    """A process that began after a change of its files must not count as one that began before."""
    Clocks(monkeypatch, 50.0, [0.5] * 100)
    if python_2:
        monkeypatch.delattr(time, "clock_gettime")
    earliest, latest = period(int(20 / TICK))
    assert earliest <= 1020.0 and 1020.0 + TICK <= latest
