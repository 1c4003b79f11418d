# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings in the files of a job, without those that a comment silences."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release

from .job_files import JobFiles

SEVERITIES = ("hint", "warning", "error")
SILENCE = re.compile(r"#\s*upstart-check:\s*(ignore|ignore-file)\s*=\s*([a-z0-9-]+(?:\s*,\s*[a-z0-9-]+)*)")


@dataclass(frozen=True)
class Finding:
    """A finding at a line of a file; line 1 for one that concerns the whole job."""

    path: Path
    line: int
    severity: str
    code: str
    message: str
    remedy: str


def of_job(files: JobFiles, release: Release, known_jobs: Collection[str] | None) -> Iterator[Finding]:
    """Yield the findings of a job.

    :param known_jobs: the names of all jobs of the host, or None if they are not known.
    """
    conf, override = files.texts()
    silenced = {"conf": silences(conf), "override": silences(override)}
    for entry in check.findings(conf, override, files.name, release, known_jobs):
        kind = entry["file"] or ("conf" if conf is not None else "override")
        if not silenced[kind].covers(entry["code"], entry["line"]):
            yield Finding(files.path(kind), entry["line"] or 1, entry["severity"], entry["code"], entry["message"],
                          entry["remedy"])


@dataclass(frozen=True)
class Silences:
    """The comments of a file that silence findings: codes for the whole file, and codes by line."""

    whole: frozenset[str]
    lines: dict[int, frozenset[str]]

    def covers(self, code: str, line: int | None) -> bool:
        return code in self.whole or code in self.lines.get(line or 1, ())


def silences(data: bytes | None) -> Silences:
    """Return the Silences of a file. A comment on a line of its own is about the next line that is not a comment."""
    whole: set[str] = set()
    lines: dict[int, frozenset[str]] = {}
    waiting: frozenset[str] = frozenset()
    for number, line in enumerate((data or b"").decode("utf-8", "replace").split("\n"), 1):
        match = SILENCE.search(line)
        words = frozenset(re.split(r"\s*,\s*", match[2])) if match else frozenset()
        if match and match[1] == "ignore-file":
            whole |= words
        elif line.lstrip().startswith("#"):
            waiting |= words
        else:
            lines[number] = words | waiting
            waiting = frozenset()
    return Silences(frozenset(whole), lines)
