# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts of random graphs: nothing overlaps, arrows lead down, and the same graph always looks the same."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.layout import Box, DrawnArrow, Layout, lay_out
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Edge, Graph, Node
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.sizes import wrap
from ansible_collections.sysinit.upstart.tests.unit.support.random_graphs import random_graph

SEEDS = range(60)
WIDTHS = (900.0, 300.0)
NEAR = 0.01  # pixels


def overlap(one: Box, other: Box) -> bool:
    return (one.x < other.x + other.width - NEAR and other.x < one.x + one.width - NEAR
            and one.y < other.y + other.height - NEAR and other.y < one.y + one.height - NEAR)


def lines(arrow: DrawnArrow) -> Iterator[Box]:
    """Yield boxes around the pieces of an arrow: the straight ones, and the space that a curve may use."""
    for curve in arrow.curves:
        yield Box(curve.x, curve.top, 0.02, curve.row_bottom - curve.top)
        left, right = sorted((curve.x, curve.next_x))
        yield Box(left, curve.row_bottom, right - left + 0.02, curve.next_top - curve.row_bottom)
        yield Box(curve.next_x, curve.next_top, 0.02, curve.bottom - curve.next_top)


def tips(layout: Layout) -> list[tuple[float, float, bool]]:
    return [tip for arrow in layout.arrows for tip in arrow.tips]


@pytest.mark.parametrize("max_width", WIDTHS)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_overlaps(seed: int, max_width: float) -> None:
    layout = lay_out(random_graph(seed), max_width)
    labels = [label.box for label in layout.labels]
    for one, other in itertools.combinations([*layout.boxes.values(), *labels], 2):
        assert not overlap(one, other)
    for frame, label in itertools.product(layout.frames, labels):
        assert not overlap(frame, label)
    paper = Box(0, 0, layout.width, layout.height)
    for box in [*layout.boxes.values(), *layout.frames, *labels]:
        assert box.x >= 0 and box.x + box.width <= paper.width
        assert box.y >= 0 and box.y + box.height <= paper.height


@pytest.mark.parametrize("seed", SEEDS)
def test_no_arrow_runs_through_a_box_or_a_label(seed: int) -> None:
    layout = lay_out(random_graph(seed))
    solid = [*layout.boxes.values(), *layout.frames, *(label.box for label in layout.labels)]
    for arrow in layout.arrows:
        for line in lines(arrow):
            assert not any(overlap(line, box) for box in solid)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_node_is_drawn_once_and_each_arrow_reaches_its_target(seed: int) -> None:
    graph = random_graph(seed)
    layout = lay_out(graph)
    assert list(layout.boxes) and set(layout.boxes) == set(graph.nodes)
    reached = {(round(x), round(y)) for x, y, _is_upward in tips(layout)}
    blocks = [*layout.boxes.values(), *layout.frames]
    for x, y in reached:
        assert any(box.x - 1 <= x <= box.x + box.width + 1 and (abs(box.y - y) <= 1 or abs(box.y + box.height - y) <= 1)
                   for box in blocks)
    labels = {line for edge in graph.edges for line in wrap(edge.label)}
    assert {line for label in layout.labels for line in label.text.lines} == labels - {""}


@pytest.mark.parametrize("seed", SEEDS)
def test_arrows_lead_down_where_there_is_no_loop(seed: int) -> None:
    graph = random_graph(seed, may_loop=False)
    starts = Graph(graph.nodes, {edge: None for edge in graph.edges if edge.relation != "stop"})
    layout = lay_out(starts)
    assert not any(is_upward for _x, _y, is_upward in tips(layout))
    for edge in starts.edges:
        source, target = layout.boxes[edge.source], layout.boxes[edge.target]
        assert source.y + source.height < target.y


def test_a_loop_has_one_arrow_up() -> None:
    nodes = {name: Node(name, "job", (name,), "running") for name in "abc"}
    edges = [Edge("a", "b", "start", ""), Edge("b", "c", "start", "x"), Edge("c", "a", "start", "y")]
    layout = lay_out(Graph(nodes, dict.fromkeys(edges)))
    assert layout.boxes["a"].y < layout.boxes["b"].y < layout.boxes["c"].y
    assert [is_upward for _x, _y, is_upward in tips(layout)].count(True) == 1


def test_stopping_arrows_give_way() -> None:
    """b starts after a and stops it: b stays below a."""
    nodes = {name: Node(name, "job", (name,), "running") for name in "ba"}
    edges = [Edge("b", "a", "stop", "stop"), Edge("a", "b", "start", "started")]
    layout = lay_out(Graph(nodes, dict.fromkeys(edges)))
    assert layout.boxes["a"].y < layout.boxes["b"].y


def test_a_job_that_causes_itself() -> None:
    nodes = {"a": Node("a", "job", ("a",), "running")}
    layout = lay_out(Graph(nodes, {Edge("a", "a", "start", "stopped"): None}))
    assert [is_upward for _x, _y, is_upward in tips(layout)] == [True] and len(layout.labels) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_graph_gives_the_same_layout(seed: int) -> None:
    assert lay_out(random_graph(seed)) == lay_out(random_graph(seed))


def test_jobs_with_the_same_arrows_share_a_frame() -> None:
    nodes = {name: Node(name, "job", (name, "running"), "running") for name in ("cause", *"abcdef")}
    layout = lay_out(Graph(nodes, {Edge("cause", name, "start", "started"): None for name in "abcdef"}))
    assert len(layout.frames) == len(layout.labels) == len(tips(layout)) == 1
    for name in "abcdef":
        assert overlap(layout.frames[0], layout.boxes[name])


def test_a_narrow_layout_is_narrow() -> None:
    """A row with one box, and the arrows that pass it, is the least."""
    nodes = {name: Node(name, "job", (name,), "running") for name in ("cause", *"abcdefghij")}
    edges = [Edge("cause", name, "start", name) for name in "abcdefghij"]
    wide, narrow = (lay_out(Graph(nodes, dict.fromkeys(edges)), width) for width in WIDTHS)
    assert narrow.width <= 300 + 2 * 12 + 10 * 8 < wide.width


def test_a_frame_has_fewer_columns_in_a_narrow_layout() -> None:
    nodes = {name: Node(name, "job", (name, "running"), "running")
             for name in ("cause", *(f"long-name-{number:03}" for number in range(60)))}
    graph = Graph(nodes, {Edge("cause", name, "start", "started"): None for name in nodes if name != "cause"})
    assert [len({box.x for name, box in lay_out(graph, width).boxes.items() if name != "cause"})
            for width in WIDTHS] == [4, 2]


def test_an_empty_graph() -> None:
    assert lay_out(Graph()).boxes == {}
