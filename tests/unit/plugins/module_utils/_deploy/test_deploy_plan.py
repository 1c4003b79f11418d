# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to jobs after their files are written."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import plan
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan
from ansible_collections.sysinit.upstart.tests.unit.support.job_plans import due, file, plans, services, unproven

Entry = dict[str, Any]
RESTART, RELOAD = [{"name": "web", "state": "restarted"}], [{"name": "web", "state": "reloaded"}]


@pytest.mark.parametrize(("entry", "on_change", "written", "wanted"), [
    ({}, "restart", file("web"), []),
    ({}, "restart", file("web", changed=True), []),
    ({}, "restart", file("web", created=True), []),
    ({}, "restart", file("web", "", changed=True), RESTART),
    ({"state": "present"}, "restart", file("web", "", changed=True), RESTART),
    ({"state": "stopped"}, "restart", file("web", "", changed=True), []),
    ({}, "none", file("web", "", changed=True), []),
    ({}, "reload", file("web", "", changed=True), RELOAD),
    ({"on_change": "reload"}, "restart", file("web", "", changed=True), RELOAD),
    ({"on_change": "none"}, "restart", file("web", "", changed=True), []),
    ({"on_change": "restart"}, "none", file("web", "", changed=True), RESTART),
    # an earlier run ended before its handlers: only a missing restart can be detected
    ({}, "restart", file("web", ""), RESTART),
    ({}, "reload", file("web", ""), []),
    ({}, "restart", file("web", unknown=True), []),  # an unknown definition is no reason for a restart
    # removing an override changes the job once; after that there is no override
    ({"state": "absent", "override": True}, "restart", file("web", "", state="absent", override=True, changed=True),
     RESTART),
    ({"state": "absent", "override": True}, "restart", file("web", "", state="absent", override=True), []),
])
def test_what_is_due(entry: Entry, on_change: str, written: FilePlan, wanted: list[Entry]) -> None:
    assert due(plans([{"name": "web", **entry}], written, on_change=on_change)) == wanted


GETTY = {"name": "getty", "instances": [{"A": 1}, {"A": 2}]}
GETTY_TEXT = "instance $A$B\nenv B=b\nexec a\n"


@pytest.mark.parametrize(("stale", "on_change", "wanted", "started"), [
    ([], "restart", [], [{"A": 1}, {"A": 2}]),
    (["1b"], "restart", [({"A": 1}, "restarted"), ({"A": 2}, "restarted")], []),
    (["1b"], "reload", [({"A": 1}, "reloaded")], [{"A": 2}]),
    (["1b", "9b"], "restart", [(None, "restarted")], [{"A": 2}]),
])
def test_instances(stale: list[str], on_change: str, wanted: list[Any], started: list[Entry]) -> None:
    """A new instance would use the old file while another instance runs, so all are restarted together."""
    result = plans([GETTY], file("getty", *stale, text=GETTY_TEXT, changed=True), on_change=on_change)
    assert [(task.get("env"), task["state"]) for task in due(result)] == wanted
    assert [task["env"] for task in services(result)] == started


@pytest.mark.parametrize(("entry", "wanted"), [
    ({}, [{"state": "started"}]),
    ({"state": "stopped"}, [{"state": "stopped"}]),
    ({"state": "present"}, []),
    ({"state": "present", "enabled": False}, [{"enabled": False}]),
    ({"enabled": True}, [{"state": "started", "enabled": True}]),
    ({"instances": [{"N": 1}, {"N": 2}]},
     [{"env": {"N": 1}, "state": "started"}, {"env": {"N": 2}, "state": "started"}]),
    ({"instances": []}, []),
    ({"instances": [], "enabled": True}, [{"enabled": True}]),
    ({"state": "stopped", "instances": [{"N": 1}]}, [{"env": {"N": 1}, "state": "stopped"}]),
    ({"state": "absent"}, []),
])
def test_the_tasks_that_do_not_wait(entry: Entry, wanted: list[Entry]) -> None:
    written = file("web", state=entry["state"] if entry.get("state") == "absent" else "present")
    assert services(plans([{"name": "web", **entry}], written)) == [{"name": "web", **task} for task in wanted]


def test_a_job_file_and_its_override_are_one_job() -> None:
    result = plans([{"name": "web", "state": "stopped"}, {"name": "web", "override": True}], file("web"),
                   file("web", override=True))
    assert services(result) == [{"name": "web", "state": "stopped"}]
    absent = file("web", state="absent", override=True)
    assert services(plans([{"name": "web", "state": "absent", "override": True}], absent)) == []


def test_jobs_that_are_removed_have_no_tasks_and_pruned_overrides_have() -> None:
    result = plans([{"name": "idle", "state": "absent"}], file("idle", state="absent", changed=True),
                   file("pruned", "", state="absent", changed=True),
                   file("tuned", "", state="absent", override=True, changed=True))
    assert due(result) == [{"name": "tuned", "state": "restarted"}]
    assert services(result) == []


@pytest.mark.parametrize(("state", "stale", "on_change", "wanted", "reason"), [
    ("started", [""], "reload", ["reloaded"], plan.CHANGED_EARLIER),
    ("started", None, "reload", ["reloaded"], plan.CHANGED_EARLIER),
    ("started", None, "restart", ["restarted"], plan.CHANGED_EARLIER),
    ("started", [], "reload", [], None),
    ("started", [""], "none", [], None),
    ("stopped", [""], "restart", [], None),
])
def test_what_an_earlier_run_did_not_reach(state: str, stale: list[str] | None, on_change: str, wanted: list[str],
                                           reason: str | None) -> None:
    """Upstart before 1.6.1 does not report the file of a running job; an unproven file of the last run is enough."""
    written = file("web", *(stale or ()), unknown=stale is None)
    (result,) = plans([{"name": "web", "state": state}], written, late=unproven("web"), on_change=on_change)
    assert [task["state"] for task in result.due] == wanted
    assert result.reason == reason


def test_the_reason_of_a_restart() -> None:
    assert plans([{"name": "web"}], file("web", "", changed=True))[0].reason == plan.CHANGED_NOW
    assert plans([{"name": "web"}], file("web", ""))[0].reason == plan.OTHER_DEFINITION


ONE, MANY, TASK = "exec a\n", "instance $N\nexec a\n", "task\nexec a\n"
TWO = {"instances": [{"N": 1}, {"N": 2}]}


def made_of(entry: Entry, old: str, new: str, *stale: str, on_change: str = "restart") -> tuple[Any, Any]:
    """Return the waiting and the immediate tasks for a job with a changed file."""
    result = plans([{"name": "web", **entry}], file("web", *stale, text=new, old=old, changed=True),
                   on_change=on_change)
    return [{key: task[key] for key in task if key != "name"} for task in due(result)], [
        task.get("env") for task in services(result)]


AGAIN = {"state": "restarted"}


@pytest.mark.parametrize(("entry", "old", "new", "stale", "wanted"), [
    (TWO, ONE, MANY, [""], {**AGAIN, **TWO}),
    ({"instances": []}, ONE, MANY, [""], {**AGAIN, "instances": []}),
    ({"state": "present"}, ONE, MANY, [""], {**AGAIN, "instances": []}),
    ({}, MANY, ONE, ["1", "2"], {**AGAIN, "instances": [{}]}),
    ({"state": "present"}, MANY, ONE, ["1"], {**AGAIN, "instances": [{}]}),
    ({}, MANY, "instance all\nexec a\n", ["1"], {**AGAIN, "instances": [{}]}),
    (TWO, MANY, "instance w-$N\nexec a\n", ["1", "2", "9"], {**AGAIN, **TWO}),
    (TWO, "instance $M\nexec a\n", MANY, ["1", "2"], {**AGAIN, **TWO}),
    (TWO, "instance $N$B\nenv B=b\nexec a\n", "instance $N$B\nenv B=c\nexec a\n", ["1b"], {**AGAIN, **TWO}),
    ({"state": "present"}, MANY, "instance w-$N\nexec a\n", ["1"], AGAIN),  # the existing variables may be enough
    ({}, ONE, "exec b\n", [""], AGAIN),
    ({"state": "present"}, ONE, TASK, [""], {**AGAIN, "instances": []}),
    ({"state": "present"}, TASK, TASK + "nice 1\n", [""], AGAIN),
    ({}, ONE, TASK, [""], AGAIN),
])
def test_stale_instances_give_way(entry: Entry, old: str, new: str, stale: list[str], wanted: Entry) -> None:
    assert made_of(entry, old, new, *stale) == ([wanted], [])


@pytest.mark.parametrize("new", [MANY, "instance ${N}\nexec b\n", "instance $N\nenv A=b\nexec a\n"])
def test_unlisted_instances_stay_if_the_names_do(new: str) -> None:
    assert made_of(TWO, MANY, new, "1", "9") == ([AGAIN], [{"N": 2}])


@pytest.mark.parametrize(("stale", "on_change", "wanted", "immediate"), [
    ([], "restart", [], [{**TWO, "exact": True, "state": "started"}]),
    (["1"], "restart", [{**AGAIN, **TWO}], []),
    (["9"], "restart", [{**AGAIN, **TWO}], []),
    (["1"], "reload", [{"state": "reloaded", "env": {"N": 1}}], [{"env": {"N": 2}, "state": "started"}]),
])
def test_exactly_the_listed_instances(stale: list[str], on_change: str, wanted: list[Entry],
                                      immediate: list[Entry]) -> None:
    result = plans([{"name": "web", "instances_exact": True, **TWO}], file("web", *stale, text=MANY, changed=True),
                   on_change=on_change)
    assert [[{key: task[key] for key in task if key != "name"} for task in tasks]
            for tasks in (due(result), services(result))] == [wanted, immediate]


@pytest.mark.parametrize(("on_change", "wanted"), [("none", []), ("reload", [{"state": "reloaded"}])])
def test_nothing_is_started_while_renamed_instances_stay(on_change: str, wanted: list[Entry]) -> None:
    assert made_of(TWO, ONE, MANY, "", on_change=on_change) == (wanted, [])


def may_roll_back(entry: Entry, *files: FilePlan, on_failure: str = "rollback",
                  late: dict[tuple[str, bool], Entry] | None = None) -> bool:
    return plans([{"name": "web", **entry}], *files, on_failure=on_failure, late=late)[0].may_roll_back


def test_rollback_is_off_unless_asked_for() -> None:
    assert not may_roll_back({}, file("web", changed=True), on_failure="fail")
    assert may_roll_back({"on_failure": "rollback"}, file("web", changed=True), on_failure="fail")
    assert not may_roll_back({"on_failure": "fail"}, file("web", changed=True))


def test_files_that_can_be_rolled_back() -> None:
    """A new file of an earlier run stays: that run had no failure, or reported it."""
    assert not may_roll_back({}, file("web"))
    assert may_roll_back({}, file("web", ""), late=unproven("web"))
    assert not may_roll_back({}, file("web", ""), late=unproven("other"))
    assert not may_roll_back({}, file("web"), late=unproven("web", None))
    assert may_roll_back({}, file("web", created=True))
    assert may_roll_back({}, file("web"), late=unproven("web", None, override=True))


def test_due_tasks_replace_those_for_the_same_job() -> None:
    tasks = [{"name": "web", "state": "started", "env": {"N": 3}}, {"name": "db", "state": "started"}]
    merged = plan.merged_with(tasks, "web", [{"name": "web", "state": "restarted", "env": {"N": 1}}])
    assert merged == [tasks[1], tasks[0], {"name": "web", "state": "restarted", "env": {"N": 1}}]
    again = plan.merged_with(merged, "web", [{"name": "web", "state": "reloaded", "env": {"N": 2}}])
    assert [task["state"] for task in again if task["name"] == "web"] == ["started", "restarted", "restarted"]
