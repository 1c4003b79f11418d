# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How much work a function does, told by what it calls: the same on every machine, busy or not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

PATIENCE = 5_000_000


class TooMuch(Exception):
    """More calls than any test waits for."""


def calls(work: Callable[[], object]) -> int:
    """Return how many functions, those of Python itself among them, are called until ``work`` returns."""
    count = 0

    def seen(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1
            if count > PATIENCE:
                raise TooMuch

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def grows_in_step(work: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Return whether twice the size takes about twice the work; ``work`` prepares what is measured for a size."""
    return calls(work(2 * size)) < 2.5 * calls(work(size))
