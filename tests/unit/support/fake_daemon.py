# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A D-Bus peer with answers that the test defines."""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from jeepney.low_level import HeaderFields, Message, MessageType, Parser
from jeepney.wrappers import DBusAddress, new_error, new_method_return, new_signal

WAKING_QUERY = ("com.ubuntu.Upstart0_6", "version")  # what a client asks while it waits

# The messages that answer a call, in order; None closes the connection, an empty list sends nothing.
Answer = Callable[[Message], "list[Message] | None"]


def returns(signature: str = "", *values: Any) -> Answer:
    return lambda call: [new_method_return(call, signature or None, values)]


def fails(name: str, text: str) -> Answer:
    return lambda call: [new_error(call, name, "s", (text,))]


def silence(call: Message) -> list[Message]:
    return []


def hang_up(call: Message) -> None:
    return None


def signal(path: str, interface: str, member: str, signature: str, *values: Any) -> Message:
    return new_signal(DBusAddress(path, interface=interface), member, signature, values)


class FakeDaemon:
    """Listens at ``address`` in its own thread.

    ``answers`` maps a method's name to its Answer; ``calls`` are the received calls, ``received`` all bytes.
    """

    def __init__(self, address: str | None = None, answers: dict[str, Answer] | None = None) -> None:
        self.address = address or f"unix:abstract=/sysinit-upstart-fake/{uuid.uuid4()}"
        self.answers: dict[str, Answer] = dict(answers or {})
        self.calls: list[Message] = []
        self.received = b""
        self._serials = itertools.count(1)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind("\0" + self.address.partition("=")[2])
        self._listener.listen(5)
        self._peers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def bodies(self, member: str) -> list[tuple[Any, ...]]:
        """Return the arguments of all calls of one method."""
        return [call.body for call in self.calls if call.header.fields[HeaderFields.member] == member]

    def close(self) -> None:
        for connection in [self._listener, *self._peers]:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._thread.join(5)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                peer, _address = self._listener.accept()
                self._peers.append(peer)
                threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with contextlib.suppress(OSError):
            parser = Parser()
            parser.add_data(self._authenticate(peer))
            while True:
                message = parser.get_next_message()
                if message is None:
                    data = peer.recv(65536)
                    self.received += data
                    if not data:
                        return
                    parser.add_data(data)
                elif message.header.message_type is MessageType.method_call:
                    self.calls.append(message)
                    if not self._answer(peer, message):
                        peer.shutdown(socket.SHUT_RDWR)
                        return

    def _authenticate(self, peer: socket.socket) -> bytes:
        """Accept any user; return the data after the last line of the handshake."""
        data = b""
        while True:
            line, end, rest = data.partition(b"\r\n")
            if not end:
                more = peer.recv(65536)
                self.received += more
                if not more:
                    raise OSError("hung up")
                data += more
                continue
            data = rest
            if line == b"BEGIN":
                return data
            peer.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n" if b"AUTH" in line else b"ERROR\r\n")

    def _answer(self, peer: socket.socket, call: Message) -> bool:
        member = call.header.fields[HeaderFields.member]
        if member not in self.answers and call.body == WAKING_QUERY:
            return True
        messages = self.answers[member](call)
        for message in messages or []:
            peer.sendall(message.serialise(next(self._serials)))
        return messages is not None


@contextlib.contextmanager
def squatter(uid: int, address: str | None = None) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Let a process of another user listen; yield its address, and a function that returns the bytes it received."""
    address = address or f"unix:abstract=/sysinit-upstart-squatter/{uuid.uuid4()}"
    listener = socket.socket(socket.AF_UNIX)
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            if os.geteuid() == 0:
                os.setuid(uid)
            listener.bind("\0" + address.partition("=")[2])
            listener.listen(1)
            os.write(writer, b"*")
            peer = listener.accept()[0]
            while data := peer.recv(4096):
                os.write(writer, data)
        finally:
            os._exit(0)
    os.close(writer)
    listener.close()
    os.read(reader, 1)

    def heard() -> bytes:
        received = b""
        while data := os.read(reader, 4096):
            received += data
        return received

    try:
        yield address, heard
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(reader)
