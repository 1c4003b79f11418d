# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw a boot as SVG: one row for each instance, with the time that it waited and the time of its own processes."""

from __future__ import annotations

import math
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from html import escape

WIDTH, ROW, TOP, LABEL, END = 390, 18, 30, 128, 42  # units; on a telephone one unit is one pixel
NAME_LENGTH = 17  # characters
LEAST = 1.5  # units, the width of the shortest bar
STEPS = (1, 2, 5)
MOST_TICKS = 5
# The picture may stand in a page, whose other pictures the rules must leave alone.
STYLE = """\
.upstart-boot text { font: 11px sans-serif; fill: currentColor; }
.upstart-boot .tick { stroke: currentColor; stroke-opacity: .18; }
.upstart-boot .wait { fill: #8a94a6; fill-opacity: .45; }
.upstart-boot .own { fill: #2f6fb3; }
.upstart-boot .failed { fill: #c0392b; }
.upstart-boot .chain { font-weight: bold; }
.upstart-boot .seconds { font-size: 9px; }"""


def to_svg(instances: Sequence[Mapping[str, t.Any]], chain: Iterable[Mapping[str, t.Any]] = ()) -> str:
    """Return the picture as text.

    :param instances: entries of analysis.LastBoot, in the order of the rows.
    :param chain: the entries of the critical chain, whose names are bold.
    """
    bold = {(entry["name"], entry["instance"]) for entry in chain}
    end = max((_end(entry) for entry in instances), default=0.0) or 1.0
    height = TOP + ROW * len(instances) + 6
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" class="upstart-boot" viewBox="0 0 {WIDTH} {height}" role="img"'
             f' aria-label="The boot, by instance and second">', f"<style>{STYLE}</style>"]
    lines += _axis(end, height)
    for number, entry in enumerate(instances):
        lines += _row(entry, TOP + ROW * number, end, (entry["name"], entry["instance"]) in bold)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _end(entry: Mapping[str, t.Any]) -> float:
    waiting, own = entry["waiting_seconds"] or 0.0, entry["own_seconds"] or 0.0
    return float(entry["began"] + waiting + own)


def _x(seconds: float, end: float) -> float:
    return LABEL + (WIDTH - LABEL - END) * seconds / end


def _axis(end: float, height: int) -> Iterable[str]:
    step = _step(end)
    for number in range(int(end / step) + 1):
        x = _x(number * step, end)
        yield f'<line class="tick" x1="{x:.1f}" y1="{TOP - 8}" x2="{x:.1f}" y2="{height}"/>'
        yield f'<text x="{x:.1f}" y="{TOP - 14}" text-anchor="middle">{number * step:g} s</text>'


def _step(end: float) -> float:
    """Return a round number of seconds between two ticks."""
    power = 10.0 ** math.floor(math.log10(end / MOST_TICKS))
    return next((power * factor for factor in STEPS if end / (power * factor) <= MOST_TICKS), power * 10)


def _row(entry: Mapping[str, t.Any], y: int, end: float, bold: bool) -> Iterable[str]:
    name = entry["label"]
    shown = name if len(name) <= NAME_LENGTH else name[:NAME_LENGTH - 1] + "…"
    kind = ' class="chain"' if bold else ""
    yield (f'<text{kind} x="{LABEL - 6}" y="{y + 12}" text-anchor="end">{escape(shown)}<title>{escape(name)}</title>'
           "</text>")
    waiting, own = entry["waiting_seconds"] or 0.0, entry["own_seconds"] or 0.0
    began = entry["began"]
    if waiting:
        yield _bar("wait", _x(began, end), _x(began + waiting, end), y, f"{name} waited {waiting:.3f} s")
    left = _x(began + waiting, end)
    right = max(_x(began + waiting + own, end), left + LEAST)
    known = entry["own_seconds"] is not None
    title = f"{name} took {own:.3f} s" if known else f"{name} began"
    yield _bar("failed" if entry["failure"] else "own", left, right, y, title)
    if known and own >= end / 100:
        yield f'<text class="seconds" x="{right + 3:.1f}" y="{y + 11}">{own:.2f} s</text>'


def _bar(kind: str, left: float, right: float, y: int, title: str) -> str:
    return (f'<rect class="{kind}" x="{left:.1f}" y="{y + 3}" width="{right - left:.1f}" height="{ROW - 6}" rx="1">'
            f"<title>{escape(title)}</title></rect>")
