# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is predicted for small hosts, rule by rule; test_prediction.py compares larger ones with a daemon."""

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
    foresee,
    job,
    moves,
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
    found = foresee(*jobs, version=version)
    assert moves(found) == expected
    assert found.reasons == []


@pytest.mark.parametrize(("version", "words"), [(LATEST, "started stopped"), (OLD, "started stopped failed")])
def test_a_main_process_that_dies_in_pre_stop(version: tuple[int, ...], words: str) -> None:
    processes = {"main": ends(3, 2.0, known=True), "pre-stop": ends(0, 9.0, known=True)}
    jobs = [job("a", "go", "started b", processes=processes), job("b", "started a")]
    assert moves(foresee(*jobs, version=version)) == {"a": words, "b": "started"}


def test_an_instance_for_each_value() -> None:
    instances = [Present(name, "start", "running", env=[f"N={name}"], processes={"main": 7}) for name in ("1", "2")]
    many = job("a", "go", "go N=$N", instance="$N", instances=instances)
    assert moves(foresee(many, env=("N=2",))) == {"a-2": "started restarted"}
    assert moves(foresee(many, env=("N=3",))) == {"a-3": "started"}


def test_no_name_for_an_instance() -> None:
    jobs = [job("a", "go", instance="$N"), job("b", "go")]
    found = foresee(*jobs, version=SYNCHRONOUS)
    assert moves(found) == {"b": "started"} and found.notes == ["job a gets no instance: Unknown parameter: N"]
    found = foresee(*jobs)
    assert moves(found) == {}
    assert found.notes == [
        "job a gets no instance: Unknown parameter: N; Upstart 1.13 then shows the event go to no further job"]
    assert "in which order the jobs see an event is not known" in foresee(*jobs, tells=False).reasons[0]


def test_variables_are_exported() -> None:
    jobs = [job("a", "go", export=["V"], env=["V=1", "W=2"]), job("b", "started a V=5"), job("c", "started a W=2")]
    assert moves(foresee(*jobs, env=("V=5",))) == {"a": "started", "b": "started"}


def test_half_a_condition_holds() -> None:
    found = foresee(job("a", "go and b"))
    assert not found.finished and not found.failed
    assert found.held_by == ["job a: start on (go and b): go has happened, b has not"]


def test_a_half_that_came_before() -> None:
    half = job("a", "b and go", start_met=[(True, 0), (False, None), (False, None)])
    found = foresee(half, events=[("b", ["K=1"], "handling", False, 1)])
    assert moves(found) == {"a": "started"} and found.finished
    over = job("a", "b and go", start_met=[(True, None), (False, None), (False, None)])
    assert moves(foresee(over)) == {"a": "started"}, "its event is over"


@pytest.mark.parametrize("version", [LATEST, SYNCHRONOUS])
def test_all_jobs_see_an_event(version: tuple[int, ...]) -> None:
    """Whatever those before them in the daemon's order make of it."""
    jobs = [job("a", "up", "go", instances=up()), job("b", "go N=1"), job("c", "go and x"), job("d", "go"),
            job("e", "go")]
    assert moves(foresee(*jobs, version=version)) == {"a": "stopped", "d": "started", "e": "started"}


def test_who_holds_a_job_that_holds_the_event() -> None:
    found = foresee(HOOK[0], task("h", "starting a", processes=RUNS))
    assert found.held_by == [
        "job a is in start/starting, its starting event is held: job h is in start/running (process main)"]
    found = foresee(HOOK[0], job("h", "starting a and c"))
    assert found.held_by == ["job a is in start/starting, its starting event is held: "
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
def test_who_holds_the_event(jobs: list[SimulatedDefinition], sentence: str) -> None:
    assert foresee(*jobs).held_by == [sentence]


def test_a_race_is_told() -> None:
    unknown = {"main": ends()}
    jobs = [task("a", "go", processes=unknown), task("b", "go", processes=unknown),
            job("c", "stopped a", "stopped b")]
    found = foresee(*jobs)
    assert found.reasons == ["what becomes of c depends on which process is faster"] and found.open_jobs == ["c"]
    assert found.assumed == [("a", "main", "ends well"), ("b", "main", "ends well")]
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
    "an end and its own start": ([task("a", "go", processes=AT_ONCE)], "a"),
    "a program that may be quick": (
        [task("a", "go", processes={"main": ends()}), job("b", "go"), job("c", "started b"),
         job("d", "stopped a", "started c")], "d"),
    "a daemon that may be slow": (
        [job("a", "go", expect="fork", processes={"main": stays()}), job("b", "go"), job("c", "started b"),
         job("d", "started a", "started c")], "d"),
}


@pytest.mark.parametrize("luck", [0, predict_module.RANDOM_PACES])
@pytest.mark.parametrize("name", RACES)
def test_who_is_faster_is_not_known(monkeypatch: pytest.MonkeyPatch, name: str, luck: int) -> None:
    monkeypatch.setattr(predict_module, "RANDOM_PACES", luck)
    jobs, open_job = RACES[name]
    found = foresee(*jobs)
    assert open_job in found.open_jobs
    assert "depends on which process is faster" in found.reasons[0]


@pytest.mark.parametrize("name", list(RACES)[:3])
def test_init_waited_for_an_exec_once(name: str) -> None:
    """So a chain of starts was over before any process could end."""
    assert foresee(*RACES[name][0], version=SYNCHRONOUS).reasons == []


def test_a_busy_host_may_be_slow_to_kill() -> None:
    found = foresee(job("a", "up", "go", instances=up()), task("b", "go", processes={"main": ends(0, 0.1, known=True)}),
                    job("d", "stopped a", "stopped b"))
    assert found.reasons == ["what becomes of d depends on which process is faster"]


def test_a_tie_is_told_without_any_luck(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predict_module, "RANDOM_PACES", 0)
    jobs = [task("a", "go"), task("b", "go"), job("c", "stopped a", "stopped b")]
    assert foresee(*jobs).reasons == ["what becomes of c depends on which process is faster"]


def test_ends_that_init_hears_of_together_are_told() -> None:
    """A job that has ended but is not gone when its event comes is restarted; one that runs, or is gone, is not."""
    crashing = job("b", "go", processes=BROKEN, respawn=True, respawn_limit=(2, 60))
    assert foresee(crashing, task("a", "started b")).open_jobs == ["a"]
    assert foresee(crashing, task("a", "started b", processes=AT_ONCE)).open_jobs == ["a"]
    slow = {"main": ends(0, 9.0, known=True)}
    assert foresee(crashing, task("a", "started b", processes=slow)).reasons == []


def test_a_new_start_lets_go_of_the_event_that_stops_the_job() -> None:
    hook = task("h", "stopping a", processes=RUNS)
    found = foresee(job("a", "started b", "go", instances=up()), job("b", "go"), hook)
    assert (found.finished, found.statuses["a", ""]) == (True, "start/stopping")
    assert not foresee(job("a", "other", "go", instances=up()), job("b", "go"), hook).finished


def test_what_goes_round_for_ever_is_told() -> None:
    quick = {"main": ends(0, 0.0, known=True)}
    found = foresee(task("a", "go or stopped b", processes=quick), task("b", "stopped a", processes=quick))
    assert found.reasons == ["it goes round without an end: a, b"]


def test_a_long_round_is_told_in_short() -> None:
    quick = {"main": ends(0, 0.0, known=True)}
    ring = [task("j0", "go or stopped j9", processes=quick)]
    ring += [task(f"j{number}", f"stopped j{number - 1}", processes=quick) for number in range(1, 10)]
    found = foresee(*ring, job("once", "go"))
    assert found.reasons == ["it goes round without an end: j0, j1, j2, j3, j4 and 5 more"]
    assert len(found.open_jobs) == 11


def test_a_thousand_jobs_are_no_round() -> None:
    found = foresee(*[job(f"j{number}", "go", "down") for number in range(1000)])
    assert found.reasons == [] and found.finished
    assert len(found.effects) == 1000 and all(one.started for one in found.effects)


def test_one_that_may_be_respawned_often_is_no_round() -> None:
    found = foresee(job("a", "go", processes={"main": ends(3, 0.1, known=True)}, respawn=True,
                        respawn_limit=(40, 600)), task("h", "starting a"))
    assert found.reasons == []
    assert moves(found) == {"a": "started stopped respawned failed", "h": "started stopped"}


def test_names_that_grow_go_round_too() -> None:
    """No instance of them starts twice."""
    quick = {"main": ends(0, 0.0, known=True)}
    jobs = [task("a", "go or stopped b", instance="${INSTANCE:-}x", processes=quick),
            task("b", "stopped a", instance="${INSTANCE:-}y", processes=quick)]
    assert foresee(*jobs).reasons == ["it goes round without an end: a, b"]


def test_what_the_daemon_does_not_tell_is_told() -> None:
    found = foresee(job("a", "go and b"), tells=False)
    assert found.reasons == ["what happened before is not known: "
                             "job a: start on (go and b): go has happened, b has not"]
    assert found.open_jobs == ["a"]
    assert foresee(job("0", "go N=1"), job("a", "go and b"), tells=False).reasons == found.reasons
    running = up(env_known=False)
    found = foresee(job("a", "up", "go N=$N", instances=running), env=("N=1",), tells=False)
    assert found.reasons == ["the environment of the instances of job a is not known"]
    assert foresee(job("a", "up", "go N=$N", instances=running), env=("M=1",), tells=False).reasons == []
    assert foresee(job("a", "go"), notes={"a": ["nobody knows it"], "b": ["nor this"]}).reasons == ["nobody knows it"]


def test_a_process_that_is_stopped_first_does_not_end_again() -> None:
    fails = {"main": ends(3, 5.0, known=True)}
    found = foresee(job("a", "go", "stopped b", processes=fails), task("b", "go"))
    assert moves(found) == {"a": "started stopped", "b": "started stopped"} and found.finished


def test_the_world_stays_as_it_is() -> None:
    world = World([job("a", "go", "go", instances=up())])
    assert moves(predict(world, "go", [])) == moves(predict(world, "go", []))


def unknown(*said: tuple[str, str | None], **more: Any) -> Behaviour:
    """A process of which nothing is known but what it has init do."""
    return stays(orders=[InitCommand(*one) for one in said], **more)


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
def test_what_processes_have_init_do_is_not_predicted(name: str) -> None:
    jobs, reasons, open_jobs = ORDERS[name]
    found = foresee(*jobs)
    assert found.reasons == [f"what follows from it is not predicted: {reason}" for reason in reasons]
    assert found.open_jobs == open_jobs
