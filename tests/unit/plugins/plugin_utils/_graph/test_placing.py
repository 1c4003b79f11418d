# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of items in their rows."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import placing


@pytest.mark.parametrize(("numbers", "pairs"), [
    ([], 0), ([0], 0), ([0, 1, 2], 0), ([2, 1, 0], 3), ([1, 1, 0], 2), ([1, 0, 3, 2], 2), ([3, 0, 1, 2], 3)])
def test_pairs_in_the_wrong_order_are_counted(numbers: list[int], pairs: int) -> None:
    assert placing._inversions(numbers, 4) == pairs


@pytest.mark.parametrize(("wanted", "distances", "places"), [
    ([5.0], [], [5.0]), ([1.0, 9.0], [2.0], [1.0, 9.0]), ([4.0, 4.0], [2.0], [3.0, 5.0]),
    ([9.0, 1.0], [2.0], [4.0, 6.0]), ([0.0, 0.0, 9.0], [1.0, 1.0], [-0.5, 0.5, 9.0])])
def test_places_keep_their_order_and_distance(wanted: list[float], distances: list[float],
                                              places: list[float]) -> None:
    assert placing.spread(wanted, [1.0] * len(wanted), distances) == places


def test_places_within_limits() -> None:
    assert placing.spread([-5.0, 20.0], [1.0, 1.0], [1.0], 0.0, 10.0) == [0.0, 10.0]
    assert placing.spread([4.0, 4.0], [3.0, 1.0], [4.0]) == [3.0, 7.0]
