# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outlines of boxes in pictures."""

from __future__ import annotations

import re

from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.layout import lay_out
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Graph, Node
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.svg import to_svg


def rectangles(kind: str, appearance: str) -> list[list[float]]:
    """Return x, y, width, height and radius of each rectangle in the picture of a single node."""
    node = Node("a", kind, ("a-name-of-a-job",), appearance)  # type: ignore[arg-type]  # names of kinds
    svg = to_svg(lay_out(Graph({"a": node})), "title")
    return [[float(number) for number in re.findall(r'(?:x|y|width|height|rx)="([0-9.]+)"', line)]
            for line in re.findall(r"<rect[^>]*>", svg)]


def test_the_inner_outline_is_three_pixels_inside() -> None:
    (x, y, width, height, radius), inner = rectangles("job", "trouble")
    assert inner == [x + 3, y + 3, round(width - 6, 1), round(height - 6, 1), 1]
    assert radius == 4 and width > 2 * height


def test_an_event_has_round_ends() -> None:
    ((_x, _y, _width, height, radius),) = rectangles("event", "known")
    assert abs(radius - height / 2) < 0.1
