# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what passed, failed or could not run, for matrix.py and host_roots.py."""

from __future__ import annotations

from collections.abc import Sequence


class Judged:
    """A row of the table.

    :ivar passed: what passed, or how many; empty or 0 for none.
    :ivar failed: names of what failed.
    :ivar missing: why it could not run here; an empty text if it could.
    """

    passed: int | list[str]
    failed: list[str]
    missing: str

    @property
    def verdict(self) -> str:
        if self.missing:
            return "missing"
        return "ok" if self.passed and not self.failed else "FAIL"

    @property
    def name(self) -> str:
        raise NotImplementedError

    def row(self) -> list[str]:
        raise NotImplementedError


def table(head: list[str], judged: Sequence[Judged], what: str) -> str:
    """Return the rows in columns, the reasons of those that failed or are missing, and the counts.

    :param what: text, what a row is, for the line with the counts.
    """
    rows = [head, *(entry.row() for entry in judged)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows]
    for entry in judged:
        if entry.missing:
            lines.append(f"missing: {entry.name}: {entry.missing}")
        elif entry.failed:
            lines.append(f"failed: {entry.name}: {', '.join(sorted(entry.failed))}")
    verdicts = [entry.verdict for entry in judged]
    counts = [f"{verdicts.count(verdict)} {word}" for verdict, word in
              (("ok", "ok"), ("FAIL", "failed"), ("missing", "missing"))]
    lines.append(f"{what}: {', '.join(counts)}")
    return "\n".join(lines) + "\n"
