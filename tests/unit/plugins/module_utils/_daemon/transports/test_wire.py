# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport over a socket: connecting, authenticating, messages in pieces, a full socket, and garbage."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.messages import Message
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports import choice
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports.wire import WireTransport
from jeepney.low_level import Parser
from jeepney.wrappers import DBusAddress, new_method_return, new_signal

PATH, MANAGER = "/com/ubuntu/Upstart", "com.ubuntu.Upstart0_6"
CALL = ("a.b", PATH, MANAGER, "GetJobByName", "s", ("web",))
REQUEST = b"\0AUTH EXTERNAL " + str(os.geteuid()).encode().hex().encode() + b"\r\n"
PATIENCE = 300.0


class Pair:
    """A transport, and the socket of the other side."""

    def __init__(self) -> None:
        self.address = f"unix:abstract=/sysinit-upstart-wire/{uuid.uuid4()}"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind("\0" + self.address.partition("=")[2])
        self.listener.listen(1)
        self.transport = WireTransport()
        self.transport.connect(self.address, PATIENCE)
        self.peer = self.listener.accept()[0]
        self.peer.settimeout(PATIENCE)

    def authenticate(self) -> None:
        self.transport.start()
        assert self.receive(len(REQUEST)) == REQUEST
        self.peer.sendall(b"OK 1234\r\n")
        assert self.next() is None
        assert self.receive(7) == b"BEGIN\r\n"

    def receive(self, count: int) -> bytes:
        return self.peer.recv(count, socket.MSG_WAITALL)

    def next(self) -> Message | None:
        """Return the next message if it arrives with what was sent before."""
        self.transport.wait(PATIENCE)
        return self.transport.next_message()

    def close(self) -> None:
        self.transport.close()
        self.peer.close()
        self.listener.close()


@pytest.fixture
def pair() -> Iterator[Pair]:
    pair = Pair()
    yield pair
    pair.close()


def signal(*values: str) -> bytes:
    message = new_signal(DBusAddress(PATH, interface=MANAGER), "EventEmitted", "s" * len(values), values)
    return bytes(message.serialise(3))


def wait_for(ready: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_nothing_is_sent_before_the_start(pair: Pair) -> None:
    pair.peer.setblocking(False)
    with pytest.raises(BlockingIOError):
        pair.peer.recv(1)
    pair.transport.start()
    assert pair.peer.recv(100) == REQUEST


def test_the_socket_is_closed_on_exec(pair: Pair) -> None:
    assert not os.get_inheritable(pair.transport.fileno())


def test_messages_wait_for_the_authentication(pair: Pair) -> None:
    pair.transport.start()
    assert [pair.transport.send(*CALL), pair.transport.send(*CALL)] == [1, 2]
    assert pair.peer.recv(10000) == REQUEST
    for byte in b"OK 1234\r\n":
        pair.peer.sendall(bytes([byte]))
        assert pair.next() is None
    parser = Parser()
    wait_for(lambda: parser.add_data(pair.peer.recv(10000).replace(b"BEGIN\r\n", b"")) or True)
    assert [parser.get_next_message().header.serial for _call in range(2)] == [1, 2]


def test_a_reply_in_pieces(pair: Pair) -> None:
    pair.authenticate()
    serial = pair.transport.send(*CALL)
    parser = Parser()
    parser.add_data(pair.peer.recv(10000))
    call = parser.get_next_message()
    assert call.body == ("web",)
    reply = new_method_return(call, "s", ("x" * 300000,)).serialise(9)
    for pos in range(0, len(reply), 1000):
        assert pair.transport.next_message() is None
        pair.peer.sendall(reply[pos:pos + 1000])
        if pos < 5000:
            assert pair.next() is None
    received: list[Message] = []
    wait_for(lambda: received.extend(filter(None, [pair.transport.next_message()])) or received)
    assert (received[0].reply_to, received[0].args) == (serial, ["x" * 300000])


def test_messages_before_the_end_are_delivered(pair: Pair) -> None:
    pair.authenticate()
    pair.peer.sendall(signal("a") + signal("b") + signal("c")[:-1])
    pair.peer.close()
    messages = [pair.next(), pair.next()]
    assert [message and message.args for message in messages] == [["a"], ["b"]]
    assert pair.transport.is_open()
    assert pair.next() is None
    assert not pair.transport.is_open()
    assert pair.transport.next_message() is None


def test_a_peer_that_no_longer_reads(pair: Pair) -> None:
    pair.authenticate()
    pair.peer.sendall(signal("a"))
    pair.peer.shutdown(socket.SHUT_RD)
    pair.transport.send(*CALL)
    message = pair.next()
    assert message is not None and message.args == ["a"]
    assert pair.transport.next_message() is None
    assert not pair.transport.is_open()


def test_a_peer_that_reads_late(pair: Pair) -> None:
    """More than the socket takes is kept, and sent by ``wait``."""
    pair.authenticate()
    count = 30
    for _call in range(count):
        pair.transport.send(*CALL[:5], ("x" * 100000,))
    assert pair.transport._outgoing
    parser = Parser()
    serials: list[int] = []
    while len(serials) < count:
        pair.transport.wait(0.01)
        parser.add_data(pair.peer.recv(1 << 20))
        while (message := parser.get_next_message()) is not None:
            serials.append(message.header.serial)
    assert serials == list(range(1, count + 1))
    assert not pair.transport._outgoing


def test_a_wait_ends(pair: Pair) -> None:
    pair.authenticate()
    began = time.monotonic()
    pair.transport.wait(0.2)
    assert 0.19 < time.monotonic() - began < PATIENCE


def test_the_first_socket_that_answers(tmp_path: Path) -> None:
    path = tmp_path / "a b"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(1)
        transport = WireTransport()
        transport.connect(f"tcp:host=x;unix:path={tmp_path}/none;unix:path={tmp_path}/a%20b,guid=7", PATIENCE)
        assert transport.is_open()
        transport.close()
        assert not transport.is_open()


@pytest.mark.parametrize("address", ["unix:path=/" + "x" * 200, "unix:path=/nowhere;unix:abstract=/nowhere"])
def test_no_socket(address: str) -> None:
    with pytest.raises(errors.UnreachableError, match="Nothing answers at "):
        WireTransport().connect(address, 5)


# What a program that is not init may send, and the message of the error.
GARBAGE: list[tuple[bytes, bytes, type[Exception], str]] = [
    (b"HTTP/1.1 400 Bad Request\r\n", b"", errors.ProtocolError,
     "The process that listens at %s sent something that is not D-Bus: the answer to AUTH is b'HTTP/1.1 400 Bad "
     "Request'. Find out which program it is."),
    (b"OK 1234\r\n", b"HTTP/1.1 400 Bad Request\r\n", errors.ProtocolError,
     "The process that listens at %s sent something that is not D-Bus: a message that begins with b'HTTP'. Find out "
     "which program it is."),
    (b"OK 1234\r\n", signal("a").replace(b"\1g\0\1s", b"\1g\0\1h"), errors.ProtocolError, "an invalid signature: 'h'"),
    (b"OK 1234\r\n", signal("zz").replace(b"zz", b"\xff\xff"), errors.ProtocolError, "a string that is not UTF-8"),
    (b"REJECTED EXTERNAL\r\n", b"", errors.PermissionDeniedError,
     "The process that listens at %s rejects user %d. Run the task as root (become: true)."),
]


@pytest.mark.parametrize(("answer", "data", "kind", "text"), GARBAGE)
def test_garbage(answer: bytes, data: bytes, kind: type[errors.DaemonError], text: str,
                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(choice.VARIABLE, choice.WIRE)
    address = f"unix:abstract=/sysinit-upstart-wire/{uuid.uuid4()}"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0" + address.partition("=")[2])
        listener.listen(1)
        connection = Connection(address).open(PATIENCE)
        with listener.accept()[0] as peer:
            peer.sendall(answer + data)
            pending: Any = connection.send(PATH, MANAGER, "GetAllJobs")
            with pytest.raises(kind) as caught:
                connection.call(PATH, MANAGER, "GetAllJobs", timeout=PATIENCE)
            assert text.replace("%s", address).replace("%d", str(os.geteuid())) in str(caught.value)
            assert pending.error.__class__ is kind
            with pytest.raises(kind):
                connection.send(PATH, MANAGER, "GetAllJobs")
        connection.close()
