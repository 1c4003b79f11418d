# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is predicted of instances, processes and definitions that there are already."""

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
from ansible_collections.sysinit.upstart.tests.unit.support.small_hosts import RUNS, foresee, job, moves, task, up


def replaced(
    successor: tuple[SimulatedDefinition | None, str | None], *others: SimulatedDefinition, **more: Any
) -> Prediction:
    """Predict for a job "a" that the event stops and that becomes ``successor`` then."""
    more.setdefault("instances", up())
    world = World([job("a", "up", "go", is_replaced=True, **more), *others])
    world.successor = lambda name: successor
    return predict(world, "go", [])


def test_a_changed_file_counts_when_the_last_instance_is_gone() -> None:
    b = job("b", "stopped a")
    assert moves(replaced((job("a", "started b"), None), b)) == {"a": "started stopped", "b": "started"}
    assert moves(replaced((job("a", "stopped a"), None))) == {"a": "started stopped"}, "its own end comes too late"
    assert moves(replaced((job("a", "other"), None), b)) == {"a": "stopped", "b": "started"}
    assert moves(replaced((None, None), b, job("c", "started b"))) == {"a": "stopped", "b": "started", "c": "started"}
    found = replaced((job("a", "started b", processes={"main": stays()}), None), b)
    assert found.assumed == [("a", "main", "keeps running")]


def test_a_changed_file_may_name_an_event_that_a_process_emits() -> None:
    moves = {"main": stays(orders=[InitCommand("emits", "up")])}
    found = replaced((job("a", "up"), None), job("b", "stopped a", processes=moves))
    assert found.reasons == ["what follows from it is not predicted: the main process of job b emits up"]
    assert "a" in found.open_jobs


def test_a_changed_file_does_not_count_before() -> None:
    other = Present("2", "start", "running", env=["N=2"], processes={"main": 8})
    one = Present("1", "start", "running", env=["N=1"], processes={"main": 7})
    world = World([job("a", "up", "go N=$N", instance="$N", instances=[one, other], is_replaced=True),
                   job("b", "stopped a")])
    world.successor = lambda name: (job("a", "started b"), None)
    assert moves(predict(world, "go", ["N=1"])) == {"a-1": "stopped", "b": "started"}
    kept = World([job("a", "up or go", "go", instances=up(), is_replaced=True)])
    assert moves(predict(kept, "go", [])) == {"a": "started restarted"}


def test_a_half_that_the_old_definition_remembered_is_let_go() -> None:
    found = replaced((job("a", "never"), None), start_met=None)
    assert found.finished
    world = World([job("a", "go and other", "go", instances=up(), is_replaced=True)])
    world.successor = lambda name: (job("a", "other and go"), None)
    assert predict(world, "go", []).held_by == []


def test_a_changed_file_that_cannot_be_read_is_told() -> None:
    found = replaced((None, "it cannot be read"))
    assert found.reasons == ["it cannot be read"] and found.open_jobs == ["a"]


STARTING_A = [("starting", ["JOB=a", "INSTANCE="], "handling", False, 1)]


def test_what_was_held_before_goes_on() -> None:
    coming = [Present("", "start", "starting", blocker=0)]
    hook = [Present("", "stop", "killed", processes={"main": 7}, blocking=[0])]
    unknown = {"main": ends()}
    jobs = [job("a", "come", instances=coming), task("h", "starting a", processes=unknown, instances=hook),
            job("b", "go and stopped h"), job("c", "started b and started a")]
    found = foresee(*jobs, events=STARTING_A)
    assert moves(found) == {"b": "started", "c": "started"} and found.finished
    assert found.assumed == [("h", "main", "ends when told to")], "its end is none of this event, but counts"
    known = [jobs[0], task("h", "starting a", instances=hook), *jobs[2:]]
    assert foresee(*known, events=STARTING_A).assumed == []


@pytest.mark.parametrize("state", ["killed", "stopping", "post-stop"])
def test_what_goes_on_without_the_event_is_none_of_its_effects(state: str) -> None:
    going = [Present("", "stop", state, processes={"post-stop" if state == "post-stop" else "main": 7})]
    found = foresee(job("x", "come", processes={"main": stays()}, instances=going), job("y", "stopped x"),
                    job("a", "go"))
    assert moves(found) == {"a": "started"}
    assert found.assumed == [] and found.reasons == []


def test_a_process_is_taken_to_end_when_it_is_told_to() -> None:
    unknown = job("a", "up", "go", processes={"main": stays()}, instances=up())
    found = foresee(unknown)
    assert moves(found) == {"a": "stopped"} and found.reasons == []
    assert found.assumed == [("a", "main", "ends when told to")]
    assert foresee(job("a", "up", "go", instances=up())).assumed == []
    assert foresee(job("a", "up", "go", instances=up(), kill_spares=True)).assumed == found.assumed
    assert foresee(job("a", "go", "go", processes={"main": stays()}, instances=up())).assumed == [
        ("a", "main", "ends when told to"), ("a", "main", "keeps running")]


WAITS_FOR_STOPPED = [job("c", "go and stopped a"), job("b", "stopped a")]


@pytest.mark.parametrize("seconds", [None, 900.0])
def test_a_task_that_runs_is_taken_to_go_on(seconds: float | None) -> None:
    running = [Present("", "start", "running", processes={"main": 7}, blocking=[0])]
    processes = {"main": ends(0, seconds, known=seconds is not None)}
    events = [("up", [], "handling", False, 1)]
    found = foresee(task("a", "up", processes=processes, instances=running), *WAITS_FOR_STOPPED, events=events)
    assert moves(found) == {} and found.reasons == [] and not found.finished
    assert found.assumed == [("a", "main", "does not end meanwhile")]
    unconcerned = foresee(task("a", "up", processes=processes, instances=running), job("d", "go"), events=events)
    assert unconcerned.assumed == []


def test_when_a_task_ends_that_runs_is_not_known() -> None:
    processes = {"main": ends(0, 3.0, known=True)}
    found = foresee(task("a", "up", processes=processes, instances=up()), *WAITS_FOR_STOPPED,
                    task("z", "up", processes=processes, instances=up()))
    assert found.assumed == [] and found.open_jobs == ["a"]
    assert found.reasons == ["what happens depends on when the main process of job a ends, which runs already"]


def test_a_helper_that_runs_is_taken_to_go_on() -> None:
    coming = [Present("", "start", "pre-start", processes={"pre-start": 7})]
    processes = {**RUNS, "pre-start": ends()}
    found = foresee(job("a", "up", "go", processes=processes, instances=coming))
    assert found.assumed == [("a", "pre-start", "does not end meanwhile")] and not found.finished


def test_a_daemon_that_is_awaited_is_taken_to_stay_so() -> None:
    coming = [Present("", "start", "spawned", processes={"main": 7})]
    found = foresee(job("a", "up", expect="fork", instances=coming), job("c", "go and started a"))
    assert found.assumed == [("a", "main", "does not do what expect waits for meanwhile")] and not found.finished


def test_a_job_that_is_respawned_late_holds_the_event_that_starts_it() -> None:
    dying = [Present("", "respawn", "stopping", blocker=0)]
    jobs = [job("a", "go", instances=dying), job("h", "stopping a", instances=up(blocking=[0]))]
    found = foresee(*jobs, events=[("stopping", ["JOB=a", "INSTANCE="], "handling", False, 1)])
    assert not found.finished
    assert found.held_by == [
        "job a is in start/stopping, its stopping event is held: job h is in start/running (process main, pid 7)"]


def test_an_instance_on_its_way() -> None:
    present = [Present("", "stop", "killed", processes={"main": 7})]
    found = foresee(job("a", "go", instances=present))
    assert moves(found) == {"a": "started restarted"}
    assert found.reasons == []


def test_a_job_that_was_on_its_way_and_holds_an_event() -> None:
    coming = [Present("", "start", "pre-start", processes={"pre-start": 7}, blocking=[0])]
    jobs = [job("a", "go", "go", processes={**RUNS, "pre-start": ends()}, instances=coming)]
    found = foresee(*jobs, events=[("come", [], "handling", False, 1)])
    assert "job a was on its way before, in start/pre-start" in found.reasons


def test_a_program_that_is_being_executed() -> None:
    coming = [Present("", "start", "spawned", processes={"main": 7})]
    assert moves(foresee(job("a", "up", instances=coming), job("c", "go and started a"))) == {"c": "started"}


def test_an_instance_that_goes_already_does_not_hold_the_event_that_stops_it() -> None:
    going = [Present("", "stop", "post-stop", processes={"post-stop": 7})]
    processes = {**RUNS, "post-stop": ends(0, 900.0, known=True)}
    found = foresee(job("a", "up", "go", processes=processes, instances=going))
    assert found.finished and found.held_by == []


def test_nobody_knows_who_holds_the_job_that_holds_the_event() -> None:
    coming = [Present("", "start", "starting", blocker=0)]
    found = foresee(job("a", "up", "go", instances=coming),
                    events=[("starting", ["JOB=a", "INSTANCE="], "handling", False, 1)])
    assert found.held_by == ["job a is in stop/starting"]
