# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of random graphs: complete, small, and joined by arrows."""

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Edge, Graph, Node
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.parts import MAX_JOBS, SEE, split, with_lists
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.stacks import stacks_of
from ansible_collections.sysinit.upstart.tests.unit.support.counted_work import grows_in_step
from ansible_collections.sysinit.upstart.tests.unit.support.random_graphs import random_graph, star

SEEDS = range(60)


def job(name: str, state: str = "stopped") -> Node:
    return Node(f"job {name}", "job", (name, state), state)


def graph_of(*arrows: str, alone: str = "") -> Graph:
    """Return a graph with arrows between jobs, written as two letters."""
    nodes = {f"job {name}": job(name) for name in sorted({*"".join(arrows), *alone})}
    return Graph(nodes, {Edge(f"job {arrow[0]}", f"job {arrow[1]}", "start", "started"): None for arrow in arrows})


def is_copy(node: Node) -> bool:
    return node.lines[-1].startswith(SEE)


@pytest.mark.parametrize("limit", [MAX_JOBS, 4])
@pytest.mark.parametrize("seed", SEEDS)
def test_each_node_and_arrow_has_its_part(seed: int, limit: int) -> None:
    graph = random_graph(seed)
    parts = split(graph, limit)
    drawn = Counter(edge for part in parts.parts for edge in part.graph.edges)
    assert drawn == Counter(list(graph.edges))
    jobs = Counter(node.key for part in parts.parts for node in part.graph.nodes.values()
                   if node.kind == "job" and not is_copy(node))
    jobs.update(node.key for node in parts.unconnected if node.kind == "job")
    assert jobs == Counter(key for key, node in graph.nodes.items() if node.kind == "job")
    for part in parts.parts:
        assert {key for edge in part.graph.edges for key in (edge.source, edge.target)} <= set(part.graph.nodes)


@pytest.mark.parametrize("seed", SEEDS)
def test_copies_name_the_picture_with_the_causes(seed: int) -> None:
    parts = split(random_graph(seed, 60), 5).parts
    for part in parts:
        for node in filter(is_copy, part.graph.nodes.values()):
            home = parts[int(node.lines[-1].split()[-1]) - 1].graph.nodes[node.key]
            assert not is_copy(home) and home.lines == node.lines[:-1]


def test_connected_jobs_stay_together() -> None:
    parts = split(graph_of("ab", "bc", "de", alone="xyz"))
    assert [sorted(part.graph.nodes) for part in parts.parts] == [["job a", "job b", "job c"], ["job d", "job e"]]
    assert [node.lines[0] for node in parts.unconnected] == ["x", "y", "z"]


@pytest.mark.parametrize("count", [100, 300])
def test_large_parts_are_divided(count: int) -> None:
    parts = split(star(count)).parts
    for part in parts:
        own = [key for key, node in part.graph.nodes.items() if node.kind == "job" and not is_copy(node)]
        stacks = stacks_of(part.graph)
        assert len({stacks[key].key for key in own}) <= MAX_JOBS + 1
    assert len(parts) <= 2 * count / MAX_JOBS + 1  # not a picture for each job


def test_what_few_arrows_share_stays_together() -> None:
    """Each group of five has a cause of its own; runlevel stops all of them."""
    parts = split(star(100), 10).parts
    homes = {node.key: number for number, part in enumerate(parts) for node in part.graph.nodes.values()
             if not is_copy(node)}
    for number in range(0, 100, 5):
        assert len({homes[f"job {number + index:05}"] for index in range(5)}) == 1


def test_a_part_is_named_after_what_joins_it() -> None:
    assert [part.hub for part in split(graph_of("ab", "ac", "ad", "xy")).parts] == ["a", ""]


def test_unconnected_jobs_with_the_same_state_share_a_node() -> None:
    graph = graph_of("ab", alone="vwxyz")
    graph.nodes["job z"] = job("z", "running")
    listed = with_lists(graph)
    assert {node.lines for node in listed.nodes.values()} == {
        ("a", "stopped"), ("b", "stopped"), ("z", "running"), ("v, w, x, y", "stopped")}
    many = Graph({node.key: node for node in (job(f"job-number-{number}") for number in range(300))})
    lines = next(iter(with_lists(many).nodes.values())).lines
    assert len(with_lists(many).nodes) == 1 and max(map(len, lines)) <= 64


def test_the_work_grows_in_step_with_the_jobs() -> None:
    assert grows_in_step(lambda size: lambda: split(star(size)), 300)
