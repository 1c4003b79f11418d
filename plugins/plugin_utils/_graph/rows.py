# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a picture: stacks of nodes, and between them the labels of arrows and the bends of long arrows."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import dataclass

from . import layers
from .model import Graph, Relation
from .sizes import NOTE_SIZE, Block, block
from .stacks import Bundle, Stack, bundles_of, stacks_of

NODE_GAP = 16.0
LABEL_GAP = 10.0
BEND_GAP = 6.0  # beside an arrow that passes a row


@dataclass
class Item:
    """A stack, a label, or a point of an arrow: where it passes a row, or divides. Sizes are in pixels."""

    width: float = 0.0
    height: float = 0.0
    gap: float = BEND_GAP
    stack: Stack | None = None
    label: Block | None = None

    @property
    def is_point(self) -> bool:
        return self.stack is None and self.label is None


class Link(t.NamedTuple):
    """A connection of two items in rows that follow each other, by their numbers.

    ``arrow`` is the number of its arrow. ``tips`` says whether the arrow has a head at the upper and at the lower end.
    """

    upper: int
    lower: int
    arrow: int
    tips: tuple[bool, bool]


class Rows:
    """The items of a graph by row, and the links between them.

    :ivar items: all items; their numbers are their positions.
    :ivar rows: list of list of int, the numbers of the items in each row.
    :ivar links: list of Link.
    :ivar arrows: the relation of each arrow.
    """

    def __init__(self, graph: Graph, max_width: float) -> None:
        """Arrange a graph in rows; a row whose nodes or labels take more than ``max_width`` pixels is divided."""
        self.items: list[Item] = []
        self.rows: list[list[int]] = []
        self.links: list[Link] = []
        self.arrows: list[Relation] = []
        self._row_of: list[int] = []
        self._max_width = max_width
        by_node = stacks_of(graph, max_width)
        stacks = {stack.key: stack for stack in by_node.values()}
        bundles = bundles_of(graph.edges, by_node)
        forward, backward = _divide(stacks, bundles)
        layer_of = layers.assign({key: stack.width for key, stack in stacks.items()}, _below(forward, backward),
                                 max_width, NODE_GAP)
        self._add_layers(stacks, layer_of, forward, backward)

    def _add_layers(self, stacks: dict[str, Stack], layer_of: dict[str, int], forward: Iterable[Bundle],
                    backward: Iterable[Bundle]) -> None:
        number: dict[str, int] = {}
        by_layer: dict[int, list[str]] = {}
        for key in stacks:
            by_layer.setdefault(layer_of[key], []).append(key)
        below = _labels_by_layer(layer_of, forward, backward)
        waiting = []
        for layer, keys in sorted(by_layer.items()):
            self.rows.append([])
            for key in keys:
                stack = stacks[key]
                number[key] = self._add(Item(stack.width, stack.height, NODE_GAP, stack), len(self.rows) - 1)
            waiting += self._add_labels(below.get(layer, []))
        for bundle, label in waiting:
            source, targets = number[bundle.source], [number[target] for target in bundle.targets]
            arrow = len(self.arrows)
            self.arrows.append(bundle.relation)
            self._connect(source, [label], arrow, False)
            self._connect(label, targets, arrow, True)

    def _add(self, item: Item, row: int) -> int:
        """Add an item to a row, and return its number."""
        number = len(self.items)
        self.items.append(item)
        self.rows[row].append(number)
        self._row_of.append(row)
        return number

    def _add_labels(self, bundles: list[Bundle]) -> list[tuple[Bundle, int]]:
        """Add rows with the labels below a layer; return each arrow with the number of its label."""
        numbered = []
        used = self._max_width
        for bundle in bundles:
            item = _label_item(bundle)
            if used + item.width + item.gap > self._max_width:
                self.rows.append([])
                used = -item.gap
            used += item.width + item.gap
            numbered.append((bundle, self._add(item, len(self.rows) - 1)))
        return numbered

    def _connect(self, source: int, targets: list[int], arrow: int, with_tips: bool) -> None:
        """Link an item with items that are all below it or all above it, by points that they share."""
        row_of = self._row_of
        ordered = sorted(targets, key=lambda target: row_of[target])
        for step, way in ((1, ordered), (-1, ordered[::-1])):
            at = source
            for target in way:
                if (row_of[target] - row_of[source]) * step < 0:
                    continue
                while row_of[at] + step != row_of[target]:
                    point = self._add(Item(), row_of[at] + step)
                    self._link(at, point, arrow, False)
                    at = point
                self._link(at, target, arrow, with_tips)

    def _link(self, start: int, end: int, arrow: int, has_tip: bool) -> None:
        if self._row_of[start] < self._row_of[end]:
            self.links.append(Link(start, end, arrow, (False, has_tip)))
        else:
            self.links.append(Link(end, start, arrow, (has_tip, False)))


def _labels_by_layer(layer_of: dict[str, int], forward: Iterable[Bundle], backward: Iterable[Bundle]
                     ) -> dict[int, list[Bundle]]:
    """Return the arrows by the layer below which their labels stand: next to the source, towards the targets."""
    labels: dict[int, list[Bundle]] = {}
    for bundle in forward:
        labels.setdefault(layer_of[bundle.source], []).append(bundle)
    for bundle in backward:
        is_own = bundle.targets == (bundle.source,)
        labels.setdefault(layer_of[bundle.source] - (0 if is_own else 1), []).append(bundle)
    return labels


def _label_item(bundle: Bundle) -> Item:
    if not bundle.label:
        return Item()
    text = block(bundle.label, NOTE_SIZE)
    return Item(text.width, text.height, LABEL_GAP, label=text)


def _divide(stacks: Iterable[str], bundles: Iterable[Bundle]) -> tuple[list[Bundle], list[Bundle]]:
    """Return the arrows that lead down, and those that lead up because they close a loop.

    What starts comes before what stops: an arrow of ``stop on`` only decides where the others leave it open.
    """
    starting: dict[str, list[str]] = {}
    for bundle in bundles:
        if bundle.relation != "stop":
            starting.setdefault(bundle.source, []).extend(bundle.targets)
    position = layers.positions(stacks, starting)
    forward, backward = [], []
    for bundle in bundles:
        down = tuple(target for target in bundle.targets if position[bundle.source] < position[target])
        up = tuple(target for target in bundle.targets if position[bundle.source] > position[target])
        if down:
            forward.append(bundle._replace(targets=down))
        if up:
            backward.append(bundle._replace(targets=up))
        if bundle.source in bundle.targets:
            backward.append(bundle._replace(targets=(bundle.source,)))
    return forward, backward


def _below(forward: Iterable[Bundle], backward: Iterable[Bundle]) -> dict[str, list[str]]:
    """Return the stacks that must be below each stack."""
    below: dict[str, dict[str, None]] = {}
    for bundle in forward:
        below.setdefault(bundle.source, {}).update(dict.fromkeys(bundle.targets))
    for bundle in backward:
        for target in bundle.targets:
            if target != bundle.source:
                below.setdefault(target, {})[bundle.source] = None
    return {key: list(lower) for key, lower in below.items()}
