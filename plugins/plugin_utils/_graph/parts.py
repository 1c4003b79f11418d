# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of a graph that belong together, small enough for a picture."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .model import Edge, Graph, Node
from .stacks import stacks_of

HUB_ARROWS = 3  # of a node that a part is named after
LIST_WIDTH = 60  # characters in a line of a list
SEE = "see picture"
MAX_JOBS = 26  # in a picture; jobs in one stack count as one


class Part(t.NamedTuple):
    """A part of a graph. ``hub`` is the name of a job or event that many arrows of the part join, or empty."""

    graph: Graph
    hub: str


@dataclass(frozen=True)
class Parts:
    """The jobs without any arrow, and the parts with the other nodes, the largest first."""

    unconnected: tuple[Node, ...]
    parts: tuple[Part, ...]


class Groups:
    """Disjoint sets of keys, each with a size."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self._parents = {key: key for key in sizes}
        self._sizes = dict(sizes)

    def root(self, key: str) -> str:
        root = key
        while self._parents[root] != root:
            root = self._parents[root]
        while self._parents[key] != root:
            self._parents[key], key = root, self._parents[key]
        return root

    def join(self, key: str, other: str, limit: int | None = None) -> bool:
        """Join the sets of two keys unless the joined set exceeds the limit; return whether they are joined."""
        first, second = sorted((self.root(key), self.root(other)))
        if first == second:
            return True
        if limit is not None and self._sizes[first] + self._sizes[second] > limit:
            return False
        self._parents[second] = first
        self._sizes[first] += self._sizes[second]
        return True

    def size(self, key: str) -> int:
        return self._sizes[self.root(key)]

    def members(self) -> dict[str, list[str]]:
        """Return the keys by the root of their set, in the order in which they were given."""
        members: dict[str, list[str]] = {}
        for key in self._parents:
            members.setdefault(self.root(key), []).append(key)
        return members


def split(graph: Graph, max_jobs: int = MAX_JOBS) -> Parts:
    """Return the parts of a graph.

    Nodes that arrows join, directly or through others, are in the same part. A part with more than ``max_jobs`` jobs is
    divided so that few arrows lead from one part to another. The cause of such an arrow is in both parts.
    """
    degrees = _degrees(graph)
    unconnected = tuple(node for key, node in graph.nodes.items() if key not in degrees)
    sizes = _sizes(graph)
    groups = Groups({key: sizes[key] for key in graph.nodes if key in degrees})
    for edge in graph.edges:
        groups.join(edge.source, edge.target)
    homes = [home for keys in groups.members().values()
             for home in ([keys] if groups.size(keys[0]) <= max_jobs else _divided(graph, keys, sizes, max_jobs))]
    graphs = _graphs(graph, sorted(homes, key=lambda keys: -sum(graph.nodes[key].kind == "job" for key in keys)))
    return Parts(unconnected, tuple(Part(part, _hub(part, degrees)) for part in graphs))


def _sizes(graph: Graph) -> dict[str, int]:
    """Return how much room each node needs: 1 for a stack of jobs or a single one, 0 for others."""
    stacks = stacks_of(graph)
    return {key: int(node.kind == "job" and stacks[key].key == key) for key, node in graph.nodes.items()}


def _divided(graph: Graph, keys: list[str], sizes: dict[str, int], max_jobs: int) -> list[list[str]]:
    """Return the nodes of a part in groups of limited size: what few arrows share is joined before what many share."""
    groups = Groups({key: sizes[key] for key in keys})
    members = set(keys)
    edges = [edge for edge in graph.edges if edge.target in members]
    degrees = Counter(key for edge in edges for key in (edge.source, edge.target))
    stacks = stacks_of(graph)
    for key in keys:
        groups.join(stacks[key].key, key)
    for edge in edges:
        if graph.nodes[edge.source].kind == "gate":
            groups.join(edge.source, edge.target)
    ranked = sorted(edges, key=lambda edge: (edge.relation == "stop", max(degrees[edge.source], degrees[edge.target]),
                                             edge.source, edge.target, edge.label))
    for edge in ranked:
        groups.join(edge.source, edge.target, max_jobs)
    _fill(groups, ranked, max_jobs)
    reached = {groups.root(edge.target) for edge in edges}
    for edge in ranked:  # a picture of causes alone shows nothing
        if groups.root(edge.source) not in reached:
            groups.join(edge.source, edge.target)
    return list(groups.members().values())


def _fill(groups: Groups, edges: Iterable[Edge], max_jobs: int) -> None:
    """Join small groups that the same job or event reaches."""
    targets: dict[str, list[str]] = {}
    for edge in edges:
        targets.setdefault(edge.source, []).append(edge.target)
    for keys in targets.values():
        current = keys[0]
        for key in keys[1:]:
            if not groups.join(current, key, max_jobs):
                current = min(current, key, key=groups.size)


def _graphs(graph: Graph, homes: list[list[str]]) -> list[Graph]:
    """Return the graph of each group: its nodes, the arrows to them, and copies of the causes in other groups."""
    home_of = {key: number for number, keys in enumerate(homes) for key in keys}
    edges: list[dict[Edge, None]] = [{} for _keys in homes]
    for edge in graph.edges:
        edges[home_of[edge.target]][edge] = None
    graphs = []
    for number, own in enumerate(edges):
        drawn = {edge.source for edge in own} | set(homes[number])
        graphs.append(Graph({key: node if home_of[key] == number else _copy(node, home_of[key])
                             for key, node in graph.nodes.items() if key in drawn}, own))
    return graphs


def _copy(node: Node, home: int) -> Node:
    """Return the node of a job in another picture, with the number of the picture that has its causes."""
    return replace(node, lines=(*node.lines, f"{SEE} {home + 1}")) if node.kind == "job" else node


def _hub(graph: Graph, whole: Counter[str]) -> str:
    """Return the name of the node with many arrows here and few elsewhere; empty if no node has several."""
    degrees = _degrees(graph)
    hub = min((key for key, degree in degrees.items() if degree >= HUB_ARROWS and graph.nodes[key].kind != "gate"),
              key=lambda key: (-degrees[key] ** 2 / whole[key], key), default=None)
    return "" if hub is None else graph.nodes[hub].lines[0]


def _degrees(graph: Graph) -> Counter[str]:
    return Counter(key for edge in graph.edges for key in (edge.source, edge.target))


def with_lists(graph: Graph) -> Graph:
    """Return the graph with one node for all jobs without arrows that have the same state, instead of a row of them."""
    lists: dict[tuple[str, ...], list[Node]] = {}
    for node in split(graph).unconnected:
        if node.kind == "job":
            lists.setdefault((node.appearance, *node.lines[1:]), []).append(node)
    listed = {node.key for nodes in lists.values() if len(nodes) > 1 for node in nodes}
    nodes = [Node(f"jobs {' '.join(state)}", "job", (*_names(jobs), *state[1:]), state[0])
             for state, jobs in sorted(lists.items()) if len(jobs) > 1]
    kept = {key: node for key, node in graph.nodes.items() if key not in listed}
    return Graph({**kept, **{node.key: node for node in nodes}}, graph.edges)


def _names(nodes: Iterable[Node]) -> list[str]:
    """Return the names of jobs on lines of a list."""
    lines = [""]
    for node in nodes:
        if lines[-1] and len(lines[-1]) + len(node.lines[0]) >= LIST_WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]}, {node.lines[0]}" if lines[-1] else node.lines[0]
    return lines
