# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of a graph for a page: one for each part, and a list of the jobs without arrows."""

from __future__ import annotations

import typing as t

from .layout import lay_out
from .model import Graph, Node
from .parts import SEE, Part, split
from .svg import to_svg
from .text import visible

NAMED_JOBS = 3  # a caption names the jobs of a small part
NARROW_WIDTH = 356  # pixels that a page has on a screen of 390
NARROW_ROW_WIDTH = 300


class Picture(t.TypedDict):
    """A picture: its caption as plain text, and an svg element.

    ``narrow`` is an svg element for a small screen, or an empty string if the other is narrow enough.
    """

    caption: str
    svg: str
    narrow: str


class Pictures(t.TypedDict):
    """The pictures of a graph, and the jobs that nothing connects with others: name, state in words, appearance."""

    pictures: list[Picture]
    unconnected: list[dict[str, str]]


def draw(graph: Graph) -> Pictures:
    """Return the pictures of a graph."""
    parts = split(graph)
    return {"pictures": [_picture(part, number if len(parts.parts) > 1 else 0)
                         for number, part in enumerate(parts.parts, 1)],
            "unconnected": [{"name": visible(node.lines[0]), "state": ", ".join(node.lines[1:]),
                             "appearance": node.appearance} for node in parts.unconnected]}


def _picture(part: Part, number: int) -> Picture:
    caption = (f"Picture {number}: " if number else "") + _subject(part)
    layout = lay_out(part.graph)
    narrow = "" if layout.width <= NARROW_WIDTH else to_svg(lay_out(part.graph, NARROW_ROW_WIDTH), caption)
    return {"caption": caption, "svg": to_svg(layout, caption), "narrow": narrow}


def _subject(part: Part) -> str:
    """Return which jobs a part has, in words."""
    names = [visible(node.lines[0]) for node in part.graph.nodes.values() if _is_of_part(node)]
    if len(names) <= NAMED_JOBS:
        return ", ".join(names) or visible(part.hub)
    return f"{len(names)} jobs" + (f" around {visible(part.hub)}" if part.hub else "")


def _is_of_part(node: Node) -> bool:
    return node.kind == "job" and node.appearance != "absent" and not node.lines[-1].startswith(SEE)
