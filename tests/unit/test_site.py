# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that looks at the built site in a browser sees what is wrong with a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import site_in_browser
from ansible_collections.sysinit.upstart.tests.unit.support import browser, browser_control

pytestmark = pytest.mark.skipif(browser.find() is None, reason="needs Chromium or Chrome on the PATH")

STYLE = """body {background: #fff; color: #000} a {color: #00c}
@media (prefers-color-scheme: dark) {body {background: #111; color: #ddd} a {color: #%s}}"""
PAGE = "<!DOCTYPE html><html lang='en'><head><style>%s</style></head><body>%s</body></html>"


@pytest.fixture(scope="module")
def page() -> Iterator[browser_control.Page]:
    with browser_control.started() as page:
        yield page


def problems(page: browser_control.Page, folder: Path, body: str, link: str = "aaf") -> list[str]:
    path = folder / "page.html"
    path.write_text(PAGE % (STYLE % link, body))
    page.open(path.as_uri())
    return list(site_in_browser.problems_of_page(page))


@pytest.mark.parametrize("body", [
    "<p>Text and <a href='#'>a link</a></p>",
    "<div style='overflow-x: auto'><div style='width: 900px'>a table that scrolls in its own box</div></div>",
    "<p style='color: #ddd; visibility: hidden'>unseen</p><p style='background: #000; color: #fff'>its own ground</p>",
    "<p style='background: #444'><span style='background: rgba(0, 0, 0, .9); color: #eee'>blended</span></p>",
])
def test_a_good_page(page: browser_control.Page, tmp_path: Path, body: str) -> None:
    assert problems(page, tmp_path, body) == []


@pytest.mark.parametrize(("body", "complaint"), [
    ("<script>console.warn('oh')</script>", "writes 'oh' to the console"),
    ("<script>missing()</script>", "writes 'ReferenceError: missing is not defined"),
    ("<script>console.log('loaded')</script>", "writes 'loaded' to the console"),
    ("<div style='width: 900px'>wide</div>", "in a window of 390 pixels, the page is 9"),
    ("<p style='color: #999'>x</p>", "in the light theme, rgb(153,153,153) on rgb(255,255,255) has the contrast 2.8"),
    ("<p style='opacity: .3'>old</p>", "in the light theme, rgb(179,179,179) on rgb(255,255,255) has the contrast 2."),
])
def test_a_bad_page(page: browser_control.Page, tmp_path: Path, body: str, complaint: str) -> None:
    assert [text for text in problems(page, tmp_path, body) if text.startswith(complaint)]


def test_both_themes_are_checked(page: browser_control.Page, tmp_path: Path) -> None:
    assert problems(page, tmp_path, "<a href='#'>a link</a>", link="00c")[0].startswith(
        "in the dark theme, rgb(0,0,204) on rgb(17,17,17) has the contrast 1.")
