# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of a hash table of init, as recorded from the real daemon by the tests of the emulator."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.module_utils._events.visit_order import hash_bin, visit_order


def test_bins() -> None:
    assert hash_bin(b"a") == ((2166136261 * 16777619 & 0xFFFFFFFF) ^ 97) % 17
    assert hash_bin(b"\xe9") == ((2166136261 * 16777619 & 0xFFFFFFFF) ^ 0xFFFFFFE9) % 17


def test_names_of_a_bin_keep_their_order() -> None:
    names = [f"job{number}" for number in range(40)]
    ordered = visit_order(names)
    assert sorted(ordered) == sorted(names)
    bins = [hash_bin(name.encode()) for name in ordered]
    assert bins == sorted(bins)
    same = [name for name in ordered if hash_bin(name.encode()) == bins[0]]
    assert same == [name for name in names if name in same] and len(same) > 1
