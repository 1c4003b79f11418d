# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Restarts and reloads that wait for a later task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import pending
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.manifest import Manifest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan
from ansible_collections.sysinit.upstart.tests.unit.support.job_plans import file, plans, tasks_of, waiting

Entry = dict[str, Any]


def test_a_second_use_adds_to_what_is_pending() -> None:
    first = waiting([], plans([{"name": "a"}], file("a", "", changed=True), on_failure="rollback"), stable_for=3.0)
    second = waiting(first, plans([{"name": "b"}], file("b", "", changed=True)))
    assert [(entry["name"], entry["rollback"], entry["stable_for"]) for entry in second] == [
        ("a", True, 3.0), ("b", False, 1.0)]
    third = waiting(second, plans([{"name": "c"}], file("c")))
    assert third == second


@pytest.mark.parametrize(("entry", "written", "wanted"), [
    ({"state": "stopped"}, file("web"), []),
    ({"state": "absent"}, file("web", state="absent", kept=True), []),
    ({"state": "absent"}, file("web", state="absent"), []),
    ({"on_change": "none"}, file("web", "", changed=True), ["reloaded"]),
    ({"on_change": "reload"}, file("web", "", changed=True), ["reloaded"]),
    ({"on_change": "restart"}, file("web", "", changed=True), ["restarted"]),
    ({"state": "present"}, file("web"), ["reloaded"]),
])
def test_the_second_use_of_a_job_counts(entry: Entry, written: FilePlan, wanted: list[str]) -> None:
    first = waiting([], plans([{"name": "web"}], file("web", "", changed=True), on_change="reload",
                              on_failure="rollback"))
    second = waiting(first, plans([{"name": "web", **entry}], written))
    assert [task["state"] for task in tasks_of(second)] == wanted
    assert [pending_entry["rollback"] for pending_entry in second] == [True] * len(wanted)


def test_a_later_play_decides_anew_about_the_jobs_in_its_list() -> None:
    first = waiting([], plans([{"name": "web"}, {"name": "db"}], file("web", "", changed=True),
                              file("db", "", changed=True)), "monday")
    second = waiting(first, plans([{"name": "web", "on_change": "none"}], file("web", "")), "tuesday")
    assert [(entry["name"], entry["play"]) for entry in second] == [("db", "tuesday")]
    third = waiting(first, plans([{"name": "web"}], file("web", "")), "tuesday")
    (web,) = (entry for entry in third if entry["name"] == "web")
    assert (web["since"], web["reason"]) == (first[1]["since"], first[1]["reason"])


GETTY, TEXT = {"name": "getty", "instances": [{"A": 1}, {"A": 2}]}, "instance $A\nexec a\n"


def test_instances_that_two_uses_change_are_restarted_once() -> None:
    first = waiting([], plans([GETTY], file("getty", "1", text=TEXT, changed=True), on_change="reload"))
    second = tasks_of(waiting(first, plans([GETTY], file("getty", "1", "2", text=TEXT, changed=True))))
    assert [(task["env"], task["state"]) for task in second] == [({"A": 1}, "restarted"), ({"A": 2}, "restarted")]
    third = tasks_of(waiting(first, plans([GETTY], file("getty", "9", text=TEXT, changed=True))))
    assert third == [{"name": "getty", "state": "restarted"}]


ONE, MANY, TWO = "exec a\n", "instance $N\nexec a\n", {"instances": [{"N": 1}, {"N": 2}]}


@pytest.mark.parametrize(("entry", "written", "wanted"), [
    ({"instances": [{"N": 3}]}, file("web", "", text=MANY, old=ONE, changed=True), {"instances": [{"N": 3}]}),
    ({}, file("web", "", text="exec c\n", old=ONE, changed=True), {}),
    ({"on_change": "none", **TWO}, file("web", "", text=MANY, old=ONE), TWO),
    ({"on_change": "reload", **TWO}, file("web", "", text=MANY, old=ONE, changed=True), TWO),
])
def test_the_instances_in_the_later_of_two_lists_count(entry: Entry, written: FilePlan, wanted: Entry) -> None:
    first = waiting([], plans([{"name": "web", **TWO}], file("web", "", text=MANY, old=ONE)))
    assert tasks_of(waiting(first, plans([{"name": "web", **entry}], written))) == [
        {"name": "web", "state": "restarted", **wanted}]


def test_other_jobs_of_the_list_that_the_manifest_does_not_record() -> None:
    changed = plans([{"name": "web"}], file("web", "", changed=True))
    (entry,) = pending.after_plans([], changed, "play", 1.0, ["amended"])
    assert entry["unrecorded"] == ["amended"]


def put(folder: Path, name: str, play: str | None) -> None:
    entry = {"name": f"job-of-{name}", "action": "restart", "since": "now", "reason": "r", "tasks": [], "play": play,
             "state": None, "stable_for": 1.0, "rollback": False, "instances": None}
    (folder / f"{name}.json").write_text(json.dumps({"format": 2, "jobs": [], "overrides": [], "pending": [entry]}))


def names(manifests: list[Manifest], set_name: str | None, play: str | None) -> list[str]:
    return [entry["name"] for manifest in manifests for entry in pending.selected(manifest, set_name, play)]


def test_which_entries_a_task_makes_up_for(tmp_path: Path) -> None:
    """With a set, all of that set; without, those of the play."""
    put(tmp_path, "shop", "monday")
    put(tmp_path, "mail", "tuesday")
    (tmp_path / "garbage.json").write_text("no JSON")
    for set_name, play, wanted in ((None, "monday", ["job-of-shop"]), ("mail", "monday", ["job-of-mail"]),
                                   ("none", "monday", []), (None, "friday", [])):
        assert names(pending.load(str(tmp_path), set_name, play), set_name, play) == wanted
    with pytest.raises(UpstartError, match="is not a manifest"):
        pending.load(str(tmp_path), "garbage", "monday")


def test_what_the_result_shows(tmp_path: Path) -> None:
    put(tmp_path, "shop", "monday")
    put(tmp_path, "mail", "monday")
    put(tmp_path, "late", "sunday")
    own = Manifest(str(tmp_path / "late.json"))
    shown = pending.waiting(str(tmp_path), [own], "late", "monday")
    assert [(entry["set"], entry["name"]) for entry in shown] == [
        ("late", "job-of-late"), ("mail", "job-of-mail"), ("shop", "job-of-shop")]
    assert set(shown[0]) == {"name", "action", "since", "reason", "set"}
    assert [entry["set"] for entry in pending.waiting(str(tmp_path), [own], "late", None)] == ["late"]
