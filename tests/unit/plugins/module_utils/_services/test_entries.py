# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``jobs`` of upstart_service: the plan of each entry, and entries that contradict each other."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import entries, report, run
from ansible_collections.sysinit.upstart.plugins.module_utils._services.targets import Target
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import (
    BROKEN,
    SERVICE,
    UP,
    Attributes,
    FakeClient,
    request,
)

Entry = dict[str, Any]
GETTY = "instance $N\nexec a\n"


def job(name: str, **more: Any) -> Entry:
    return {"name": name, "state": None, "enabled": None, "env": None, **more}


def getty(number: int | None = None, **more: Any) -> Entry:
    return job("getty", env=number and {"N": number}, **more)


def plans(folder: Path, wanted: list[Entry], state: str | None = None, **more: Any) -> list[Target]:
    """Return the plans on a host where web and the first two gettys run and db does not."""
    for name, text in (("web", SERVICE), ("db", SERVICE), ("getty", GETTY), ("refused", BROKEN)):
        (folder / f"{name}.conf").write_text(text)
    client = FakeClient({"web": {"": [UP]}, "db": {}, "getty": {"1": [UP], "2": [UP]}, "refused": {}})
    variables = client.find_instance

    def find_instance(name: str, env: list[str]) -> str | None:
        client.variables = ("N",) if name == "getty" else ()
        return variables(name, env)

    vars(client)["find_instance"] = find_instance
    combined = entries.split(request(folder, state, must_exist=False, **more), wanted)
    return run.converge(client, combined, Attributes(), check_mode=True).targets


PLANS: list[tuple[list[Entry], str | None, list[tuple[str, str | None, list[str]]]]] = [
    ([], "started", []),
    ([job("web", state="stopped"), job("db")], "started", [("web", "", ["stop"]), ("db", None, ["start"])]),
    ([getty(3, state="started"), getty(1, state="stopped"), getty(2, state="restarted")], None,
     [("getty", "3", ["start"]), ("getty", "1", ["stop"]), ("getty", "2", ["stop", "start"])]),
    ([getty(), job("web", state="started")], "stopped",
     [("getty", "1", ["stop"]), ("getty", "2", ["stop"]), ("web", "", [])]),
    ([getty(state="restarted"), getty(2)], "restarted",
     [("getty", "1", ["stop", "start"]), ("getty", "2", ["stop", "start"])]),
    ([job("web"), job("db"), job("web")], "restarted", [("web", "", ["stop", "start"]), ("db", None, ["start"])]),
    ([job("db"), job("db", env=["A=1"])], "started", [("db", None, ["start"])]),
    ([job("web", enabled=False), job("web", state="stopped")], None, [("web", "", ["stop"])]),
]


@pytest.mark.parametrize(("wanted", "state", "expected"), PLANS)
def test_every_entry_gets_its_plan(tmp_path: Path, wanted: list[Entry], state: str | None,
                                   expected: list[tuple[str, str | None, list[str]]]) -> None:
    targets = plans(tmp_path, wanted, state)
    assert [(target.job, target.instance, target.plan.steps) for target in targets] == expected
    assert [target.result.error for target in targets] == [None] * len(targets)


def test_entries_of_one_instance_add_up(tmp_path: Path) -> None:
    (tmp_path / "web.override").write_text("manual\n")
    (tmp_path / "web.conf").write_text("start on a\n")
    (target,) = plans(tmp_path, [job("db"), job("db", env={"A": 1})], "started")
    assert target.env == ["A=1"]
    target, other = plans(tmp_path, [getty(1, state="started", enabled=False), getty(2, state="stopped")])
    assert (target.wanted.enabled, other.wanted.enabled, other.plan.change) == (False, False, target.plan.change)


CONTRADICTIONS: list[tuple[list[Entry], str]] = [
    ([job("web", state="started"), job("db"), job("web", state="stopped")], "the job web to be started and stopped"),
    ([job("web", state="restarted"), job("web", state="reloaded")], "the job web to be restarted and reloaded"),
    ([job("db"), job("db", state="stopped")], "the job db to be started and stopped"),
    ([job("nobody"), job("nobody", state="stopped")], "the job nobody to be started and stopped"),
    ([getty(2), getty(2, state="stopped")], "the job getty (2) to be started and stopped"),
    ([getty(3), getty(3, state="stopped")], "the job getty to be started and stopped"),
    ([getty(3), getty(state="stopped")], "to be started and stopped"),
    ([getty(state="stopped"), getty(3)], "to be stopped and started"),
    ([getty(1, enabled=True), getty(2, enabled=False)], "the job getty to be disabled and enabled"),
    ([job("db", env="A=1"), job("db", env="A=2")], "asks for the job db twice, with different values in env"),
]


@pytest.mark.parametrize(("wanted", "words"), CONTRADICTIONS)
def test_entries_that_contradict_each_other(tmp_path: Path, wanted: list[Entry], words: str) -> None:
    with pytest.raises(UpstartError) as caught:
        plans(tmp_path, wanted, "started")
    assert words in caught.value.message and "Keep one of " in caught.value.message


INVALID: list[tuple[list[Entry], str]] = [
    ([job("web", state="started"), job("db")], "jobs[1] (db) has neither state nor enabled"),
    ([job("web", state="started", env="A=1 A=2")], "env of jobs[0] (web) sets A twice: A=1 A=2."),
    ([job("web", state="started", exact=True)], "jobs[0] (web) has exact, which requires instances"),
    ([job("web", state="started", env=["A"])], "env of jobs[0] (web) has the entry 'A', which is not KEY=VALUE."),
]


@pytest.mark.parametrize(("wanted", "words"), INVALID)
def test_invalid_entries(tmp_path: Path, wanted: list[Entry], words: str) -> None:
    with pytest.raises(UpstartError) as caught:
        plans(tmp_path, wanted)
    assert words in caught.value.message


def test_errors_are_those_of_their_entries(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.conf")
    wanted = [job("refused"), job("db"), job("unknown"), job("pipe"), getty(), job("gone", state="stopped")]
    request_ = request(tmp_path, "started")
    targets = plans(tmp_path, wanted, "started")
    entries_ = report.instance_entries(targets, request_)
    assert [(entry["name"], entry["status"], entry.get("failed", False)) for entry in entries_] == [
        ("refused", "stop/waiting", True), ("db", "start/running", False), ("unknown", "stop/waiting", True),
        ("pipe", None, True), ("getty", None, True), ("gone", "stop/waiting", False)]
    with pytest.raises(UpstartError) as caught:
        report.result(targets, request_, [])
    for words in ("Unknown stanza", "does not know the job unknown", "pipe.conf is not a regular file",
                  "one instance per N"):
        assert words in caught.value.message


GIVEN = [["B=1"], ["B=2"]]
OTHER = "instance x-$B\nexec a\n"


def replaced(folder: Path, text: str, instances: Any, *more: Entry, running: tuple[str, ...] = ("1", "2"),
             held: list[Any] | None = None) -> list[Target]:
    """Return the plans for a job with these requested instances while other instances run."""
    (folder / "getty.conf").write_text(text)
    client = FakeClient({"getty": {name: [UP] for name in running}}, ("N",), held)
    wanted = [job("getty", state="restarted", instances=instances), *more]
    return run.converge(client, entries.split(request(folder, None), wanted), Attributes(), check_mode=True).targets


@pytest.mark.parametrize(("text", "instances", "plan"), [
    (OTHER, GIVEN, [("1", ["stop"]), ("2", ["stop"]), ("x-1", ["start"]), ("x-2", ["start"])]),
    ("instance $B\nexec a\n", GIVEN, [("1", ["stop", "start"]), ("2", ["stop", "start"])]),
    ("instance $B\nexec a\n", [{"B": 2}, {"B": 3}], [("1", ["stop"]), ("2", ["stop", "start"]), ("3", ["start"])]),
    ("exec a\n", [{}], [("1", ["stop"]), ("2", ["stop"]), ("", ["start"])]),
    (GETTY, [], [("1", ["stop"]), ("2", ["stop"])]),
])
def test_other_instances_replace_the_running_ones(tmp_path: Path, text: str, instances: Any,
                                                  plan: list[Any]) -> None:
    targets = replaced(tmp_path, text, instances)
    assert [(target.instance, target.plan.steps) for target in targets] == plan
    results = report.instance_entries(targets, request(tmp_path, None))
    assert [("env_before" in entry) for entry in results] == [entry["before"] == "start/running" for entry in results]
    assert {entry["status"] for entry in results if entry["instance"] in plan[-1]} <= {"start/running", "stop/waiting"}


def test_the_variables_of_replaced_instances_are_returned(tmp_path: Path) -> None:
    held = [{"name": "getty", "env": ["A=a"], "jobs": [
        {"path": "/com/ubuntu/Upstart/jobs/getty/1", "env": ["A=a", "N=1", "B=c", "UPSTART_JOB=getty"]}]}]
    results = report.instance_entries(
        replaced(tmp_path, OTHER, GIVEN, running=("1",), held=held), request(tmp_path, None)
    )
    assert [entry.get("env_before") for entry in results] == [["N=1", "B=c"], None, None]
    assert [entry.get("env") for entry in results] == [None, ["B=1"], ["B=2"]]


@pytest.mark.parametrize(("text", "instances", "words"), [
    (OTHER, [{"B": 1}, {"N": 2}], ["Job getty (x-1) was not restarted, because not all of its",
                                   "Job getty has one instance per B"]),
    (BROKEN, GIVEN, ["Unknown stanza", "Unknown stanza"]),
])
def test_nothing_is_stopped_unless_all_can_be_started(tmp_path: Path, text: str, instances: Any,
                                                      words: list[str]) -> None:
    targets = replaced(tmp_path, text, instances)
    assert [target.plan.steps for target in targets] == [[]] * 4
    assert [target.result.error for target in targets[:2]] == [None, None]
    for target, expected in zip(targets[2:], words):
        assert target.result.error is not None and expected in target.result.error.message


@pytest.mark.parametrize(("instances", "more", "words"), [
    ([["B=1"], ["B=1", "C=2"]], (), "asks for the job getty (x-1) twice, with different values in env"),
    (GIVEN, (getty(1, state="started"),), "the job getty (1) to be stopped and started"),
    (GIVEN, (getty(state="stopped"),), "to be restarted and stopped"),
])
def test_instances_contradict_other_entries(tmp_path: Path, instances: Any, more: Any, words: str) -> None:
    with pytest.raises(UpstartError) as caught:
        replaced(tmp_path, OTHER, instances, *more)
    assert words in caught.value.message


@pytest.mark.parametrize("entry", [{"state": "started"}, {"state": "restarted", "env": {"N": 1}}, {}])
def test_instances_require_a_restart(tmp_path: Path, entry: Entry) -> None:
    with pytest.raises(UpstartError, match=r"jobs\[0\] \(web\) has instances, which cannot be combined with env"):
        entries.split(request(tmp_path, "started"), [job("web", **entry, instances=[])])


def test_a_restart_of_a_job_that_now_has_a_single_instance(tmp_path: Path) -> None:
    (tmp_path / "getty.conf").write_text(SERVICE)
    client = FakeClient({"getty": {"1": [UP], "2": [UP]}})
    targets = run.converge(client, request(tmp_path, "restarted", ("getty",)), Attributes(), check_mode=True).targets
    steps = [(target.instance, target.plan.steps) for target in targets]
    assert steps == [("1", ["stop"]), ("2", ["stop"]), ("", ["start"])]
