# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's connection to a message bus, with the rules of the stock policy file."""

from __future__ import annotations

import asyncio
import os
import select
import socket
from collections import deque
from typing import Any, Callable

from jeepney import DBusAddress, HeaderFields, Message, MessageFlag, MessageType, Parser, new_error, new_method_call
from jeepney.auth import BEGIN, Authenticator

from ..messages import Messages, RealDaemonCrashError
from .connection import AddressError, Guard, socket_name
from .paths import BUS_NAME, INTROSPECTABLE, JOB, MANAGER, PROPERTIES

BUS_REPLY_TIMEOUT = 10.0  # seconds
ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
_BUS = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")
_NO_QUEUE = 4
_OWNER = 1
_ALLOWED_TO_ALL = {
    INTROSPECTABLE: ("Introspect",),
    PROPERTIES: ("Get", "GetAll"),
    MANAGER: ("GetJobByName", "GetAllJobs"),
    JOB: ("GetInstance", "GetInstanceByName", "GetAllInstances"),
}


def is_allowed_to_all(interface: str | None, member: str) -> bool:
    """Return whether the stock policy allows this call to all users."""
    return interface is not None and member in _ALLOWED_TO_ALL.get(interface, ())


class Bus:
    """A connection to a message bus. The objects see it as a client, the signals as a server."""

    def __init__(
        self,
        address: str,
        loop: asyncio.AbstractEventLoop,
        guard: Guard,
        receive: Callable[[Any, Message], None],
        messages: Messages,
    ) -> None:
        self.closed = False
        self._loop = loop
        self._receive = receive
        self._messages = messages
        self._parser = Parser()
        self._serial = 0
        self._waiting: deque[Message] = deque()
        self._uids: dict[str, int] = {}
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._socket.connect(socket_name(address))
            self._authenticate()
            self._call("Hello")
            (reply,) = self._call("RequestName", "su", BUS_NAME, _NO_QUEUE)
        except (OSError, ValueError) as error:
            raise AddressError("%s: %s" % (address, error)) from error
        if reply != _OWNER:
            raise AddressError("%s: the name %s is taken" % (address, BUS_NAME))
        loop.add_reader(self._socket, guard(self._readable))
        loop.call_soon(guard(self._handle_all))  # messages that arrived with the last reply

    def _authenticate(self) -> None:
        authenticator = Authenticator()
        for data in authenticator:
            self._socket.sendall(data)
            authenticator.feed(self._socket.recv(1024))
        self._socket.sendall(BEGIN)

    def _call(self, member: str, signature: str = "", *body: Any) -> Any:
        """Call the bus itself and wait for its reply; keep other messages for later."""
        serial = self._transmit(new_method_call(_BUS, member, signature or None, body))
        while True:
            message = self._parser.get_next_message()
            if message is None:
                if not select.select([self._socket], [], [], BUS_REPLY_TIMEOUT)[0]:
                    raise TimeoutError("the bus does not answer")
                self._parser.add_data(self._read())
            elif message.header.fields.get(HeaderFields.reply_serial) != serial:
                self._waiting.append(message)
            elif message.header.message_type == MessageType.error:
                raise ConnectionError(message.body[0] if message.body else member)
            else:
                return message.body

    def _read(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("disconnected")
        return data

    def _readable(self) -> None:
        self._handle_all(more=True)

    def _handle_all(self, more: bool = False) -> None:
        """Handle all received messages; with ``more``, read from the socket first."""
        try:
            if more:
                self._parser.add_data(self._read())
            while not self.closed:
                message = self._waiting.popleft() if self._waiting else self._parser.get_next_message()
                if message is None:
                    return
                self._handle(message)
        except OSError as error:
            self._messages.warn("Disconnected from the message bus: %s" % error)
            self.close()

    def _handle(self, message: Message) -> None:
        fields = message.header.fields
        if message.header.message_type != MessageType.method_call:
            return
        interface, member = fields.get(HeaderFields.interface), fields.get(HeaderFields.member, "")
        sender = fields.get(HeaderFields.sender, "")
        if is_allowed_to_all(interface, member) or self._uid(sender) == os.geteuid():
            self._receive(self, message)
        elif not message.header.flags & MessageFlag.no_reply_expected:
            text = 'Rejected send message, type="method_call", sender="%s" (uid=%d) interface="%s" member="%s" ' \
                'destination="%s"' % (sender, self._uid(sender), interface or "(unset)", member, BUS_NAME)
            self.send(new_error(message, ACCESS_DENIED, "s", (text,)))

    def _uid(self, sender: str) -> int:
        """Return the uid of a client, -1 if it has disconnected. A bus never uses a name twice."""
        if sender not in self._uids:
            try:
                (self._uids[sender],) = self._call("GetConnectionUnixUser", "s", sender)
            except ConnectionError:
                return -1
        return self._uids[sender]

    def send(self, message: Message) -> None:
        """Send a message; the next read notices a lost connection."""
        if not self.closed:
            try:
                self._transmit(message)
            except OSError:
                pass

    broadcast = send

    def _transmit(self, message: Message) -> int:
        self._serial += 1
        try:
            self._socket.sendall(message.serialise(self._serial))
        except UnicodeEncodeError as error:
            raise RealDaemonCrashError("text that is not UTF-8 on D-Bus: %r" % error.object) from error
        return self._serial

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self._loop.remove_reader(self._socket)
            self._socket.close()
