# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings by the tables."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import BY_NAME
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import ROWS, FindingList
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs


def test_a_finding() -> None:
    (job,) = read_jobs({"web": "nice 5\nexport A\n"})
    findings = FindingList(job)
    findings.add("nice", "nice 5", job.places[0])
    findings.add("export", "export A", job.places[1], more="First.")
    findings.add("export", "export A", job.places[1], more="First.")
    nice, export = (finding.as_dict() for finding in findings.items)
    assert nice == {"code": "nice", "job": "web", "file": "/etc/init/web.conf", "line": 1, "subject": "nice 5",
                    "verdict": "exact", "message": "Nothing changes.", "remedy": ""}
    assert export["message"] == f"First. {ROWS['export'].change}"


def test_a_missing_setting() -> None:
    (job,) = read_jobs({"web": "exec /x\n"})
    findings = FindingList(job)
    findings.add_missing(None)
    findings.add_missing(BY_NAME["Type=exec"])
    finding = next(iter(findings.items))
    assert len(findings.items) == 1 and finding.verdict == "near"
    assert "Type=exec needs systemd 240; instead: Type=simple." in finding.message
