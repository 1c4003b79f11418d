# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The oracle of the random tester finds planted errors, and nothing in correct answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from chaos import evidence as proof
from chaos.evidence import Evidence, Probe
from chaos.history import Act, Call, History
from chaos.host import Answer
from chaos.jobs import MAIN, Job
from chaos.processes import NONE, Process
from chaos.rival import Interference
from chaos.truth import Files, Now, Snapshot, Step
from chaos.verdict import judge

BEGAN, DECIDED = 100.0, 110.0
REPORTED = {"name": "web", "instance": "", "changed": True, "status": "start/running", "processes": {"main": 7},
            "stale": False, "env_differs": []}


def job(name: str = "web", kind: str = "sleeper", start_on: str = "", stop_on: str = "") -> Job:
    return Job(name, kind, (), MAIN[kind], ("",), start_on, stop_on, 0.0, 0.0, False)


def running(version: int = 1, began: float = 105.0, state: str = "S", pid: int = 7, **variables: str) -> Now:
    return Now("start", "running", pid, Process(pid, state, began, {"V": str(version), **variables}))


def snapshot(instances: dict[str, Now], files: Files | None = None, known: bool = False,
             **lines: list[str]) -> Snapshot:
    present = files or Files("env V=1\n", None)
    return Snapshot(0.0, {(name, ""): now for name, now in instances.items()}, dict.fromkeys(("web", "db"), known),
                    {"web": present, "db": present},
                    {name.replace("_", "."): content for name, content in lines.items()})


def act(kind: str, at: float, name: str = "web", version: int = 1) -> Interference:
    return Interference(Act(kind, name, "", 0.0, version), at, at)


def evidence(result: dict[str, Any], after: Snapshot, before: Snapshot | None = None, **fields: Any) -> Evidence:
    """Return the evidence of a call that asked for web; further fields are those of Evidence and of History."""
    history = History(1, fields.pop("jobs", (job(),)), (), fields.pop("call"), ())
    answer = Answer(BEGAN, DECIDED, result, "")
    return Evidence(history, answer, before or snapshot({}), after, fields.pop("settled", after),
                    fields.pop("timelines", {}), tuple(fields.pop("log", ())), 0.15, **fields)


def service(state: str | None = "started", reported: dict[str, Any] | None = None, after: Snapshot | None = None,
            result: dict[str, Any] | None = None, **fields: Any) -> Evidence:
    options = {"name": "web", "state": state, **fields.pop("options", {})}
    entries = [] if state == "stopped" else [{**REPORTED, **(reported or {})}]
    return evidence({"instances": entries, **(result or {})}, after or snapshot({"web": running()}),
                    call=Call("upstart_service", options), **fields)


def files_call(options: dict[str, Any], files: Files, **fields: Any) -> Evidence:
    return evidence({"jobs": [{"name": "web", "changed": True}]}, snapshot({}, files),
                    call=Call("upstart_job", {"name": "web", **options}), **fields)


def event(reported: dict[str, Any], after: Snapshot, **fields: Any) -> Evidence:
    entry = {"name": "web", "instance": "", "failed": False, "status": "start/running", **reported}
    return evidence({"jobs": [entry], "settled": True}, after, call=Call("upstart_event", {"name": "ev1"}), **fields)


OLD = Files("env V=2\n", None)
CONTENT = {"content": "env V=2\nexec sleep 1\n"}
HUPS, RUNS = ["hup"], ["begin 1", "end 1"]
HONEST = {
    "started": service(),
    "started, and says that it is stale": service(reported={"stale": True}, after=snapshot({"web": running()}, OLD)),
    "started, and warns of an old definition": service(
        result={"warnings": ["web is old"]}, after=snapshot({"web": running()}, OLD)),
    "started, and warns of a stopped process": service(
        result={"warnings": ["web is stopped"]}, after=snapshot({"web": running(state="T")})),
    "restarted": service("restarted"),
    "stopped": service("stopped", after=snapshot({})),
    "another instance stopped": service("stopped", options={"env": {"N": "a"}}),
    "another instance restarted": service(
        "restarted", options={"env": {"N": "a"}}, result={"instances": []},
        after=snapshot({"web": running(began=50.0)})),
    "restarted, of a job that writes its reloads": service("restarted", jobs=(job(kind="reloader"),)),
    "reloaded, and warns of a stopped process": service(
        "reloaded", jobs=(job(kind="reloader"),), result={"warnings": ["web is stopped"]},
        after=snapshot({"web": running(began=50.0, state="T")})),
    "enabled, while an instance keeps the old class": service(
        None, after=snapshot({"web": running()}, Files("env V=1\nstart on ev1\n", "manual\n"), known=True),
        options={"enabled": False}),
    "reloaded": service("reloaded", jobs=(job(kind="reloader"),),
                        after=snapshot({"web": running(began=50.0)}, hup_web=HUPS)),
    "a task": service(jobs=(job(kind="task"),), after=snapshot({}, run_web=RUNS)),
    "a task whose file changed after its start": service(
        jobs=(job(kind="task"),), after=snapshot({}, OLD, run_web=RUNS), log=[act("edit", 107)],
        timelines={("web", ""): [Step(106, "start", "starting")]}),
    "enabled": service(None, after=snapshot({}, Files("env V=1\nstart on ev1\n", "manual\n")),
                       options={"enabled": False}),
    "variables": service(after=snapshot({"web": running(E="x")}), options={"env": {"E": "x"}}),
    "written": files_call(CONTENT, Files(CONTENT["content"], None), probes=(Probe("web", None, 2),)),
    "merged": files_call({"merge": True, "nice": 5}, Files("env V=3\nnice 5\n", None),
                         log=[act("edit", 105, version=3)]),
    "absent": files_call({"state": "absent"}, Files(None, None)),
    "an event": event({}, snapshot({"web": running()})),
    "an event whose job is gone": event({"status": "stop/waiting"}, snapshot({})),
    "an event, and warns of a job that is there": replace(
        event({"status": "stop/waiting"}, snapshot({"web": running()})), answer=Answer(BEGAN, DECIDED, {
            "jobs": [{"name": "web", "instance": "", "status": "stop/waiting"}], "warnings": ["web came back"]}, "")),
    "an event that is not over": replace(event({}, snapshot({})), answer=Answer(
        BEGAN, DECIDED, {"jobs": [{"name": "web", "instance": "", "status": "start/running"}], "settled": False}, "")),
}
LIES = {
    "up, but it is not": [
        service(after=snapshot({})),
        service(after=snapshot({"web": Now("stop", "killed", 7, running().main)})),
        service("restarted", after=snapshot({})),
        service(after=snapshot({}), log=[act("stop", 105)],
                timelines={("web", ""): [Step(101, "start", "running"), Step(105, "stop", "gone")]})],
    "up, but its main process has ended": [
        service(after=snapshot({"web": running(state="Z")})),
        service(after=snapshot({"web": Now("start", "running", 7, NONE)}))],
    "up, but its main process is stopped": [service(after=snapshot({"web": running(state="T")}))],
    "reported as current, but the definition is old": [
        service(after=snapshot({"web": running()}, OLD)),
        service("restarted", after=snapshot({"web": running()}, OLD), log=[act("edit", 90)])],
    "reported as current, but the definition is old (its file changed during the call)": [
        service(after=snapshot({"web": running()}, OLD), log=[act("edit", 105)])],
    "reported with its variables, but they differ": [service(after=snapshot({"web": running(E="y")}),
                                                             options={"env": {"E": "x"}})],
    "restarted, but it is the old process": [service("restarted", after=snapshot({"web": running(began=50.0)}))],
    "restarted, but an instance was left out": [
        service("restarted", reported={"instance": "a"}, result={"instances": []},
                after=snapshot({"web": running(began=50.0)}))],
    "stopped, but it still exists": [service("stopped")],
    "reloaded, but no signal came": [service("reloaded", jobs=(job(kind="reloader"),),
                                             after=snapshot({"web": running(began=50.0)}))],
    "a task is reported as done, but did not end": [
        service(jobs=(job(kind="task"),), after=snapshot({}, run_web=["begin 1"])),
        service(jobs=(job(kind="task"),), before=snapshot({}, run_web=RUNS), after=snapshot({}, run_web=RUNS))],
    "a task ran by an old definition": [
        service(jobs=(job(kind="task"),), after=snapshot({}, OLD, run_web=RUNS))],
    "enabled differs from the files": [
        service(None, after=snapshot({}, Files("env V=1\nstart on ev1\n", None)), options={"enabled": False})],
    "enabled differs from what init has read": [
        service(None, after=snapshot({}, Files("env V=1\nstart on ev1\n", "manual\n"), known=True),
                options={"enabled": False})],
    "an override that somebody wrote meanwhile is lost": [
        service(None, after=snapshot({}, Files("env V=1\nstart on ev1\n", "manual\n")), options={"enabled": False},
                log=[act("override", 105, version=4)])],
    "present, but the file is missing": [files_call(CONTENT, Files(None, None))],
    "present, but the file says something else": [files_call(CONTENT, Files("env V=1\n", None))],
    "written, but the bytes differ": [files_call(CONTENT, Files("env V=2\n", None))],
    "merged, but the stanza is missing": [files_call({"merge": True, "nice": 5}, Files("env V=2\n", None))],
    "manual, but the override does not say so": [
        files_call({"override": True, "manual": True}, Files("env V=1\n", "\n"))],
    "a file that somebody wrote meanwhile is lost": [
        files_call({"merge": True, "nice": 5}, Files("env V=1\nnice 5\n", None), log=[act("edit", 105, version=3)])],
    "absent, but the file exists": [files_call({"state": "absent"}, Files("env V=1\n", None))],
    "absent, but init has the job": [files_call({"state": "absent"}, Files(None, None), still_known=("web",))],
    "loaded, but init has lost the job": [
        files_call(CONTENT, Files(CONTENT["content"], None), probes=(Probe("web", "UnknownMethod: Start", None),))],
    "loaded, but init has read another file": [
        files_call(CONTENT, Files(CONTENT["content"], None), probes=(Probe("web", None, 1),))],
    "the event's job is up, but it is not": [event({}, snapshot({}))],
    "the event's job is up, but its process has ended": [
        event({}, snapshot({"web": running(state="Z")})),
        event({}, snapshot({"web": running(state="Z")}), jobs=(job(kind="helper"),),
              timelines={("web", ""): [Step(109, "start", "running")]})],
    "the event's job is stopped, but it still exists": [
        event({"status": "stop/waiting"}, snapshot({"web": running()}))],
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_answer_is_right(name: str) -> None:
    assert judge(HONEST[name]) == []


@pytest.mark.parametrize(("rule", "number"), [(rule, number) for rule in LIES for number in range(len(LIES[rule]))])
def test_a_lie_is_a_false_success(rule: str, number: int) -> None:
    assert [(finding.kind, finding.rule) for finding in judge(LIES[rule][number])] == [(proof.FALSE_SUCCESS, rule)]


@pytest.mark.parametrize("case", [
    service(after=snapshot({}), timelines={("web", ""): [Step(101, "start", "running"), Step(109.9, "stop", "gone")]}),
    service(after=snapshot({}), timelines={("web", ""): [Step(101, "start", "running"), Step(110.5, "stop", "gone")]}),
    service(after=snapshot({"web": running()}, OLD), log=[act("edit", 109.95)]),
    service(after=snapshot({"web": running(state="T")}), log=[act("freeze", 109.95)]),
    service(after=snapshot({"web": running(state="Z")}), settled=snapshot({})),
    event({}, snapshot({"web": running(state="Z")}), settled=snapshot({})),
    *(case(after=snapshot({"web": running(state="Z")}), jobs=(job(kind="helper"),),
           timelines={("web", ""): [Step(109.75, "start", "running")]}) for case in (service, partial(event, {}))),
    service("stopped", timelines={("web", ""): [Step(90, "stop", "gone"), Step(109.9, "stop", "waiting")]}),
    service(reported={"processes": {"main": 6}}, after=snapshot({"web": running(began=109.9)}, OLD)),
])
def test_a_change_at_the_last_moment_is_undecidable(case: Evidence) -> None:
    assert [finding.kind for finding in judge(case)] == [proof.TOO_CLOSE]


def outage(call: str = "db", **fields: Any) -> Evidence:
    """Return evidence of a call for one job that leaves web, which was running, stopped for good."""
    entries = {"instances": [{**REPORTED, "name": call}], **fields.pop("result", {})}
    options = {"name": call, "state": "restarted"}
    return evidence(entries, snapshot({"db": running(pid=8)} if call == "db" else {}),
                    snapshot({"web": running(began=50.0)}), call=Call("upstart_service", options),
                    jobs=(job(stop_on=fields.pop("stop_on", "stopping db")), job("db")), **fields)


def kinds(case: Evidence) -> list[str]:
    return [finding.kind for finding in judge(case) if finding.job == "web"]


def test_a_service_that_our_stop_took_down_is_an_outage() -> None:
    assert kinds(outage()) == [proof.OUTAGE]


def test_an_event_without_a_wait_claims_nothing_about_jobs_it_stops() -> None:
    case = event({"name": "db"}, snapshot({"db": running(pid=8)}), before=snapshot({"web": running(began=50.0)}),
                 jobs=(job(stop_on="ev1"), job("db")))
    assert kinds(case) == [proof.OUTAGE]
    call = Call("upstart_event", {"name": "ev1", "wait": False})
    assert kinds(replace(case, history=replace(case.history, call=call))) == []


def test_a_failure_after_our_own_stop_is_an_outage() -> None:
    failed = {"failed": True, "msg": "web did not stop in time"}
    assert kinds(outage("web", stop_on="", result=failed)) == [proof.OUTAGE]


@pytest.mark.parametrize("case", [
    outage(result={"warnings": ["web was taken down"]}),
    outage(result={"taken_down": [{"name": "web"}]}),
    outage(log=[act("stop", 105)]),
    outage(log=[act("stop", 105, "db")]),
    outage(settled=snapshot({"web": running(), "db": running(pid=8)})),
    outage("web", stop_on="", result={"failed": True}, log=[act("stop", 105)]),
    replace(outage("web", stop_on=""), answer=Answer(BEGAN, DECIDED, {
        "failed": True}, ""), after=snapshot({}, Files(None, None))),
    outage(timelines={("web", ""): [Step(101, "start", "running"), Step(109.95, "stop", "gone")]}),
])
def test_a_reported_stop_or_one_by_the_rival_is_no_outage(case: Evidence) -> None:
    assert kinds(case) == []


def test_a_call_without_an_answer() -> None:
    base = service()
    silence = Answer(BEGAN, DECIDED, None, "", hung=True)
    assert [finding.kind for finding in judge(replace(base, answer=silence))] == ["hang"]
    crash = Answer(BEGAN, DECIDED, None, "Traceback (most recent call last):")
    assert [finding.kind for finding in judge(replace(base, answer=crash))] == ["traceback"]


def test_a_failure_without_a_reason_is_listed() -> None:
    assert [finding.kind for finding in judge(service(result={"failed": True}))] == [proof.FALSE_FAILURE]
    assert judge(service(result={"failed": True}, log=[act("stop", 105)])) == []
    assert judge(service(result={"failed": True}, after=snapshot({}))) == []
    assert judge(service("stopped", result={"failed": True})) == []
    assert judge(service(result={"failed": True}, options={"enabled": True})) == []


def test_check_mode_must_change_nothing() -> None:
    call = Call("upstart_service", {"name": "web", "state": "stopped"}, check=True)
    before, same = snapshot({"web": running()}), {"web.conf": "env V=1"}
    base = evidence({}, before, before, call=call, listing_before=same, listing_after=same)
    assert judge(base) == []
    assert [finding.kind for finding in judge(replace(base, listing_after={}))] == [proof.FALSE_SUCCESS]
    assert [finding.kind for finding in judge(replace(base, after=snapshot({})))] == [proof.FALSE_SUCCESS]
    assert judge(replace(base, after=snapshot({}), quiet=False)) == []
    moved = evidence({}, snapshot({}), before, call=call, jobs=(job(stop_on="stopping db"), job("db")))
    assert judge(moved) == []
    stopping = snapshot({"web": Now("stop", "killed", 7, running().main)})
    assert judge(replace(base, before=stopping, after=snapshot({}))) == []
