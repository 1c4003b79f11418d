# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task in check mode would make of the next boot."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.boot_forecast import boot_forecast
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot import planned_change
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.all_profiles import PROFILES
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.profiles.probable import probable_profile

DB, WEB = {"start_on": "startup", "exec": "a"}, {"start_on": "started db", "exec": "b"}


def boot_difference(*arguments: Any) -> dict[str, Any]:
    return planned_change.boot_difference(*arguments, boot_forecast)


def host(version: str = "1.13.2", **jobs: dict[str, Any]) -> dict[str, Any]:
    return {"version": version, "jobs": [{"name": name, "stanzas": stanzas} for name, stanzas in jobs.items()]}


@pytest.mark.parametrize(("version", "jobs", "profile"), [
    ("1.5", ["mountall", "rc-sysinit", "web"], "ubuntu_12_04"),
    ("1.12.1", ["mountall", "rc-sysinit"], "ubuntu_14_04"),
    ("1.13.2", ["mountall"], "plain"),
    ("0.6.5", ["rcS", "rc"], "enterprise_linux_6"),
    ("1.5", ["boot-services", "system-services"], "chromeos"),
    ("1.5", [], "plain"),
    (None, ["mountall", "rc-sysinit"], "ubuntu_14_04"),
    (None, ["rcS", "rc"], "enterprise_linux_6"),
])
def test_the_profile_of_a_host(version: str | None, jobs: list[str], profile: str) -> None:
    assert probable_profile(jobs, version) == profile
    assert profile in PROFILES


def test_a_condition_that_never_comes_true() -> None:
    difference = boot_difference(host(db=DB, web=WEB), [], {"web": {**WEB, "start_on": "started dbb"}})
    assert list(difference["no_longer"]) == ["web"] and difference["profile"] == "plain"
    line, = planned_change.losses(difference, {"web": {**WEB, "start_on": "started dbb"}})
    assert line.startswith("At the next boot, job web will no longer start: started dbb never comes")
    assert line[-1] == "?"


def test_a_job_that_loses_what_it_waits_for() -> None:
    change = {"db": None}
    difference = boot_difference(host(db=DB, web=WEB), [], change)
    assert set(difference["no_longer"]) == {"db", "web"}
    assert [line.split()[5] for line in planned_change.losses(difference, change)] == ["web"]  # db goes on purpose


def test_earlier_tasks_count() -> None:
    new = {"db": DB}
    alone = boot_difference(host(), [], {"web": WEB})
    assert alone["newly"] == []
    assert boot_difference(host(), [new], {"web": WEB})["newly"] == ["web"]
    back = boot_difference(host(db=DB), [{"db": None}, new], {"web": WEB})
    assert (back["newly"], back["no_longer"]) == (["web"], {})


def test_the_host_is_left_as_it_is() -> None:
    before = host(db=DB)
    boot_difference(before, [{"db": None}], {"web": WEB})
    assert before == host(db=DB)


def test_a_host_that_does_not_tell_its_version() -> None:
    jobs = {"mountall": DB, "rc-sysinit": WEB, "db": DB, "web": WEB}
    difference = boot_difference(host("0", **jobs), [], {"web": {**WEB, "start_on": "started dbb"}})
    assert difference["profile"] == "ubuntu_14_04" and list(difference["no_longer"]) == ["web"]


def test_only_changes_of_the_same_directory_count() -> None:
    records = [{"boot": {"db": None}, "conf_dir": "/mnt/etc/init"}, {"boot": {"db": DB}, "conf_dir": "/etc/init"},
               {"doubt": "a task runs with async"}]
    assert planned_change.earlier_changes(records, "/etc/init") == [{"db": DB}]


@pytest.mark.parametrize(("names", "expected"), [(["db"], [{"web": WEB}]), (None, []), ([], [])])
def test_a_real_change_replaces_predictions(names: list[str] | None, expected: list[Any]) -> None:
    records = [{"boot": {"db": DB, "web": WEB}, "conf_dir": "/etc/init"}, {"forget": names}]
    assert planned_change.earlier_changes(records, "/etc/init") == expected
    assert planned_change.earlier_changes([*records, records[0]], "/etc/init") == [*expected, records[0]["boot"]]
