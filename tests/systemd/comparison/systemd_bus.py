# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to the private socket of a systemd in another PID namespace."""

from __future__ import annotations

import socket
import subprocess
import sys

from chaos.bus import Bus, CallError

CONNECT_SECONDS = 60.0
# systemd only talks to a process that its own namespace knows, so one in there connects and passes the connection on.
CONNECTOR = """
import socket, sys
channel = socket.socket(fileno=int(sys.argv[1]))
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[2])
socket.send_fds(channel, [b"x"], [connection.fileno()])
channel.recv(1)
"""


class SystemdBus(Bus):
    """A connection to a systemd, given the process ID of its process 1."""

    def __init__(self, init: int) -> None:
        super().__init__(str(init))

    def connect(self, address: str) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(CONNECT_SECONDS)
        command = ["nsenter", f"--pid=/proc/{address}/ns/pid", sys.executable, "-I", "-c", CONNECTOR,
                   str(theirs.fileno()), f"/proc/{address}/root/run/systemd/private"]
        with subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL), ours:
            theirs.close()
            _data, descriptors, _flags, _address = socket.recv_fds(ours, 1, 1)
            if not descriptors:
                raise CallError("the private socket of systemd does not answer")
            connection = socket.socket(fileno=descriptors[0])
            connection.settimeout(CONNECT_SECONDS)
            _authenticate(connection)
        connection.settimeout(None)
        return connection


def _authenticate(connection: socket.socket) -> None:
    """Authenticate as this user, without the name that a message bus would give."""
    for line, answer in ((b"\0AUTH EXTERNAL 30\r\n", b"OK "), (b"BEGIN\r\n", b"")):
        connection.sendall(line)
        if answer and not connection.recv(1024).startswith(answer):
            raise CallError("systemd refuses the connection")
