# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters of the role upstart_jobs: checks of its list, options of upstart_job, and steps."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.sysinit.upstart.plugins.filter import (
    deployment_files,
    deployment_rollback,
    deployment_steps,
    deployment_templates,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment import entries as job_entries
from ansible_collections.sysinit.upstart.plugins.plugin_utils._deployment import rollback as rollbacks
from ansible_collections.sysinit.upstart.tests.unit.support.deployment_results import changed, result, steps, unproven

Entry = dict[str, Any]
MODULES = {"deployment_files": deployment_files, "deployment_rollback": deployment_rollback,
           "deployment_steps": deployment_steps, "deployment_templates": deployment_templates}


@pytest.mark.parametrize(("entry", "words"), [
    ({"name": "web", "exce": "a"}, "job web: unknown key 'exce'; did you mean exec?"),
    ({"name": "web", "colour": "a"}, "job web: unknown key 'colour'"),
    ({"name": "web", "keep_running": True}, "job web: unknown key 'keep_running'"),
    ({"exec": "a"}, "entry 1 of upstart_jobs_list: missing required arguments: name"),
    ({"name": False}, "entry 1 of upstart_jobs_list: its name must be a string, but YAML reads it as False; put"),
    ({"name": 1.0}, "its name must be a string, but YAML reads it as 1.0"),
    ({"name": 8}, "its name must be a string, but YAML reads it as 8"),
    ({"name": None}, "its name must be a string, but YAML reads it as None"),
    ({"name": "web", "kill_timeout": "soon"}, "job web: kill_timeout must be a number, not soon"),
    ({"name": "web", "state": "run"}, "job web: state cannot be run. Use started, stopped, present or absent"),
    ({"name": "web", "on_change": "kill"}, "job web: on_change cannot be kill. Use restart, reload or none"),
    ({"name": "web", "content": "", "template": "a"}, "job web: template and content cannot be combined"),
    ({"name": "web", "template": "a", "exec": "a", "merge": True},
     "job web: template is the complete file and cannot be combined with exec, merge"),
    ({"name": "web", "instances_exact": True}, "job web: instances_exact requires instances and state started"),
    ({"name": "web", "state": "stopped", "instances": [{"N": 1}], "instances_exact": True},
     "job web: instances_exact requires instances and state started"),
    ({"name": "web", "state": "present", "instances": [{}]}, "job web: instances has no effect with state present"),
    ("web", "entry 1 of upstart_jobs_list: must be a dictionary, not text"),
])
def test_wrong_entries_are_named(entry: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        deployment_files.deployment_files([entry, {"name": "fine", "exec": "a"}], [])
    assert words in str(caught.value)
    assert "fine" not in str(caught.value)


def test_all_faults_are_reported_together() -> None:
    with pytest.raises(job_entries.DeploymentError) as caught:
        job_entries.checked([{"name": "a", "exce": "a"}, {"name": "b", "spcript": "a"}])
    assert str(caught.value).startswith("job a: unknown key 'exce'; did you mean exec?; job b: unknown key 'spcript'")


@pytest.mark.parametrize(("more", "words"), [
    ({"exec": "a"}, "job web: is listed twice"),
    ({"override": True, "state": "stopped"}, "job web: its job file and its override differ in state"),
    ({"state": "absent", "override": False, "name": "gone"}, "job gone: removing its job file also"),
])
def test_entries_of_one_job_agree(more: Entry, words: str) -> None:
    with pytest.raises(job_entries.DeploymentError, match=words):
        job_entries.checked([{"name": "web", "state": "started"}, {"name": "gone", "override": True},
                            {"name": "web", **more}])
    assert job_entries.checked([{"name": "web", "state": "absent"},
                               {"name": "web", "override": True, "state": "absent"}])


@pytest.mark.parametrize("entries", ["web", {"name": "web"}, 3])
def test_anything_but_a_list_is_refused(entries: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="upstart_jobs_list must be a list of jobs, not "):
        deployment_files.deployment_files(entries)
    assert deployment_templates.deployment_templates(entries) == []


def test_files() -> None:
    entries = [
        {"name": "web", "exec": "a", "kill_timeout": "9", "state": "stopped", "enabled": "no", "on_change": "none",
         "on_failure": "fail"},
        {"name": "legacy", "template": "a.j2", "instances": [{"N": 1}]},
        {"name": "old", "exec": "a", "template": "gone.j2", "state": "absent", "backup": True},
        {"name": "other", "template": "b.j2"},
    ]
    assert deployment_templates.deployment_templates(entries) == ["a.j2", "b.j2"]
    assert deployment_files.deployment_files(entries, ["exec a\n", "exec b\n"]) == [
        {"name": "web", "exec": "a", "kill_timeout": 9, "enabled": False},
        {"name": "legacy", "content": "exec a\n"},
        {"name": "old", "state": "absent", "backup": True, "keep_running": True},
        {"name": "other", "content": "exec b\n"},
    ]
    with pytest.raises(AnsibleFilterError, match="has 2 templates, but 1 texts"):
        deployment_files.deployment_files(entries, ["exec a\n"])


def due(entry: Entry, *results: Entry, on_change: str = "restart") -> list[tuple[str, Any, str]]:
    found = steps([{"name": "web", **entry}], *results, on_change=on_change)
    assert found["news"] == bool(found["due"])
    return [(task["name"], task.get("env"), task["state"]) for task in found["due"]]


RESTART, RELOAD = [("web", None, "restarted")], [("web", None, "reloaded")]


@pytest.mark.parametrize(("entry", "on_change", "written", "wanted"), [
    ({}, "restart", result("web"), []),
    ({}, "restart", changed("web"), []),
    ({}, "restart", changed("web", created=True), []),
    ({}, "restart", changed("web", ""), RESTART),
    ({"state": "present"}, "restart", changed("web", ""), RESTART),
    ({"state": "stopped"}, "restart", changed("web", ""), []),
    ({}, "none", changed("web", ""), []),
    ({}, "reload", changed("web", ""), RELOAD),
    ({"on_change": "reload"}, "restart", changed("web", ""), RELOAD),
    ({"on_change": "none"}, "restart", changed("web", ""), []),
    ({"on_change": "restart"}, "none", changed("web", ""), RESTART),
    # an earlier run ended before its handlers: only a missing restart can be detected
    ({}, "restart", result("web", ""), RESTART),
    ({}, "reload", result("web", ""), []),
    # removing an override changes the job once; after that there is no override
    ({"state": "absent", "override": True}, "restart", changed("web", "", state="absent", override=True), RESTART),
    ({"state": "absent", "override": True}, "restart", result("web", "", state="absent", override=True), []),
])
def test_what_is_due(entry: Entry, on_change: str, written: Entry, wanted: list[Any]) -> None:
    assert due(entry, written, on_change=on_change) == wanted


GETTY = {"name": "getty", "instance": "$A$B", "instances": [{"A": 1}, {"A": 2}]}
DEFINITION = {"instance": "$A$B", "env": {"B": "b"}}


@pytest.mark.parametrize(("stale", "on_change", "wanted", "services"), [
    ([], "restart", [], [{"A": 1}, {"A": 2}]),
    (["1b"], "restart", [({"A": 1}, "restarted"), ({"A": 2}, "restarted")], []),
    (["1b"], "reload", [({"A": 1}, "reloaded")], [{"A": 2}]),
    (["1b", "9b"], "restart", [(None, "restarted")], [{"A": 2}]),
])
def test_instances(stale: list[str], on_change: str, wanted: list[Any], services: list[Entry]) -> None:
    """A new instance would use the old file while another instance runs, so all are restarted together."""
    found = steps([GETTY], changed("getty", *stale, job=DEFINITION), on_change=on_change)
    assert [(task.get("env"), task["state"]) for task in found["due"]] == wanted
    assert [task["env"] for task in found["services"]] == services


def services(*entries: Entry) -> list[Entry]:
    return list(steps(list(entries), *[result(entry["name"]) for entry in entries])["services"])


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
def test_the_tasks_for_upstart_service(entry: Entry, wanted: list[Entry]) -> None:
    assert services({"name": "web", **entry}) == [{"name": "web", **task} for task in wanted]


def test_a_job_file_and_its_override_are_one_job() -> None:
    assert services({"name": "web", "state": "stopped"}, {"name": "web", "override": True}) == [
        {"name": "web", "state": "stopped"}]
    assert services({"name": "web", "state": "absent", "override": True}) == []


def test_changed_and_unchanged_jobs_are_started_alike() -> None:
    """In check mode the modules themselves know the predicted job."""
    found = steps([{"name": "a"}, {"name": "b"}], changed("a", created=True, job={"exec": "new"}), result("b"))
    assert found["services"] == [{"name": "a", "state": "started"}, {"name": "b", "state": "started"}]


def test_jobs_to_remove() -> None:
    """Stopped jobs are already removed; running jobs are stopped first; one job was started in between."""
    gone = {"state": "absent"}
    found = steps([{"name": "idle", "state": "absent"}], changed("idle", **gone), result("busy", "", kept=True, **gone),
                  changed("woken", "", **gone), changed("tuned", "", override=True, **gone))
    assert found["stop"] == [{"name": "busy", "state": "stopped"}, {"name": "woken", "state": "stopped"}]
    assert found["remove"] == [{"name": "busy", "state": "absent"}]
    assert found["due"] == [{"name": "tuned", "state": "restarted"}]
    assert found["services"] == []


def test_a_job_that_is_only_an_override_is_started() -> None:
    waiting = changed("a", override=True, job={})
    assert steps([{"name": "a", "override": True}], waiting)["services"] == [{"name": "a", "state": "started"}]


@pytest.mark.parametrize(("state", "stale", "on_change", "wanted"), [
    ("started", [""], "reload", ["reloaded"]),
    ("started", None, "reload", ["reloaded"]),
    ("started", None, "restart", ["restarted"]),
    ("started", [], "reload", []),
    ("started", [""], "none", []),
    ("stopped", [""], "restart", []),
])
def test_steps_that_an_earlier_run_did_not_reach(state: str, stale: Any, on_change: str, wanted: list[str]) -> None:
    """Upstart before 1.6.1 does not report the file of a running job; an unproven file of the last run is enough."""
    found = steps([{"name": "web", "state": state}], {**result("web"), "stale_instances": stale},
                  late=(unproven("web"),), on_change=on_change)
    assert [task["state"] for task in found["due"]] == wanted


def test_a_later_use_knows_the_jobs_of_earlier_lists() -> None:
    first = steps([{"name": "a"}, {"name": "gone", "state": "absent"}], result("a"), path="/lists/a.json")
    second = steps([{"name": "b"}], result("b"), pending=first)
    assert second["claimed"] == {"/lists/a.json": ["a"], "/lists/default.json": ["b"]}
    third = steps([{"name": "c"}], result("c"), pending=second)
    assert third["claimed"]["/lists/default.json"] == ["c"]


def test_a_second_use_adds_to_what_is_due() -> None:
    first = steps([{"name": "a"}], changed("a", ""), on_failure="rollback", stable_for=3, path="/lists/a.json")
    second = steps([{"name": "b"}], changed("b", ""), pending=first)
    assert [task["name"] for task in second["due"]] == ["a", "b"]
    assert list(second["undo"]) == ["a"]
    assert (second["stable_for"], second["manifests"]) == (3, ["/lists/a.json", "/lists/default.json"])
    third = steps([{"name": "c"}], result("c"), pending=second)
    assert ([task["name"] for task in third["due"]], third["news"]) == (["a", "b"], False)
    assert steps([{"name": "c"}], result("c"), pending={"due": [], "undo": {}})["due"] == []


@pytest.mark.parametrize(("entry", "written", "wanted"), [
    ({"state": "stopped"}, result("web"), []),
    ({"state": "absent"}, result("web", "", state="absent", kept=True), []),
    ({"state": "absent"}, result("web", state="absent"), []),
    ({"on_change": "none"}, changed("web", ""), ["reloaded"]),
    ({"on_change": "reload"}, changed("web", ""), ["reloaded"]),
    ({"on_change": "restart"}, changed("web", ""), ["restarted"]),
    ({"state": "present"}, result("web"), ["reloaded"]),
])
def test_the_second_use_of_a_job_counts(entry: Entry, written: Entry, wanted: list[str]) -> None:
    first = steps([{"name": "web"}], changed("web", ""), on_change="reload", on_failure="rollback")
    found = steps([{"name": "web", **entry}], written, pending=first)
    assert [task["state"] for task in found["due"]] == wanted
    assert list(found["undo"]) == ["web"] * len(wanted)


def test_instances_that_two_uses_change_are_restarted_once() -> None:
    first = steps([GETTY], changed("getty", "1b", job=DEFINITION), on_change="reload")
    found = steps([GETTY], changed("getty", "1b", "2b", job=DEFINITION), pending=first)
    assert [(task["env"], task["state"]) for task in found["due"]] == [({"A": 1}, "restarted"), ({"A": 2}, "restarted")]
    found = steps([GETTY], changed("getty", "9b", job=DEFINITION), pending=first)
    assert found["due"] == [{"name": "getty", "state": "restarted"}]


def test_jobs_to_remove_keep_a_copy_with_backup() -> None:
    found = steps([{"name": "web", "state": "absent", "backup": True}], result("web", "", state="absent", kept=True))
    assert found["remove"] == [{"name": "web", "state": "absent", "backup": True}]


@pytest.mark.parametrize(("written", "options", "words"), [
    (None, {}, "the result of sysinit.upstart.upstart_job is required"),
    ({}, {"on_change": "kill"}, "on_change must be restart or reload or none, not 'kill'"),
    ({}, {"on_failure": "cry"}, "on_failure must be fail or rollback, not 'cry'"),
    ({}, {}, "job web: unknown key 'exce'"),
])
def test_steps_for_wrong_input(written: Any, options: dict[str, str], words: str) -> None:
    with pytest.raises(AnsibleFilterError) as caught:
        deployment_steps.deployment_steps([{"name": "web", "exce": "a"}], written, **options)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_filters_document_what_they_return(name: str) -> None:
    module = MODULES[name]
    assert list(module.FilterModule().filters()) == [name]
    contains = yaml.safe_load(module.RETURN)["_value"].get("contains", {})
    if name == "deployment_steps":
        assert set(contains) == set(steps([]))
    if name == "deployment_rollback":
        assert set(contains) == set(rollbacks.rollback({}, {}))


def test_an_unknown_definition_is_no_reason_for_a_restart() -> None:
    """upstart_job returns null in that case, for example with Upstart before 1.6.1."""
    unknown = {**result("web"), "stale_instances": None}
    assert steps([{"name": "web", "state": "started"}], unknown)["due"] == []


def test_omitted_keys_are_removed() -> None:
    """Both as in ansible-core since 2.19, and as before."""
    omit = type("_OmitType", (), {})()
    entry = {"name": "web", "exec": "a", "nice": omit, "state": omit, "umask": "__omit_place_holder__0a1b",
             "pre_start": {"exec": "b", "interpreter": omit}}
    assert deployment_files.deployment_files([entry]) == [{"name": "web", "exec": "a", "pre_start": {"exec": "b"}}]
