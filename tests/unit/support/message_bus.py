# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private message bus, and clients with answers that the test defines."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jeepney import HeaderFields, Message, MessageType
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from .fake_daemon import Answer

NAME = "com.ubuntu.Upstart"
PATIENCE = 300.0
CONFIGURATION = """\
<busconfig>
  <listen>%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/><allow own="*"/><allow send_type="*"/><allow send_destination="*"/><allow receive_type="*"/>
  </policy>
</busconfig>
"""


class MessageBus:
    """A dbus-daemon without restrictions."""

    def __init__(self, configuration: Path) -> None:
        self.address = f"unix:abstract=/sysinit-upstart-bus/{uuid.uuid4()}"
        configuration.write_text(CONFIGURATION % self.address)
        self.process = subprocess.Popen(
            ["dbus-daemon", "--nofork", "--nopidfile", "--config-file", str(configuration), "--print-address"],
            stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def end(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def running() -> Iterator[MessageBus]:
    with tempfile.TemporaryDirectory() as folder:
        bus = MessageBus(Path(folder) / "bus.conf")
        try:
            yield bus
        finally:
            bus.end()


def claim(connection: DBusConnection) -> None:
    """Own Upstart's name, or fail."""
    reply = connection.send_and_get_reply(message_bus.RequestName(NAME, 4), timeout=PATIENCE)
    assert reply.body == (1,)


class Owner:
    """Owns Upstart's name and answers calls with ``answers``, in a thread; ``calls`` are the received calls."""

    def __init__(self, address: str) -> None:
        self.answers: dict[str, Answer] = {}
        self.calls: list[Message] = []
        self.connection = open_dbus_connection(bus=address)
        self.unique_name: str = self.connection.unique_name
        claim(self.connection)
        self._ending = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while not self._ending:
                with contextlib.suppress(TimeoutError):
                    self._take(self.connection.receive(timeout=0.05))

    def _take(self, message: Message) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        self.calls.append(message)
        answers = self.answers[message.header.fields[HeaderFields.member]](message)
        for answer in answers or []:
            self.connection.send(answer)
        self._ending = self._ending or answers is None

    def leave(self) -> None:
        """Leave the bus."""
        self._ending = True
        self._thread.join(PATIENCE)
        self.connection.close()


@contextlib.contextmanager
def stranger(address: str, uid: int) -> Iterator[Callable[[], list[str]]]:
    """Let another user own Upstart's name; yield a function that returns the methods called there so far."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            if os.geteuid() == 0:
                os.setuid(uid)
            connection = open_dbus_connection(bus=address)
            claim(connection)
            os.write(writer, b"ready\n")
            while True:
                message: Any = connection.receive()
                if message.header.message_type is MessageType.method_call:
                    os.write(writer, message.header.fields[HeaderFields.member].encode() + b"\n")
        finally:
            os._exit(0)
    os.close(writer)
    stream = os.fdopen(reader, "rb", buffering=0)
    try:
        assert stream.readline() == b"ready\n"
        yield lambda: _lines(stream)
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        stream.close()


def _lines(stream: Any) -> list[str]:
    """Return the lines received so far and in the next 0.3 seconds."""
    received = b""
    while select.select([stream], [], [], 0.3)[0]:
        data = stream.read(4096)
        if not data:
            break
        received += data
    return received.decode().split()
