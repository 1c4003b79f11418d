# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions for small hosts, rule by rule; test_prediction.py compares larger hosts with a daemon."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events import predict as predict_module
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    Behaviour,
    Present,
    SimulatedDefinition,
    World,
    cannot_run,
    ends,
    stays,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._events.predict import predict
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell.init_commands import InitCommand
from ansible_collections.sysinit.upstart.tests.unit.support.small_hosts import (
    BROKEN,
    DONE,
    LATEST,
    OLD,
    RUNS,
    SYNCHRONOUS,
    effects,
    foresee,
    job,
    task,
    up,
)

HOOK = [job("a", "go"), task("h", "starting a")]
CASES: dict[str, tuple[list[SimulatedDefinition], dict[str, str]]] = {
    "a service": ([job("a", "go")], {"a": "started"}),
    "a task": ([task("a", "go")], {"a": "started stopped"}),
    "another event": ([job("a", "come")], {}),
    "a running service": ([job("a", "go", instances=up())], {}),
    "a stop": ([job("a", "up", "go", instances=up())], {"a": "stopped"}),
    "a stop of nothing": ([job("a", "up", "go")], {}),
    "a restart": ([job("a", "go", "go", instances=up())], {"a": "started restarted"}),
    "a hook": (HOOK, {"a": "started", "h": "started stopped"}),
    "a hook that stays": ([HOOK[0], task("h", "starting a", processes=RUNS)], {"a": "", "h": "started"}),
    "a chain": ([job("a", "go"), job("b", "started a"), task("c", "started b"), job("d", "stopped c")],
                {"a": "started", "b": "started", "c": "started stopped", "d": "started"}),
    "a failure": ([task("a", "go", processes=BROKEN), job("b", "go/failed"), job("c", "stopped a EXIT_STATUS=3")],
                  {"a": "started stopped failed", "b": "started", "c": "started"}),
    "a program that is missing": ([job("a", "go", processes={"main": cannot_run()}, respawn=True)],
                                  {"a": "stopped failed"}),
    "a pre-start that fails": ([job("a", "go", processes={**RUNS, "pre-start": ends(1, 0.0, known=True)})],
                               {"a": "stopped failed"}),
    "a post-start that fails": ([job("a", "go", processes={**RUNS, "post-start": ends(1, 0.1, known=True)})],
                                {"a": "started"}),
    "a main process that ends in post-start": (
        [job("a", "go", processes={**DONE, "post-start": ends(0, 9.0, known=True)})], {"a": "stopped"}),
    "a normal exit": ([task("a", "go", processes=BROKEN, normal_exit=[3])], {"a": "started stopped"}),
    "a crash loop": ([job("a", "go", processes=BROKEN, respawn=True, respawn_limit=(3, 60)),
                      job("b", "stopped a PROCESS=respawn")],
                     {"a": "started stopped respawned failed", "b": "started"}),
    "expect that comes true": ([job("a", "go", expect="fork")], {"a": "started"}),
    "expect that does not": ([job("a", "go", expect="fork", processes={"main": stays(settles=False)})], {"a": ""}),
    "no process": ([job("a", "go", processes={})], {"a": "started"}),
    "a pre-stop": ([job("a", "up", "go", processes={**RUNS, "pre-stop": ends(0, 0.1)}, instances=up())],
                   {"a": "stopped"}),
    "a pre-stop in a restart": ([job("a", "go", "go", processes={**RUNS, "pre-stop": ends(0, 0.1)}, instances=up())],
                                {"a": ""}),
    "a post-stop that fails": ([job("a", "up", "go", processes={**RUNS, "post-stop": ends(1, 0.1)}, instances=up())],
                               {"a": "stopped failed"}),
}


@pytest.mark.parametrize("version", [LATEST, SYNCHRONOUS, OLD])
@pytest.mark.parametrize("name", CASES)
def test_a_rule(name: str, version: tuple[int, ...]) -> None:
    jobs, expected = CASES[name]
    prediction = foresee(*jobs, version=version)
    assert effects(prediction) == expected
    assert prediction.reasons == []


@pytest.mark.parametrize(("version", "words"), [(LATEST, "started stopped"), (OLD, "started stopped failed")])
def test_a_main_process_that_dies_in_pre_stop(version: tuple[int, ...], words: str) -> None:
    processes = {"main": ends(3, 2.0, known=True), "pre-stop": ends(0, 9.0, known=True)}
    jobs = [job("a", "go", "started b", processes=processes), job("b", "started a")]
    assert effects(foresee(*jobs, version=version)) == {"a": words, "b": "started"}


def test_an_instance_per_value() -> None:
    instances = [Present(name, "start", "running", env=[f"N={name}"], processes={"main": 7}) for name in ("1", "2")]
    many = job("a", "go", "go N=$N", instance="$N", instances=instances)
    assert effects(foresee(many, env=("N=2",))) == {"a-2": "started restarted"}
    assert effects(foresee(many, env=("N=3",))) == {"a-3": "started"}


def test_no_name_for_an_instance() -> None:
    jobs = [job("a", "go", instance="$N"), job("b", "go")]
    prediction = foresee(*jobs, version=SYNCHRONOUS)
    assert effects(prediction) == {"b": "started"}
    assert prediction.notes == ["job a gets no instance: Unknown parameter: N"]
    prediction = foresee(*jobs)
    assert effects(prediction) == {}
    assert prediction.notes == [
        "job a gets no instance: Unknown parameter: N; Upstart 1.13 then shows the event go to no further job"]
    assert "the order in which the jobs see an event is unknown" in foresee(*jobs, conditions_known=False).reasons[0]


def test_variables_are_exported() -> None:
    jobs = [job("a", "go", export=["V"], env=["V=1", "W=2"]), job("b", "started a V=5"), job("c", "started a W=2")]
    assert effects(foresee(*jobs, env=("V=5",))) == {"a": "started", "b": "started"}


def test_half_a_condition_holds() -> None:
    prediction = foresee(job("a", "go and b"))
    assert not prediction.finished and not prediction.failed
    assert prediction.held_by == ["job a: start on (go and b): go has happened, b has not"]


def test_half_of_a_condition_was_met_before() -> None:
    half = job("a", "b and go", start_met=[(True, 0), (False, None), (False, None)])
    prediction = foresee(half, events=[("b", ["K=1"], "handling", False, 1)])
    assert effects(prediction) == {"a": "started"} and prediction.finished
    over = job("a", "b and go", start_met=[(True, None), (False, None), (False, None)])
    assert effects(foresee(over)) == {"a": "started"}, "its event is over"


@pytest.mark.parametrize("version", [LATEST, SYNCHRONOUS])
def test_all_jobs_see_an_event(version: tuple[int, ...]) -> None:
    """Even if earlier jobs in the daemon's order react to it."""
    jobs = [job("a", "up", "go", instances=up()), job("b", "go N=1"), job("c", "go and x"), job("d", "go"),
            job("e", "go")]
    assert effects(foresee(*jobs, version=version)) == {"a": "stopped", "d": "started", "e": "started"}


def test_who_holds_a_job_that_holds_the_event() -> None:
    prediction = foresee(HOOK[0], task("h", "starting a", processes=RUNS))
    assert prediction.held_by == [
        "job a is in start/starting, its starting event is held: job h is in start/running (process main)"]
    prediction = foresee(HOOK[0], job("h", "starting a and c"))
    assert prediction.held_by == ["job a is in start/starting, its starting event is held: "
                                  "job h: start on (starting a and c): starting a has happened, c has not"]


@pytest.mark.parametrize(("jobs", "sentence"), [
    ([task("a", "go", processes={})], "job a is in start/running (without a process)"),
    ([job("a", "go", expect="fork", processes={"main": stays(settles=False)})],
     "job a is in start/spawned (process main, which has not done what expect fork waits for)"),
    ([job("a", "go", processes={**RUNS, "pre-start": ends(0, 900.0, known=True)})],
     "job a is in start/pre-start (process pre-start)"),
    ([job("a", "up", "go", processes={**RUNS, "post-stop": ends(0, 900.0, known=True)}, instances=up())],
     "job a is in stop/post-stop (process post-stop)"),
    ([task("a", "go"), task("h", "stopping a", processes=RUNS)],
     "job a is in stop/stopping, its stopping event is held: job h is in start/running (process main)"),
    ([job("a", "up", "go and b", instances=up())], "job a: stop on (go and b): go has happened, b has not"),
])
def test_held_by_names_the_jobs_that_hold_the_event(jobs: list[SimulatedDefinition], sentence: str) -> None:
    assert foresee(*jobs).held_by == [sentence]


def test_a_race_is_a_reason() -> None:
    unknown = {"main": ends()}
    jobs = [task("a", "go", processes=unknown), task("b", "go", processes=unknown),
            job("c", "stopped a", "stopped b")]
    prediction = foresee(*jobs)
    assert prediction.reasons == ["what happens to c depends on which process is faster"]
    assert prediction.open_jobs == ["c"]
    assert prediction.assumed == [("a", "main", "ends successfully"), ("b", "main", "ends successfully")]
    slow = {"main": ends(0, 9.0, known=True)}
    assert foresee(task("a", "go"), task("b", "go", processes=slow), jobs[2]).reasons == []


AT_ONCE = {"main": ends(0, 0.0, known=True)}
RACES: dict[str, tuple[list[SimulatedDefinition], str]] = {
    "an end and two starts": (
        [task("a", "go", processes=AT_ONCE), job("b", "go"), job("c", "started b"),
         job("d", "stopped a", "started c")], "d"),
    "a pre-stop and a start": (
        [job("a", "up or (starting c and go)", "go", processes={**RUNS, "pre-stop": ends(0, 0.0, known=True)},
             instances=up()), job("b", "go"), job("c", "started b")], "a"),
    "an end and its own start": ([task("a", "go", processes=AT_ONCE), job("b", "started a")], "b"),
    "a program that may be quick": (
        [task("a", "go", processes={"main": ends()}), job("b", "go"), job("c", "started b"),
         job("d", "stopped a", "started c")], "d"),
    "a daemon that may be slow": (
        [job("a", "go", expect="fork", processes={"main": stays()}), job("b", "go"), job("c", "started b"),
         job("d", "started a", "started c")], "d"),
}


@pytest.mark.parametrize("luck", [0, predict_module.RANDOM_TIMINGS])
@pytest.mark.parametrize("name", RACES)
def test_the_faster_process_is_unknown(monkeypatch: pytest.MonkeyPatch, name: str, luck: int) -> None:
    monkeypatch.setattr(predict_module, "RANDOM_TIMINGS", luck)
    jobs, open_job = RACES[name]
    prediction = foresee(*jobs)
    assert open_job in prediction.open_jobs
    assert "depends on which process is faster" in prediction.reasons[0]


@pytest.mark.parametrize("name", list(RACES)[:3])
def test_an_old_init_waits_for_the_exec(name: str) -> None:
    """A chain of starts is therefore over before any process can end."""
    assert foresee(*RACES[name][0], version=SYNCHRONOUS).reasons == []


@pytest.mark.parametrize("processes", [AT_ONCE, {"main": ends(1, 0.0, known=True)}, {"main": ends()},
                                       {"main": ends(0, 3.0, known=True)}])
def test_two_tasks_that_do_not_touch_each_other(processes: dict[str, Behaviour]) -> None:
    prediction = foresee(task("a", "go", processes=processes), task("b", "go", processes=AT_ONCE))
    assert (prediction.reasons, prediction.open_jobs) == ([], [])
    assert all(effect.started and effect.stopped for effect in prediction.effects)


def test_a_busy_host_may_be_slow_to_kill() -> None:
    short = {"main": ends(0, 0.1, known=True)}
    prediction = foresee(job("a", "up", "go", instances=up()), task("b", "go", processes=short),
                         job("d", "stopped a", "stopped b"))
    assert prediction.reasons == ["what happens to d depends on which process is faster"]


def test_a_tie_is_a_reason_without_random_timings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict_module, "RANDOM_TIMINGS", 0)
    jobs = [task("a", "go"), task("b", "go"), job("c", "stopped a", "stopped b")]
    assert foresee(*jobs).reasons == ["what happens to c depends on which process is faster"]


def test_a_race_of_ends_that_init_notices_together() -> None:
    """A job that has ended but is not yet gone when its event comes is restarted; a running or removed job is not."""
    crashing = job("b", "go", processes=BROKEN, respawn=True, respawn_limit=(2, 60))
    assert foresee(crashing, task("a", "started b")).open_jobs == ["a"]
    assert foresee(crashing, task("a", "started b", processes=AT_ONCE)).reasons == []  # gone long before the next start
    slow = {"main": ends(0, 9.0, known=True)}
    assert foresee(crashing, task("a", "started b", processes=slow)).reasons == []


def test_a_new_start_releases_the_event_that_stops_the_job() -> None:
    hook = task("h", "stopping a", processes=RUNS)
    prediction = foresee(job("a", "started b", "go", instances=up()), job("b", "go"), hook)
    assert (prediction.finished, prediction.statuses["a", ""]) == (True, "start/stopping")
    assert not foresee(job("a", "other", "go", instances=up()), job("b", "go"), hook).finished


def test_an_endless_loop_is_a_reason() -> None:
    quick = {"main": ends(0, 0.0, known=True)}
    prediction = foresee(task("a", "go or stopped b", processes=quick), task("b", "stopped a", processes=quick))
    assert prediction.reasons == ["the jobs start each other forever: a, b"]


def test_a_long_loop_is_shortened() -> None:
    quick = {"main": ends(0, 0.0, known=True)}
    ring = [task("j0", "go or stopped j9", processes=quick)]
    ring += [task(f"j{number}", f"stopped j{number - 1}", processes=quick) for number in range(1, 10)]
    prediction = foresee(*ring, job("once", "go"))
    assert prediction.reasons == ["the jobs start each other forever: j0, j1, j2, j3, j4 and 5 more"]
    assert len(prediction.open_jobs) == 11


def test_a_thousand_jobs_are_not_an_endless_loop() -> None:
    prediction = foresee(*[job(f"j{number}", "go", "down") for number in range(1000)])
    assert prediction.reasons == [] and prediction.finished
    assert len(prediction.effects) == 1000 and all(effect.started for effect in prediction.effects)


def test_many_respawns_are_not_an_endless_loop() -> None:
    prediction = foresee(job("a", "go", processes={"main": ends(3, 0.1, known=True)}, respawn=True,
                             respawn_limit=(40, 600)), task("h", "starting a"))
    assert prediction.reasons == []
    assert effects(prediction) == {"a": "started stopped respawned failed", "h": "started stopped"}


def test_growing_names_are_an_endless_loop_too() -> None:
    """No instance starts twice."""
    quick = {"main": ends(0, 0.0, known=True)}
    jobs = [task("a", "go or stopped b", instance="${INSTANCE:-}x", processes=quick),
            task("b", "stopped a", instance="${INSTANCE:-}y", processes=quick)]
    assert foresee(*jobs).reasons == ["the jobs start each other forever: a, b"]


def test_unknown_facts_are_reasons() -> None:
    prediction = foresee(job("a", "go and b"), conditions_known=False)
    assert prediction.reasons == ["earlier events are unknown: "
                                  "job a: start on (go and b): go has happened, b has not"]
    assert prediction.open_jobs == ["a"]
    assert foresee(job("0", "go N=1"), job("a", "go and b"), conditions_known=False).reasons == prediction.reasons
    running = up(env_known=False)
    prediction = foresee(job("a", "up", "go N=$N", instances=running), env=("N=1",), conditions_known=False)
    assert prediction.reasons == ["the environment of the instances of job a is unknown"]
    assert foresee(job("a", "up", "go N=$N", instances=running), env=("M=1",), conditions_known=False).reasons == []
    assert foresee(job("a", "go"), notes={"a": ["nobody knows it"], "b": ["nor this"]}).reasons == ["nobody knows it"]


def test_a_process_that_is_stopped_first_does_not_end_again() -> None:
    fails = {"main": ends(3, 5.0, known=True)}
    prediction = foresee(job("a", "go", "stopped b", processes=fails), task("b", "go"))
    assert effects(prediction) == {"a": "started stopped", "b": "started stopped"} and prediction.finished


def test_a_prediction_does_not_change_its_world() -> None:
    world = World([job("a", "go", "go", instances=up())])
    assert effects(predict(world, "go", [])) == effects(predict(world, "go", []))


def unknown(*commands: tuple[str, str | None], **more: Any) -> Behaviour:
    """A process with unknown behaviour, except for its requests to init."""
    return stays(orders=[InitCommand(*fields) for fields in commands], **more)


ORDERS: dict[str, tuple[list[SimulatedDefinition], list[str], list[str]]] = {
    "an event": ([job("a", "go", processes={"main": unknown(("emits", "up"))}), job("b", "up"), job("c", "x", "up")],
                 ["the main process of job a emits up"], ["b", "c"]),
    "an event of nobody": ([job("a", "go", processes={"main": unknown(("emits", "up"))}), job("b", "up-2")], [], []),
    "some event": ([job("a", "go", processes={"main": unknown(("emits", "net-$A"))}), job("b", "net-up"),
                    job("c", "net")], ["the main process of job a emits net-$A"], ["b"]),
    "jobs": ([job("a", "go", processes={"main": unknown(("starts", "b"), ("stops", "$C"), ("restarts", "x"))}),
              job("b")], ["the main process of job a starts b", "the main process of job a stops $C"], ["a", "b"]),
    "its own job": ([job("a", "go", processes={**RUNS, "pre-start": ends(orders=[InitCommand("stops", None)])})],
                    ["the pre-start process of job a stops its own job"], ["a"]),
    "a process that is not run": (
        [job("a", "go", processes={**RUNS, "post-stop": unknown(("emits", "up"))}), job("b", "up")], [], []),
    "a job that is not started": (
        [job("a", "x", processes={"main": unknown(("emits", "up"))}, emits=["up"]), job("b", "up"), job("c", "go")],
        [], []),
    "what is declared": (
        [job("a", "go", processes={"main": stays()}, emits=["up", "net-*", "x"]), job("b", "up"), job("c", "net-1"),
         job("d", "", "net-2"), job("e", "go/failed")],
        ["job a emits net-1, net-2, up, as its emits stanza says"], ["b", "c", "d"]),
    "what is declared and not done": ([job("a", "go", emits=["up"]), job("b", "up")], [], []),
    "what is declared and done by another process": (
        [job("a", "go", processes={"main": stays(), "post-stop": unknown(("emits", "up"))}, emits=["up", "end"]),
         job("b", "up"), job("c", "end")], ["job a emits end, as its emits stanza says"], ["c"]),
    "what is declared of nobody": ([job("a", "go", processes={"main": stays()}, emits=["up"])], [], []),
}


@pytest.mark.parametrize("name", ORDERS)
def test_commands_to_init_are_not_predicted(name: str) -> None:
    jobs, reasons, open_jobs = ORDERS[name]
    prediction = foresee(*jobs)
    assert prediction.reasons == [f"the effects of this are not predicted: {reason}" for reason in reasons]
    assert prediction.open_jobs == open_jobs
