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
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import codes as codes_of
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import unit_lines

CONSOLE = "instance $TTY\nenv TTY=tty9\nexport TTY\nexec /x\n"
JOBS = {"con": CONSOLE, "free": CONSOLE.replace("env TTY=tty9\n", ""), "silent": CONSOLE.replace("export TTY\n", ""),
        "pair": "instance $A-$B\nenv A=1\nenv B=2\nexport A B\nexec /x\n",
        "prefix": "instance tty${N:-7}\nexport N X\nexec /x\n",
        "odd": "instance $INSTANCE\nexport INSTANCE\nexec /x\n",
        "daily": "task\nexec /x\n", "db": "exec /x\n", "one": "instance tty$N\nexec /x\n", "mountall": "task\n"}


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


@pytest.mark.parametrize(("text", "unit", "codes"), [
    ("started con TTY=tty1", "con@tty1", []), ("started free TTY=tty1", "free@tty1", []),
    ("starting con TTY=tty1", "con@tty1", []), ("started con", "con@tty9", []),
    ("started con INSTANCE=tty1", "con@tty1", []), ("started con INSTANCE=tty1 TTY=tty1", "con@tty1", []),
    ("started con INSTANCE=* TTY=tty1", "con@tty1", []), ("started con * TTY=tty1", "con@tty1", []),
    ("started con TTY=tty1 X=5", "con@tty1", ["job-arguments"]),
    ("started con TTY!=tty9", None, []), ("started con TTY=tty*", None, []), ("started con TTY=tty\\9", None, []),
    ("started con INSTANCE=tty*", None, []), ("started con INSTANCE!=tty9", None, []), ("started con tty?", None, []),
    ("started con INSTANCE=tty1 TTY=tty2", "con@tty1", ["job-arguments"]),
    ("started silent TTY=tty1", None, []), ("started silent TTY=tty9", None, []),
    ("started silent INSTANCE=tty1", "silent@tty1", []),
    ("started pair A=3 B=4", "pair@3\\x2d4", []), ("started pair B=4", "pair@1\\x2d4", []),
    ("started pair A=3 B=*", None, []), ("started pair 3-4 A=3 B=4", "pair@3\\x2d4", []),
    ("started prefix N=4", "prefix@tty4", []), ("started prefix X=4", "prefix@tty7", ["job-arguments"]),
    ("started odd INSTANCE=3", "odd@3", []),
])
def test_the_instance(text: str, unit: str | None, codes: list[str]) -> None:
    """The variables that a job exports name its instance, too; INSTANCE counts before them."""
    for words in (text, text.replace("started", "stopping")):
        job_events, leaf = events(), read_leaf(from_text(words)[0], {})
        plan = (job_events.stop if words.startswith("stopping") else job_events.start)(leaf, "web.service")
        expected = ["job-pattern"] if unit is None else ["job-instance", *codes]
        assert [code for code in plan.codes if code.startswith("job-")] == expected
        units = {value for _section, key, value in plan.settings if key in ("After", "Before", "StopPropagatedFrom")}
        assert units == (set() if unit is None else {f"{unit}.service"})


@pytest.mark.parametrize(("condition", "unit"), [
    ("stopped db TTY=tty1", "con@tty1.service"), ("stopped db", "con@tty9.service"),
    ("stopped db X=tt*", "con@tty9.service"), ("stopped db TTY=tty*", None), ("stopped db TTY!=tty1", None),
])
def test_the_instance_that_an_event_starts(condition: str, unit: str | None) -> None:
    """The event has a value for the variable, so the job's own env does not count."""
    jobs = {"con": f"start on {condition}\n" + CONSOLE, "db": "env TTY=tty3\nexport TTY\nexec /x\n"}
    values = [line.partition("=")[2] for line in unit_lines(jobs, "db.service") if line.startswith("OnSuccess=")]
    assert values == ([unit] if unit else [])
    assert ("instance-start" in codes_of(jobs, "con")) == (unit is None)


def test_a_job_that_follows_an_instance_by_its_variable() -> None:
    jobs = {"con": "start on foo TTY=tty1\n" + CONSOLE,
            "web": "start on started con TTY=tty1\nstop on stopping con TTY=tty1\nexec /x\n"}
    lines = unit_lines(jobs)
    assert {"After=con@tty1.service", "StopPropagatedFrom=con@tty1.service", "WantedBy=con@tty1.service"} <= set(lines)
    assert not [line for line in lines if "tty9" in line]
    assert "job-arguments" not in codes_of(jobs)


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
