# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reduce a PNG picture to a palette of 256 colours, as the screenshots of a page need no more."""

from __future__ import annotations

import functools
import struct
import zlib
from collections import Counter
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {2: 3, 6: 4}  # by colour type: RGB, and RGB with transparency
COLOURS = 256


def reduced(data: bytes) -> bytes:
    """Return a PNG picture with a palette; raise ValueError unless it has 8 bits per channel and is not interlaced."""
    chunks = list(_chunks(data))
    width, height, depth, colour_type, _compression, _filter, interlace = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth != 8 or interlace or colour_type not in CHANNELS:
        raise ValueError("the picture must be RGB with 8 bits per channel, and not interlaced")
    channels = CHANNELS[colour_type]
    raw = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    rows = [[row[at:at + 3] for at in range(0, len(row), channels)]
            for row in _unfiltered(raw, width * channels, channels)]
    usage = Counter(pixel for row in rows for pixel in row)
    palette = [colour for colour, _count in usage.most_common(COLOURS)]
    index = {colour: number for number, colour in enumerate(palette)}

    @functools.cache
    def nearest(colour: bytes) -> int:
        return index[colour] if colour in index else min(
            range(len(palette)), key=lambda number: sum((a - b) ** 2 for a, b in zip(palette[number], colour)))

    body = b"".join(b"\0" + bytes(map(nearest, row)) for row in rows)
    return SIGNATURE + b"".join([
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", b"".join(palette)),
        _chunk(b"IDAT", zlib.compress(body, 9)),
        _chunk(b"IEND", b"")])


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(SIGNATURE)
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        yield kind, data[position + 8:position + 8 + length]
        position += length + 12


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _unfiltered(raw: bytes, length: int, channels: int) -> Iterator[bytes]:
    """Yield the rows of a picture without the filters of PNG."""
    above = bytearray(length)
    for start in range(0, len(raw), length + 1):
        kind, row = raw[start], bytearray(raw[start + 1:start + 1 + length])
        for at in range(length if kind else 0):
            left = row[at - channels] if at >= channels else 0
            corner = above[at - channels] if at >= channels else 0
            row[at] = (row[at] + _predicted(kind, left, above[at], corner)) & 0xff
        yield bytes(row)
        above = row


def _predicted(kind: int, left: int, above: int, corner: int) -> int:
    if kind == 4:
        estimate = left + above - corner
        return min((left, above, corner), key=lambda value: abs(estimate - value))
    return {1: left, 2: above, 3: (left + above) // 2}[kind]
