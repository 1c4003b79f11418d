# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a condition. No test waits for a fixed time instead: a slow machine needs longer."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 300.0  # seconds; reached only when the condition never holds


def wait_for(happened: Callable[[], object], failure: str) -> None:
    """Wait until a condition holds; fail with a message if it does not within PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, failure
        time.sleep(0.02)
