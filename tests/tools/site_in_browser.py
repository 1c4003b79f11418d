# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at each page of the built site in a headless browser, as files and without a network.

A page must not write to the console, must fit a phone and a desktop without sideways scrolling, and its text must have
enough contrast in the light and in the dark theme. The search for a stanza must find its section first, and the option
of that name too. The switch must change the theme.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.tests.unit.support import browser, browser_control

WINDOWS = ((390, 844), (1280, 900))  # a phone and a desktop
SCHEMES = ("light", "dark")
CONTRAST = 4.5  # of text, as WCAG 2 requires at level AA
SEARCHED = ("respawn", "kill timeout", "start on")  # stanzas
SEARCH_SECONDS = 120

# Elements that stand out of the window, without those that scroll in a box of their own.
TOO_WIDE = """(() => {
  const room = %d;
  if (document.documentElement.scrollWidth <= room) return "";
  const scrolls = (element) => element && element !== document.body
    && (["auto", "scroll", "hidden"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const wide = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > room + 1 && !scrolls(element.parentElement));
  const last = wide.pop();
  const reason = last ? `, because of ${last.outerHTML.slice(0, 80)}` : "";
  return `${document.documentElement.scrollWidth} pixels wide${reason}`;
})()"""

# Texts with too little contrast: one for each pair of colours.
PALE_TEXTS = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, [red, green, blue, alpha / 255]);
    }
    return known.get(colour);
  };
  const over = (top, base, alpha) => [0, 1, 2].map((at) => top[at] * alpha + base[at] * (1 - alpha));
  const behind = new Map();
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    if (!behind.has(element)) {
      const colour = rgba(getComputedStyle(element).backgroundColor);
      const hidesAll = colour[3] === 1;
      behind.set(element, hidesAll ? colour.slice(0, 3) : over(colour, ground(element.parentElement), colour[3]));
    }
    return behind.get(element);
  };
  const opacity = (element) => element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1;
  const luminance = (colour) => {
    const linear = (part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const parts = colour.map((part) => linear(part / 255));
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  const pale = new Map();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.closest("script, style, noscript, svg")) continue;
    if (!element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) continue;
    const base = ground(element);
    const colour = rgba(getComputedStyle(element).color);
    const shown = over(colour, base, colour[3] * opacity(element));
    const [dark, light] = [luminance(shown), luminance(base)].sort((one, other) => one - other);
    const ratio = (light + 0.05) / (dark + 0.05);
    const pair = `rgb(${shown.map(Math.round)}) on rgb(${base.map(Math.round)})`;
    if (ratio < %f && !pale.has(pair))
      pale.set(pair, `${pair} has the contrast ${ratio.toFixed(2)}: ${element.localName}.${element.className}, `
        + JSON.stringify(texts.currentNode.data.trim().slice(0, 40)));
  }
  return [...pale.values()];
})()"""

SEARCH = """new Promise((resolve) => {
  const until = Date.now() + %d * 1000;
  const look = () => {
    const isOver = document.querySelector("#search-results h2")?.innerText === "Search Results";
    const links = [...document.querySelectorAll("#search-results ul.search a")].map((link) => link.href);
    if (isOver || Date.now() > until) resolve(links); else setTimeout(look, 50);
  };
  look();
})"""

SWITCH = """(() => {
  const colours = new Set();
  for (let turn = 0; turn < 3; turn++) {
    colours.add(getComputedStyle(document.body).backgroundColor);
    [...document.querySelectorAll(".theme-toggle")].find((button) => button.checkVisibility()).click();
  }
  return colours.size;
})()"""


def problems(site: Path) -> Iterator[str]:
    """Yield a sentence for each problem of the site."""
    with browser_control.started() as page:
        for path in sorted(site.rglob("*.html")):
            name = path.relative_to(site)
            page.open(path.as_uri())
            for text in problems_of_page(page):
                yield f"{name}: {text}"
        page.open((site / "index.html").as_uri())
        if page.run(SWITCH) != len(SCHEMES):
            yield "index.html: the switch does not change between a light and a dark theme"
        for stanza in SEARCHED:
            page.open(f"{(site / 'search.html').as_uri()}?q={quote(stanza)}")
            links = page.run(SEARCH % SEARCH_SECONDS)
            yield from (f"search.html: the search writes {text!r} to the console" for text in page.console)
            yield from (f"search.html: the search for {stanza} {fault}" for fault in search_faults(stanza, links))


def search_faults(stanza: str, links: list[str]) -> Iterator[str]:
    """Yield what is wrong with the links that a search for a stanza finds, best first."""
    if not links or not links[0].endswith(f"/upstart_stanzas.html#{stanza.replace(' ', '-')}"):
        yield f"does not find its section first, but {links[:3]}"
    if not any("upstart_job_module" in link for link in links):
        yield "does not find the option of upstart_job"


def problems_of_page(page: browser_control.Page) -> Iterator[str]:
    """Yield a sentence for each problem of the open page."""
    for width, height in WINDOWS:
        page.resize(width, height)
        too_wide = page.run(TOO_WIDE % width)
        if too_wide:
            yield f"in a window of {width} pixels, the page is {too_wide}"
    for scheme in SCHEMES:
        page.prefer(scheme)
        yield from (f"in the {scheme} theme, {text}" for text in page.run(PALE_TEXTS % CONTRAST))
    yield from (f"writes {text!r} to the console" for text in page.console)


def can_look() -> bool:
    return browser.find() is not None
