# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport that needs only the standard library: the D-Bus protocol over a Unix socket."""

from __future__ import absolute_import, division, print_function

import errno
import fcntl
import math
import os
import select
import socket
import time

from ..._system.deadline import Deadline
from ..unreachable import accepts_no_connection, invalid_address, nothing_answers
from ..wire.authentication import Authentication
from ..wire.framing import MessageReader, encode_call
from ..wire.socket_names import socket_names

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Optional, Sequence  # noqa: F401
    from ..messages import Message  # noqa: F401

__metaclass__ = type

READ_SIZE = 65536
RETRY_INTERVAL = 0.02  # seconds between two attempts to connect while the queue of the listener is full
BUSY = (errno.EAGAIN, errno.EWOULDBLOCK, errno.EINTR)


class WireTransport:
    """A connection over a socket, with the same methods as ``dbus_python.DbusPythonTransport``.

    The socket never blocks: what it does not take at once is sent later by ``wait``.
    """

    name = "wire"

    def __init__(self):
        # type: () -> None
        self._socket = None  # type: socket.socket  # type: ignore[assignment]  # set by connect
        self._open = False
        self._takes_data = True  # whether the other side still reads
        self._authentication = None  # type: Authentication  # type: ignore[assignment]  # set by start
        self._reader = MessageReader()
        self._serial = 0
        self._outgoing = bytearray()
        self._after_authentication = bytearray()

    def connect(self, address, timeout):
        # type: (str, float) -> None
        """Connect to the socket within ``timeout`` seconds. This sends nothing."""
        names = socket_names(address)
        if not names:
            raise invalid_address(address)
        deadline = Deadline(timeout)
        for name in names:
            if self._connect(name, deadline):
                return
        raise accepts_no_connection(address, timeout) if not deadline.left() else nothing_answers(address)

    def _connect(self, name, deadline):
        # type: (bytes, Deadline) -> bool
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        fcntl.fcntl(self._socket.fileno(), fcntl.F_SETFD, fcntl.FD_CLOEXEC)
        self._socket.setblocking(False)
        while True:
            try:
                self._socket.connect(name)
                self._open = True
                return True
            except socket.error as error:
                if error.errno not in BUSY or not deadline.left():
                    self._socket.close()
                    return False
            time.sleep(min(RETRY_INTERVAL, deadline.left()))

    def fileno(self):
        # type: () -> int
        return self._socket.fileno()

    def start(self):
        # type: () -> None
        """Begin to authenticate."""
        self._authentication = Authentication(os.geteuid())
        self._send(self._authentication.request)

    def is_open(self):
        # type: () -> bool
        return self._open

    def send(self, destination, path, interface, member, signature, args):
        # type: (str, str, str, str, str, Sequence[Any]) -> int
        """Send a method call and return its serial. If the connection is broken, nothing happens."""
        self._serial += 1
        data = encode_call(self._serial, destination, path, interface, member, signature, args)
        if self._authentication.done:
            self._send(data)
        else:
            self._after_authentication.extend(data)
        return self._serial

    def next_message(self):
        # type: () -> Optional[Message]
        """Return the next message that has arrived, or None, without blocking.

        :raises ProtocolError: if the other side sends something else.
        :raises PermissionDeniedError: if it rejects this user.
        """
        message = self._reader.next_message()
        if message is None and self._open and self._receive():
            message = self._reader.next_message()
        return message

    def _receive(self):
        # type: () -> bool
        """Read once from the socket; return whether there was something."""
        try:
            data = self._socket.recv(READ_SIZE)
        except socket.error as error:
            if error.errno in BUSY and self._takes_data:
                return False
            data = b""
        if not data:
            self._open = False
            return False
        if not self._authentication.done:
            answer, data = self._authentication.feed(data)
            if answer:
                self._send(answer + bytes(self._after_authentication))
        self._reader.feed(data)
        return True

    def _send(self, data):
        # type: (bytes) -> None
        self._outgoing.extend(data)
        self._flush()

    def _flush(self):
        # type: () -> None
        """Send as much as the socket takes now."""
        try:
            while self._outgoing:
                del self._outgoing[:self._socket.send(self._outgoing)]
        except socket.error as error:
            if error.errno not in BUSY:
                self._takes_data = False
                self._outgoing = bytearray()

    def wait(self, seconds):
        # type: (float) -> None
        """Wait until there may be a message, at most ``seconds``."""
        poll = select.poll()
        poll.register(self._socket.fileno(), select.POLLIN | (select.POLLOUT if self._outgoing else 0))
        try:
            poll.poll(int(math.ceil(seconds * 1000)))
        except select.error:  # Python 2: interrupted by a signal
            pass
        self._flush()

    def close(self):
        # type: () -> None
        self._open = False
        if self._socket is not None:
            self._socket.close()
