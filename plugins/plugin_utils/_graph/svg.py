# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout as SVG. The text can be part of an HTML page: it has no identifiers, no style sheet and no references."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from math import fsum

from .layout import Box, DrawnArrow, Label, Layout, Tip
from .model import Node, Relation
from .sizes import LINE_HEIGHT, Block
from .stacks import blocks_of
from .text import APPEARANCES, ARROWS, visible

FONT = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
BASELINE = 0.93  # from the top of a line, relative to the size of the font
DASHES = {"dashed": "6 3", "dotted": "2 3"}
ARROW_DASHES = {"style=dashed": "6 3", "style=dotted": "1.5 3"}  # by the style in the DOT language
DOUBLE_GAP = 3.0
TIP = 7.0
TIP_HALF = 3.5
FRAME_COLOUR = "#8c8c8c"
FRAME_RADIUS = 6.0


def to_svg(layout: Layout, title: str) -> str:
    """Return a layout as an svg element with a title for people who cannot see it."""
    width, height = _number(layout.width), _number(layout.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'role="img" aria-label="{_text(title)}" font-family="{FONT}" fill="none">',
        *map(_arrow, layout.arrows),
        *map(_label, layout.labels),
        *(_rectangle(frame, FRAME_RADIUS) + f' class="frame" stroke="{FRAME_COLOUR}"/>' for frame in layout.frames),
        *(_node(layout.nodes[key], box) for key, box in layout.boxes.items()),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return escape(visible(text))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _arrow(arrow: DrawnArrow) -> str:
    colour = ARROWS[arrow.relation].colour
    pieces = []
    for curve in arrow.curves:
        middle = (curve.row_bottom + curve.next_top) / 2
        pieces.append(f"M{_point(curve.x, curve.top)}V{_number(curve.row_bottom)}"
                      f"C{_point(curve.x, middle)} {_point(curve.next_x, middle)} "
                      f"{_point(curve.next_x, curve.next_top)}V{_number(curve.bottom)}")
    dashes = ARROW_DASHES.get(ARROWS[arrow.relation].dot.partition(",")[0])
    return (f'<g class="{arrow.relation}" stroke="{colour}"><path d="{"".join(pieces)}"'
            + (f' stroke-dasharray="{dashes}"' if dashes else "") + "/>"
            + "".join(_tip(arrow.relation, tip, colour) for tip in arrow.tips) + "</g>")


def _point(x: float, y: float) -> str:
    return f"{_number(x)} {_number(y)}"


def _tip(relation: Relation, tip: Tip, colour: str) -> str:
    back = tip.y + (TIP if tip.is_upward else -TIP)
    if relation == "stop":
        height = tip.y + (2 if tip.is_upward else -2)
        return f'<path d="M{_point(tip.x - TIP_HALF - 1, height)}H{_number(tip.x + TIP_HALF + 1)}" stroke-width="2.5"/>'
    if relation == "emit":
        return f'<circle cx="{_number(tip.x)}" cy="{_number((tip.y + back) / 2)}" r="{TIP_HALF}" fill="#ffffff"/>'
    start = f"M{_point(tip.x - TIP_HALF, back)}L{_point(tip.x, tip.y)}L{_point(tip.x + TIP_HALF, back)}"
    return f'<path d="{start}Z" fill="{colour}"/>' if relation == "start" else f'<path d="{start}"/>'


def _label(label: Label) -> str:
    colour = ARROWS[label.relation].colour
    lines = _lines([label.text], label.box.x + label.box.width / 2, label.box.y)
    return f'<g class="label" fill="{colour}">{lines}</g>'


def _lines(texts: Iterable[Block], centre: float, top: float) -> str:
    lines = []
    for text in texts:
        for line in text.lines:
            lines.append(f'<text x="{_number(centre)}" y="{_number(top + text.size * BASELINE)}" '
                         f'font-size="{_number(text.size)}" text-anchor="middle">{_text(line)}</text>')
            top += text.size * LINE_HEIGHT
    return "".join(lines)


def _node(node: Node, box: Box) -> str:
    appearance = APPEARANCES[node.appearance]
    texts = blocks_of(node)
    radius = {"job": 4.0, "event": box.height / 2, "gate": box.height / 2}[node.kind]
    dashes = DASHES.get(appearance.outline)
    outline = _rectangle(box, radius) + f' fill="{appearance.fill}" stroke="{appearance.line}"' \
        + (f' stroke-dasharray="{dashes}"' if dashes else "") + "/>"
    if appearance.outline == "double":
        inner = Box(box.x + DOUBLE_GAP, box.y + DOUBLE_GAP, box.width - 2 * DOUBLE_GAP, box.height - 2 * DOUBLE_GAP)
        outline += _rectangle(inner, max(1.0, radius - DOUBLE_GAP)) + f' stroke="{appearance.line}"/>'
    top = box.y + (box.height - fsum(text.height for text in texts)) / 2
    return (f'<g class="{node.kind} {node.appearance}"><title>{_text(": ".join(node.lines))}</title>{outline}'
            f'<g fill="{appearance.text}">{_lines(texts, box.x + box.width / 2, top)}</g></g>')


def _rectangle(box: Box, radius: float) -> str:
    return (f'<rect x="{_number(box.x)}" y="{_number(box.y)}" width="{_number(box.width)}" '
            f'height="{_number(box.height)}" rx="{_number(radius)}"')
