# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print a table of the tested faults at the end of a test run."""

from __future__ import annotations

from typing import Any

from ansible_collections.sysinit.upstart.tests.unit.support import faults


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not faults.met:
        return
    terminalreporter.section(f"{len(faults.met)} of {len(faults.table())} faults met")
    for key, fault in faults.table().items():
        if key in faults.met:
            terminalreporter.line(f"{key}: {fault['fault']}")
            terminalreporter.line(f"    sees: {faults.met[key] or 'no failure'}")
            terminalreporter.line(f"    then: {fault['after']}")
