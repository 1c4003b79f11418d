# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translations of job files to systemd units, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Union

from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd

DATA = Path(__file__).resolve().parents[2] / "data" / "job-file-cases"
UNITS = "/etc/systemd/system/"
Jobs = Mapping[str, Union[str, Mapping[str, str]]]


def unit_lines(jobs: Jobs, name: str = "web.service", **options: Any) -> list[str]:
    """Return the lines of a unit."""
    text: str = to_systemd(jobs, **options)["files"][UNITS + name]
    return text.splitlines()


def codes(jobs: Jobs, job: str = "web", **options: Any) -> dict[str, str]:
    """Return the codes of a job's findings with their verdicts."""
    return {finding["code"]: finding["verdict"] for finding in to_systemd(jobs, **options)["findings"]
            if finding["job"] == job}


def accepted_jobs(path: Path) -> Iterator[tuple[str, str | dict[str, str]]]:
    """Yield the recorded job files that Upstart accepts."""
    with open(path, encoding="utf-8") as stream:
        for case in map(json.loads, stream):
            if case["accepted"]:
                texts = {key: case[key] for key in ("conf", "override") if case[key] is not None}
                yield case["name"], texts if len(texts) > 1 else case["conf"]
