# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of events without the names of their variables, and variables that do not belong to an event."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import SystemdRelease
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import TranslationOptions
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.host import UpstartHost
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.job_leaves import JobEvents
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.leaves import LeafPlan, read_leaf
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import codes, unit_lines


def events(version: int = 252) -> JobEvents:
    return JobEvents(UpstartHost(read_jobs({"db": "exec /x\n"}), TranslationOptions(SystemdRelease(version))))


def start(text: str) -> LeafPlan:
    return events().start(read_leaf(from_text(text)[0], {}), "web.service")


@pytest.mark.parametrize(("text", "names", "keys"), [
    ("stopped db x ok", ["stopped-result"], ["OnSuccess"]),
    ("stopped db x failed", ["stopped-result"], ["OnFailure"]),
    ("stopped db ok", ["stopped"], ["OnSuccess", "OnFailure"]),
    ("stopped db x ok main", ["job-arguments", "stopped-result"], ["OnSuccess"]),
    ("stopped db RESULT!=ok", ["job-arguments", "stopped"], ["OnSuccess", "OnFailure"]),
])
def test_the_result_is_the_third_argument(text: str, names: list[str], keys: list[str]) -> None:
    plan = start(text)
    assert (plan.codes, [key for _unit, key, _own in plan.others]) == (names, keys)


@pytest.mark.parametrize(("text", "names", "pulls"), [
    ("stopped rc RUNLEVEL=3", ["runlevel-unlike"], ["multi-user.target"]),
    ("stopped rc RUNLEVEL=5", ["runlevel-graphical"], ["graphical.target"]),
    ("stopped rc RUNLEVEL=[2345] PREVLEVEL=N", ["runlevel-previous", "runlevel"], ["multi-user.target"]),
    ("stopped rc RESULT=ok RUNLEVEL=6", ["runlevel-shutdown"], ["reboot.target"]),
])
def test_the_runlevel_of_rc(text: str, names: list[str], pulls: list[str]) -> None:
    plan = start(text)
    assert (plan.codes, plan.pulls) == (names, pulls)


@pytest.mark.parametrize(("version", "missing"), [(231, []), (230, ["ExecStartPre=+"])])
def test_a_stop_by_another_unit_on_an_older_systemd(version: int, missing: list[str]) -> None:
    older = events(version)
    older.stop(read_leaf(from_text("starting db")[0], {}), "web.service")
    assert older.missing == missing


def test_a_file_by_position() -> None:
    assert "PathExists=/x" in unit_lines({"web": "start on file /x create\nexec /x\n"}, "web.path")
    assert codes({"web": "start on file /x delete\nexec /x\n"})["file-unknown"] == "impossible"


@pytest.mark.parametrize(("condition", "is_by_name"), [
    ("remove N=$N", True), ("remove N=${N}", True), ("remove $N", True), ("remove N=5", False),
    ("remove N=$N X=5", False), ("remove N=$N X!=5", False), ("remove N!=$N", False), ("remove", False),
])
def test_an_event_that_stops_the_instance_of_its_name(condition: str, is_by_name: bool) -> None:
    text = f"start on runlevel [2345]\nstop on {condition}\ninstance $N\nexec /x\n"
    assert ("event-instance" in codes({"one": text}, "one")) == is_by_name
