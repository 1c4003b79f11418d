# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of units for jobs, and systemd's escaping."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .distribution_table import is_reserved

ALLOWED = re.compile(r"[A-Za-z0-9_.-]")


def escape(text: str) -> str:
    """Return a text as systemd-escape does, for the name of an instance."""
    escaped = "".join(
        "-" if char == "/" else char if re.match(r"[A-Za-z0-9:_.]", char) and not (char == "." and index == 0)
        else _bytes(char) for index, char in enumerate(text))
    return escaped or "-"


def escape_path(path: str) -> str:
    """Return a path as systemd-escape --path does, for the names of mount and path units."""
    return escape(re.sub(r"/+", "/", path).strip("/")) if path.strip("/") else "-"


def _bytes(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))


def unit_stem(job: str, slash: str = "-") -> str:
    """Return the name of a job's unit without its suffix, with ``slash`` in place of each /.

    A - at the end is escaped: a drop-in for a-.service also counts for a-b.service.
    """
    stem = "".join(slash if char == "/" else char if ALLOWED.match(char) else _bytes(char) for char in job)
    return stem[:-1] + _bytes("-") if stem.endswith("-") else stem


def event_stem(event: str) -> str:
    """Return the name of an event for its unit; no two events have the same."""
    return unit_stem(event, _bytes("/"))


def unit_stems(jobs: Iterable[str]) -> dict[str, str]:
    """Return the names of the units for all jobs of a host; no two are the same."""
    stems: dict[str, str] = {}
    taken: set[str] = set()
    for job in sorted(jobs, key=lambda name: ("/" in name, name)):
        stem = unit_stem(job)
        if is_reserved(stem):
            stem = f"upstart-{stem}"
        if stem in taken:
            stem = unit_stem(job, _bytes("/"))
        while stem in taken:
            stem = f"upstart-{stem}"
        taken.add(stem)
        stems[job] = stem
    return stems
