# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The translation in lines for people."""

from __future__ import annotations

import typing as t
from collections import Counter

from .rows import VERDICTS
from .translate import Translation

# Findings that nearly all jobs have: one line for all of them.
OF_MOST_JOBS = ("base-environment", "console-log", "process-group")


def summary_lines(translation: Translation) -> list[str]:
    """Return the counts, and a line for each finding that a person has to read."""
    findings = translation.findings
    counts = Counter(finding.verdict for finding in findings)
    replaced = sorted({finding.job for finding in findings if finding.code == "replaced"})
    unreadable = sorted({finding.job for finding in findings if finding.code == "unreadable"})
    lines = [f"{len(translation.units)} jobs translated, {len(replaced)} replaced by the distribution, "
             f"{len(unreadable)} rejected by Upstart",
             "findings: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)]
    general = Counter(finding.code for finding in findings if finding.code in OF_MOST_JOBS)
    for finding in findings:
        if finding.verdict in ("impossible", "approximate") and general[finding.code] < 2:
            place = finding.file if finding.line is None else f"{finding.file}:{finding.line}"
            lines.append(f"{finding.verdict}: {finding.job}: {place}: {finding.subject}: {finding.message} "
                         f"{finding.remedy}".rstrip())
    for code, count in sorted(general.items()):
        first = next(finding for finding in findings if finding.code == code)
        if count > 1:
            lines.append(f"approximate: {count} jobs: {first.subject}: {first.message} {first.remedy}".rstrip())
    return lines


def job_entries(translation: Translation) -> list[dict[str, t.Any]]:
    """Return for each job its unit, files and links, and its worst verdict, without those that most jobs have."""
    verdicts: dict[str, int] = {}
    for finding in translation.findings:
        if finding.code not in OF_MOST_JOBS:
            verdicts[finding.job] = max(verdicts.get(finding.job, 0), VERDICTS.index(finding.verdict))
    return [{"name": name, "file": job.file, "unit": job.unit, "replaced_by": job.replaced_by,
             "files": sorted(job.files), "links": sorted(job.links), "verdict": VERDICTS[verdicts.get(name, 0)]}
            for name, job in translation.jobs.items()]
