# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure the work of a function by its number of calls, which is the same on every machine, busy or not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

MAX_CALLS = 5_000_000


class TooManyCallsError(Exception):
    """The work needs more than MAX_CALLS calls."""


def calls(work: Callable[[], object]) -> int:
    """Return the number of function calls until ``work`` returns, including Python's own functions."""
    count = 0

    def seen(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1
            if count > MAX_CALLS:
                raise TooManyCallsError

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def grows_in_step(work: Callable[[int], Callable[[], object]], size: int) -> bool:
    """Return whether twice the size takes about twice the work; ``work(size)`` returns the function to measure."""
    return calls(work(2 * size)) < 2.5 * calls(work(size))
