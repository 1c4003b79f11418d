# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole messages: method calls to bytes, and bytes, which arrive in pieces, to messages."""

from __future__ import absolute_import, division, print_function

import struct

from ..errors import ProtocolError
from ..messages import CALL, ERROR, RETURN, SIGNAL, Message
from . import marshalling, syntax
from .unmarshalling import BIG, LITTLE, aligned, read_values

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional, Sequence, Tuple  # noqa: F401

__metaclass__ = type

VERSION = 1
FIXED_LENGTH = 16  # of the header: all before the fields
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE, UNIX_FDS = range(1, 10)
CONTAINER = 10  # of libdbus, not in the specification
FIELD_TYPES = {PATH: "o", INTERFACE: "s", MEMBER: "s", ERROR_NAME: "s", REPLY_SERIAL: "u", DESTINATION: "s",
               SENDER: "s", SIGNATURE: "g", UNIX_FDS: "u", CONTAINER: "o"}
# The code of each field, and the signature of its value.
FIELD_HEADS = dict((code, struct.pack("<BB", code, 1) + one_type.encode("ascii") + b"\0")
                   for code, one_type in FIELD_TYPES.items())
KNOWN_HEADS = dict((head, code) for code, head in FIELD_HEADS.items())
HEAD_LENGTH = 4
MAX_CACHED = 256

_constant_fields = {}  # type: Dict[Tuple[str, str, str, str], bytes]  # of calls, by all but the path
CHECKS = {INTERFACE: syntax.check_interface, MEMBER: syntax.check_member, ERROR_NAME: syntax.check_interface,
          DESTINATION: syntax.check_bus_name, SENDER: syntax.check_bus_name}
REQUIRED = {CALL: (PATH, MEMBER), RETURN: (REPLY_SERIAL,), ERROR: (ERROR_NAME, REPLY_SERIAL),
            SIGNAL: (PATH, INTERFACE, MEMBER)}


def encode_call(serial, destination, path, interface, member, signature, args):
    # type: (int, str, str, str, str, str, Sequence[Any]) -> bytes
    """Return the bytes of a method call; raise ValueError for arguments that do not match the signature."""
    body = marshalling.marshal(signature, args)
    key = (destination, interface, member, signature)
    if key not in _constant_fields:
        if len(_constant_fields) >= MAX_CACHED:
            _constant_fields.clear()
        _constant_fields[key] = _fields([
            (DESTINATION, destination), (INTERFACE, interface), (MEMBER, member), (SIGNATURE, signature)])
    out = bytearray(_constant_fields[key])
    _append_field(out, PATH, path)
    head = struct.pack("<BBBBIII", ord("l"), CALL, 0, VERSION, len(body), serial, len(out))
    marshalling.pad(out, 8)
    message = head + bytes(out) + body
    if len(message) > syntax.MAX_MESSAGE:
        raise ValueError("a message of %d bytes" % len(message))
    return message


def _fields(values):
    # type: (Sequence[Tuple[int, str]]) -> bytes
    """Return fields of a header, without those that have no value."""
    out = bytearray()
    for code, value in values:
        if value:
            _append_field(out, code, value)
    return bytes(out)


def _append_field(out, code, value):
    # type: (bytearray, int, str) -> None
    marshalling.pad(out, 8)
    out.extend(FIELD_HEADS[code])
    marshalling.append(out, (FIELD_TYPES[code], ()), value)


class MessageReader:
    """Turns the bytes of a connection into messages."""

    def __init__(self):
        # type: () -> None
        self._buffer = bytearray()

    def feed(self, data):
        # type: (bytes) -> None
        self._buffer.extend(data)

    def next_message(self):
        # type: () -> Optional[Message]
        """Return the next message if it is complete, else None; raise ProtocolError for bytes that are no message.

        Messages of unknown kinds are skipped, as the specification asks for.
        """
        while len(self._buffer) >= FIXED_LENGTH:
            length = message_length(bytes(self._buffer[:FIXED_LENGTH]))
            if len(self._buffer) < length:
                break
            data = bytes(self._buffer[:length])
            del self._buffer[:length]
            message = decode(data)
            if message is not None:
                return message
        return None


def _fixed_header(data):
    # type: (bytes) -> Tuple[str, int, int, int, int]
    """Return byte order, kind, length of the body, serial and length of the fields."""
    order = {b"l": LITTLE, b"B": BIG}.get(data[:1])
    if order is None:
        raise ProtocolError("a message that begins with %r" % data[:4])
    kind, unused, version, body_length, serial, fields_length = struct.unpack_from(order + "BBBIII", data, 1)
    if version != VERSION:
        raise ProtocolError("a message of version %d of the protocol" % version)
    return order, kind, body_length, serial, fields_length


def message_length(head):
    # type: (bytes) -> int
    """Return the length of the message that begins with these 16 bytes."""
    unused, kind, body_length, serial, fields_length = _fixed_header(head)
    length = FIXED_LENGTH + fields_length + -fields_length % 8 + body_length
    if fields_length > syntax.MAX_ARRAY or length > syntax.MAX_MESSAGE:
        raise ProtocolError("a message of %d bytes" % length)
    if kind == 0 or serial == 0:
        raise ProtocolError("a message without a kind or a serial number")
    return length


def decode(data):
    # type: (bytes) -> Optional[Message]
    """Return the message that the bytes hold, None for one of an unknown kind; raise ProtocolError if it is invalid."""
    order, kind, body_length, unused, fields_length = _fixed_header(data)
    if kind not in REQUIRED:
        return None
    fields = _read_fields(data, order, FIXED_LENGTH + fields_length)
    for code in REQUIRED[kind]:
        if not fields.get(code):
            raise ProtocolError("a message without its field %d" % code)
    if fields.get(UNIX_FDS):
        raise ProtocolError("a message with file descriptors")
    start = aligned(data, FIXED_LENGTH + fields_length, 8, len(data))
    args, end = read_values(fields.get(SIGNATURE, ""), order, data, start, len(data))
    if end != len(data):
        raise ProtocolError("a message with %d bytes after its last value" % (len(data) - end))
    return Message(kind, fields.get(REPLY_SERIAL, 0), fields.get(SENDER, u""), fields.get(PATH, u""),
                   fields.get(INTERFACE, u""), fields.get(MEMBER, u""), fields.get(ERROR_NAME, u""), args)


def _read_fields(data, order, end):
    # type: (bytes, str, int) -> Dict[int, Any]
    fields = {}  # type: Dict[int, Any]
    pos = FIXED_LENGTH
    while pos < end:
        pos = aligned(data, pos, 8, end)
        code, value, pos = _read_field(data, order, pos, end)
        if code in fields:
            raise ProtocolError("two fields %d in a header" % code)
        if code in CHECKS:
            CHECKS[code](value)
        fields[code] = value
    return fields


def _read_field(data, order, pos, end):
    # type: (bytes, str, int, int) -> Tuple[int, Any, int]
    """Return the code and the value of a field, and the position after it."""
    code = KNOWN_HEADS.get(data[pos:pos + HEAD_LENGTH])
    if code is not None and pos + HEAD_LENGTH <= end:
        values, pos = read_values(FIELD_TYPES[code], order, data, pos + HEAD_LENGTH, end)
        return code, values[0], pos
    (code, signature), pos = read_values("yg", order, data, pos, end)
    if code == 0 or code in FIELD_TYPES:
        raise ProtocolError("an invalid field %d of the type %r in a header" % (code, signature))
    values, pos = read_values(signature, order, data, pos, end)
    if len(values) != 1:
        raise ProtocolError("a field %d of the type %r in a header" % (code, signature))
    return code, values[0], pos
