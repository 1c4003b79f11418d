# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the daemon's D-Bus properties."""

from __future__ import annotations

from typing import Any

OPERATORS = {"and": "/AND", "or": "/OR"}


def condition_property(rpn: list[dict[str, Any]] | None) -> list[list[str]]:
    """Return ``start_on`` or ``stop_on`` of a job, for a condition in reverse Polish order."""
    return [[OPERATORS[item["op"]]] if "op" in item else [item["event"], *item["args"]] for item in rpn or []]
