# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Count respawns within the interval of ``respawn limit``."""

from __future__ import annotations


class RespawnWindow:
    """Counts respawns in a window of ``interval`` seconds that opens at a respawn."""

    def __init__(self) -> None:
        self.opened = 0
        self.count = 0

    def too_many(self, now: float, limit: int, interval: int) -> bool:
        """Count a respawn at ``now`` (seconds); return whether it exceeds the limit. Zeros mean no limit."""
        if not limit or not interval:
            return False
        second = int(now)
        if self.count and second - self.opened < interval:
            self.count += 1
            return self.count > limit
        self.opened, self.count = second, 1
        return False
