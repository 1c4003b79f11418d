# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events of jobs."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import SystemdRelease
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import TranslationOptions
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.host import UpstartHost
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.job_leaves import JobEvents, start_on_success
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.leaves import read_leaf

JOBS = {"daily": "task\nexec /x\n", "db": "exec /x\n", "one": "instance tty$N\nexec /x\n", "mountall": "task\n"}


def events(version: int = 252) -> JobEvents:
    return JobEvents(UpstartHost(read_jobs(JOBS), TranslationOptions(SystemdRelease(version))))


@pytest.mark.parametrize(("text", "codes", "pulls", "requisite"), [
    ("started db", ["started"], ["db.service"], "db.service"), ("starting JOB=db", ["starting"], ["db.service"], ""),
    ("started one tty4", ["job-instance", "started"], ["one@4.service"], "one@4.service"),
    ("started one", ["job-pattern"], [], ""), ("started one x", ["job-pattern"], [], ""),
    ("started mountall", ["started"], ["local-fs.target"], ""), ("started ureadahead", ["job-unknown"], [], ""),
    ("started gone", ["job-unknown", "started"], ["gone.service"], ""),
    ("started daily", ["started-task"], ["daily.service"], ""),
    ("stopped rc RUNLEVEL=[2345]", ["runlevel"], ["multi-user.target"], ""),
    ("stopped mountall", ["stopped"], ["local-fs.target"], ""),
])
def test_start(text: str, codes: list[str], pulls: list[str], requisite: str) -> None:
    plan = events().start(read_leaf(from_text(text)[0], {}), "web.service")
    assert (plan.codes, plan.pulls, plan.requisite) == (codes, pulls, requisite)


@pytest.mark.parametrize(("text", "keys"), [
    ("stopped db", ["OnSuccess", "OnFailure"]), ("stopped db RESULT=ok", ["OnSuccess"]),
    ("stopped db RESULT=failed", ["OnFailure"]),
])
def test_after_the_end(text: str, keys: list[str]) -> None:
    plan = events().start(read_leaf(from_text(text)[0], {}), "web.service")
    assert plan.others == [("db.service", key, "web.service") for key in keys]


def test_older_systemd() -> None:
    older = events(248)
    plan = older.start(read_leaf(from_text("stopped db RESULT=ok")[0], {}), "web.service")
    assert plan.others == [("db.service", "ExecStopPost", start_on_success("web.service"))]
    assert older.missing == ["OnSuccess="]
    assert older.stop(read_leaf(from_text("stopping db")[0], {}), "web.service").settings[0][1] == "PartOf"


@pytest.mark.parametrize(("text", "settings"), [
    ("stopping db", [("StopPropagatedFrom", "db.service"), ("After", "db.service")]),
    ("stopped db", [("StopPropagatedFrom", "db.service")]),
    ("starting db", []), ("started mountall", []), ("stopping d*", []),
])
def test_stop(text: str, settings: list[tuple[str, str]]) -> None:
    plan = events().stop(read_leaf(from_text(text)[0], {}), "web.service")
    assert [(key, value) for _section, key, value in plan.settings] == settings


@pytest.mark.parametrize(("text", "own", "version", "other"), [
    ("starting db", "web.service", 252, ("ExecStartPre", "-+/bin/systemctl stop web.service")),
    ("started db", "web.service", 252, ("ExecStartPost", "-+/bin/systemctl stop web.service")),
    ("starting db", "web@.service", 252, ("ExecStartPre", "-+/bin/systemctl stop web@*.service")),
    ("starting db", "web.service", 229, ("ExecStartPre", "-/bin/systemctl stop web.service")),
])
def test_another_unit_stops_it(text: str, own: str, version: int, other: tuple[str, str]) -> None:
    plan = events(version).stop(read_leaf(from_text(text)[0], {}), own)
    assert plan.others == [("db.service", *other)]
