# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated requests to stop and to start instances."""

from __future__ import annotations

from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._events.budget import Budget, OverBudgetError
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import SimulatedDefinition, World
from ansible_collections.sysinit.upstart.plugins.module_utils._events.requested import play
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.tests.unit.support.small_hosts import BROKEN, job, task, up

DB = ("db", "")


def restart(*definitions: SimulatedDefinition, **more: Any) -> Simulation:
    return play(World([job("db", instances=up()), *definitions], **more), [DB], [(*DB, [])])


def test_a_stopped_instance_no_longer_exists() -> None:
    done = play(World([job("db", instances=up())]), [DB], [])
    assert done.status_of("db", "") is None


def test_a_restart_starts_the_job_again() -> None:
    assert restart().status_of("db", "") == "start/running"


def test_a_job_that_starts_after_it_runs_again() -> None:
    done = restart(job("web", "started db", "stopping db", instances=up()))
    assert done.status_of("web", "") == "start/running"
    assert ("web", "", "StateChanged", "waiting") in done.trace


def test_an_and_has_forgotten_its_other_half() -> None:
    done = restart(job("shop", "started db and net-up", "stopping db", instances=up()))
    tree = done.job("shop").start_on
    assert done.status_of("shop", "") is None
    assert tree is not None and tree.met == [True, False, False]


def test_starts_wait_until_all_stops_are_complete() -> None:
    """A task that is started by a "stopped" event is not waited for."""
    long_task = task("migrate", "stopped db")
    done = play(World([job("db", instances=up()), job("web", instances=up()), long_task]), [DB, ("web", "")],
                [(*DB, []), ("web", "", [])])
    moves = [(name, value) for name, _instance, member, value in done.trace if member == "StateChanged"]
    assert moves.index(("web", "waiting")) < moves.index(("db", "starting")) < moves.index(("migrate", "waiting"))


def test_an_instance_is_started_by_its_variables() -> None:
    getty = job("getty", instance="$TTY", instances=up("tty1", env=["TTY=tty1"]))
    done = play(World([getty]), [], [("getty", "tty2", ["TTY=tty2"])])
    assert done.status_of("getty", "tty2") == done.status_of("getty", "tty1") == "start/running"


def test_requests_that_upstart_refuses_change_nothing() -> None:
    world = World([job("getty", instance="$TTY"), job("db", instances=up())])
    done = play(world, [("getty", "tty1"), ("nobody", "")], [("getty", "", []), (*DB, []), ("nobody", "", [])])
    assert done.trace == []


def test_jobs_in_an_endless_loop_end_the_play() -> None:
    done = play(World([job("db", instances=up()), task("again", "stopped db or stopped again")]), [DB], [(*DB, [])])
    assert done.endless == ["again"]


class Spent(Budget):
    def check(self) -> None:
        raise OverBudgetError


def test_a_long_simulation_is_cut_off() -> None:
    done = play(World([job("db", instances=up())]), [DB], [(*DB, [])], budget=Spent())
    assert done.is_cut_off and done.status_of("db", "") != "start/running"


def test_a_wanted_job_is_started_again_once_and_its_followers_too() -> None:
    shop = job("shop", "started db and net-up", "stopping db", instances=up())
    front = job("front", "started shop", "stopping shop", instances=up())
    world = World([job("db", instances=up()), shop, front])
    done = play(world, [DB], [(*DB, [])], up=[(*DB, []), ("shop", "", [])])
    assert done.started_again == {("shop", "")}
    assert {done.status_of(name, "") for name in ("db", "shop", "front")} == {"start/running"}


def test_a_failed_job_is_not_started_again() -> None:
    shop = job("shop", "started db", "stopping db", processes=BROKEN, instances=up())
    world = World([job("db", instances=up()), shop])
    done = play(world, [DB], [(*DB, [])], up=[("shop", "", [])])
    assert (done.started_again, done.status_of("shop", "")) == (set(), None)
