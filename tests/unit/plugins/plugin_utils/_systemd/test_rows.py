# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts of the tables."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import ROWS
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.rows import VERDICTS, Row, by_code


def test_rows_are_found_by_code() -> None:
    row = Row("a", "x", "y", "exact", "", "")
    assert by_code((row,)) == {"a": row}


def test_every_verdict_occurs() -> None:
    assert {row.verdict for row in ROWS.values()} == set(VERDICTS)
