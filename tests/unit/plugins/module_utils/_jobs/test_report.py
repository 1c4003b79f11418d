# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of upstart_job."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import options as job_options
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs import report
from ansible_collections.sysinit.upstart.plugins.module_utils._jobs.plans import FilePlan, plan_all

FINDING = {"severity": "warning", "line": 3, "message": "respawn limit without respawn", "code": "some-code"}


def file_plan(folder: Path, before: str | None, **entry: Any) -> FilePlan:
    if before is not None:
        (folder / "web.conf").write_text(before)
    params = dict.fromkeys(job_options.argument_spec())
    params.update({"name": "web", "state": "present", "override": False, "merge": False, "exact": False,
                   "backup": False, "jobs": None, **entry})
    (plan,) = plan_all(job_options.wanted_jobs(params), str(folder))
    return plan


@pytest.mark.parametrize(("before", "entry", "changes", "expected"), [
    (None, {"content": "exec a\n"}, {}, "created, file {}/web.conf"),
    ("exec a\n", {"content": "exec a\n"}, {}, "unchanged, file {}/web.conf"),
    ("exec a\n", {"content": "exec a\n"}, {"changed": True}, "changed, file {}/web.conf"),
    ("exec a\n", {"content": "exec b\n"}, {}, "changed, file {}/web.conf"),
    ("exec a\n", {"state": "absent"}, {}, "removed, file {}/web.conf"),
    (None, {"state": "absent"}, {}, "absent, file {}/web.conf"),
    ("exec a\n", {"state": "absent"}, {"kept": True, "changed": False},
     "kept, file {}/web.conf -- its instances are running"),
    (None, {"content": "exec a\n"}, {"warnings": [FINDING, {**FINDING, "line": None}, {**FINDING, "severity": "hint"}]},
     "created, file {}/web.conf -- line 3: respawn limit without respawn (some-code); respawn limit without respawn "
     "(some-code)"),
    (None, {"content": "exec a\n"}, {"stale": [""]}, "created, file {}/web.conf -- it runs with an older definition"),
    (None, {"content": "exec a\n"}, {"stale": ["1", "2"]},
     "created, file {}/web.conf -- instances with an older definition: 1, 2"),
    (None, {"content": "exec a\n"}, {"stale": None}, "created, file {}/web.conf"),
])
def test_summary(tmp_path: Path, before: str | None, entry: dict[str, Any], changes: dict[str, Any],
                 expected: str) -> None:
    plan = file_plan(tmp_path, before, **entry)
    for name, value in changes.items():
        setattr(plan, name, value)
    assert report.result_of([plan])["summary"] == ["web " + expected.format(tmp_path)]


START = "start on runlevel [2345]\n"


@pytest.mark.parametrize(("text", "override", "entry", "state"), [
    (START, None, {"enabled": False}, "still enabled: enabled has no effect on a job file. Use upstart_service with "
                                      "enabled: false."),
    (START, "manual\n", {"enabled": True}, "still disabled: enabled has no effect on a job file. Use upstart_service "
                                           "with enabled: true."),
    (START, "manual\n", {"enabled": False}, None),
    (START, None, {"enabled": True}, None),
    (START, None, {}, None),
    ("", None, {"enabled": False}, None),  # nothing starts it
    ("", None, {"enabled": True}, None),  # upstart_service reports it
    (START, None, {"override": True, "content": "nice 1\n", "enabled": False}, None),
])
def test_a_job_file_is_the_wrong_place_to_disable_a_job(
    tmp_path: Path, text: str, override: str | None, entry: dict[str, Any], state: str | None,
) -> None:
    if override:
        (tmp_path / "web.override").write_text(override)
    plan = file_plan(tmp_path, text + "exec a\n", **{"content": text + "exec a\n", **entry})
    assert report.enabling_warnings([plan]) == ([f"Job web is {state}"] if state else [])


def test_the_override_in_the_same_list_counts(tmp_path: Path) -> None:
    params = dict.fromkeys(job_options.argument_spec())
    params.update({"state": "present", "jobs": [
        {"name": "web", "content": START + "exec a\n", "enabled": False},
        {"name": "web", "override": True, "content": "nice 1\n", "enabled": False}]})
    plans = plan_all(job_options.wanted_jobs(params), str(tmp_path))
    assert report.enabling_warnings(plans) == []
    assert report.enabling_warnings(plans[:1]) != []
