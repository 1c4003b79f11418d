# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client of a replay over a transport of the collection, in place of jeepney."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import replay

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools"))

import checkout

checkout.mount()

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import messages, names
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.transports import choice

CONNECT_INTERVAL = 0.02  # seconds
UNKNOWN_TYPE = "?"  # of the value of a variant: transports deliver only the value


class TransportPeer(replay.Peer):
    """A connection that SYSINIT_UPSTART_TRANSPORT chooses, with the methods of ``replay.Peer``."""

    def __init__(self, address: str, timeout: float = 10.0, daemon: int | None = None) -> None:
        self.daemon = daemon
        self.signals: list[list[Any]] = []
        self.replies: dict[int, Any] = {}
        self.members: dict[int, str] = {}
        deadline = time.monotonic() + timeout
        while True:
            self.transport = choice.new_transport(os.environ)
            try:
                self.transport.connect(address, timeout)
                break
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(CONNECT_INTERVAL)
        self.transport.start()

    def send(self, path: str, interface: str, member: str, signature: str | None = None,
             body: Sequence[Any] = ()) -> int:
        values = [value[1] if code == "v" else value for code, value in zip_types(signature or "", body)]
        serial: int = self.transport.send(names.BUS_NAME, path, interface, member, signature or "", values)
        self.members[serial] = member
        return serial

    def pump(self, timeout: float) -> bool:
        """Handle one message; False when none came in time."""
        deadline = time.monotonic() + timeout
        message = self.transport.next_message()
        while message is None:
            if not self.transport.is_open():
                raise ConnectionError("the daemon closed the connection")
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.transport.wait(left)
            message = self.transport.next_message()
        if message.kind == messages.SIGNAL:
            self.signals.append([message.path, message.member, message.args])
        elif message.kind in (messages.RETURN, messages.ERROR):
            self.replies[message.reply_to] = message
        return True

    def answer(self, serial: int) -> dict[str, Any]:
        message = self.replies.pop(serial)
        if message.kind == messages.ERROR:
            return {"error": message.error, "message": message.args[0] if message.args else ""}
        member = self.members.pop(serial)
        if member == "Get":
            return {"ok": [(UNKNOWN_TYPE, message.args[0])]}
        if member == "GetAll":
            return {"ok": [{key: (UNKNOWN_TYPE, value) for key, value in message.args[0].items()}]}
        return {"ok": message.args}


def zip_types(signature: str, body: Sequence[Any]) -> list[tuple[str, Any]]:
    """Return the values of a body with the first letter of each type; arrays have items of a basic type."""
    return list(zip(signature.replace("as", "a"), body))
