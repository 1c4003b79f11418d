# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of a boot, element by element."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._last_boot import plot

HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" class="upstart-boot" viewBox="0 0 390 90" role="img" \
aria-label="The boot, by instance and second">
<style>"""
BODY = """\
</style>
<line class="tick" x1="128.0" y1="22" x2="128.0" y2="90"/>
<text x="128.0" y="16" text-anchor="middle">0 s</text>
<line class="tick" x1="183.0" y1="22" x2="183.0" y2="90"/>
<text x="183.0" y="16" text-anchor="middle">1 s</text>
<line class="tick" x1="238.0" y1="22" x2="238.0" y2="90"/>
<text x="238.0" y="16" text-anchor="middle">2 s</text>
<line class="tick" x1="293.0" y1="22" x2="293.0" y2="90"/>
<text x="293.0" y="16" text-anchor="middle">3 s</text>
<line class="tick" x1="348.0" y1="22" x2="348.0" y2="90"/>
<text x="348.0" y="16" text-anchor="middle">4 s</text>
<text x="122" y="42" text-anchor="end">a<title>a</title></text>
<rect class="own" x="128.0" y="33" width="110.0" height="12" rx="1"><title>a took 2.000 s</title></rect>
<text class="seconds" x="241.0" y="41">2.00 s</text>
<text class="chain" x="122" y="60" text-anchor="end">b (x)<title>b (x)</title></text>
<rect class="wait" x="183.0" y="51" width="82.5" height="12" rx="1"><title>b (x) waited 1.500 s</title></rect>
<rect class="failed" x="265.5" y="51" width="82.5" height="12" rx="1"><title>b (x) took 1.500 s</title></rect>
<text class="seconds" x="351.0" y="59">1.50 s</text>
<text x="122" y="78" text-anchor="end">cccccccccccccccc…<title>cccccccccccccccccc</title></text>
<rect class="own" x="155.5" y="69" width="1.5" height="12" rx="1"><title>cccccccccccccccccc began</title></rect>
</svg>
"""


def entry(label: str, began: float, waiting: float | None = None, own: float | None = None, failure: str | None = None,
          instance: str = "") -> dict[str, Any]:
    return {"name": label[0], "label": label, "instance": instance, "began": began, "waiting_seconds": waiting,
            "own_seconds": own, "failure": failure}


def test_each_element() -> None:
    entries = [entry("a", 0.0, 0.0, 2.0), entry("b (x)", 1.0, 1.5, 1.5, "it failed", "x"), entry("c" * 18, 0.5)]
    chain = [entries[1], {**entries[0], "instance": "other"}]
    text = plot.to_svg(entries, chain)
    assert text.startswith(HEAD) and text.endswith(BODY)
    assert text == HEAD + plot.STYLE + BODY


def labels(svg: str) -> list[str]:
    return re.findall(r'middle">(.*?)<', svg)


@pytest.mark.parametrize(("end", "seconds"), [
    (0.003, ["0", "0.001", "0.002", "0.003"]), (9.9, ["0", "2", "4", "6", "8"]),
    (25.0, ["0", "5", "10", "15", "20", "25"]), (50.0, ["0", "10", "20", "30", "40", "50"]),
    (26.0, ["0", "10", "20"]), (0.0, ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
])
def test_ticks(end: float, seconds: list[str]) -> None:
    assert labels(plot.to_svg([entry("a", 0.0, 0.0, end)])) == [f"{second} s" for second in seconds]


@pytest.mark.parametrize(("own", "is_shown"), [(0.1, True), (0.099, False), (0.0, False)])
def test_the_seconds_of_a_very_short_bar_are_left_out(own: float, is_shown: bool) -> None:
    svg = plot.to_svg([entry("long", 0.0, 0.0, 10.0), entry("short", 0.0, 0.0, own)])
    assert svg.count('class="seconds"') == 1 + is_shown


@pytest.mark.parametrize(("label", "shown"), [("n" * 17, "n" * 17), ("n" * 18, "n" * 16 + "…")])
def test_a_long_name_is_cut(label: str, shown: str) -> None:
    assert f'text-anchor="end">{shown}<title>{label}</title>' in plot.to_svg([entry(label, 0.0)])


def test_a_boot_without_starts() -> None:
    svg = plot.to_svg([])
    assert 'viewBox="0 0 390 36"' in svg and labels(svg) == ["0 s", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1 s"]
