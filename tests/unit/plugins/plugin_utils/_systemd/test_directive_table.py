# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What older releases of systemd lack."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import (
    BY_NAME,
    DIRECTIVES,
    NEWEST,
    OLDEST,
    Directive,
    SystemdRelease,
)
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import (
    DATA,
    UNITS,
    accepted_jobs,
    codes,
    unit_lines,
)

# A job whose unit needs the setting, what a line of it has from then on, and what it has before.
NEEDING = {
    "StartLimitIntervalSec=": ("exec /x\n", "StartLimitIntervalSec=0", "StartLimitInterval=0"),
    "MemoryMax=": ("cgroup memory limit_in_bytes 5\n", "MemoryMax=5", "MemoryLimit=5"),
    "CPUWeight=": ("cgroup cpu shares 1024\n", "CPUWeight=100", "CPUShares=1024"),
    "ExecStartPre=+": ("tmpfiles /x\n", "ExecStartPre=-+/bin/systemd-tmpfiles --create /x",
                       "ExecStartPre=-/bin/systemd-tmpfiles --create /x"),
    "ExecStart= without a path": ("exec x\n", 'ExecStart=/bin/sh -e -c "exec x"', 'ExecStart=/bin/sh -e -c "exec x"'),
    "Type=exec": ("exec /x\n", "Type=exec", "Type=simple"),
    "StandardOutput=append:": ("exec /x\n", "StandardOutput=append:/var/log/upstart/web.log", "Type=simple"),
    "ExecCondition=": ("pre-start script\nstop\nend script\nexec /x\n",
                       "ExecCondition=/bin/sh -e /usr/local/lib/upstart-jobs/web.pre-start",
                       "ExecStartPre=/bin/sh -e /usr/local/lib/upstart-jobs/web.pre-start"),
    "ExecCondition= for started": ("start on started db\nexec /x\n",
                                   "ExecCondition=+/bin/systemctl is-active --quiet db.service",
                                   "Requisite=db.service"),
    "AllowedCPUs=": ("cgroup cpuset cpus 0\n", "AllowedCPUs=0", "CPUAffinity=0"),
    "Restart=on-failure of Type=oneshot": ("task\nrespawn\nexec /x\n", "Restart=on-failure", "Type=oneshot"),
    "StopPropagatedFrom=": ("stop on stopping db\n", "StopPropagatedFrom=db.service", "PartOf=db.service"),
    "OnSuccess=": ("exec /x\n", "OnSuccess=db.service", "StartLimitIntervalSec=0"),
}


@pytest.mark.parametrize("directive", DIRECTIVES, ids=lambda directive: directive.name)
def test_older_releases(directive: Directive) -> None:
    text, line, older_line = NEEDING[directive.name]
    db = "start on stopped web RESULT=ok\n" if directive.name == "OnSuccess=" else "exec /db\n"
    jobs = {"web": text, "db": db}
    job = "db" if directive.name == "OnSuccess=" else "web"
    newer, older = ({"systemd_version": version, "log": "files"} for version in (directive.since, directive.since - 1))
    if directive.since > OLDEST:
        assert line in unit_lines(jobs, **newer)
        assert older_line in unit_lines(jobs, **older)
    if directive.change:
        assert "older-systemd" in codes(jobs, job, **older)
    if line != older_line:
        assert line not in unit_lines(jobs, **older)


def test_a_release() -> None:
    assert SystemdRelease(NEWEST).missing("Type=exec") is None
    assert SystemdRelease(OLDEST).missing("Type=exec") is BY_NAME["Type=exec"]
    assert SystemdRelease(229).start_limit_burst() == ("Service", "StartLimitBurst")


# The lines in which a release without the setting differs from one with it.
LINES = {
    "StartLimitIntervalSec=": "StartLimit(Interval|IntervalSec|Burst)=",
    "MemoryMax=": "Memory(Max|Limit)=",
    "CPUWeight=": "CPU(Weight|Shares)=",
    "ExecStartPre=+": r"ExecStart(Pre|Post)=-\+?/(bin/systemctl stop|bin/systemd-tmpfiles|sbin/apparmor_parser)",
    "ExecStart= without a path": "(no line)",
    "Type=exec": "Type=(exec|simple)$",
    "StandardOutput=append:": "Standard(Output|Error)=append:",
    "ExecCondition=": r"Exec(Condition|StartPre)=/bin/sh -e .*\.pre-start(\.conf)?$",
    "ExecCondition= for started": r"ExecCondition=(\+/bin/systemctl is-active |$)|Requisite=",
    "AllowedCPUs=": "(AllowedCPUs|CPUAffinity)=",
    "Restart=on-failure of Type=oneshot": "Restart(Sec|PreventExitStatus)?=|StartLimit",
    "StopPropagatedFrom=": "(StopPropagatedFrom|PartOf)=",
    "OnSuccess=": r"OnSuccess=|ExecStopPost=-/bin/sh -c '\[ ",
}


Jobs = Mapping[str, "str | dict[str, str]"]


@pytest.fixture(scope="module")
def recorded() -> Jobs:
    """A third of the recorded job files that Upstart accepts, and a job for each setting, as one host."""
    sample = dict(list(accepted_jobs(DATA / "own.jsonl"))[::3])
    return {**sample, **{f"needing-{index}": job for index, (job, _newer, _older) in enumerate(NEEDING.values())}}


@pytest.fixture(scope="module")
def newest(recorded: Jobs) -> dict[str, Any]:
    return translation(recorded, NEWEST)


def translation(jobs: Jobs, version: int) -> dict[str, Any]:
    result: dict[str, Any] = to_systemd(jobs, version, log="files", distribution="none")
    return result


def settings(files: Mapping[str, str], path: str) -> set[str]:
    """Return the settings of a unit."""
    return {line for line in files.get(path, "").splitlines() if path.startswith(UNITS) and "=" in line}


@pytest.mark.parametrize("version", [229, 237, 245, 249, 255])
def test_the_output_only_differs_where_the_table_says(version: int, recorded: Jobs, newest: dict[str, Any]) -> None:
    this = translation(recorded, version)
    missing = [re.compile(LINES[directive.name]) for directive in DIRECTIVES if directive.since > version]
    changed = {line for path in {*newest["files"], *this["files"]}
               for line in settings(newest["files"], path) ^ settings(this["files"], path)}
    assert [line for line in changed if not any(pattern.match(line) for pattern in missing)] == []
    assert bool(changed) == bool(missing)
    assert newest["links"] == this["links"]
    assert without_older(newest) == without_older(this)


def without_older(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in result["findings"] if finding["code"] != "older-systemd"]
