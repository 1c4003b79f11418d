# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of a list of jobs, and what it asks of each job."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._deploy import entries as job_entries
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.wanted_file import WantedFile

Entry = dict[str, Any]


@pytest.mark.parametrize(("entry", "words"), [
    ({"name": "web", "exce": "a"}, "job web: unknown key 'exce'; did you mean exec?"),
    ({"name": "web", "colour": "a"}, "job web: unknown key 'colour'"),
    ({"name": "web", "keep_running": True}, "job web: unknown key 'keep_running'"),
    ({"exec": "a"}, "entry 1 of the list: missing required arguments: name"),
    ({"name": False}, "entry 1 of the list: its name must be a string, but YAML reads it as False; put"),
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
    ("web", "entry 1 of the list: must be a dictionary, not text"),
    (3, "entry 1 of the list: must be a dictionary, not int"),
])
def test_wrong_entries_are_named(entry: Any, words: str) -> None:
    with pytest.raises(UpstartError) as caught:
        job_entries.checked([entry, {"name": "fine", "exec": "a"}])
    assert words in caught.value.message
    assert "fine" not in caught.value.message


@pytest.mark.parametrize(("key", "end"), [("exce", "; did you mean exec?"), ("colour", "unknown key 'colour'.")])
def test_a_message_ends_with_one_mark(key: str, end: str) -> None:
    with pytest.raises(UpstartError) as caught:
        job_entries.checked([{"name": "a", key: "a"}])
    assert caught.value.message.endswith(end)


def test_all_faults_are_reported_together() -> None:
    with pytest.raises(UpstartError) as caught:
        job_entries.checked([{"name": "a", "exce": "a"}, {"name": "b", "spcript": "a"}])
    assert caught.value.message.startswith(
        "job a: unknown key 'exce'; did you mean exec?; job b: unknown key 'spcript'")


@pytest.mark.parametrize(("more", "words"), [
    ({"exec": "a"}, "job web: is listed twice"),
    ({"override": True, "state": "stopped"}, "job web: its job file and its override differ in state"),
    ({"state": "absent", "override": False, "name": "gone"}, "job gone: removing its job file also"),
])
def test_entries_of_one_job_agree(more: Entry, words: str) -> None:
    with pytest.raises(UpstartError, match=words):
        job_entries.checked([{"name": "web", "state": "started"}, {"name": "gone", "override": True},
                            {"name": "web", **more}])
    assert job_entries.checked([{"name": "web", "state": "absent"},
                               {"name": "web", "override": True, "state": "absent"}])


@pytest.mark.parametrize("name", ["", "team/shop", "..", "../x", "a b", "-a", "shop\n"])
def test_the_name_of_a_list_is_a_file_name(name: str) -> None:
    with pytest.raises(UpstartError, match="set must have only letters, digits"):
        job_entries.check_set_name(name)
    job_entries.check_set_name("Shop-2.1_a")


def wanted(listed: list[Entry], *texts: str) -> list[WantedFile]:
    checked = job_entries.checked(listed)
    return job_entries.wanted_files(checked, job_entries.listed_jobs(checked), texts, "/etc/init")


def test_the_files_that_a_list_asks_for() -> None:
    listed = [
        {"name": "web", "exec": "a", "kill_timeout": "9", "state": "stopped", "enabled": "no", "on_change": "none",
         "on_failure": "fail"},
        {"name": "legacy", "template": "a.j2", "instances": [{"N": 1}]},
        {"name": "old", "exec": "a", "template": "gone.j2", "state": "absent", "backup": True},
        {"name": "other", "template": "b.j2"},
        {"name": "web", "override": True, "nice": 3},
    ]
    web, legacy, old, other, override = wanted(listed, "exec a\n", "exec b\n")
    assert (web.stanzas, web.enabled, web.state) == ({"exec": "a", "kill_timeout": 9}, False, "present")
    assert (legacy.content, other.content) == ("exec a\n", "exec b\n")
    assert (old.state, old.stanzas, old.backup, old.keep_running, old.content) == ("absent", {}, True, True, None)
    assert (override.override, override.stanzas, override.enabled) == (True, {"nice": 3}, False)


def test_templates_need_their_texts() -> None:
    with pytest.raises(UpstartError, match="has 1 templates, but 0 rendered texts"):
        wanted([{"name": "web", "template": "a.j2"}])


def test_a_job_file_and_its_override_are_one_job() -> None:
    (job,) = job_entries.listed_jobs(job_entries.checked([{"name": "web", "state": "stopped", "on_change": "reload"},
                                                          {"name": "web", "override": True, "enabled": True}]))
    assert (job.state, job.enabled, job.on_change, job.is_removed) == ("stopped", True, "reload", False)
    (job,) = job_entries.listed_jobs([{"name": "web", "override": True, "state": "absent", "on_change": "none"}])
    assert (job.state, job.on_change, job.is_removed) == (None, "none", False)
    (job,) = job_entries.listed_jobs([{"name": "web", "state": "absent"}])
    assert job.is_removed
