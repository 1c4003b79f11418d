# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures in the guides match their files and show what the filter draws."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parents[2]
RST = ROOT / "docs" / "docsite" / "rst"
IMAGES = RST / "images"
DATA = ROOT / "tests" / "data" / "event_graph"
PAGES = {path.name: path.read_text() for path in RST.glob("*.rst")}
GUIDE = PAGES["event_graph.rst"]
DIRECTIVE = re.compile(r"^ *\.\. (?:image|figure):: (\S+)\n((?: +\S.*\n)*)", re.M)


@pytest.mark.parametrize("page", sorted(PAGES))
def test_the_pictures_of_a_page_are_files_with_a_description(page: str) -> None:
    for address, options in DIRECTIVE.findall(PAGES[page]):
        assert address.startswith("images/") and (RST / address).is_file()
        assert ":alt: " in options
    assert "data:image" not in PAGES[page]


@pytest.mark.parametrize("path", sorted(IMAGES.iterdir()), ids=lambda path: path.name)
def test_each_picture_is_shown_and_small(path: Path) -> None:
    assert path.stat().st_size < 200_000
    assert path.suffix == ".license" or any(
        f"images/{path.name}" in dict(DIRECTIVE.findall(text)) for text in PAGES.values())


@pytest.mark.parametrize(("picture", "golden"), [("event_graph.svg", "boot.dot"), ("event_graph_el6.svg", "el6.dot")])
def test_the_drawn_graph_is_that_of_the_filter(picture: str, golden: str) -> None:
    drawn = ElementTree.parse(IMAGES / picture).getroot()
    titles = {title.text for title in drawn.iter("{http://www.w3.org/2000/svg}title")}
    dot = (DATA / golden).read_text()
    nodes = set(re.findall(r"^  (\w+) \[label", dot, re.M))
    edges = {f"{source}->{target}" for source, target in re.findall(r"^  (\w+) -> (\w+) \[", dot, re.M)}
    assert titles == nodes | edges | {"upstart"}


def test_the_text_in_the_guide_is_that_of_the_filter() -> None:
    text = (DATA / "tty.mmd").read_text().partition("  classDef")[0]
    assert textwrap.indent(text, "   ") in GUIDE
