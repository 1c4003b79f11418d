# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole messages: calls that jeepney reads, messages that jeepney has written, in pieces, and garbage."""

from __future__ import annotations

import random
import struct
from typing import Any

import fuzz_messages
import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import ProtocolError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.messages import (
    CALL,
    ERROR,
    RETURN,
    SIGNAL,
    Message,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire import framing, syntax
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire.framing import MessageReader, encode_call
from jeepney.low_level import Endianness, HeaderFields, MessageFlag, MessageType, Parser
from jeepney.wrappers import DBusAddress, new_error, new_method_call, new_method_return, new_signal

PATH, JOB = "/com/ubuntu/Upstart/jobs/web", "com.ubuntu.Upstart0_6.Job"
ADDRESS = DBusAddress(PATH, "com.ubuntu.Upstart", JOB)


def read(data: bytes, size: int = 1 << 20) -> list[Message]:
    """Return the messages in bytes that arrive in pieces of a size."""
    reader, messages = MessageReader(), []
    for pos in range(0, len(data), size):
        reader.feed(data[pos:pos + size])
        while (message := reader.next_message()) is not None:
            messages.append(message)
    return messages


def test_a_call() -> None:
    parser = Parser()
    parser.add_data(encode_call(7, ":1.2", PATH, JOB, "Start", "asb", (["A=\xe9"], True)))
    call = parser.get_next_message()
    header = call.header
    assert (header.endianness, header.message_type, header.serial) == (Endianness.little, MessageType.method_call, 7)
    assert header.flags == MessageFlag(0)
    assert header.fields == {
        HeaderFields.path: PATH, HeaderFields.interface: JOB, HeaderFields.member: "Start",
        HeaderFields.destination: ":1.2", HeaderFields.signature: "asb"}
    assert call.body == (["A=\xe9"], True)
    assert parser.get_next_message() is None


def test_a_call_without_arguments() -> None:
    parser = Parser()
    parser.add_data(encode_call(1, ":1.2", PATH, JOB, "GetAllInstances", "", ()))
    call = parser.get_next_message()
    assert HeaderFields.signature not in call.header.fields
    assert call.body == ()


def test_a_call_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "MAX_MESSAGE", len(encode_call(1, "a.b", PATH, JOB, "Start", "s", ("ab",))))
    with pytest.raises(ValueError, match="a message of "):
        encode_call(1, "a.b", PATH, JOB, "Start", "s", ("abc",))


def examples() -> list[tuple[Any, Message]]:
    call = new_method_call(ADDRESS, "Get", "s", ("x",))
    call.header.serial, call.header.fields[HeaderFields.sender] = 7, ":1.7"
    return [
        (call, Message(CALL, 0, ":1.7", PATH, JOB, "Get", "", ["x"])),
        (new_method_return(call, "as", (["a"],)), Message(RETURN, 7, "", "", "", "", "", [["a"]])),
        (new_method_return(call), Message(RETURN, 7, "", "", "", "", "", [])),
        (new_error(call, "a.b.Failed", "s", ("no",)), Message(ERROR, 7, "", "", "", "", "a.b.Failed", ["no"])),
        (new_signal(ADDRESS, "Changed", "ii", (1, 2)), Message(SIGNAL, 0, "", PATH, JOB, "Changed", "", [1, 2])),
    ]


@pytest.mark.parametrize("size", [1, 7, 16, 1 << 20])
@pytest.mark.parametrize("order", [Endianness.little, Endianness.big])
def test_messages_in_pieces(order: Endianness, size: int) -> None:
    data = b""
    for message, _expected in examples():
        message.header.endianness = order
        data += message.serialise(serial=9)
    assert read(data, size) == [expected for _message, expected in examples()]


def test_half_a_message() -> None:
    data = examples()[0][0].serialise(serial=9)
    assert read(data[:-1]) == []
    assert read(data + data[:20]) == [examples()[0][1]]


def test_a_message_of_an_unknown_kind_is_skipped() -> None:
    data = bytearray(examples()[0][0].serialise(serial=9))
    unknown = bytes(data[:1] + b"\5" + data[2:])
    assert read(unknown + bytes(data)) == [examples()[0][1]]


def raw(kind: int = RETURN, *fields: bytes, body: bytes = b"", version: int = 1, serial: int = 9,
        more: int = 0) -> bytes:
    """Return a message; its header announces ``more`` bytes than there are."""
    joined = b""
    for data in fields or (REPLY,):
        joined += b"\0" * (-len(joined) % 8) + data
    fixed = b"l" + struct.pack("<BBBIII", kind, 0, version, len(body) + more, serial, len(joined))
    return fixed + joined + b"\0" * (-len(joined) % 8) + body


def field(code: int, signature: str, value: Any) -> bytes:
    """Return a field of a header."""
    name = struct.pack("<BB", code, len(signature)) + signature.encode() + b"\0"
    if signature in ("u", "i"):
        return name + struct.pack("<I", value)
    length = struct.pack("<B" if signature == "g" else "<I", len(value))
    return name + length + value.encode() + b"\0"


REPLY, CALLED = field(5, "u", 7), field(3, "s", "Get")
OBJECT, INTERFACE = field(1, "o", "/a"), field(2, "s", "a.b")
BAD = [
    (b"x" + raw()[1:], "begins with b'x"),
    (b"HTTP/1.1 400 Bad Request", "begins with b'HTTP'"),
    (raw(version=2), "version 2"),
    (raw(0), "without a kind"),
    (raw(serial=0), "without a kind or a serial"),
    (raw(more=2**27), "a message of 134217"),
    (raw()[:12] + struct.pack("<I", 2**26 + 1), "a message of 67108"),
    (raw(RETURN, CALLED), "without its field 5"),
    (raw(RETURN, field(5, "u", 0)), "without its field 5"),
    (raw(ERROR, REPLY), "without its field 4"),
    (raw(ERROR, field(4, "s", "a.b")), "without its field 5"),
    (raw(CALL, CALLED), "without its field 1"),
    (raw(CALL, OBJECT), "without its field 3"),
    (raw(SIGNAL, OBJECT, CALLED), "without its field 2"),
    (raw(SIGNAL, INTERFACE, CALLED), "without its field 1"),
    (raw(SIGNAL, OBJECT, INTERFACE), "without its field 3"),
    (raw(RETURN, REPLY, REPLY), "two fields 5 in a header"),
    (raw(RETURN, field(0, "u", 7)), "an invalid field 0"),
    (raw(RETURN, field(5, "i", 7)), "an invalid field 5 of the type 'i'"),
    (raw(RETURN, REPLY, field(1, "s", "/a")), "an invalid field 1 of the type 's'"),
    (raw(RETURN, REPLY, b"\x20\0\0\0"), "a field 32 of the type ''"),
    (raw(RETURN, REPLY, field(1, "o", "a")), "an invalid object path"),
    (raw(RETURN, REPLY, field(2, "s", "a")), "an invalid name of an interface"),
    (raw(RETURN, REPLY, field(3, "s", "a.b")), "an invalid name of a method"),
    (raw(RETURN, REPLY, field(4, "s", "a")), "an invalid name of an interface or error"),
    (raw(RETURN, REPLY, field(6, "s", "a")), "an invalid name of a connection"),
    (raw(RETURN, REPLY, field(7, "s", "a")), "an invalid name of a connection"),
    (raw(RETURN, REPLY, field(9, "u", 1)), "file descriptors"),
    (raw(body=b"\0"), "1 bytes after its last value"),
    (raw(RETURN, REPLY, field(8, "g", "y"), body=b"\0\0"), "1 bytes after its last value"),
    (raw(RETURN, REPLY, field(8, "g", "u"), body=b"\0\0"), "ends in the middle"),
    (raw(RETURN, REPLY, field(8, "g", "h"), body=b"\0\0\0\0"), "an invalid signature"),
    (raw(RETURN, REPLY, field(8, "g", "y"), body=b"\1")[:-2] + b"\1\1", "padding that is not zero"),
]


@pytest.mark.parametrize(("data", "reason"), BAD)
def test_garbage(data: bytes, reason: str) -> None:
    for size in (1, 1 << 20):
        with pytest.raises(ProtocolError, match=reason):
            read(data, size)


def test_what_is_like_the_garbage_but_valid() -> None:
    plain = Message(RETURN, 7, "", "", "", "", "", [])
    assert read(raw()) == [plain]
    assert read(raw(RETURN, REPLY, field(9, "u", 0))) == [plain]
    assert read(raw(RETURN, REPLY, field(32, "u", 5))) == [plain]
    assert read(raw(RETURN, REPLY, field(8, "g", "y"), body=b"\1")) == [plain._replace(args=[1])]


def test_a_long_message_is_not_refused_before_it_is_complete() -> None:
    assert framing.message_length(raw(more=2**27 - 24)[:16]) == 2**27
    assert read(raw(more=2**27 - 24)) == []


@pytest.mark.parametrize("seed", range(4))
def test_mutated_messages(seed: int) -> None:
    with_messages, wrong = fuzz_messages.fuzz(1000, seed)
    assert wrong is None
    assert with_messages > 50


def test_libdbus_judges_the_same() -> None:
    _with_messages, wrong = fuzz_messages.fuzz(3000, 5, fuzz_messages.libdbus())
    assert wrong is None


def test_the_fuzzer_sees_violations(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_arguments: object) -> None:
        raise ValueError("a traceback")

    monkeypatch.setattr(framing, "decode", wrong)
    assert "a traceback" in str(fuzz_messages.fuzz(100, 1)[1])
    monkeypatch.setattr(framing, "decode", lambda data: Message(*[""] * 8))
    assert "by libdbus: False" in str(fuzz_messages.fuzz(100, 1, fuzz_messages.libdbus())[1])
    monkeypatch.setattr(fuzz_messages, "MAX_SECONDS", -1.0)
    assert "took 0.0 s" in str(fuzz_messages.violation(random.Random(1), b"", None)[0])
