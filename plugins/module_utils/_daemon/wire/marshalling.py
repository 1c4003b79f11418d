# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values to the bytes of a message, in little-endian order."""

from __future__ import absolute_import, division, print_function

import struct

from ..._text import WELL_FORMED
from .syntax import ALIGNMENT, MAX_ARRAY, check_path, text_type, types_of
from .unmarshalling import FORMATS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Sequence  # noqa: F401
    from .syntax import Type  # noqa: F401

__metaclass__ = type

INT32 = 1 << 31


def marshal(signature, values):
    # type: (str, Sequence[Any]) -> bytes
    """Return the bytes of values with a signature; raise ValueError for a value that its type cannot hold.

    A variant takes a text, bool, int or float. dbus-python chooses the same types for these.
    """
    types = types_of(signature)
    if len(types) != len(values):
        raise ValueError("%d values for the signature %s" % (len(values), signature))
    out = bytearray()
    for one_type, value in zip(types, values):
        append(out, one_type, value)
    return bytes(out)


def pad(out, alignment):
    # type: (bytearray, int) -> None
    out.extend(b"\0" * (-len(out) % alignment))


def append(out, one_type, value):
    # type: (bytearray, Type, Any) -> None
    """Append a value to ``out``; alignment counts from the beginning of ``out``."""
    code, inside = one_type
    pad(out, ALIGNMENT[code])
    if code in FORMATS:
        _append_number(out, FORMATS[code], bool(value) if code == "b" else value)
    elif code == "a":
        _append_array(out, inside[0], value)
    elif code == "v":
        variant_type = _variant_type(value)
        _append_text(out, "B", variant_type)
        append(out, (variant_type, ()), value)
    elif code in "({":
        if len(value) != len(inside):
            raise ValueError("%d values for a structure of %d" % (len(value), len(inside)))
        for member_type, member in zip(inside, value):
            append(out, member_type, member)
    else:
        if code == "o":
            check_path(value)
        elif code == "g":
            types_of(value)
        _append_text(out, "B" if code == "g" else "I", value)


def _append_number(out, letter, value):
    # type: (bytearray, str, Any) -> None
    try:
        out.extend(struct.pack("<" + letter, value))
    except struct.error:
        raise ValueError("%r is not a number of the type %s" % (value, letter))


def _append_text(out, letter, text):
    # type: (bytearray, str, Any) -> None
    """Append a text whose length is a number of this format; in Python 2, a str must be UTF-8."""
    if not isinstance(text, (text_type, str)):
        raise ValueError("%r is not a text" % (text,))
    raw = text.encode("utf-8") if isinstance(text, text_type) else text  # type: Any  # bytes
    if str is bytes and WELL_FORMED.sub(b"", raw):  # Python 2 encodes surrogates
        raise ValueError("a text that is not UTF-8: %r" % text)
    if b"\0" in raw:
        raise ValueError("a text that contains NUL: %r" % text)
    _append_number(out, letter, len(raw))
    out.extend(raw)
    out.append(0)


def _append_array(out, item_type, items):
    # type: (bytearray, Type, Any) -> None
    where = len(out)
    out.extend(b"\0\0\0\0")
    pad(out, ALIGNMENT[item_type[0]])
    start = len(out)
    for item in sorted(items.items()) if item_type[0] == "{" else items:
        append(out, item_type, item)
    if len(out) - start > MAX_ARRAY:
        raise ValueError("an array of %d bytes" % (len(out) - start))
    struct.pack_into("<I", out, where, len(out) - start)


def _variant_type(value):
    # type: (Any) -> str
    if isinstance(value, (text_type, str)):
        return "s"
    if isinstance(value, bool):
        return "b"
    if isinstance(value, float):
        return "d"
    return "i" if -INT32 <= value < INT32 else "x"
