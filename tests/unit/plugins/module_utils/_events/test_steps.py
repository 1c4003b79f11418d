# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that processes send to init, in a simulation."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import Seen, SimulatedDefinition, ends, step
from ansible_collections.sysinit.upstart.plugins.module_utils._events.predict import Prediction
from ansible_collections.sysinit.upstart.tests.unit.support.small_hosts import RUNS, effects, foresee, job, task

EMIT, START, STOP, PAUSE = "emits", "starts", "stops", None


def sender(*steps: Any, start: str = "go", **more: Any) -> SimulatedDefinition:
    return task("s", start, processes={"main": ends(0, 0.0, known=True, steps=steps)}, **more)


def order(prediction: Prediction) -> list[str]:
    return [job for job, _instance in prediction.simulation.start_causes]


def test_events_and_jobs() -> None:
    steps = [step(EMIT, "one", ["K=1"]), step(START, "b", ["N=2"], after=[0]), step(STOP, "a", after=[1])]
    jobs = [sender(*steps), job("a", "one K=1"), job("b", instance="$N"), job("c", "stopped a")]
    prediction = foresee(*jobs)
    assert effects(prediction) == {"s": "started stopped", "a": "started stopped", "b-2": "started", "c": "started"}
    assert order(prediction) == ["s", "a", "b", "c"] and prediction.reasons == []


def test_a_request_waits_for_what_it_causes() -> None:
    def starts(waits: bool) -> list[str]:
        steps = [step(EMIT, "one", waits=waits), step(EMIT, "two", after=[0])]
        return order(foresee(sender(*steps), task("t", "one"), job("a", "stopped t"), job("b", "two")))
    assert starts(True) == ["s", "t", "a", "b"]
    assert starts(False) == ["s", "t", "b", "a"]


def test_a_held_request_holds_its_process() -> None:
    prediction = foresee(sender(step(EMIT, "one"), step(EMIT, "two", after=[0])), job("h", "one and never"),
                         job("b", "two"))
    assert effects(prediction) == {"s": "started"} and not prediction.finished
    (course,) = prediction.simulation.courses.active()
    assert (course.instance.job.name, [event.name for event in course.waiting_for.values()]) == ("s", ["one"])


@pytest.mark.parametrize(("checked", "words"), [(True, "started stopped failed"), (False, "started stopped")])
def test_a_failed_request(checked: bool, words: str) -> None:
    steps = [step(EMIT, "one", checked=checked)]
    broken = task("t", "one", processes={"main": ends(3, 0.3, known=True)})
    assert effects(foresee(sender(*steps), broken))["s"] == words
    refused = [step(START, "s", checked=checked)]
    assert effects(foresee(sender(*refused)))["s"] == words, "a job that is already started"


def test_what_a_step_waits_for() -> None:
    waits = sender(step(EMIT, "late", until=[Seen("up", ("K=2",))]))
    other = task("o", "go", processes={"main": ends(0, 0.0, known=True, steps=[
        step(EMIT, "up", ["K=1"], waits=False), step(PAUSE, seconds=2.0, after=[0]),
        step(EMIT, "up", ["K=2"], waits=False, after=[1])])})
    assert effects(foresee(waits, other, job("a", "late"), job("b", "up K=1")))["a"] == "started"
    assert "a" not in effects(foresee(waits, job("a", "late")))


@pytest.mark.parametrize(("only_if", "is_sent"), [
    (Seen("go", ()), True), (Seen("go", ("K=1",)), False), (Seen("running/r", ()), True),
    (Seen("running/x", ()), False),
    (Seen("own variables", ("V=1",)), True), (Seen("own variables", ("V=2",)), False),
])
def test_conditions_of_a_step(only_if: Seen, is_sent: bool) -> None:
    steps = [step(PAUSE, seconds=1.0), step(EMIT, "one", after=[0], only_if=[only_if])]
    prediction = foresee(sender(*steps, env=["V=1"]), job("r", "go"), job("x", "never"), job("a", "one"))
    assert ("a" in effects(prediction)) == is_sent


def test_variables_and_once() -> None:
    steps = [step(EMIT, "one", ["K=$V"], once=True), step(EMIT, "one", ["K=1"], after=[0], once=True),
             step(EMIT, "two", ["K=$UNSET"], after=[1])]
    prediction = foresee(sender(*steps, env=["V=1"]), task("a", "one K=1"), job("b", "two"))
    assert effects(prediction) == {"s": "started stopped", "a": "started stopped"}
    assert prediction.simulation.courses.emitted("one") == [("K=1",)]


def test_a_stopped_process_takes_no_more_steps() -> None:
    steps = [step(PAUSE, seconds=5.0), step(EMIT, "one", after=[0])]
    stopped = task("s", "go", stop="started r", processes={"main": ends(0, 0.0, known=True, steps=steps)})
    prediction = foresee(stopped, job("r", "go", processes=RUNS), job("a", "one"))
    assert "a" not in effects(prediction)
