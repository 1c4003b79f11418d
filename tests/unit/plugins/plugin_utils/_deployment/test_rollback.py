# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rollback of jobs that fail to start with their changed files, and its report."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.filter import deployment_rollback
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.rollback import rollback
from ansible_collections.sysinit.upstart.tests.unit.support.deployment_results import changed, result, steps, unproven

Entry = dict[str, Any]
NONE = {"content": None, "listed": True, "enabled": None}


def undo_of(*entries: Entry, on_failure: str = "rollback") -> Entry:
    """Return the undo data: web was changed, new is new, and the override of tuned is new, too."""
    found: Entry = steps(
        [{"name": "web"}, {"name": "new"}, {"name": "tuned", "override": True}, {"name": "same"}, *entries],
        changed("web"), changed("new", created=True, previous=None),
        changed("tuned", "", created=True, previous=None, override=True), result("same"), on_failure=on_failure)["undo"]
    return found


def outcome(**failed: str) -> Entry:
    return {"failed": True, "instances": [{"name": "fine"}] + [
        {"name": name, "failed": True, "msg": why} for name, why in failed.items()]}


def test_only_jobs_that_failed_are_rolled_back() -> None:
    found = deployment_rollback.deployment_rollback(outcome(web="w", tuned="t", same="s"), undo_of())
    assert found == {
        "stop": [],
        "files": [{"manifest": "/lists/default.json", "jobs": [
            {"name": "web", "override": False, "restore": {"content": "YQ==", "listed": True, "enabled": None},
             "keep_running": True},
            {"name": "tuned", "override": True, "restore": NONE, "keep_running": True}]}],
        "services": [{"name": "web", "state": "restarted"}, {"name": "tuned", "state": "restarted"}],
    }
    found = deployment_rollback.deployment_rollback(outcome(new="n"), undo_of())
    assert found == {"stop": [{"name": "new", "state": "stopped"}], "services": [],
                     "files": [{"manifest": "/lists/default.json", "jobs": [
                         {"name": "new", "override": False, "restore": NONE, "keep_running": True}]}]}


@pytest.mark.parametrize("result_", [{"failed": True, "msg": "no daemon"}, {"skipped": True}, outcome(same="s")])
def test_other_failures_are_not_rolled_back(result_: Entry) -> None:
    assert rollback(result_, undo_of()) == {"stop": [], "files": [], "services": []}


def test_rollback_is_off_unless_asked_for() -> None:
    assert undo_of(on_failure="fail") == {}
    assert list(steps([{"name": "web", "on_failure": "rollback"}], changed("web"))["undo"]) == ["web"]
    assert steps([{"name": "web", "on_failure": "fail"}], changed("web"), on_failure="rollback")["undo"] == {}


def test_each_instance_that_ran_or_should_run_is_started_again() -> None:
    """Including instances that started with the new file: the others would use that file as long as these run."""
    found = outcome(web="first")
    found["instances"] = [{"name": "web", "instance": "1", "env": ["N=1"]},
                          {"name": "web", "instance": "2", "env": ["N=2"], "failed": True, "msg": "second"},
                          {"name": "web", "instance": "3", "env": ["N=3"], "failed": True, "msg": "third."}]
    assert rollback(found, undo_of())["services"] == [
        {"name": "web", "state": "restarted", "env": [f"N={number}"]} for number in (1, 2, 3)]
    (item,) = rollback(found, undo_of())["files"]
    words = deployment_rollback.deployment_rollback(found, undo_of(), {
        "results": [{"changed": True, "item": item, "ansible_loop_var": "item"}]}, {})
    assert words == ("Job web failed with its new definition: second. third. Its old file is restored, and the job "
                     "runs with it again.")
    del found["instances"][0]["env"]
    listed = {**undo_of()["web"], "instances": [{"N": 1}], "enabled": False}
    assert rollback(found, {"web": listed})["services"] == [
        {"name": "web", "state": "restarted", "env": {"N": 1}, "enabled": False}]


def test_every_file_is_restored_for_its_own_list() -> None:
    first = steps([{"name": "a"}], changed("a", ""), on_failure="rollback", path="/lists/a.json")
    second = steps([{"name": "b"}], changed("b", ""), on_failure="rollback", path="/lists/b.json", pending=first)
    found = rollback(outcome(a="x", b="y"), second["undo"])
    assert [(files["manifest"], [job["name"] for job in files["jobs"]]) for files in found["files"]] == [
        ("/lists/a.json", ["a"]), ("/lists/b.json", ["b"])]


def test_a_file_that_an_earlier_run_left_is_rolled_back_too() -> None:
    late = steps([{"name": "web"}], result("web", ""), late=(unproven("web", "b2xk"),), on_failure="rollback")
    assert late["due"] == [{"name": "web", "state": "restarted"}]
    (file,) = rollback(outcome(web="w"), late["undo"])["files"]
    assert file["jobs"][0]["restore"]["content"] == "b2xk"


def test_a_new_file_of_an_earlier_run_is_kept() -> None:
    """The earlier run had no failure, or reported it."""
    waiting = (unproven("web", None),)
    assert steps([{"name": "web"}], result("web"), late=waiting, on_failure="rollback")["undo"] == {}
    assert list(steps([{"name": "web"}], changed("web", previous=None), on_failure="rollback")["undo"]) == ["web"]
    tuned = (unproven("web", None, override=True),)
    assert list(steps([{"name": "web"}], result("web"), late=tuned, on_failure="rollback")["undo"]) == ["web"]


def test_a_new_job_that_cannot_be_stopped_stays() -> None:
    (item,) = rollback(outcome(new="n"), undo_of())["files"]
    kept = {"changed": False, "jobs": [{"name": "new", "kept": True}], "item": item, "ansible_loop_var": "item"}
    report = deployment_rollback.deployment_rollback(outcome(new="n."), undo_of(), {"results": [kept]}, {}, [],
                                                     outcome(new="Job new was not stopped."))
    assert report == ("Job new failed with its new definition: n. The job is new, but its file stays because the job "
                      "could not be stopped: Job new was not stopped.")


def test_an_override_that_was_removed_comes_back() -> None:
    found = steps([{"name": "web", "state": "absent", "override": True}],
                  changed("web", "", state="absent", override=True), on_failure="rollback")
    (file,) = rollback(outcome(web="w"), found["undo"])["files"]
    assert file["jobs"] == [{"name": "web", "override": True, "keep_running": True,
                             "restore": {"content": "YQ==", "listed": True, "enabled": None}}]


def test_pending_restarts_are_reported() -> None:
    assert deployment_rollback.deployment_rollback(outcome(same="s"), undo_of(), {}, {}, ["web"]) == (
        "s. Restarts and reloads left for the next run: web.")


DONE: Entry = {"changed": True}


@pytest.mark.parametrize(("failed", "put_back", "restarted", "words"), [
    ({"web": "w."}, DONE, DONE, "Job web failed with its new definition: w. Its old file is restored, and the job "
                                "runs with it again."),
    ({"new": "n."}, DONE, {}, "Job new failed with its new definition: n. The job is new and was removed again."),
    ({"web": "w"}, DONE, outcome(web="z."), "Job web failed with its new definition: w. Its old file is restored, but "
                                            "the job failed with it too: z."),
    ({"web": "w"}, DONE, {"failed": True, "msg": "no daemon."}, "Job web failed with its new definition: w. Its old "
                                                                "file is restored, but the job could not be started: "
                                                                "no daemon."),
    ({"web": "w"}, {"failed": True, "msg": "no space."}, {}, "Job web failed with its new definition: w. Its old file "
                                                             "could not be restored: no space."),
    ({"same": "s.", "web": "w"}, {"changed": False}, {}, "s. w."),
])
def test_the_report_has_both_reasons(failed: dict[str, str], put_back: Entry, restarted: Entry, words: str) -> None:
    files = rollback(outcome(**failed), undo_of())["files"]
    results = {"results": [{**put_back, "item": item, "ansible_loop_var": "item"} for item in files]}
    assert deployment_rollback.deployment_rollback(outcome(**failed), undo_of(), results, restarted) == words
