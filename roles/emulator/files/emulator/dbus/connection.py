# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The private socket: listening, authentication, whole messages in and out."""

from __future__ import annotations

import array
import asyncio
import binascii
import os
import re
import socket
import struct
from typing import Callable

from jeepney import Message, Parser

from ..messages import RealDaemonCrashError

Guard = Callable[..., Callable[[], None]]
MAX_FDS = 16


class AddressError(Exception):
    """The daemon cannot listen on this address."""


def socket_name(address: str) -> str:
    """Return the socket name of ``unix:abstract=…`` or ``unix:path=…``; raise AddressError."""
    match = re.match(r"unix:(abstract|path)=([^,;]+)", address)
    if match is None:
        raise AddressError("%s: expected unix:abstract=NAME or unix:path=FILE" % address)
    kind, value = match.groups()
    return "\0" + value if kind == "abstract" else value


class Connection:
    """A client. After authentication as the daemon's own user, its messages are passed to ``receive``."""

    def __init__(self, server: Server, sock: socket.socket) -> None:
        self._server = server
        self._sock = sock
        self._parser = Parser()
        self._authenticating = bytearray()
        self._authenticated = False
        self.begun = False
        self._output = bytearray()
        self._fds: list[int] = []
        self.closed = False
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        self.pid, self.uid, _gid = struct.unpack("3i", credentials)
        sock.setblocking(False)
        server.loop.add_reader(sock, server.guard(self._readable))

    # -- incoming ------------------------------------------------------------------
    def _readable(self) -> None:
        try:
            data, ancillary, _flags, _address = self._sock.recvmsg(65536, socket.CMSG_SPACE(MAX_FDS * 4))
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        if not data:
            self.close()
            return
        fds = array.array("i")
        for level, kind, payload in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds.frombytes(payload[: len(payload) - len(payload) % fds.itemsize])
        if not self.begun:
            data = self._authenticate(data)
            if not self.begun:
                return
        self._parser.add_data(data, fds=list(fds))
        while not self.closed:
            message = self._parser.get_next_message()
            if message is None:
                break
            self._server.receive(self, message)

    def _authenticate(self, data: bytes) -> bytes:
        """Handle the line-based authentication; return the data after BEGIN."""
        self._authenticating += data
        if self._authenticating.startswith(b"\0"):
            del self._authenticating[:1]
        while not self.closed:
            line, end, rest = bytes(self._authenticating).partition(b"\r\n")
            if not end:
                return b""
            self._authenticating = bytearray(rest)
            if line == b"BEGIN" and self._authenticated:
                self.begun = True
                return rest
            self._answer(line.decode("ascii", "replace").split(" "))
        return b""

    def _answer(self, words: list[str]) -> None:
        if words[0] == "AUTH" and words[1:2] == ["EXTERNAL"]:
            if len(words) > 2:
                self._check(words[2])
            else:
                self._line("DATA")
        elif words[0] == "DATA":
            self._check(words[1] if len(words) > 1 else "")
        elif words[0] == "NEGOTIATE_UNIX_FD" and self._authenticated:
            self._line("AGREE_UNIX_FD")
        elif words[0] in ("AUTH", "CANCEL", "ERROR"):
            self._line("REJECTED EXTERNAL")
        elif words[0] == "BEGIN":
            self.close()
        else:
            self._line("ERROR")

    def _check(self, identity: str) -> None:
        """Accept only the daemon's own user, and only under its own uid."""
        try:
            claimed = binascii.unhexlify(identity).decode("ascii")
        except (binascii.Error, ValueError):
            claimed = "?"
        if self.uid != os.geteuid() or claimed not in ("", str(self.uid)):
            self._line("REJECTED EXTERNAL")
            self.close()
            return
        self._authenticated = True
        self._line("OK %s" % self._server.guid)

    def _line(self, text: str) -> None:
        self._write(text.encode("ascii") + b"\r\n")

    # -- outgoing ------------------------------------------------------------------
    def send(self, message: Message) -> None:
        """Send a message; raise RealDaemonCrashError for text that D-Bus cannot transport."""
        if not self.closed:
            self._write(self._server.serialise(message))

    def send_raw(self, data: bytes) -> None:
        self._write(data)

    def _write(self, data: bytes) -> None:
        if self.closed:
            return
        if not self._output:
            try:
                data = data[self._sock.send(data):]
            except BlockingIOError:
                pass
            except OSError:
                self.close()
                return
        if data:
            if not self._output:
                self._server.loop.add_writer(self._sock, self._writable)
            self._output += data

    def _writable(self) -> None:
        try:
            del self._output[: self._sock.send(self._output)]
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        if not self._output:
            self._server.loop.remove_writer(self._sock)

    def close(self) -> None:
        """Close the connection; replies to pending calls are discarded."""
        if self.closed:
            return
        self.closed = True
        self._server.loop.remove_reader(self._sock)
        self._server.loop.remove_writer(self._sock)
        self._sock.close()
        self._server.connections.discard(self)


class Server:
    """Listens on the private address and passes every message of every client to ``receive``."""

    def __init__(
        self,
        address: str,
        loop: asyncio.AbstractEventLoop,
        guard: Guard,
        receive: Callable[[Connection, Message], None],
    ) -> None:
        self.loop = loop
        self.guard = guard
        self.receive = receive
        self.guid = os.urandom(16).hex()
        self.connections: set[Connection] = set()
        self._serial = 0
        self._path: str | None = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        name = socket_name(address)
        try:
            self._listener.bind(name)
        except OSError as error:
            raise AddressError("%s: %s" % (address, error.strerror)) from error
        if not name.startswith("\0"):
            self._path = name
        self._listener.listen(64)
        self._listener.setblocking(False)
        loop.add_reader(self._listener, guard(self._accept))

    def _accept(self) -> None:
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self.connections.add(Connection(self, sock))

    def serialise(self, message: Message) -> bytes:
        self._serial = self._serial % 0xFFFFFFFF + 1
        try:
            return message.serialise(serial=self._serial)
        except UnicodeEncodeError as error:
            raise RealDaemonCrashError("text that is not UTF-8 on D-Bus: %r" % error.object) from error

    def broadcast(self, message: Message) -> None:
        """Send a signal to every authenticated client."""
        data = self.serialise(message)
        for connection in list(self.connections):
            if connection.begun:
                connection.send_raw(data)

    def disconnect_all(self) -> None:
        for connection in list(self.connections):
            connection.close()

    def close(self) -> None:
        self.disconnect_all()
        self.loop.remove_reader(self._listener)
        self._listener.close()
        if self._path is not None and os.path.exists(self._path):
            os.unlink(self._path)
