# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that time out when they have reached a certain point, however long a busy machine takes for that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._system import commands
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE


def time_out_when(monkeypatch: pytest.MonkeyPatch, reached: Callable[[], object]) -> None:
    """Let a command time out as soon as a condition holds, in place of the time that it is given."""
    class PointReached(Deadline):
        over = False

        def left(self) -> float:
            self.over = self.over or bool(reached())
            return 0.0 if self.over else super().left()

    def deadline(seconds: float) -> Deadline:
        return Deadline(seconds) if seconds == commands.DRAIN_TIMEOUT else PointReached(PATIENCE)

    monkeypatch.setattr(commands, "Deadline", deadline)


def time_out_at(monkeypatch: pytest.MonkeyPatch, mark: Path) -> None:
    """Let each command that makes the file ``mark`` time out, and remove the file."""
    def reached() -> bool:
        if not mark.exists():
            return False
        mark.unlink()
        return True

    time_out_when(monkeypatch, reached)
