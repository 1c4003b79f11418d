# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes to text and back: UTF-8 in which a stray byte B becomes the lone surrogate U+DC00+B, on every Python."""

from __future__ import absolute_import, division, print_function

import re

__metaclass__ = type

text_type = type(u"")

WELL_FORMED = re.compile(
    b"([\x00-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    b"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    b"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})"
)
# On narrow builds of Python 2 half of a well-formed character may look like a stray byte.
STRAY_BYTES = re.compile(u"(?<![\ud800-\udbff])[\udc80-\udcff]+")


def decode(data):
    """Return the text of ``data`` (bytes, or text that is returned as it is); never fails."""
    if isinstance(data, text_type):
        return data
    if str is text_type:
        return data.decode("utf-8", "surrogateescape")
    parts = WELL_FORMED.split(data)
    parts[1::2] = [part.decode("utf-8") for part in parts[1::2]]
    parts[0::2] = [u"".join(_stray_to_text(byte) for byte in part) for part in parts[0::2]]
    return u"".join(parts)


def encode(text):
    """Return the bytes that ``decode`` made ``text`` of; UnicodeEncodeError for any other lone surrogate."""
    if str is text_type:
        return text.encode("utf-8", "surrogateescape")
    parts = []
    end = 0
    for stray in STRAY_BYTES.finditer(text):
        parts.append(text[end:stray.start()].encode("utf-8"))
        parts.append(_stray_to_bytes(stray.group()))
        end = stray.end()
    parts.append(text[end:].encode("utf-8"))
    return b"".join(parts)


def has_stray_bytes(text):
    """Tell whether ``text`` carries a byte that is not UTF-8."""
    try:
        text.encode("ascii")
    except UnicodeEncodeError:
        return STRAY_BYTES.search(text) is not None
    return False


def join_bytes(text):
    """Return ``text`` with stray bytes that have come to stand side by side read as UTF-8 again."""
    return STRAY_BYTES.sub(lambda stray: decode(_stray_to_bytes(stray.group())), text)


def _stray_to_text(byte):
    return ("\\udc%02x" % ord(byte)).decode("unicode_escape")


def _stray_to_bytes(text):
    return bytes(bytearray(ord(char) - 0xDC00 for char in text))
