# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values from the bytes of a message."""

from __future__ import absolute_import, division, print_function

import struct

from ..errors import ProtocolError
from .syntax import ALIGNMENT, BASIC, MAX_ARRAY, MAX_DEPTH, check_path, check_signature, decode_text, types_of

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, List, Tuple  # noqa: F401
    from .syntax import Type  # noqa: F401

    # data, the position, the end and the number of containers around it -> the value and the position after it
    Read = Callable[[bytes, int, int, int], Tuple[Any, int]]

__metaclass__ = type

FORMATS = {"y": "B", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d", "b": "I"}
LITTLE, BIG = "<", ">"
MAX_CACHED = 256  # the signatures come from the other side

_readers = {}  # type: Dict[Tuple[str, str], List[Read]]


def read_values(signature, order, data, pos, end):
    # type: (str, str, bytes, int, int) -> Tuple[List[Any], int]
    """Return the values of a signature, and the position after them.

    :param order: LITTLE or BIG.
    :param pos: int, where they begin; alignment counts from the beginning of ``data``.
    :param end: int, where they must end at the latest.
    :raises ProtocolError: if the bytes are not such values.
    """
    return _read_all(_readers_of(signature, order), data, pos, end, 0)


def _read_all(readers, data, pos, end, depth):
    # type: (List[Read], bytes, int, int, int) -> Tuple[List[Any], int]
    values = []
    for read in readers:
        value, pos = read(data, pos, end, depth)
        values.append(value)
    return values, pos


def _readers_of(signature, order):
    # type: (str, str) -> List[Read]
    readers = _readers.get((signature, order))
    if readers is None:
        readers = [_reader(one_type, order) for one_type in types_of(signature)]
        if len(_readers) >= MAX_CACHED:
            _readers.clear()
        _readers[signature, order] = readers
    return readers


def aligned(data, pos, alignment, end):
    # type: (bytes, int, int, int) -> int
    """Return the next multiple of ``alignment``; raise ProtocolError if it is beyond the end, or if not zeros fill it.
    """
    start = pos + -pos % alignment
    if start > end:
        raise ProtocolError("a message that ends in the middle of a value")
    if start != pos and data[pos:start].strip(b"\0"):
        raise ProtocolError("padding that is not zero")
    return start


def _reader(one_type, order):
    # type: (Type, str) -> Read
    """Return the function that reads a type."""
    code, inside = one_type
    if code == "a":
        return _array_reader(inside[0], order)
    if code == "(":
        return _structure_reader(inside, order)
    if code == "v":
        return _variant_reader(order)
    if code == "s":
        return _text_reader("I", order)
    if code == "o":
        return _checked(_text_reader("I", order), check_path)
    if code == "g":
        return _checked(_text_reader("B", order), check_signature)
    if code == "b":
        return _boolean_reader(order)
    return _number_reader(FORMATS[code], order)


def _number_reader(letter, order):
    # type: (str, str) -> Read
    packed = struct.Struct(order + letter)
    size, unpack_from = packed.size, packed.unpack_from

    def read(data, pos, end, unused):
        # type: (bytes, int, int, int) -> Tuple[Any, int]
        if pos % size:
            pos = aligned(data, pos, size, end)
        if pos + size > end:
            raise ProtocolError("a message that ends in the middle of a value")
        return unpack_from(data, pos)[0], pos + size

    return read


def _boolean_reader(order):
    # type: (str) -> Read
    read_number = _number_reader("I", order)

    def read(data, pos, end, depth):
        # type: (bytes, int, int, int) -> Tuple[bool, int]
        number, pos = read_number(data, pos, end, depth)
        if number > 1:
            raise ProtocolError("a boolean that is %d" % number)
        return number == 1, pos

    return read


def _text_reader(letter, order):
    # type: (str, str) -> Read
    """Return the function that reads a text whose length is a number of this format."""
    packed = struct.Struct(order + letter)
    size, unpack_from = packed.size, packed.unpack_from

    def read(data, pos, end, unused):
        # type: (bytes, int, int, int) -> Tuple[str, int]
        if pos % size:
            pos = aligned(data, pos, size, end)
        start = pos + size
        if start > end:
            raise ProtocolError("a message that ends in the middle of a value")
        stop = start + unpack_from(data, pos)[0]
        if stop >= end:
            raise ProtocolError("a string that is longer than its message")
        if data[stop:stop + 1] != b"\0":
            raise ProtocolError("a string that does not end with NUL")
        return decode_text(data[start:stop]), stop + 1

    return read


def _checked(read_text, check):
    # type: (Read, Callable[[str], None]) -> Read
    def read(data, pos, end, depth):
        # type: (bytes, int, int, int) -> Tuple[str, int]
        text, pos = read_text(data, pos, end, depth)
        check(text)
        return text, pos

    return read


def _array_reader(item_type, order):
    # type: (Type, str) -> Read
    """Return the function that reads an array; a dict for an array of dict entries."""
    code, inside = item_type
    alignment = ALIGNMENT[code]
    read_length = _number_reader("I", order)
    read_item = _structure_reader(inside, order) if code == "{" else _reader(item_type, order)

    def read(data, pos, end, depth):
        # type: (bytes, int, int, int) -> Tuple[Any, int]
        length, pos = read_length(data, pos, end, depth)
        if length > MAX_ARRAY:
            raise ProtocolError("an array of %d bytes" % length)
        pos = aligned(data, pos, alignment, end)
        stop = pos + length
        if stop > end:
            raise ProtocolError("an array that is longer than its message")
        items = []
        while pos < stop:
            item, pos = read_item(data, pos, stop, depth + 1)
            items.append(item)
        return (dict(items) if code == "{" else items), pos

    return read


def _structure_reader(types, order):
    # type: (Tuple[Type, ...], str) -> Read
    readers = [_reader(one_type, order) for one_type in types]

    def read(data, pos, end, depth):
        # type: (bytes, int, int, int) -> Tuple[List[Any], int]
        if pos % 8:
            pos = aligned(data, pos, 8, end)
        return _read_all(readers, data, pos, end, depth + 1)

    return read


def _variant_reader(order):
    # type: (str) -> Read
    read_text = _text_reader("B", order)
    # By the bytes of the signature. Most variants are of these types.
    basic = dict((b"\1" + code.encode("ascii") + b"\0", _reader((code, ()), order)) for code in BASIC)

    def read(data, pos, end, depth):
        # type: (bytes, int, int, int) -> Tuple[Any, int]
        if depth >= MAX_DEPTH:
            raise ProtocolError("more than %d values inside each other" % MAX_DEPTH)
        read_value = basic.get(data[pos:pos + 3])
        if read_value is not None and pos + 3 <= end:
            return read_value(data, pos + 3, end, depth + 1)
        signature, pos = read_text(data, pos, end, depth)
        readers = _readers_of(signature, order)
        if len(readers) != 1:
            raise ProtocolError("a variant with the signature %r" % signature)
        return readers[0](data, pos, end, depth + 1)

    return read
