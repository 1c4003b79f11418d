# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A D-Bus client for the daemon's private socket: calls, and all signals with their times."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, Parser, new_method_call
from jeepney.io.blocking import prep_socket

MANAGER = "/com/ubuntu/Upstart"
INTERFACE = "com.ubuntu.Upstart0_6"
PROPERTIES = "org.freedesktop.DBus.Properties"


class CallError(Exception):
    """The daemon answered with an error, did not answer, or no longer exists."""


def escape(name: str) -> str:
    """Encode a name as an element of an object path."""
    if not name:
        return "_"
    return "".join(char if char.isascii() and char.isalnum() else f"_{ord(char):02x}" for char in name)


def unescape(element: str) -> str:
    return "" if element == "_" else re.sub("_([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), element)


def job_path(job: str) -> str:
    return f"{MANAGER}/jobs/{escape(job)}"


def instance_path(job: str, instance: str) -> str:
    return f"{job_path(job)}/{escape(instance)}"


@dataclass(frozen=True)
class Signal:
    time: float
    path: str
    member: str
    body: tuple[Any, ...]


class Bus:
    """A connection with a reading thread. Several threads may call."""

    def __init__(self, address: str) -> None:
        self._socket = self.connect(address)
        self._lock = threading.Condition()
        self._serial = 0
        self._replies: dict[int, Any] = {}
        self._awaited: set[int] = set()
        self.closed = False
        self.signals: list[Signal] = []
        self.on_signal: Callable[[Signal], None] = lambda signal: None
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def connect(self, address: str) -> socket.socket:
        """Return an authenticated connection to an address."""
        kind, value = address.partition(":")[2].split("=", 1)
        connection: socket.socket = prep_socket("\0" + value if kind == "abstract" else value, timeout=60.0)
        return connection

    def _read(self) -> None:
        parser = Parser()
        with contextlib.suppress(OSError, ValueError):
            while data := self._socket.recv(65536):
                parser.add_data(data)
                while (message := parser.get_next_message()) is not None:
                    self._take(message)
        with self._lock:
            self.closed = True
            self._lock.notify_all()

    def _take(self, message: Any) -> None:
        fields = message.header.fields
        if message.header.message_type == MessageType.signal:
            signal = Signal(time.monotonic(), fields[HeaderFields.path], fields[HeaderFields.member], message.body)
            self.signals.append(signal)
            self.on_signal(signal)
            return
        with self._lock:
            serial = fields.get(HeaderFields.reply_serial)
            if serial in self._awaited:
                self._replies[serial] = message
                self._lock.notify_all()

    def send(self, path: str, interface: str, member: str, signature: str = "", body: tuple[Any, ...] = (),
             awaited: bool = False) -> int:
        """Send a call without waiting for its reply; return its serial number."""
        address = DBusAddress(path, bus_name="com.ubuntu.Upstart", interface=interface)
        message = new_method_call(address, member, signature or None, body)
        message.header.fields.pop(HeaderFields.destination)  # this is a direct connection without a bus
        with self._lock:
            if self.closed:
                raise CallError("the connection is closed")
            self._serial += 1
            serial = self._serial
            if awaited:
                self._awaited.add(serial)
            try:
                self._socket.sendall(message.serialise(serial=serial))
            except OSError as error:
                raise CallError(str(error)) from error
        return serial

    def call(self, path: str, interface: str, member: str, signature: str = "", body: tuple[Any, ...] = (),
             timeout: float = 20.0) -> tuple[Any, ...]:
        serial = self.send(path, interface, member, signature, body, awaited=True)
        with self._lock:
            self._lock.wait_for(lambda: serial in self._replies or self.closed, timeout)
            self._awaited.discard(serial)
            reply = self._replies.pop(serial, None)
        if reply is None:
            raise CallError(f"{member} of {path} was not answered")
        if reply.header.message_type == MessageType.error:
            name = reply.header.fields.get(HeaderFields.error_name, "")
            raise CallError(f"{name}: {reply.body[0] if reply.body else ''}")
        body_of_reply: tuple[Any, ...] = reply.body
        return body_of_reply

    def properties(self, path: str, kind: str) -> dict[str, Any]:
        values = self.call(path, PROPERTIES, "GetAll", "s", (f"{INTERFACE}.{kind}",))[0]
        return {name: value for name, (_signature, value) in values.items()}

    def start(self, job: str, instance: str) -> None:
        environment = [f"N={instance}"] if instance else []
        self.send(job_path(job), f"{INTERFACE}.Job", "Start", "asb", (environment, False))

    def stop(self, job: str, instance: str) -> None:
        self.send(instance_path(job, instance), f"{INTERFACE}.Instance", "Stop", "b", (False,))

    def restart(self, job: str, instance: str) -> None:
        self.send(instance_path(job, instance), f"{INTERFACE}.Instance", "Restart", "b", (False,))

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join(5)
        self._socket.close()
