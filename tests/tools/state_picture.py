# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draw the states of a job and the ways between them, as the emulator has them, as an SVG file."""

from __future__ import annotations

from dataclasses import dataclass

import checkout

checkout.mount()

from emulator import states
from emulator.versions import STATES_11

WIDTH, HEIGHT = 640, 690
BOX_WIDTH, BOX_HEIGHT = 150, 30
ROW_HEIGHT, TOP = 54, 40
LEFT, RIGHT = 150, 490
GREEN, RED, DARK = "#1a6b2f", "#a3120a", "#4d4d4d"
# The place of each state: its column and its row.
PLACES = {
    states.WAITING: (LEFT, 0), states.STARTING: (LEFT, 1), states.SECURITY_SPAWNING: (LEFT, 2),
    states.SECURITY: (LEFT, 3), states.PRE_STARTING: (LEFT, 4), states.PRE_START: (LEFT, 5),
    states.SPAWNING: (LEFT, 6), states.SPAWNED: (LEFT, 7), states.POST_STARTING: (LEFT, 8),
    states.POST_START: (LEFT, 9), states.RUNNING: (LEFT, 10),
    states.PRE_STOPPING: (RIGHT, 9), states.PRE_STOP: (RIGHT, 8), states.STOPPING: (RIGHT, 6),
    states.KILLED: (RIGHT, 4), states.POST_STOPPING: (RIGHT, 3), states.POST_STOP: (RIGHT, 2),
}
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!--
Copyright (c) 2026, the sysinit.upstart contributors
GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later

Written by tests/tools/reference_pages.py from the states of the emulator.
-->
"""


@dataclass(frozen=True)
class Way:
    """A way from one state to the next, for the goals ``start`` and ``stop``, or for one of them."""

    source: str
    target: str
    colour: str


def ways() -> list[Way]:
    """Return all ways; one for both goals is dark, one for the goal start green, one for stop red."""
    found = []
    for state in PLACES:
        targets: dict[str, set[str]] = {}
        for goal in (states.START, states.STOP):
            for main_alive in (True, False):
                try:
                    targets.setdefault(states.next_state(state, goal, main_alive), set()).add(goal)
                except KeyError:  # waiting has no way for the goal stop
                    continue
        for target, goals in targets.items():
            both = len(goals) == 2
            found.append(Way(state, target, DARK if both else GREEN if states.START in goals else RED))
    return found


def centre(state: str) -> tuple[float, float]:
    column, row = PLACES[state]
    return column, TOP + row * ROW_HEIGHT


def path_of(way: Way) -> str:
    """Return the path of an arrow: straight between neighbours, else a curve from side to side."""
    (from_x, from_y), (to_x, to_y) = centre(way.source), centre(way.target)
    half_width, half_height = BOX_WIDTH / 2, BOX_HEIGHT / 2
    if from_x == to_x:
        down = to_y > from_y
        edge = half_height if down else -half_height
        return f"M{from_x:g} {from_y + edge:g}L{to_x:g} {to_y - edge:g}"
    side = 1 if to_x > from_x else -1
    start_x, end_x = from_x + side * half_width, to_x - side * half_width
    bend = side * 70
    return f"M{start_x:g} {from_y:g}C{start_x + bend:g} {from_y:g} {end_x - bend:g} {to_y:g} {end_x:g} {to_y:g}"


def box(state: str) -> str:
    x, y = centre(state)
    new = state not in STATES_11
    fill = "#d5f0da" if state == states.RUNNING else "#f3f3f3" if new else "#ffffff"
    stroke, text = ("#b5b5b5", "#6b6b6b") if new else (DARK, "#1f1f1f")
    return (f'<g class="state"><title>{state}</title><rect x="{x - BOX_WIDTH / 2:g}" y="{y - BOX_HEIGHT / 2:g}" '
            f'width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8" fill="{fill}" stroke="{stroke}"/>'
            f'<text x="{x:g}" y="{y + 5:g}" text-anchor="middle" fill="{text}">{state}</text></g>')


def arrow(way: Way) -> str:
    title = f"{way.source}-&gt;{way.target}"
    return (f'<g class="way"><title>{title}</title><path d="{path_of(way)}" fill="none" stroke="{way.colour}" '
            f'stroke-width="1.6" marker-end="url(#{way.colour[1:]})"/></g>')


def legend() -> list[str]:
    lines, y = [], TOP + 11 * ROW_HEIGHT - 6
    for x, colour, text in ((40, GREEN, "goal start"), (190, RED, "goal stop"), (340, DARK, "either goal")):
        lines.append(f'<path d="M{x} {y}L{x + 34} {y}" stroke="{colour}" stroke-width="1.6" '
                     f'marker-end="url(#{colour[1:]})"/>'
                     f'<text x="{x + 44}" y="{y + 5}" fill="{colour}">{text}</text>')
    lines.append(f'<text x="40" y="{y + 36}" fill="#6b6b6b">Grey states exist since 1.13, security since 1.9.</text>')
    return lines


def picture() -> str:
    """Return the text of the SVG file."""
    markers = [f'<marker id="{colour[1:]}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
               f'orient="auto"><path d="M0 0L10 5L0 10z" fill="{colour}"/></marker>' for colour in (GREEN, RED, DARK)]
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
             'font-size="14">', f"<defs>{''.join(markers)}</defs>", '<rect width="100%" height="100%" fill="white"/>',
             *map(arrow, ways()), *map(box, PLACES), *legend(), "</svg>"]
    return HEAD + "\n".join(lines) + "\n"
