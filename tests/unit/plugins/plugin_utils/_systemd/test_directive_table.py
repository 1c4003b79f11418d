# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What older releases of systemd lack."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import (
    BY_NAME,
    DIRECTIVES,
    NEWEST,
    OLDEST,
    Directive,
    SystemdRelease,
)
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import codes, unit_lines

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


@pytest.mark.parametrize("version", [237, 245, 249, 255])
def test_the_output_only_differs_where_the_table_says(version: int) -> None:
    jobs = {"web": "respawn\nexec /x\n", "db": "start on started web\nexec /x\n"}
    newest, this = (unit_lines(jobs, systemd_version=number) for number in (NEWEST, version))
    assert set(newest) ^ set(this) == (set() if version >= 240 else {"Type=exec", "Type=simple"})
