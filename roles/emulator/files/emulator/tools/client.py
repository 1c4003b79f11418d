# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small blocking D-Bus client of the private socket."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageType, Parser, new_method_call
from jeepney.auth import BEGIN, Authenticator

from ..dbus.connection import socket_name
from ..dbus.paths import BUS_NAME, INSTANCE, JOB, MANAGER, PROPERTIES, ROOT, unescape


class DBusError(Exception):
    """The daemon answered a call with an error."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class Client:
    """A connection; calls block until the reply arrives."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(socket_name(address))
        self._parser = Parser()
        self._serial = 0
        authenticator = Authenticator()
        for data in authenticator:
            self._socket.sendall(data)
            authenticator.feed(self._socket.recv(1024))
        self._socket.sendall(BEGIN)

    def call(self, path: str, interface: str, member: str, signature: str = "", *body: Any) -> tuple[Any, ...]:
        """Call a method; return the values of the reply, raise DBusError or OSError."""
        serial = self._send(path, interface, member, signature, body)
        while True:
            replied, values = self._next_reply()
            if replied == serial:
                return values

    def _send(self, path: str, interface: str, member: str, signature: str, body: Sequence[Any]) -> int:
        target = DBusAddress(path, bus_name=BUS_NAME, interface=interface)
        self._serial += 1
        self._socket.sendall(new_method_call(target, member, signature or None, tuple(body)).serialise(self._serial))
        return self._serial

    def _next_reply(self) -> tuple[int, tuple[Any, ...]]:
        while True:
            message = self._receive()
            fields = message.header.fields
            if HeaderFields.reply_serial not in fields:
                continue
            if message.header.message_type == MessageType.error:
                raise DBusError(fields[HeaderFields.error_name], message.body[0] if message.body else "")
            return fields[HeaderFields.reply_serial], tuple(message.body)

    def _receive(self) -> Message:
        while True:
            message = self._parser.get_next_message()
            if message is not None:
                return message
            data = self._socket.recv(65536)
            if not data:
                raise ConnectionError("Disconnected from Upstart")
            self._parser.add_data(data)

    # -- calls of the commands ------------------------------------------------------
    def manager(self, member: str, signature: str = "", *body: Any) -> tuple[Any, ...]:
        return self.call(ROOT, MANAGER, member, signature, *body)

    def job(self, path: str, member: str, signature: str = "", *body: Any) -> tuple[Any, ...]:
        return self.call(path, JOB, member, signature, *body)

    def send_job(self, path: str, member: str, signature: str = "", *body: Any) -> int:
        """Call a method of a job without waiting; return the serial number that ``next_reply`` will return."""
        return self._send(path, JOB, member, signature, body)

    def next_reply(self) -> int:
        """Wait for a reply; return the serial number of its call, raise DBusError or OSError."""
        return self._next_reply()[0]

    def instance(self, path: str, member: str, signature: str = "", *body: Any) -> tuple[Any, ...]:
        return self.call(path, INSTANCE, member, signature, *body)

    def properties(self, path: str, interface: str) -> Any:
        """Return an object's properties as a dict."""
        (values,) = self.call(path, PROPERTIES, "GetAll", "s", interface)
        return {name: value for name, (_signature, value) in values.items()}

    def property(self, path: str, interface: str, name: str) -> Any:
        return self.call(path, PROPERTIES, "Get", "ss", interface, name)[0][1]

    def path_of(self, job: str) -> str:
        path: str = self.manager("GetJobByName", "s", job)[0]
        return path

    def all_jobs(self) -> list[str]:
        """Return the names of all jobs."""
        return list(self.jobs().values())

    def jobs(self) -> dict[str, str]:
        """Return the names of all jobs by their paths."""
        return {path: unescape(path.rsplit("/", 1)[1]) for path in self.manager("GetAllJobs")[0]}
