# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cost of a prediction: its work grows with the number of steps, and it stops when its time is up."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events import budget
from ansible_collections.sysinit.upstart.plugins.module_utils._events.audience import Audience
from ansible_collections.sysinit.upstart.plugins.module_utils._events.budget import Budget, OverBudgetError
from ansible_collections.sysinit.upstart.plugins.module_utils._events.match import event_matches
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import World
from ansible_collections.sysinit.upstart.plugins.module_utils._events.predict import Prediction, predict
from ansible_collections.sysinit.upstart.plugins.module_utils._events.simulation import Simulation
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text
from ansible_collections.sysinit.upstart.tests.unit.support import counted_work
from ansible_collections.sysinit.upstart.tests.unit.support.small_hosts import DONE, job, task

CUT = "the prediction stopped after 5 s of processor time"
Clocks = Callable[[], tuple[float, float]]


def ring(size: int) -> World:
    return World([job(f"cy{number}", f"started cy{(number + 1) % size} or stopped cy{(number + 7) % size} or go",
                      f"started cy{(number + 3) % size}", processes=DONE) for number in range(size)])


def held(size: int) -> World:
    """Services that wait for one another's starting events, and tasks that wait forever."""
    return World([job("web0", "go")] + [job(f"web{number}", f"starting web{number - 1}") for number in range(1, size)]
                 + [job(f"half{number}", "go and never") for number in range(size)])


def asked(world: World, **more: Any) -> Callable[[], Prediction]:
    return lambda: predict(world, "go", [], 5.0, **more)


def ticking(processor: float, wall: float) -> Clocks:
    """Return clocks that advance by these amounts with each reading."""
    readings: Iterator[int] = itertools.count()

    def clocks() -> tuple[float, float]:
        number = next(readings)
        return number * processor, number * wall

    return clocks


@pytest.mark.parametrize("host", [ring, held])
def test_twice_the_jobs_take_twice_the_work(host: Callable[[int], World]) -> None:
    assert counted_work.grows_in_step(lambda size: asked(host(size)), 24)


def test_names_are_looked_up_and_patterns_compared() -> None:
    """The cost does not depend on the number of events and jobs."""
    small, large = (Simulation(World([job(f"web{number}", f"done{number}") for number in range(size)]))
                    for size in (50, 500))
    assert len({counted_work.calls(functools.partial(host.awaited, "done7")) for host in (small, large)}) == 1
    matching = [functools.partial(host.world.jobs_matching, "web7") for host in (small, large)]
    assert len({counted_work.calls(call) for call in matching}) == 1
    assert small.awaited("done7") == ["done7"] and small.world.jobs_matching("web7") == ["web7"]
    assert small.awaited("done9*") == ["done9"] and small.world.jobs_matching("web4[78]") == ["web47", "web48"]
    assert small.awaited("never") == small.world.jobs_matching("nobody") == []


@pytest.mark.parametrize(("clocks", "limit"), [
    (ticking(1.0, 0.0), "1.5 s of processor time"), (ticking(0.0, 1.0 * budget.REAL_TIME_FACTOR), "4.5 s")])
def test_either_clock_cuts_it_off(monkeypatch: pytest.MonkeyPatch, clocks: Clocks, limit: str) -> None:
    """The limit on the wall clock is longer, because a host may be busy."""
    monkeypatch.setattr(budget, "_clocks", clocks)
    late = Budget(1.5)
    assert not late.is_spent()
    assert late.is_spent()
    assert late.limit() == limit
    with pytest.raises(OverBudgetError):
        for _number in range(budget.CALLS_PER_CLOCK_READING):
            late.check()


def test_unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_clocks", ticking(1e9, 1e9))
    free = Budget()
    for _number in range(2 * budget.CALLS_PER_CLOCK_READING):
        free.check()
    assert not free.is_spent()


def test_the_clocks_go_on() -> None:
    first = budget._clocks()
    while not all(now > began for now, began in zip(budget._clocks(), first)):
        assert all(now >= began for now, began in zip(budget._clocks(), first))


def test_a_cut_off_prediction_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes no claim about an end that the simulation did not reach."""
    monkeypatch.setattr(budget, "_clocks", ticking(0.5, 0.0))
    cut = asked(ring(50), budget=Budget(5.0))()
    assert cut.reasons == [CUT]
    assert (cut.finished, cut.held_by) == (None, [])
    assert {effect.job for effect in cut.effects} == set(cut.open_jobs) != set()


@pytest.mark.parametrize("readings", range(2, 60, 4))
def test_facts_known_before_the_cut_off_are_returned(monkeypatch: pytest.MonkeyPatch, readings: int) -> None:
    """At any point of the cut-off."""
    world = World([job("web", "go"), job("half", "go and never"), task("work", "started web")])
    whole = asked(world)()
    monkeypatch.setattr(budget, "_clocks", ticking(5.0 / readings, 0.0))
    cut = asked(world, budget=Budget(5.0))()
    if cut.reasons:
        assert cut.reasons == [CUT]
    else:
        assert cut.effects != []
    if cut.finished is not None:
        assert (cut.finished, cut.held_by) == (whole.finished, whole.held_by) != (True, [])
        assert [vars(effect) for effect in cut.effects] == [vars(effect) for effect in whole.effects]


class SpentAfterTheFirstPlay(Budget):
    def check(self) -> None:
        pass

    def is_spent(self) -> bool:
        return True

    def limit(self) -> str:
        return "5 s of processor time"


def test_an_endless_loop_is_reported_although_it_was_cut_off() -> None:
    cut = asked(ring(10), budget=SpentAfterTheFirstPlay(5.0))()
    assert [reason.split(":")[0] for reason in cut.reasons] == ["the jobs start each other forever", CUT]


CONDITIONS = ["go", "go a", "go A=a", "go A=*", "go A!=b", "go B=b", "go 'x*'", "go $A", "go ${A:-a}", "go a b",
              "other"]
ENVIRONMENTS: list[list[str]] = [[], ["A=a"], ["A=b"], ["B=b", "A=a"], ["A=x1", "B=b"], ["A=a", "A=b"], ["B=a"]]


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_no_affected_job_is_left_out(env: list[str]) -> None:
    audience = Audience()
    for text in CONDITIONS:
        audience.add(text, from_text(text))
    concerned = {text for text in CONDITIONS if event_matches(from_text(text)[0], "go", env, {"A": "a"})}
    assert concerned <= audience.jobs_for("go", env)
    assert "other" not in audience.jobs_for("go", env)


def test_jobs_that_require_another_value_are_left_out() -> None:
    audience = Audience()
    for text in ("started web", "started mail", "started JOB=web", "started JOB=mail"):
        audience.add(text, from_text(text))
    assert audience.jobs_for("started", ["JOB=web", "INSTANCE="]) == {"started web", "started JOB=web"}
