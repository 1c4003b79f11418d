# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Forecasts come true: random machines, booted by a daemon with stand-ins for the programs of their profile.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py. BOOT_MACHINES is their number.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from ansible_collections.sysinit.upstart.tests.unit.support import boot_machines, real_boots

MACHINES = int(os.environ.get("BOOT_MACHINES", "6"))
FIRST_SEED = int(os.environ.get("BOOT_SEED", "1000"))
AT_ONCE = 6  # machines that boot at the same time; most of the time they wait
UNSURE_AT_MOST = 0.1  # share of the machines, counted by forecasts alone
COUNTED = 40


def boot(seed: int) -> tuple[bool, list[str], str]:
    """Boot the machine of a seed; return whether the forecast is sure, the differences, and the files."""
    os.environ["SYSINIT_UPSTART_TRANSPORT"] = "wire"
    machine = boot_machines.make(seed)
    forecast = real_boots.foresee(machine)
    return forecast.sure, real_boots.differences(forecast, real_boots.boot(machine)), machine.show()


@pytest.fixture(scope="module")
def boots() -> Iterator[list[tuple[bool, list[str], str]]]:
    with ProcessPoolExecutor(AT_ONCE) as pool:
        yield list(pool.map(boot, range(FIRST_SEED, FIRST_SEED + MACHINES)))


@pytest.mark.parametrize("number", range(MACHINES))
def test_what_is_sure_happens(boots: list[tuple[bool, list[str], str]], number: int) -> None:
    is_sure, differences, files = boots[number]
    assert not is_sure or differences == [], files


def test_most_forecasts_are_sure() -> None:
    forecasts = [real_boots.foresee(boot_machines.make(FIRST_SEED + number)) for number in range(COUNTED)]
    unsure = [forecast.reasons for forecast in forecasts if not forecast.sure]
    assert len(unsure) <= UNSURE_AT_MOST * COUNTED, unsure
    jobs = [job for forecast in forecasts if forecast.sure for job in forecast.jobs.values()]
    assert any(job.stopped_again for job in jobs) or any(job.failed for job in jobs)
    assert {job.starts for job in jobs} == {"yes", "no"}
    assert any(forecast.holding for forecast in forecasts)
    assert {forecast.runlevel for forecast in forecasts} == {"2", None}
    assert any(len(job.chain) > 5 for job in jobs), "long chains"
