# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of a deployment, and what its stages mean for later ones."""

from __future__ import annotations

from collections import namedtuple
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import apply, entries, instances, report
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy.apply import Deployer, ServiceStage
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan
from ansible_collections.sysinit.upstart.tests.unit.support.job_plans import file

Entry = dict[str, Any]
UP, DOWN = "start/running", "stop/waiting"
Lost = namedtuple("Lost", "job instance")


def result(plans: list[FilePlan], *moves: Entry, waiting: tuple[Entry, ...] = (), restart: str = "now",
           names: tuple[str, ...] = ("web",)) -> Entry:
    deployer = SimpleNamespace(plans=plans, stages=[ServiceStage([move], [], [], set()) for move in moves],
                               params={"restart": restart})
    manifest = SimpleNamespace(path="/m/web.json", before=b"", after=b"")
    made: Entry = report.result_of(deployer, names, [manifest], report.Messages(), list(waiting), [])
    return made


def move(instance: str, before: str, status: str, changed: bool = True, **more: Any) -> Entry:
    return {"name": "web", "instance": instance, "before": before, "status": status, "changed": changed,
            "processes": {}, "stale": None, "leftovers": [], "log_file": None, **more}


@pytest.mark.parametrize(("plan", "action"), [
    (file("web", created=True), "created"), (file("web", changed=True), "changed"), (file("web"), "unchanged"),
    (file("web", state="absent"), "removed"), (file("web", state="absent", kept=True), "kept"),
])
def test_what_was_done_to_a_file(plan: FilePlan, action: str) -> None:
    made = result([plan])
    assert [entry["action"] for entry in made["jobs"][0]["files"]] == [action]
    assert made["changed"] == (action not in ("kept", "unchanged"))


@pytest.mark.parametrize(("conf", "override", "enabled"), [
    ("start on up\nexec a\n", "manual\n", False), ("exec a\n", "start on up\nexec a\n", True)])
def test_the_override_decides_whether_a_job_is_enabled(conf: str, override: str, enabled: bool) -> None:
    (job,) = result([file("web", text=conf), file("web", text=override, override=True)])["jobs"]
    assert job["enabled"] is job["enabled_before"] is enabled


def test_an_instance_that_two_stages_moved() -> None:
    (job,) = result([], move("1", UP, DOWN), move("2", DOWN, DOWN, changed=False), move("1", DOWN, UP, env=[]))["jobs"]
    assert [(entry["instance"], entry["before"], entry["status"], entry["action"]) for entry in job["instances"]] == [
        ("1", UP, UP, "restarted")]
    assert job["changed"] and job["enabled"] is None


def test_what_is_pending_in_another_list_is_not_about_these_jobs() -> None:
    pending = {"action": "restart", "since": "2026-01-01", "reason": "r"}
    made = result([file("web")], waiting=({"name": "web", "set": "web", **pending},
                                          {"name": "db", "set": "db", **pending}))
    assert [(job["name"], job["pending"]) for job in made["jobs"]] == [("web", pending)]
    assert made["changed"] and [entry["name"] for entry in made["pending"]] == ["web", "db"]
    assert not result([file("web")], waiting=({"name": "web", "set": "web", **pending},), restart="none")["changed"]


def deployer(**fields: Any) -> Any:
    made: Any = Deployer.__new__(Deployer)
    vars(made).update(fields)
    return made


def test_later_stages_replace_what_earlier_ones_would_have_done() -> None:
    records: list[Entry] = []
    made = deployer(_acts={}, params={"address": "a"},
                    client=SimpleNamespace(foreseen=SimpleNamespace(add=records.append)))
    made._foresee({"up": [("a", "", []), ("b", "", ["N=1"])], "down": [("c", "")], "files": {"/1": b"x"},
                   "met": {"m": [True]}})
    made._foresee({"up": [("c", "", ["X=1"])], "down": [("a", "")], "files": {"/2": None}, "boot": {"b": None}})
    assert made._acts == {
        "up": [("b", "", ["N=1"]), ("c", "", ["X=1"])], "down": [("a", "")], "files": {"/1": b"x", "/2": None},
        "met": {"m": [True]}, "unknown": {}, "boot": {"b": None}}
    assert len(records) == 2


@pytest.mark.parametrize("name", ["lost_jobs", "losses"])
def test_jobs_that_a_stage_has_taken_down(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    up = {"goal": "start", "state": "running"}
    statuses = {("a", ""): None, ("b", "1"): {"goal": "stop", "state": "waiting"}, ("c", ""): up}
    monkeypatch.setattr(apply, "read_statuses", lambda _client, pairs: [statuses[pair] for pair in pairs])
    lost = [Lost("b", "1"), Lost("a", ""), Lost("c", ""), Lost("a", ""), Lost("other", "")]
    made = deployer(client=None, stages=[ServiceStage([], lost, [], set())],
                    _before=SimpleNamespace(environment=lambda job, instance: [f"{job}={instance}"]))
    if name == "lost_jobs":
        assert made.lost_jobs(iter(["a", "b", "c"])) == [
            {"name": "a", "state": "started"}, {"name": "b", "state": "started", "env": ["b=1"]}]
    else:
        assert made.losses(iter(["other"])) == [Lost("a", ""), Lost("b", "1")]


def test_nothing_is_asked_about_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "read_statuses", None)
    made = deployer(client=None, stages=[])
    assert made.lost_jobs(["a"]) == made.losses([]) == []


def test_texts_without_templates() -> None:
    checked = entries.checked([{"name": "web", "content": "exec a\n"}])
    with pytest.raises(UpstartError, match="has 0 templates, but 1 rendered texts"):
        entries.wanted_files(checked, entries.listed_jobs(checked), ["exec b\n"], "/etc/init")


@pytest.mark.parametrize(("old", "new", "is_renamed"), [
    ("A=b=c", "A=b=c", False), ("A=b=c", "A=b=d", True), ("A=b", "B=b", True), ("A=b", "A", True)])
def test_an_instance_is_named_by_the_variables_of_its_job(old: str, new: str, is_renamed: bool) -> None:
    definitions = [{"instance": "$A", "env": [entry]} for entry in (old, new)]
    assert instances.renames(*definitions) == is_renamed
