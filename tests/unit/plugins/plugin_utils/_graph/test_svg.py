# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as SVG: well-formed for any name, self-contained, and with each label in its box."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import pictures, sizes
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.layout import lay_out
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import Edge, Graph, Node
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.svg import to_svg
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.text import APPEARANCES, ARROWS
from ansible_collections.sysinit.upstart.tests.unit.support.counted_work import grows_in_step
from ansible_collections.sysinit.upstart.tests.unit.support.random_graphs import random_graph, star

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script>\"'&lt;]]>\0\x1b\u202e\udcff\uffff"
FIRST_CODE_OF_WIDE_CHARACTERS = 0x250


def drawn(graph: Graph) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(lay_out(graph), "a title"))


def width_of(text: ElementTree.Element) -> float:
    """Return the width of a text in a font with characters of 0.6 em, wide ones of 1.2 em."""
    characters = (text.text or "").replace(sizes.ELLIPSIS, ".")
    width = sum(1 if ord(char) < FIRST_CODE_OF_WIDE_CHARACTERS else 2 for char in characters)
    return width * 0.6 * float(text.attrib["font-size"])


@pytest.mark.parametrize("seed", range(40))
def test_no_text_leaves_its_box(seed: int) -> None:
    root = drawn(random_graph(seed))
    for group in root.findall(f"{SVG}g"):
        outline = group.find(f"{SVG}rect")
        for text in group.iter(f"{SVG}text"):
            left, right = (float(text.attrib["x"]) + side * width_of(text) / 2 for side in (-1, 1))
            baseline = float(text.attrib["y"])
            if outline is None:
                assert left >= 0 and right <= float(root.attrib["width"])
                continue
            x, y, width, height = (float(outline.attrib[name]) for name in ("x", "y", "width", "height"))
            assert x <= left and right <= x + width
            assert y < baseline - 0.7 * float(text.attrib["font-size"]) and baseline < y + height


@pytest.mark.parametrize("seed", range(40))
def test_each_node_has_an_outline_and_its_words(seed: int) -> None:
    graph = random_graph(seed)
    titles = [title.text for title in drawn(graph).iter(f"{SVG}title")]
    assert sorted(map(str, titles)) == sorted(": ".join(node.lines) for node in graph.nodes.values())


def test_nothing_in_a_name_is_markup() -> None:
    nodes = {name: Node(name, "job", (HOSTILE, HOSTILE), "running") for name in "ab"}
    text = to_svg(lay_out(Graph(nodes, {Edge("a", "b", "start", HOSTILE): None})), HOSTILE)
    root = ElementTree.fromstring(text)
    assert {element.tag.replace(SVG, "") for element in root.iter()} == {"svg", "g", "path", "rect", "title", "text"}
    assert not re.search(r'\sid="|style=|url\(|href|[\x00-\x08\u202e\udcff]', text)


@pytest.mark.parametrize("appearance", sorted(APPEARANCES))
def test_states_differ_without_colour(appearance: str) -> None:
    root = drawn(Graph({"a": Node("a", "job", ("a",), appearance)}))
    outlines = list(root.iter(f"{SVG}rect"))
    outline = "double" if len(outlines) == 2 else {None: "solid", "6 3": "dashed", "2 3": "dotted"}[
        outlines[0].get("stroke-dasharray")]
    assert outline == APPEARANCES[appearance].outline


def test_relations_differ_without_colour() -> None:
    nodes = {name: Node(name, "job", (name,), "running") for name in "ab"}
    forms = set()
    for relation in ARROWS:
        root = drawn(Graph(nodes, {Edge("a", "b", relation, ""): None}))  # type: ignore[arg-type]  # keys of the table
        arrow = next(group for group in root.iter(f"{SVG}g") if group.get("class") == relation)
        forms.add(tuple((part.tag, part.get("stroke-dasharray"), part.get("fill") is None) for part in arrow))
    assert len(forms) == len(ARROWS)


@pytest.mark.parametrize(("text", "lines"), [
    ("web", ("web",)),
    ("", ("",)),
    ("upstart-udev-bridge-of-the-network", ("upstart-udev-bridge-of-", "the-network")),
    ("stopped RUNLEVEL=[2345] RESULT=ok", ("stopped RUNLEVEL=[2345]", "RESULT=ok")),
    ("x" * 200, ("x" * 26, "x" * 26, "x" * 26, "x" * 25 + "\u2026")),
    ("\u6587" * 14, ("\u6587" * 13, "\u6587")),
])
def test_lines(text: str, lines: tuple[str, ...]) -> None:
    assert sizes.wrap(text) == lines
    assert max(map(sizes.cells, lines)) <= sizes.LINE_CELLS


def test_captions_name_few_jobs_and_count_many() -> None:
    graph = star(60)
    graph.nodes["job x"] = Node("job x", "job", ("x", "stopped"), "stopped")
    result = pictures.draw(graph)
    assert [row["name"] for row in result["unconnected"]] == ["x"]
    captions = [picture["caption"] for picture in result["pictures"]]
    assert captions[0] == "Picture 1: 25 jobs around runlevel"
    small = pictures.draw(Graph({name: Node(name, "job", (name,), "running") for name in "ab"},
                                {Edge("a", "b", "start", ""): None}))
    assert [(picture["caption"], picture["narrow"]) for picture in small["pictures"]] == [("a, b", "")]


def test_the_work_grows_in_step_with_the_jobs() -> None:
    assert grows_in_step(lambda size: lambda: pictures.draw(star(size)), 60)
