# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions for existing instances, processes and definitions."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    Present,
    SimulatedDefinition,
    World,
    ends,
    stays,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._events.predict import Prediction, predict
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import InitCommand
from ansible_collections.sysinit.upstart.tests.unit.support.small_hosts import (
    RUNS,
    effects,
    foresee,
    job,
    task,
    up,
)


def replaced(
    successor: tuple[SimulatedDefinition | None, str | None], *others: SimulatedDefinition, **more: Any
) -> Prediction:
    """Predict for a job "a" that the event stops and that ``successor`` then replaces."""
    more.setdefault("instances", up())
    world = World([job("a", "up", "go", is_replaced=True, **more), *others])
    world.successor = lambda name: successor
    return predict(world, "go", [])


def test_a_changed_file_counts_when_the_last_instance_is_gone() -> None:
    b = job("b", "stopped a")
    assert effects(replaced((job("a", "started b"), None), b)) == {"a": "started stopped", "b": "started"}
    assert effects(replaced((job("a", "stopped a"), None))) == {"a": "started stopped"}, "its own end comes late"
    assert effects(replaced((job("a", "other"), None), b)) == {"a": "stopped", "b": "started"}
    assert effects(replaced((None, None), b, job("c", "started b"))) == {"a": "stopped", "b": "started", "c": "started"}
    prediction = replaced((job("a", "started b", processes={"main": stays()}), None), b)
    assert prediction.assumed == [("a", "main", "keeps running")]


def test_a_changed_file_may_name_an_event_that_a_process_emits() -> None:
    emitting = {"main": stays(orders=[InitCommand("emits", "up")])}
    prediction = replaced((job("a", "up"), None), job("b", "stopped a", processes=emitting))
    assert prediction.reasons == ["the effects of this are not predicted: the main process of job b emits up"]
    assert "a" in prediction.open_jobs


def test_a_changed_file_does_not_count_before() -> None:
    other = Present("2", "start", "running", env=["N=2"], processes={"main": 8})
    leaving = Present("1", "start", "running", env=["N=1"], processes={"main": 7})
    world = World([job("a", "up", "go N=$N", instance="$N", instances=[leaving, other], is_replaced=True),
                   job("b", "stopped a")])
    world.successor = lambda name: (job("a", "started b"), None)
    assert effects(predict(world, "go", ["N=1"])) == {"a-1": "stopped", "b": "started"}
    kept = World([job("a", "up or go", "go", instances=up(), is_replaced=True)])
    assert effects(predict(kept, "go", [])) == {"a": "started restarted"}


def test_a_remembered_event_of_the_old_definition_is_released() -> None:
    prediction = replaced((job("a", "never"), None), start_met=None)
    assert prediction.finished
    world = World([job("a", "go and other", "go", instances=up(), is_replaced=True)])
    world.successor = lambda name: (job("a", "other and go"), None)
    assert predict(world, "go", []).held_by == []


def test_a_changed_file_that_cannot_be_read_is_a_reason() -> None:
    prediction = replaced((None, "it cannot be read"))
    assert prediction.reasons == ["it cannot be read"] and prediction.open_jobs == ["a"]


STARTING_A = [("starting", ["JOB=a", "INSTANCE="], "handling", False, 1)]


def test_held_events_continue() -> None:
    coming = [Present("", "start", "starting", blocker=0)]
    hook = [Present("", "stop", "killed", processes={"main": 7}, blocking=[0])]
    unknown = {"main": ends()}
    jobs = [job("a", "come", instances=coming), task("h", "starting a", processes=unknown, instances=hook),
            job("b", "go and stopped h"), job("c", "started b and started a")]
    prediction = foresee(*jobs, events=STARTING_A)
    assert effects(prediction) == {"b": "started", "c": "started"} and prediction.finished
    assert prediction.assumed == [("h", "main", "ends on its kill signal")], "its end is none of this event, but counts"
    known = [jobs[0], task("h", "starting a", instances=hook), *jobs[2:]]
    assert foresee(*known, events=STARTING_A).assumed == []


@pytest.mark.parametrize("state", ["killed", "stopping", "post-stop"])
def test_changes_without_the_event_are_none_of_its_effects(state: str) -> None:
    going = [Present("", "stop", state, processes={"post-stop" if state == "post-stop" else "main": 7})]
    prediction = foresee(job("x", "come", processes={"main": stays()}, instances=going), job("y", "stopped x"),
                         job("a", "go"))
    assert effects(prediction) == {"a": "started"}
    assert prediction.assumed == [] and prediction.reasons == []


def test_a_process_is_assumed_to_end_on_its_kill_signal() -> None:
    unknown = job("a", "up", "go", processes={"main": stays()}, instances=up())
    prediction = foresee(unknown)
    assert effects(prediction) == {"a": "stopped"} and prediction.reasons == []
    assert prediction.assumed == [("a", "main", "ends on its kill signal")]
    assert foresee(job("a", "up", "go", instances=up())).assumed == []
    assert foresee(job("a", "up", "go", instances=up(), kill_spares=True)).assumed == prediction.assumed
    assert foresee(job("a", "go", "go", processes={"main": stays()}, instances=up())).assumed == [
        ("a", "main", "ends on its kill signal"), ("a", "main", "keeps running")]


WAITS_FOR_STOPPED = [job("c", "go and stopped a"), job("b", "stopped a")]


@pytest.mark.parametrize("seconds", [None, 900.0])
def test_a_running_task_is_assumed_to_keep_running(seconds: float | None) -> None:
    running = [Present("", "start", "running", processes={"main": 7}, blocking=[0])]
    processes = {"main": ends(0, seconds, known=seconds is not None)}
    events = [("up", [], "handling", False, 1)]
    prediction = foresee(task("a", "up", processes=processes, instances=running), *WAITS_FOR_STOPPED, events=events)
    assert effects(prediction) == {} and prediction.reasons == [] and not prediction.finished
    assert prediction.assumed == [("a", "main", "does not end in the meantime")]
    unconcerned = foresee(task("a", "up", processes=processes, instances=running), job("d", "go"), events=events)
    assert unconcerned.assumed == []


def test_the_end_of_a_running_task_is_unknown() -> None:
    processes = {"main": ends(0, 3.0, known=True)}
    prediction = foresee(task("a", "up", processes=processes, instances=up()), *WAITS_FOR_STOPPED,
                         task("z", "up", processes=processes, instances=up()))
    assert prediction.assumed == [] and prediction.open_jobs == ["a"]
    assert prediction.reasons == ["what happens depends on when the running main process of job a ends"]


def test_a_running_helper_is_assumed_to_keep_running() -> None:
    coming = [Present("", "start", "pre-start", processes={"pre-start": 7})]
    processes = {**RUNS, "pre-start": ends()}
    prediction = foresee(job("a", "up", "go", processes=processes, instances=coming))
    assert prediction.assumed == [("a", "pre-start", "does not end in the meantime")] and not prediction.finished


def test_a_missing_fork_is_assumed_to_stay_missing() -> None:
    coming = [Present("", "start", "spawned", processes={"main": 7})]
    prediction = foresee(job("a", "up", expect="fork", instances=coming), job("c", "go and started a"))
    assert prediction.assumed == [("a", "main", "does not do what its expect stanza waits for")]
    assert not prediction.finished


def test_a_job_that_is_respawned_late_holds_the_event_that_starts_it() -> None:
    dying = [Present("", "respawn", "stopping", blocker=0)]
    jobs = [job("a", "go", instances=dying), job("h", "stopping a", instances=up(blocking=[0]))]
    prediction = foresee(*jobs, events=[("stopping", ["JOB=a", "INSTANCE="], "handling", False, 1)])
    assert not prediction.finished
    assert prediction.held_by == [
        "job a is in start/stopping, its stopping event is held: job h is in start/running (process main, pid 7)"]


def test_an_instance_that_is_stopping() -> None:
    present = [Present("", "stop", "killed", processes={"main": 7})]
    prediction = foresee(job("a", "go", instances=present))
    assert effects(prediction) == {"a": "started restarted"}
    assert prediction.reasons == []


def test_a_job_that_was_on_its_way_and_holds_an_event() -> None:
    coming = [Present("", "start", "pre-start", processes={"pre-start": 7}, blocking=[0])]
    jobs = [job("a", "go", "go", processes={**RUNS, "pre-start": ends()}, instances=coming)]
    prediction = foresee(*jobs, events=[("come", [], "handling", False, 1)])
    assert "job a was already changing state, in start/pre-start" in prediction.reasons


def test_a_program_that_is_being_executed() -> None:
    coming = [Present("", "start", "spawned", processes={"main": 7})]
    assert effects(foresee(job("a", "up", instances=coming), job("c", "go and started a"))) == {"c": "started"}


def test_a_stopping_instance_does_not_hold_the_event_that_stops_it() -> None:
    going = [Present("", "stop", "post-stop", processes={"post-stop": 7})]
    processes = {**RUNS, "post-stop": ends(0, 900.0, known=True)}
    prediction = foresee(job("a", "up", "go", processes=processes, instances=going))
    assert prediction.finished and prediction.held_by == []


def test_nobody_knows_who_holds_the_job_that_holds_the_event() -> None:
    coming = [Present("", "start", "starting", blocker=0)]
    prediction = foresee(job("a", "up", "go", instances=coming),
                         events=[("starting", ["JOB=a", "INSTANCE="], "handling", False, 1)])
    assert prediction.held_by == ["job a is in stop/starting"]
