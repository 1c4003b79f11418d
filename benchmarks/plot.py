# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw lines over a linear x axis and a logarithmic y axis as an SVG picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 220, 48, 52
OURS, THEIRS = "#1a6fb0", "#c2410c"
HEADER = """\
<?xml version="1.0" encoding="UTF-8"?>
<!--
Copyright (c) 2026, the sysinit.upstart contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">
<rect width="100%%" height="100%%" fill="white"/>
"""


@dataclass
class Series:
    """A line with its label and (x, y) points; ``theirs`` marks the baseline, ``dashed`` a dashed line."""

    label: str
    theirs: bool
    dashed: bool
    points: list[tuple[float, float]]


class Axes:
    """Positions of values in the picture: x linear from 0, y logarithmic over whole powers of ten."""

    def __init__(self, series: list[Series]) -> None:
        points = [point for line in series for point in line.points]
        self.right = max(x for x, _y in points)
        self.low = math.floor(math.log10(min(y for _x, y in points)))
        self.high = math.ceil(math.log10(max(y for _x, y in points)))

    def x(self, value: float) -> float:
        return LEFT + value / self.right * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def text(x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> str:
    return '<text x="%.1f" y="%.1f" text-anchor="%s"%s>%s</text>\n' % (x, y, anchor, more, escape(words))


def line(begin: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    return '<path d="M%.1f %.1fL%.1f %.1f" stroke="%s" fill="none"/>\n' % (*begin, *end, colour)


def grid(axes: Axes, x_name: str, y_name: str, ticks: list[float]) -> str:
    drawing = ""
    for power in range(axes.low, axes.high + 1):
        for digit in range(1, 10 if power < axes.high else 2):
            y = axes.y(digit * 10.0 ** power)
            drawing += line((LEFT, y), (WIDTH - RIGHT, y), "#ccc" if digit == 1 else "#eee")
        drawing += text(LEFT - 8, axes.y(10.0 ** power) + 4, "%g" % 10.0 ** power, "end")
    for tick in ticks:
        drawing += line((axes.x(tick), HEIGHT - BOTTOM), (axes.x(tick), HEIGHT - BOTTOM + 5), "#333")
        drawing += text(axes.x(tick), HEIGHT - BOTTOM + 20, "%g" % tick)
    drawing += line((LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM), "#333")
    drawing += line((LEFT, TOP), (LEFT, HEIGHT - BOTTOM), "#333")
    drawing += text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, x_name)
    middle = (TOP + HEIGHT - BOTTOM) / 2
    return drawing + text(18, middle, y_name, more=' transform="rotate(-90 18 %.1f)"' % middle)


def curve(axes: Axes, series: Series) -> str:
    colour = THEIRS if series.theirs else OURS
    places = [(axes.x(x), axes.y(y)) for x, y in series.points]
    dashes = ' stroke-dasharray="6 4"' if series.dashed else ""
    drawing = '<polyline points="%s" stroke="%s" stroke-width="2" fill="none"%s/>\n' % (
        " ".join("%.1f,%.1f" % place for place in places), colour, dashes)
    for place in places:
        drawing += '<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>\n' % (*place, colour)
    return drawing


def labels(axes: Axes, series: list[Series]) -> str:
    """Return the labels at the ends of the lines, without overlaps."""
    drawing = ""
    lowest = 0.0
    for line in sorted(series, key=lambda line: axes.y(line.points[-1][1])):
        y = max(axes.y(line.points[-1][1]), lowest)
        lowest = y + 17
        drawing += text(WIDTH - RIGHT + 10, y + 4, line.label + (" (dashed)" if line.dashed else ""), "start",
                        ' fill="%s"' % (THEIRS if line.theirs else OURS))
    return drawing


def draw(title: str, x_name: str, y_name: str, series: list[Series]) -> str:
    """Return the text of an SVG file."""
    axes = Axes(series)
    ticks = sorted({0.0, *(x for line in series for x, _y in line.points)})
    return (HEADER % (WIDTH, HEIGHT) + text(LEFT, 26, title, "start", ' font-size="16"')
            + grid(axes, x_name, y_name, ticks) + "".join(curve(axes, line) for line in series)
            + labels(axes, series) + "</svg>\n")
