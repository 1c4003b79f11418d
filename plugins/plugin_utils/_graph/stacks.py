# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stacks: jobs that the same arrows reach, drawn as a block of boxes that shares these arrows."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass

from .model import Edge, Graph, Node, Relation
from .sizes import NAME_SIZE, NOTE_SIZE, Block, block

PADDING = (8.0, 4.0)
MIN_BOX_WIDTH = 44.0
GATE_PADDING = 5.0
CELL_GAP = 3.0
FRAME_PADDING = 4.0  # around several boxes
MAX_COLUMNS = 4
ROWS_PER_COLUMN = 3.0  # a stack has about three times as many rows as columns


@dataclass(frozen=True)
class Stack:
    """Nodes that are drawn as one block, with the size of the block and of each node in pixels."""

    key: str
    nodes: tuple[Node, ...]
    columns: int
    cell_width: float
    cell_height: float

    @property
    def rows(self) -> int:
        return math.ceil(len(self.nodes) / self.columns)

    @property
    def padding(self) -> float:
        return FRAME_PADDING if len(self.nodes) > 1 else 0.0

    @property
    def width(self) -> float:
        return self.columns * (self.cell_width + CELL_GAP) - CELL_GAP + 2 * self.padding

    @property
    def height(self) -> float:
        return self.rows * (self.cell_height + CELL_GAP) - CELL_GAP + 2 * self.padding


def blocks_of(node: Node) -> tuple[Block, ...]:
    """Return the text of a node: its name, and smaller notes."""
    if node.kind == "gate":
        return (block(node.lines[0], NOTE_SIZE),)
    return (block(node.lines[0], NAME_SIZE), *(block(line, NOTE_SIZE) for line in node.lines[1:]))


def size_of(node: Node) -> tuple[float, float]:
    """Return the width and height of the box, ellipse or circle of a node, in pixels."""
    texts = blocks_of(node)
    width, height = max(text.width for text in texts), math.fsum(text.height for text in texts)
    if node.kind == "gate":
        diameter = width + 2 * GATE_PADDING
        return diameter, diameter
    height += 2 * PADDING[1]
    if node.kind == "event":  # round ends
        return max(MIN_BOX_WIDTH, width + max(height * 0.6, 2 * PADDING[0])), height
    return max(MIN_BOX_WIDTH, width + 2 * PADDING[0]), height


def stack_of(nodes: tuple[Node, ...], max_width: float = math.inf) -> Stack:
    """Return a stack of nodes, in the given order. More than one column must fit into the width, in pixels."""
    sizes = [size_of(node) for node in nodes]
    width, height = (max(size[side] for size in sizes) for side in (0, 1))
    columns = min(MAX_COLUMNS, round(math.sqrt(len(nodes) / ROWS_PER_COLUMN)), max_width // (width + CELL_GAP))
    return Stack(nodes[0].key, nodes, max(1, int(columns)), width, height)


def stacks_of(graph: Graph, max_width: float = math.inf) -> dict[str, Stack]:
    """Return the stack of each node, by the node's key. Jobs with other arrows, and other nodes, stand alone."""
    arrows_into: dict[str, list[tuple[str, Relation, str]]] = {}
    has_arrows_out: set[str] = set()
    for edge in graph.edges:
        arrows_into.setdefault(edge.target, []).append((edge.source, edge.relation, edge.label))
        has_arrows_out.add(edge.source)
    groups: dict[t.Hashable, list[Node]] = {}
    for key, node in graph.nodes.items():
        alike = node.kind == "job" and key not in has_arrows_out and key in arrows_into
        groups.setdefault(tuple(sorted(arrows_into[key])) if alike else key, []).append(node)
    stacks = (stack_of(tuple(nodes), max_width) for nodes in groups.values())
    return {node.key: stack for stack in stacks for node in stack.nodes}


class Bundle(t.NamedTuple):
    """Arrows from one stack that share relation and label."""

    source: str
    relation: Relation
    label: str
    targets: tuple[str, ...]


def bundles_of(edges: Iterable[Edge], stacks: dict[str, Stack]) -> list[Bundle]:
    """Return the arrows between stacks, given by the keys of the stacks."""
    targets: dict[tuple[str, Relation, str], dict[str, None]] = {}
    for edge in edges:
        place = (stacks[edge.source].key, edge.relation, edge.label)
        targets.setdefault(place, {})[stacks[edge.target].key] = None
    return [Bundle(*place, tuple(keys)) for place, keys in targets.items()]
