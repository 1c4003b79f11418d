# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of units, which must have no cycle: systemd breaks one by not starting a unit."""

from __future__ import annotations

from collections.abc import Iterable

AFTER, BEFORE = "After", "Before"


class Ordering:
    """Which unit comes after which."""

    def __init__(self) -> None:
        self._earlier: dict[str, set[str]] = {}

    def add(self, unit: str, key: str, other: str) -> None:
        """Add a setting After= or Before= of a unit."""
        later, earlier = (unit, other) if key == AFTER else (other, unit)
        self._earlier.setdefault(later, set()).add(earlier)

    def would_cycle(self, unit: str, key: str, other: str) -> bool:
        """Return whether a setting contradicts the order so far."""
        later, earlier = (unit, other) if key == AFTER else (other, unit)
        return later in self._all_earlier(earlier) or later == earlier

    def cycle_of(self, unit: str) -> list[str]:
        """Return the units that a unit waits for and that wait for it."""
        return sorted(other for other in self._all_earlier(unit) if unit in self._all_earlier(other))

    def _all_earlier(self, unit: str) -> set[str]:
        reached: set[str] = set()
        waiting = [unit]
        while waiting:
            for other in self._earlier.get(waiting.pop(), set()) - reached:
                reached.add(other)
                waiting.append(other)
        return reached


def order_settings(settings: Iterable[tuple[str, str, str]]) -> list[tuple[str, str]]:
    """Return the settings After= and Before= as (key, unit)."""
    return [(key, value) for section, key, value in settings if section == "Unit" and key in (AFTER, BEFORE)]
