# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs without arrows as a list, line by line."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Graph, Node
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.parts import with_lists


@pytest.mark.parametrize(("lengths", "lines"), [
    ((3, 3), ["aaa, bbb"]), ((30, 29), [f"{'a' * 30}, {'b' * 29}"]), ((30, 30), ["a" * 30, "b" * 30]),
    ((40, 40, 3, 60), ["a" * 40, f"{'b' * 40}, ccc", "d" * 60]),
])
def test_the_names_on_the_lines(lengths: tuple[int, ...], lines: list[str]) -> None:
    names = [letter * length for letter, length in zip("abcd", lengths)]
    graph = Graph({name: Node(name, "job", (name, "stopped"), "stopped") for name in names})
    assert [node.lines for node in with_lists(graph).nodes.values()] == [(*lines, "stopped")]
