# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Steps of the role upstart_jobs for jobs whose files give the instances other names."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment.rollback import rollback
from ansible_collections.sysinit.upstart.tests.unit.support.deployment_results import changed, result, steps, unproven

Entry = dict[str, Any]
ONE, MANY = {"exec": "a"}, {"exec": "a", "instance": "$N"}
TWO = {"instances": [{"N": 1}, {"N": 2}]}
TASK = {"exec": "a", "task": True}


def made_of(entry: Entry, old: Entry, new: Entry, *stale: str, on_change: str = "restart") -> tuple[Any, Any]:
    """Return the pending and the immediate steps for a job with a changed file."""
    found = steps([{"name": "web", **entry}], changed("web", *stale, job=new, stale_job=old), on_change=on_change)
    return [{key: task[key] for key in task if key != "name"} for task in found["due"]], [
        task.get("env") for task in found["services"]]


RESTART = {"state": "restarted"}


@pytest.mark.parametrize(("entry", "old", "new", "stale", "due"), [
    (TWO, ONE, MANY, [""], {**RESTART, **TWO}),
    ({"instances": []}, ONE, MANY, [""], {**RESTART, "instances": []}),
    ({"state": "present"}, ONE, MANY, [""], {**RESTART, "instances": []}),
    ({}, MANY, ONE, ["1", "2"], {**RESTART, "instances": [{}]}),
    ({"state": "present"}, MANY, ONE, ["1"], {**RESTART, "instances": [{}]}),
    ({}, MANY, {"instance": "all"}, ["1"], {**RESTART, "instances": [{}]}),
    (TWO, MANY, {"instance": "w-$N"}, ["1", "2", "9"], {**RESTART, **TWO}),
    (TWO, {"instance": "$M"}, MANY, ["1", "2"], {**RESTART, **TWO}),
    (TWO, {"instance": "$N$B", "env": ["B=b"]}, {"instance": "$N$B", "env": {"B": "c"}}, ["1b"], {**RESTART, **TWO}),
    ({"state": "present"}, MANY, {"instance": "w-$N"}, ["1"], RESTART),  # the existing variables may be enough
    ({}, ONE, {"exec": "b"}, [""], RESTART),
    ({"state": "present"}, ONE, TASK, [""], {**RESTART, "instances": []}),
    ({"state": "present"}, TASK, {**TASK, "nice": 1}, [""], RESTART),
    ({}, ONE, TASK, [""], RESTART),
])
def test_stale_instances_give_way(entry: Entry, old: Entry, new: Entry, stale: list[str], due: Entry) -> None:
    assert made_of(entry, old, new, *stale) == ([due], [])


@pytest.mark.parametrize("new", [MANY, {"instance": "${N}"}, {"instance": "$N", "env": {"A": "b"}}])
def test_unlisted_instances_stay_if_the_names_do(new: Entry) -> None:
    assert made_of(TWO, MANY, new, "1", "9") == ([RESTART], [{"N": 2}])


@pytest.mark.parametrize(("stale", "on_change", "due", "services"), [
    ([], "restart", [], [{**TWO, "exact": True, "state": "started"}]),
    (["1"], "restart", [{**RESTART, **TWO}], []),
    (["9"], "restart", [{**RESTART, **TWO}], []),
    (["1"], "reload", [{"state": "reloaded", "env": {"N": 1}}], [{"env": {"N": 2}, "state": "started"}]),
])
def test_exactly_the_listed_instances(stale: list[str], on_change: str, due: list[Entry],
                                      services: list[Entry]) -> None:
    found = steps([{"name": "web", "instances_exact": True, **TWO}], changed("web", *stale, job=MANY, stale_job=MANY),
                  on_change=on_change)
    assert [[{key: task[key] for key in task if key != "name"} for task in found[step]]
            for step in ("due", "services")] == [due, services]


@pytest.mark.parametrize(("on_change", "due"), [("none", []), ("reload", [{"state": "reloaded"}])])
def test_nothing_is_started_while_renamed_instances_stay(on_change: str, due: list[Entry]) -> None:
    assert made_of(TWO, ONE, MANY, "", on_change=on_change) == (due, [])


@pytest.mark.parametrize(("entry", "written", "due"), [
    ({"instances": [{"N": 3}]}, changed("web", "", job=MANY, stale_job=ONE), {"instances": [{"N": 3}]}),
    ({}, changed("web", "", job={"exec": "c"}, stale_job=ONE), {}),
    ({"on_change": "none", **TWO}, result("web", "", job=MANY, stale_job=ONE), TWO),
    ({"on_change": "reload", **TWO}, changed("web", "", job=MANY, stale_job=ONE), TWO),
])
def test_the_instances_in_the_later_of_two_lists_count(entry: Entry, written: Entry, due: Entry) -> None:
    first = steps([{"name": "web", **TWO}], result("web", "", job=MANY, stale_job=ONE))
    found = steps([{"name": "web", **entry}], written, pending=first)["due"]
    assert found == [{"name": "web", "state": "restarted", **due}]


def rolled_back(old: str, *instances: Entry) -> Entry:
    content = base64.b64encode(old.encode()).decode()
    undo = steps([{"name": "web"}], result("web", ""), late=(unproven("web", content),), on_failure="rollback")["undo"]
    failed = {"name": "web", "failed": True, "msg": "w", **instances[-1]}
    outcome = {"failed": True, "instances": [*({"name": "web", **one} for one in instances[:-1]), failed]}
    (task,) = rollback(outcome, undo)["services"]
    assert (task.pop("name"), task.pop("state")) == ("web", "restarted")
    return task


NEW = {"instance": "1", "env": ["N=1"]}


@pytest.mark.parametrize(("old", "instances", "wanted"), [
    ("exec a\n", [{"instance": "", "env_before": ["A=b"]}, NEW], {"instances": [["A=b"]]}),
    ("exec a\n", [{"instance": "", "env_before": None}, NEW], {"instances": [[]]}),
    ("instance w-$N\n", [{"instance": "w-7", "env_before": None}, NEW], {"instances": [["N=7"]]}),
    ("instance $M\n", [{"instance": "2", "env_before": ["M=2"]}, {**NEW, "env_before": ["M=1", "A=b"]}],
     {"instances": [["M=2"], ["M=1", "A=b"]]}),
    ("exec a\n", [NEW], {"instances": [[]]}),  # an earlier run stopped the old instances
    ("instance $N\n", [NEW], {"env": ["N=1"]}),
    ("frob\n", [NEW], {"env": ["N=1"]}),
])
def test_the_earlier_instances_come_back(old: str, instances: list[Entry], wanted: Entry) -> None:
    assert rolled_back(old, *instances) == wanted
