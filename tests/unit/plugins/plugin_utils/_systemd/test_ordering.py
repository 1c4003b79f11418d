# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of units."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.ordering import Ordering, order_settings


def test_a_cycle() -> None:
    ordering = Ordering()
    ordering.add("a", "After", "b")
    ordering.add("b", "Before", "c")
    assert ordering.cycle_of("a") == []
    ordering.add("b", "After", "a")
    assert ordering.cycle_of("a") == ["a", "b"]


def test_what_would_be_a_cycle() -> None:
    ordering = Ordering()
    ordering.add("a", "After", "b")
    ordering.add("b", "After", "c")
    assert ordering.would_cycle("c", "After", "a") and ordering.would_cycle("a", "Before", "c")
    assert ordering.would_cycle("a", "After", "a") and not ordering.would_cycle("a", "After", "c")


def test_order_settings() -> None:
    assert order_settings([("Unit", "After", "a"), ("Unit", "Wants", "b"), ("Path", "After", "c")]) == [("After", "a")]
