# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection is tested with: the only list. README and the page on support are compared with it."""

from __future__ import annotations

# The releases that the emulator plays, and of which there are recordings; the oldest and the newest are the bounds.
UPSTARTS = ("0.6.5", "1.5", "1.12.1", "1.13.2")

# ansible-core -> Pythons of the controller and of the hosts that it supports and that the collection is meant for.
# From 2.17 on they are contained in those of 2.16, but for the newest ones.
CORES = {
    "2.16": (("3.10", "3.12"), ("2.7", "3.12")),
    "2.17": (("3.10", "3.12"), ("3.7", "3.12")),
    "2.18": (("3.11", "3.13"), ("3.8", "3.13")),
    "2.19": (("3.11", "3.13"), ("3.8", "3.13")),
    "2.20": (("3.12", "3.14"), ("3.9", "3.14")),
    "2.21": (("3.12", "3.14"), ("3.9", "3.14")),
}
