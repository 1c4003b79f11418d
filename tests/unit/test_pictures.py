# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pictures in the guides match their files and show what the filter draws."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from xml.etree import ElementTree

import embed_pictures
import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "docs" / "docsite" / "rst" / "images"
DATA = ROOT / "tests" / "data" / "event_graph"
PAGES = {name: (embed_pictures.RST / name).read_text() for name in embed_pictures.PAGES}
GUIDE = PAGES["event_graph.rst"]


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_page_has_the_pictures_of_the_files(page: str) -> None:
    assert embed_pictures.with_pictures(page, PAGES[page]) == PAGES[page]


@pytest.mark.parametrize("path", sorted(IMAGES.iterdir()), ids=lambda path: path.name)
def test_each_picture_is_shown_and_small(path: Path) -> None:
    assert path.stat().st_size < 200_000
    assert path.suffix == ".license" or any(
        f"|{path.stem}|\n" in text.partition(embed_pictures.MARK)[0] for text in PAGES.values())


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
