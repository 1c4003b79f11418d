# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The possible ends of existing processes, and the limits for respawning."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import MANY_RESPAWNS, World, ends, stays
from ansible_collections.sysinit.upstart.tests.unit.support.small_hosts import foresee, job, task, up


@pytest.mark.parametrize(("state", "awaited", "plain"), [
    ("running", False, False), ("post-start", False, False), ("spawned", True, False), ("starting", False, False)])
def test_which_jobs_wait_for_a_fork(state: str, awaited: bool, plain: bool) -> None:
    assert job("a", expect="fork").may_move_on(state) is awaited
    assert job("a").may_move_on(state) is plain
    assert task("a", "go").may_move_on(state) is True


def test_main_processes_that_may_survive_the_kill_signal() -> None:
    assert not job("a").may_move_on("killed") and not task("a", "go").may_move_on("killed")
    assert job("a", kill_spares=True).may_move_on("killed")
    assert job("a", processes={"main": stays()}).may_move_on("killed"), "of which nothing is known"
    assert job("a", processes={}).may_move_on("killed")


@pytest.mark.parametrize(("seconds", "ended"), [(0.9, False), (1.0, True), (1.1, True)])
def test_processes_that_end_in_time(seconds: float, ended: bool) -> None:
    world = World([task("a", "go", processes={"main": ends(0, 1.0, known=True)}), job("b"),
                   task("c", "go", processes={"main": ends(0, 1.0)})])
    assert world.certainly_ends("a", "main", seconds) is ended
    for job_name, process in (("b", "main"), ("c", "main"), ("a", "post-stop")):
        assert not world.certainly_ends(job_name, process, seconds)


def test_how_often_jobs_may_be_respawned() -> None:
    assert World([job("a", respawn_limit=(8, 60))]).max_respawns == 0
    assert World([job("a", respawn=True, respawn_limit=(2, 60)), job("b")]).max_respawns == 2
    assert World([job("a", respawn=True, respawn_limit=(10 ** 6, 60))]).max_respawns == MANY_RESPAWNS


def test_a_race_does_not_affect_an_uninvolved_task() -> None:
    jobs = [task("other", "up", instances=up(), processes={"main": ends()})]
    for number in range(8):
        jobs += [task(f"a{number}", "go", processes={"main": ends()}),
                 task(f"b{number}", "go", processes={"main": ends()}),
                 job(f"c{number}", f"stopped a{number}", f"stopped b{number}")]
    prediction = foresee(*jobs)
    assert len(prediction.open_jobs) == 8
    assert "other" not in [assumed_job for assumed_job, *_more in prediction.assumed]
