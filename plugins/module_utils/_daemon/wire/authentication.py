# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's side of the authentication EXTERNAL: the other side takes the user from the socket."""

from __future__ import absolute_import, division, print_function

import binascii

from ..errors import PermissionDeniedError, ProtocolError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Tuple  # noqa: F401

__metaclass__ = type

MAX_LINE = 16384  # bytes; libdbus has the same limit


class Authentication:
    """The exchange before the first message.

    :param uid: int, the effective user id of this process.
    :ivar request: bytes, what to send first.
    :ivar done: bool, whether messages may follow.
    """

    def __init__(self, uid):
        # type: (int) -> None
        self.request = b"\0AUTH EXTERNAL " + binascii.hexlify(("%d" % uid).encode("ascii")) + b"\r\n"
        self.done = False
        self._uid = uid
        self._buffer = b""

    def feed(self, data):
        # type: (bytes) -> Tuple[bytes, bytes]
        """Take bytes from the other side; return those to send, and those after the authentication.

        :raises PermissionDeniedError: if the other side rejects this user.
        :raises ProtocolError: if it answers anything but that.
        """
        line, end, rest = (self._buffer + data).partition(b"\r\n")
        if not end and len(line) <= MAX_LINE:
            self._buffer = line
            return b"", b""
        command = line.split(b" ", 1)[0]
        if command == b"REJECTED":
            raise PermissionDeniedError("it rejects user %d" % self._uid)
        if command != b"OK":
            raise ProtocolError("the answer to AUTH is %r" % line[:40])
        self.done = True
        return b"BEGIN\r\n", rest
