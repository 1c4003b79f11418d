# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is predicted for small hosts, rule by rule; test_prediction.py compares larger ones with a daemon."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.events import predict as predict_module
from ansible_collections.sysinit.upstart.plugins.module_utils.events.model import (
    Definition,
    Present,
    World,
    cannot_run,
    ends,
    stays,
)
from ansible_collections.sysinit.upstart.plugins.module_utils.events.predict import Prediction, predict
from ansible_collections.sysinit.upstart.plugins.module_utils.jobfile.conditions import from_text

WORDS = ("started", "stopped", "restarted", "respawned", "failed")
RUNS = {"main": stays(known=True)}
DONE = {"main": ends(0, 0.3, known=True)}
BROKEN = {"main": ends(3, 0.3, known=True)}
LATEST, SYNCHRONOUS, OLD = (1, 13, 2), (1, 12, 1), (1, 5)


def job(name: str, start: str = "", stop: str = "", **more: Any) -> Definition:
    more.setdefault("processes", RUNS)
    start_on, stop_on = (from_text(text) if text else None for text in (start, stop))
    return Definition(name, start_on=start_on, stop_on=stop_on, **more)


def task(name: str, start: str, **more: Any) -> Definition:
    more.setdefault("processes", DONE)
    return job(name, start, task=True, **more)


def up(name: str = "", **more: Any) -> list[Present]:
    return [Present(name, "start", "running", processes={"main": 7}, **more)]


def told(found: Prediction) -> dict[str, str]:
    return {one.job + (f"-{one.instance}" if one.instance else ""): " ".join(
        word for word in WORDS if getattr(one, word)) for one in found.effects}


def foresee(*jobs: Definition, env: tuple[str, ...] = (), version: tuple[int, ...] = LATEST, **more: Any) -> Prediction:
    return predict(World(list(jobs), version=version, **more), "go", list(env), 60.0)


HOOK = [job("a", "go"), task("h", "starting a")]
CASES: dict[str, tuple[list[Definition], dict[str, str]]] = {
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
    assert told(found) == expected
    assert found.reasons == []


@pytest.mark.parametrize(("version", "words"), [(LATEST, "started stopped"), (OLD, "started stopped failed")])
def test_a_main_process_that_dies_in_pre_stop(version: tuple[int, ...], words: str) -> None:
    processes = {"main": ends(3, 2.0, known=True), "pre-stop": ends(0, 9.0, known=True)}
    jobs = [job("a", "go", "started b", processes=processes), job("b", "started a")]
    assert told(foresee(*jobs, version=version)) == {"a": words, "b": "started"}


def test_an_instance_for_each_value() -> None:
    instances = [Present(name, "start", "running", env=[f"N={name}"], processes={"main": 7}) for name in ("1", "2")]
    many = job("a", "go", "go N=$N", instance="$N", instances=instances)
    assert told(foresee(many, env=("N=2",))) == {"a-2": "started restarted"}
    assert told(foresee(many, env=("N=3",))) == {"a-3": "started"}


def replaced(successor: tuple[Definition | None, str | None], *others: Definition, **more: Any) -> Prediction:
    """Predict for a job "a" that the event stops and that becomes ``successor`` then."""
    more.setdefault("instances", up())
    world = World([job("a", "up", "go", is_replaced=True, **more), *others])
    world.successor = lambda name: successor
    return predict(world, "go", [])


def test_a_changed_file_counts_when_the_last_instance_is_gone() -> None:
    b = job("b", "stopped a")
    assert told(replaced((job("a", "started b"), None), b)) == {"a": "started stopped", "b": "started"}
    assert told(replaced((job("a", "stopped a"), None))) == {"a": "started stopped"}, "the old one's own end comes late"
    assert told(replaced((job("a", "other"), None), b)) == {"a": "stopped", "b": "started"}
    assert told(replaced((None, None), b, job("c", "started b"))) == {"a": "stopped", "b": "started", "c": "started"}
    found = replaced((job("a", "started b", processes={"main": stays()}), None), b)
    assert found.assumed == [("a", "main", "keeps running")]


def test_a_changed_file_does_not_count_before() -> None:
    other = Present("2", "start", "running", env=["N=2"], processes={"main": 8})
    one = Present("1", "start", "running", env=["N=1"], processes={"main": 7})
    world = World([job("a", "up", "go N=$N", instance="$N", instances=[one, other], is_replaced=True),
                   job("b", "stopped a")])
    world.successor = lambda name: (job("a", "started b"), None)
    assert told(predict(world, "go", ["N=1"])) == {"a-1": "stopped", "b": "started"}
    kept = World([job("a", "up or go", "go", instances=up(), is_replaced=True)])
    assert told(predict(kept, "go", [])) == {"a": "started restarted"}


def test_a_half_that_the_old_definition_remembered_is_let_go() -> None:
    found = replaced((job("a", "never"), None), start_met=None)
    assert found.finished
    world = World([job("a", "go and other", "go", instances=up(), is_replaced=True)])
    world.successor = lambda name: (job("a", "other and go"), None)
    assert predict(world, "go", []).held_by == []


def test_a_changed_file_that_cannot_be_read_is_told() -> None:
    found = replaced((None, "it cannot be read"))
    assert found.reasons == ["it cannot be read"] and found.open_jobs == ["a"]


def test_no_name_for_an_instance() -> None:
    jobs = [job("a", "go", instance="$N"), job("b", "go")]
    found = foresee(*jobs, version=SYNCHRONOUS)
    assert told(found) == {"b": "started"} and found.notes == ["job a gets no instance: Unknown parameter: N"]
    found = foresee(*jobs)
    assert told(found) == {}
    assert found.notes == [
        "job a gets no instance: Unknown parameter: N; Upstart 1.13 then shows the event go to no further job"]
    assert "in which order the jobs see an event is not known" in foresee(*jobs, tells=False).reasons[0]


def test_variables_are_exported() -> None:
    jobs = [job("a", "go", export=["V"], env=["V=1", "W=2"]), job("b", "started a V=5"), job("c", "started a W=2")]
    assert told(foresee(*jobs, env=("V=5",))) == {"a": "started", "b": "started"}


def test_half_a_condition_holds() -> None:
    found = foresee(job("a", "go and b"))
    assert not found.finished and not found.failed
    assert found.held_by == ["job a: start on (go and b): go has happened, b has not"]


def test_a_half_that_came_before() -> None:
    half = job("a", "b and go", start_met=[(True, 0), (False, None), (False, None)])
    found = foresee(half, events=[("b", ["K=1"], "handling", False, 1)])
    assert told(found) == {"a": "started"} and found.finished
    over = job("a", "b and go", start_met=[(True, None), (False, None), (False, None)])
    assert told(foresee(over)) == {"a": "started"}, "its event is over"


STARTING_A = [("starting", ["JOB=a", "INSTANCE="], "handling", False, 1)]


def test_what_was_held_before_goes_on() -> None:
    coming = [Present("", "start", "starting", blocker=0)]
    hook = [Present("", "stop", "killed", processes={"main": 7}, blocking=[0])]
    unknown = {"main": ends()}
    jobs = [job("a", "come", instances=coming), task("h", "starting a", processes=unknown, instances=hook),
            job("b", "go and stopped h"), job("c", "started b and started a")]
    found = foresee(*jobs, events=STARTING_A)
    assert told(found) == {"b": "started", "c": "started"} and found.finished
    assert found.assumed == [("h", "main", "ends when told to")], "its end is none of this event, but counts"
    known = [jobs[0], task("h", "starting a", instances=hook), *jobs[2:]]
    assert foresee(*known, events=STARTING_A).assumed == []


@pytest.mark.parametrize("state", ["killed", "stopping", "post-stop"])
def test_what_goes_on_without_the_event_is_none_of_its_effects(state: str) -> None:
    going = [Present("", "stop", state, processes={"post-stop" if state == "post-stop" else "main": 7})]
    found = foresee(job("x", "come", processes={"main": stays()}, instances=going), job("y", "stopped x"),
                    job("a", "go"))
    assert told(found) == {"a": "started"}
    assert found.assumed == [] and found.reasons == []


def test_a_process_is_taken_to_end_when_it_is_told_to() -> None:
    unknown = job("a", "up", "go", processes={"main": stays()}, instances=up())
    found = foresee(unknown)
    assert told(found) == {"a": "stopped"} and found.reasons == []
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
    assert told(found) == {} and found.reasons == [] and not found.finished
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


@pytest.mark.parametrize("version", [LATEST, SYNCHRONOUS])
def test_all_jobs_see_an_event(version: tuple[int, ...]) -> None:
    """Whatever those before them in the daemon's order make of it."""
    jobs = [job("a", "up", "go", instances=up()), job("b", "go N=1"), job("c", "go and x"), job("d", "go"),
            job("e", "go")]
    assert told(foresee(*jobs, version=version)) == {"a": "stopped", "d": "started", "e": "started"}


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
def test_who_holds_the_event(jobs: list[Definition], sentence: str) -> None:
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
RACES: dict[str, tuple[list[Definition], str]] = {
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
    assert told(found) == {"a": "started stopped respawned failed", "h": "started stopped"}


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


def test_an_instance_on_its_way() -> None:
    present = [Present("", "stop", "killed", processes={"main": 7})]
    found = foresee(job("a", "go", instances=present))
    assert told(found) == {"a": "started restarted"}
    assert found.reasons == []


def test_a_job_that_was_on_its_way_and_holds_an_event() -> None:
    coming = [Present("", "start", "pre-start", processes={"pre-start": 7}, blocking=[0])]
    jobs = [job("a", "go", "go", processes={**RUNS, "pre-start": ends()}, instances=coming)]
    found = foresee(*jobs, events=[("come", [], "handling", False, 1)])
    assert "job a was on its way before, in start/pre-start" in found.reasons


def test_a_program_that_is_being_executed() -> None:
    coming = [Present("", "start", "spawned", processes={"main": 7})]
    assert told(foresee(job("a", "up", instances=coming), job("c", "go and started a"))) == {"c": "started"}


def test_a_process_that_is_stopped_first_does_not_end_again() -> None:
    fails = {"main": ends(3, 5.0, known=True)}
    found = foresee(job("a", "go", "stopped b", processes=fails), task("b", "go"))
    assert told(found) == {"a": "started stopped", "b": "started stopped"} and found.finished


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


def test_the_world_stays_as_it_is() -> None:
    world = World([job("a", "go", "go", instances=up())])
    assert told(predict(world, "go", [])) == told(predict(world, "go", []))
