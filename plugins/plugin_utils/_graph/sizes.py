# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes of text in a picture.

Pictures use a font in which all characters have the same width, so that sizes are known without the font.
"""

from __future__ import annotations

import typing as t
import unicodedata

from .text import visible

NAME_SIZE = 12.0  # pixels, the size of the font
NOTE_SIZE = 10.5
ADVANCE = 0.61  # width of a character, relative to the size of the font; fonts have 0.55 to 0.602
LINE_HEIGHT = 1.3
LINE_CELLS = 26  # characters in a line of a box or label
MAX_LINES = 4
ELLIPSIS = "\u2026"


class Block(t.NamedTuple):
    """Lines of text in one size, with the width and height that they take, in pixels."""

    lines: tuple[str, ...]
    size: float
    width: float
    height: float


def cells(text: str) -> int:
    """Return the width of a text in characters of normal width."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    """Return an upper limit of a character's width: characters outside Latin may come from a wider font."""
    if ord(char) < 0x250 or char == ELLIPSIS:
        return 1
    return 0 if unicodedata.combining(char) and ord(char) < 0x370 else 2


def wrap(text: str, width: int = LINE_CELLS, limit: int = MAX_LINES) -> tuple[str, ...]:
    """Return a text in lines of at most ``width`` characters; what does not fit in ``limit`` lines is cut off."""
    lines: list[str] = []
    rest = visible(text)
    while rest:
        end = _fitting(rest, width)
        if end == len(rest) or len(lines) + 1 == limit:
            lines.append(rest if end == len(rest) else rest[:_fitting(rest, width - 1)] + ELLIPSIS)
            break
        end = _break_before(rest, end)
        lines.append(rest[:end].rstrip(" "))
        rest = rest[end:].lstrip(" ")
    return tuple(line for line in lines if line) or ("",)


def _fitting(text: str, width: int) -> int:
    """Return how many characters of a text fit into a width."""
    used = 0
    for index, char in enumerate(text):
        used += _cells(char)
        if used > width:
            return index
    return len(text)


def _break_before(text: str, end: int) -> int:
    """Return the best place for a line break: after a blank or a separator in the second half of the line."""
    for separators in (" ", "-_/.,="):
        for index in range(end, end // 2, -1):
            if text[index - 1] in separators or text[index] == " ":
                return index
    return max(end, 1)


def block(text: str, size: float) -> Block:
    """Return a text as lines with their size."""
    lines = wrap(text)
    return Block(lines, size, max(map(cells, lines)) * size * ADVANCE, len(lines) * size * LINE_HEIGHT)
