# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A row of the tables: how a construct of Upstart translates, and what changes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

Verdict = t.Literal["exact", "near", "approximate", "impossible"]
# From the best to the worst.
VERDICTS: tuple[Verdict, ...] = ("exact", "near", "approximate", "impossible")

MEASURED = "252"  # the systemd on which a measured row was measured
MANUAL = ""       # not run: what the manual says


@dataclass(frozen=True)
class Row:
    """A construct of Upstart and its translation.

    :ivar code: the code of its findings.
    :ivar upstart: the construct as written in a job file.
    :ivar systemd: what the translator writes for it, or "none".
    :ivar change: what is different afterwards; "" if nothing is.
    :ivar remedy: what to do about it; "" if nothing is to do.
    :ivar measured: the version of systemd on which the row was measured, or MANUAL.
    """

    code: str
    upstart: str
    systemd: str
    verdict: Verdict
    change: str
    remedy: str
    measured: str = MANUAL


def by_code(rows: tuple[Row, ...]) -> dict[str, Row]:
    """Return the rows by their codes."""
    return {row.code: row for row in rows}
