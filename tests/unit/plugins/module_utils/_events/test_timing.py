# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Assumed durations."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.timing import (
    END_RANGE,
    END_SECONDS,
    ENDED,
    EXEC_RANGE,
    EXEC_SECONDS,
    EXECUTED,
    KILL_SECONDS,
    Timing,
)

SEEDS = range(200)
TOGETHER = 0.03


def test_usual_durations() -> None:
    pace = Timing(unknown=0.5)
    assert (pace.exec_time(), pace.kill_time(), pace.busy_time()) == (EXEC_SECONDS, KILL_SECONDS, 0.0)
    assert (pace.life(2.0), pace.life(None)) == (2.0 + END_SECONDS, 0.5)


@pytest.mark.parametrize(("first", "execs", "kills"), [
    (ENDED, EXEC_RANGE[1], END_RANGE[0]), (EXECUTED, EXEC_RANGE[0], END_RANGE[1])])
def test_extreme_durations(first: str, execs: float, kills: float) -> None:
    pace = Timing(unknown=0.5, first=first)
    assert (pace.exec_time(), pace.kill_time()) == (execs, kills)
    assert pace.life(2.0) == 2.0 + kills
    assert pace.life(None) == (kills if first == ENDED else 0.5)


@pytest.mark.parametrize(("together", "kills", "share"), [(0.0, END_RANGE[1], 0.1), (TOGETHER, TOGETHER, 0.01)])
def test_random_durations_reach_nearly_the_whole_range(together: float, kills: float, share: float) -> None:
    def spread(times: list[float]) -> tuple[float, float]:
        return min(times), max(times)

    paces = [Timing(unknown=0.5, seed=seed, together=together) for seed in SEEDS]
    least, most = spread([pace.exec_time() for pace in paces])
    assert EXEC_RANGE[0] <= least < 1.2 * EXEC_RANGE[0] and 0.8 * EXEC_RANGE[1] < most <= EXEC_RANGE[1]
    least, most = spread([pace.kill_time() for pace in paces])
    assert END_RANGE[0] <= least < 1.2 * END_RANGE[0] and 0.8 * kills < most <= kills
    least, most = spread([pace.life(10.0) for pace in paces])
    assert 10.0 < least < 10.0 + share and 10.0 + 9 * share < most < 10.0 + 10 * share + kills
    least, most = spread([pace.life(None) for pace in paces])
    assert 0.01 < least < 0.02 and 20.0 < most < 25.0 + kills


def test_init_is_busy_about_half_of_the_time() -> None:
    times = [Timing(seed=seed, together=TOGETHER).busy_time() for seed in SEEDS]
    assert 0.3 * len(times) < times.count(0.0) < 0.7 * len(times)
    assert 0.9 * TOGETHER < max(times) <= TOGETHER
    assert {Timing(seed=seed).busy_time() for seed in SEEDS} == {0.0}
