# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The only list of tested versions. Tests compare the README and the support page with it."""

from __future__ import annotations

# The releases that the emulator supports and that were recorded; the oldest and the newest are the supported range.
UPSTARTS = ("0.6.5", "1.5", "1.12.1", "1.13.2")


def since(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"3.{minor}" for minor in range(first, last + 1))


# ansible-core -> Pythons of controllers, and Pythons of managed hosts that both it and the collection support.
CORES = {
    "2.16": (since(10, 12), ("2.7", *since(6, 12))),
    "2.17": (since(10, 12), since(7, 12)),
    "2.18": (since(11, 13), since(8, 13)),
    "2.19": (since(11, 13), since(8, 13)),
    "2.20": (since(12, 13), since(9, 13)),
    "2.21": (since(12, 13), since(9, 13)),
}
