# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reduced picture has the same pixels, whatever filters its rows use."""

from __future__ import annotations

import struct
import zlib

import pytest
from small_png import SIGNATURE, reduced

WIDTH = 3
PIXELS = [[(10 * row + column, 200 - 30 * column, 7 * row % 256) for column in range(WIDTH)] for row in range(5)]


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows: list[bytes], colour_type: int = 2, interlace: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, len(rows), 8, colour_type, 0, 0, interlace)
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")


def filtered(kind: int, row: bytes, above: bytes) -> bytes:
    """Return a row of three-byte pixels with a filter of PNG (section 9 of its specification)."""
    result = bytearray([kind])
    for at, value in enumerate(row):
        left, up, corner = (row[at - 3] if at >= 3 else 0), above[at], (above[at - 3] if at >= 3 else 0)
        estimate = left + up - corner
        paeth = min((abs(estimate - other), rank, other) for rank, other in enumerate((left, up, corner)))[2]
        result.append((value - [0, left, up, (left + up) // 2, paeth][kind]) % 256)
    return bytes(result)


def test_all_filters() -> None:
    rows = [bytes(channel for pixel in row for channel in pixel) for row in PIXELS]
    above = [bytes(3 * WIDTH), *rows]
    data = reduced(png([filtered(kind, row, above[kind]) for kind, row in enumerate(rows)]))
    position, chunks = len(SIGNATURE), {}
    while position < len(data):
        length, kind = struct.unpack(">I4s", data[position:position + 8])
        chunks[kind] = data[position + 8:position + 8 + length]
        position += length + 12
    palette = [tuple(chunks[b"PLTE"][at:at + 3]) for at in range(0, len(chunks[b"PLTE"]), 3)]
    raw = zlib.decompress(chunks[b"IDAT"])
    pixels = [[palette[index] for index in raw[at + 1:at + 1 + WIDTH]] for at in range(0, len(raw), WIDTH + 1)]
    assert pixels == PIXELS


@pytest.mark.parametrize(("colour_type", "interlace"), [(3, 0), (2, 1)])
def test_other_pictures_are_refused(colour_type: int, interlace: int) -> None:
    with pytest.raises(ValueError, match="must be RGB"):
        reduced(png([bytes(1 + 3 * WIDTH)], colour_type, interlace))
