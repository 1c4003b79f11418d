# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes to text and back, the same on every Python.

The text may hold stray bytes, which are not UTF-8: byte B becomes the lone surrogate U+DC00+B.
"""

from __future__ import absolute_import, division, print_function

import re
import shlex

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, List, Union  # noqa: F401

__metaclass__ = type

text_type = type(u"")

WELL_FORMED = re.compile(
    b"([\x00-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]"
    b"|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xed[\x80-\x9f][\x80-\xbf]"
    b"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2})"
)
# Narrow builds of Python 2 store some characters as two surrogates. The second one is no stray byte.
STRAY_BYTES = re.compile(u"(?<![\ud800-\udbff])[\udc80-\udcff]+")
LONE_SURROGATE = re.compile(u"[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")


def decode(data):
    # type: (Union[bytes, str]) -> str
    """Return the text of ``data``; never fails.

    :param data: bytes, or text, which is returned as it is.
    """
    if isinstance(data, text_type):
        return data
    if str is text_type:
        return data.decode("utf-8", "surrogateescape")  # type: ignore[union-attr]  # it is bytes
    # Stray and well-formed bytes in turns.
    runs = WELL_FORMED.split(data)  # type: List[Any]  # type: ignore[arg-type]  # it is bytes
    runs[1::2] = [run.decode("utf-8") for run in runs[1::2]]
    runs[0::2] = [u"".join(_stray_to_text(byte) for byte in run) for run in runs[0::2]]
    return u"".join(runs)


def encode(text):
    # type: (str) -> bytes
    """Return the bytes from which ``decode`` gives ``text``.

    :raises UnicodeEncodeError: for a lone surrogate that stands for no stray byte.
    """
    if str is text_type:
        return text.encode("utf-8", "surrogateescape")
    runs = []
    end = 0
    for stray in STRAY_BYTES.finditer(text):
        runs.append(text[end:stray.start()].encode("utf-8"))
        runs.append(_stray_to_bytes(stray.group()))
        end = stray.end()
    runs.append(text[end:].encode("utf-8"))
    return b"".join(runs)


def shell_words(line):
    # type: (str) -> List[str]
    """Return the words of a text, split as by a shell, on every Python; raise ValueError for an open quote."""
    if str is bytes:
        return [decode(word) for word in shlex.split(encode(line))]  # type: ignore[call-overload]  # Python 2
    return shlex.split(line)


def is_utf_8(text):
    # type: (Union[bytes, str]) -> bool
    """Return whether a text (or bytes) can be sent as UTF-8."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError:
            return False
    return not LONE_SURROGATE.search(text)


def has_stray_bytes(text):
    # type: (str) -> bool
    """Return whether ``text`` holds a byte that is not UTF-8."""
    try:
        text.encode("ascii")
    except UnicodeEncodeError:
        return STRAY_BYTES.search(text) is not None
    return False


def join_bytes(text):
    # type: (str) -> str
    """Return ``text`` with adjacent stray bytes decoded again: together they may be UTF-8."""
    return STRAY_BYTES.sub(lambda stray: decode(_stray_to_bytes(stray.group())), text)


def _stray_to_text(byte):
    # type: (bytes) -> str
    return ("\\udc%02x" % ord(byte)).decode("unicode_escape")  # type: ignore[attr-defined]  # Python 2


def _stray_to_bytes(text):
    # type: (str) -> bytes
    return bytes(bytearray(ord(char) - 0xDC00 for char in text))
