# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes of a task that may change the next boot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.next_boot import changed_jobs
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.options import argument_spec, wanted_file
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import plan_all

OLD = "start on startup\nexec a\n"


def changes(folder: Path, **options: Any) -> dict[str, Any]:
    given = {**{option: row.get("default") for option, row in argument_spec().items()}, "name": "web", **options}
    return changed_jobs(plan_all([wanted_file(given, str(folder))], str(folder), (1, 13, 2)))


@pytest.mark.parametrize(("options", "changed"), [
    ({"start_on": "startup", "exec": "b"}, {}),
    ({"start_on": "startup", "exec": "a"}, {}),
    ({"start_on": "filesystem", "exec": "a"}, {"web": {"start_on": "filesystem", "exec": "a"}}),
    ({"start_on": "startup", "exec": "a", "task": True},
     {"web": {"start_on": "startup", "exec": "a", "task": True}}),
    ({"exec": "a"}, {"web": {"exec": "a"}}),
    ({"state": "absent"}, {"web": None}),
    ({"override": True, "manual": True}, {"web": {"exec": "a"}}),
    ({"override": True, "nice": 5}, {}),
])
def test_changes_of_a_job(tmp_path: Path, options: dict[str, Any], changed: dict[str, Any]) -> None:
    (tmp_path / "web.conf").write_text(OLD)
    assert changes(tmp_path, **options) == changed


@pytest.mark.parametrize("options", [
    {"env": {"A": "b"}}, {"export": ["A"]}, {"pre_start": {"exec": "initctl emit a"}},
    {"post_start": {"exec": "start b"}},
])
def test_causes_besides_conditions(tmp_path: Path, options: dict[str, Any]) -> None:
    (tmp_path / "web.conf").write_text(OLD)
    assert list(changes(tmp_path, start_on="startup", exec="a", **options)) == ["web"]


def test_a_new_job(tmp_path: Path) -> None:
    assert changes(tmp_path, exec="a") == {"web": {"exec": "a"}}


def test_a_job_whose_old_file_upstart_rejects(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("strat on startup\n")
    assert changes(tmp_path, start_on="startup", exec="a") == {"web": {"start_on": "startup", "exec": "a"}}


@pytest.mark.parametrize(("conf", "changed"), [
    (OLD, {"web": {"start_on": "startup", "exec": "a"}}),
    ("strat on startup\n", {}),
    (None, {}),
])
def test_an_override_that_goes(tmp_path: Path, conf: str | None, changed: dict[str, Any]) -> None:
    if conf is not None:
        (tmp_path / "web.conf").write_text(conf)
    (tmp_path / "web.override").write_text("manual\n")
    assert changes(tmp_path, state="absent", override=True) == changed
