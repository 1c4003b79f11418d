# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers of small graphs."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.layers import assign, positions


@pytest.mark.parametrize(("arrows", "layers"), [
    ("", {"a": 0, "b": 0, "c": 0, "d": 0}), ("ab", {"a": 0, "b": 1, "c": 0, "d": 0}),
    ("ab bc", {"a": 0, "b": 1, "c": 2, "d": 0}), ("ab bc dc", {"a": 0, "b": 1, "c": 2, "d": 1}),
    ("ab ac ad", {"a": 0, "b": 1, "c": 1, "d": 1}), ("ab bc ac cd", {"a": 0, "b": 1, "c": 2, "d": 3}),
])
def test_causes_are_above_their_effects(arrows: str, layers: dict[str, int]) -> None:
    successors: dict[str, list[str]] = {}
    for source, target in arrows.split():
        successors.setdefault(source, []).append(target)
    assert assign(dict.fromkeys("abcd", 10.0), successors, 100.0, 5.0) == layers
    assert positions("abcd", successors) == {key: (layers[key], index) for index, key in enumerate("abcd")}


@pytest.mark.parametrize(("max_width", "layers"), [(25.0, [0, 0, 1, 1]), (24.9, [0, 1, 2, 3]), (40.0, [0, 0, 0, 1]),
                                                   (5.0, [0, 1, 2, 3])])
def test_a_layer_is_no_wider_than_allowed(max_width: float, layers: list[int]) -> None:
    assert list(assign(dict.fromkeys("abcd", 10.0), {}, max_width, 5.0).values()) == layers
