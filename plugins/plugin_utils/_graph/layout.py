# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layered layout of a graph, from top to bottom, without other programs.

Nodes stand in rows. Labels of arrows stand in rows of their own between them. Arrows only cross in the space between
two rows, so they never run through a box or a label. The layout is the same on each run.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from . import placing
from .model import Graph, Node, Relation
from .rows import Item, Rows
from .sizes import Block
from .stacks import CELL_GAP, Stack, size_of

MAX_WIDTH = 900.0
ROW_GAP = 18.0
MAX_ROW_GAP = 52.0
SLOPE = 0.07  # the space between rows grows with the horizontal length of its arrows
MARGIN = 12.0
PORT_DISTANCE = 12.0  # between arrows at one box
PORT_MARGIN = 9.0
STRAIGHTNESS = 6.0  # of long arrows


class Box(t.NamedTuple):
    """A rectangle, in pixels, from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class Label(t.NamedTuple):
    """The text of arrows."""

    box: Box
    text: Block
    relation: Relation


class Curve(t.NamedTuple):
    """A piece of an arrow: straight down to the end of a row, across the space to the next row, and straight down."""

    x: float
    top: float
    row_bottom: float
    next_x: float
    next_top: float
    bottom: float


class Tip(t.NamedTuple):
    """The head of an arrow. ``is_upward`` is true where an arrow of a loop leads up to its target."""

    x: float
    y: float
    is_upward: bool


@dataclass
class DrawnArrow:
    """An arrow, or several from one node that share their label."""

    relation: Relation
    curves: list[Curve] = field(default_factory=list)
    tips: list[Tip] = field(default_factory=list)


@dataclass
class Layout:
    """A graph with the places of its nodes, by key, its labels and its arrows. All sizes are in pixels.

    :ivar frames: a frame around all boxes of each stack with several.
    """

    width: float
    height: float
    boxes: dict[str, Box]
    frames: list[Box]
    nodes: dict[str, Node]
    labels: list[Label]
    arrows: list[DrawnArrow]


def lay_out(graph: Graph, max_width: float = MAX_WIDTH) -> Layout:
    """Return the layout of a graph.

    :param max_width: width in pixels that the nodes or labels in a row may take. Arrows that pass the row need more.
    """
    picture = Rows(graph, max_width)
    above, below = _neighbours(picture)
    picture.rows = placing.order(picture.rows, above, below)
    points = {number: STRAIGHTNESS for number, item in enumerate(picture.items) if item.is_point}
    widths, gaps = [item.width for item in picture.items], [item.gap for item in picture.items]
    centres = placing.place(picture.rows, above, below, widths, gaps, points, max_width)
    centres = placing.straighten(picture.rows, below, widths, gaps, points, centres)
    left = min((centre - item.width / 2 for centre, item in zip(centres, picture.items)), default=0.0)
    centres = [centre - left + MARGIN for centre in centres]
    ports = _ports(picture, centres)
    bands = _bands(picture, ports)
    width = max((centre + item.width / 2 for centre, item in zip(centres, picture.items)), default=0.0) + MARGIN
    layout = Layout(width, bands[-1][1] + MARGIN if bands else 2 * MARGIN, {}, [], dict(graph.nodes), [], [])
    tops = _tops(picture, bands)
    _add_boxes(layout, picture, centres, tops)
    _add_arrows(layout, picture, ports, bands, tops)
    return layout


def _neighbours(picture: Rows) -> tuple[list[list[int]], list[list[int]]]:
    above: list[list[int]] = [[] for _item in picture.items]
    below: list[list[int]] = [[] for _item in picture.items]
    for link in picture.links:
        above[link.lower].append(link.upper)
        below[link.upper].append(link.lower)
    return above, below


Ports = list[tuple[float, float]]  # for each link, where it leaves the upper and where it reaches the lower item


def _ports(picture: Rows, centres: Sequence[float]) -> Ports:
    """Return where links meet their items: side by side at a box, in the direction of their other ends."""
    upper: dict[int, list[int]] = {}
    lower: dict[int, list[int]] = {}
    for number, link in enumerate(picture.links):
        upper.setdefault(link.upper, []).append(number)
        lower.setdefault(link.lower, []).append(number)
    starts = _along_items(picture, centres, upper, [centres[link.lower] for link in picture.links])
    ends = _along_items(picture, centres, lower, [centres[link.upper] for link in picture.links])
    return [(starts[number], ends[number]) for number in range(len(picture.links))]


def _along_items(picture: Rows, centres: Sequence[float], links: Mapping[int, list[int]], others: Sequence[float]
                 ) -> dict[int, float]:
    """Return where links meet one side of their items.

    :param links: the numbers of the links of each item.
    :param others: the centre of the other end of each link.
    """
    places: dict[int, float] = {}
    for item, numbers in links.items():
        ordered = sorted(numbers, key=others.__getitem__)
        places.update(zip(ordered, _at_item(picture.items[item], centres[item],
                                            [others[number] for number in ordered])))
    return places


def _at_item(item: Item, centre: float, others: Sequence[float]) -> list[float]:
    if item.stack is None:
        return [centre] * len(others)
    room = max(0.0, item.width - 2 * PORT_MARGIN)
    distance = min(PORT_DISTANCE, room / max(1, len(others) - 1))
    low = centre - room / 2
    spread = placing.spread(others, [1.0] * len(others), [distance] * (len(others) - 1))
    spare = room - distance * (len(others) - 1)
    return [min(max(place - distance * index, low), low + spare) + distance * index
            for index, place in enumerate(spread)]


def _bands(picture: Rows, ports: Ports) -> list[tuple[float, float]]:
    """Return the top and bottom of each row."""
    row_of = {item: number for number, row in enumerate(picture.rows) for item in row}
    longest = [0.0] * len(picture.rows)
    for link, (start, end) in zip(picture.links, ports):
        row = row_of[link.upper]
        longest[row] = max(longest[row], abs(start - end))
    bands = []
    top = MARGIN
    for items, length in zip(picture.rows, longest):
        bottom = top + max((picture.items[item].height for item in items), default=0.0)
        bands.append((top, bottom))
        top = bottom + min(MAX_ROW_GAP, ROW_GAP + SLOPE * length)
    return bands


def _tops(picture: Rows, bands: Sequence[tuple[float, float]]) -> list[float]:
    """Return the top of each item: at the top of its row, labels and points in the middle of it."""
    tops = [0.0] * len(picture.items)
    for row, (top, bottom) in zip(picture.rows, bands):
        for number in row:
            item = picture.items[number]
            tops[number] = top if item.stack is not None else (top + bottom - item.height) / 2
    return tops


def _add_boxes(layout: Layout, picture: Rows, centres: Sequence[float], tops: Sequence[float]) -> None:
    relations = {link.lower: picture.arrows[link.arrow] for link in picture.links}
    for number, item in enumerate(picture.items):
        left = centres[number] - item.width / 2
        if item.stack is not None:
            layout.boxes.update(_boxes(item.stack, left + item.stack.padding, tops[number] + item.stack.padding))
            if len(item.stack.nodes) > 1:
                layout.frames.append(Box(left, tops[number], item.width, item.height))
        elif item.label is not None:
            box = Box(left, tops[number], item.width, item.height)
            layout.labels.append(Label(box, item.label, relations[number]))


def _boxes(stack: Stack, left: float, top: float) -> dict[str, Box]:
    """Return the boxes of a stack, column by column."""
    boxes = {}
    for index, node in enumerate(stack.nodes):
        column, row = divmod(index, stack.rows)
        width, height = (stack.cell_width, stack.cell_height) if node.kind == "job" else size_of(node)
        boxes[node.key] = Box(left + column * (stack.cell_width + CELL_GAP), top + row * (stack.cell_height + CELL_GAP),
                              width, height)
    return boxes


def _add_arrows(layout: Layout, picture: Rows, ports: Ports, bands: Sequence[tuple[float, float]],
                tops: Sequence[float]) -> None:
    row_of = {item: number for number, row in enumerate(picture.rows) for item in row}
    layout.arrows = [DrawnArrow(relation) for relation in picture.arrows]
    for link, (start, end) in zip(picture.links, ports):
        arrow, upper, lower = layout.arrows[link.arrow], picture.items[link.upper], picture.items[link.lower]
        row = row_of[link.upper]
        top = bands[row][1] if upper.is_point else tops[link.upper] + upper.height
        bottom = bands[row + 1][1] if lower.is_point else tops[link.lower]
        arrow.curves.append(Curve(start, top, bands[row][1], end, bands[row + 1][0], bottom))
        if link.tips[0]:
            arrow.tips.append(Tip(start, top, True))
        if link.tips[1]:
            arrow.tips.append(Tip(end, bottom, False))
