# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The authentication EXTERNAL, line by line."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import PermissionDeniedError, ProtocolError
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire.authentication import (
    MAX_LINE,
    Authentication,
)


@pytest.mark.parametrize(("uid", "request_line"), [
    (0, b"\0AUTH EXTERNAL 30\r\n"), (1000, b"\0AUTH EXTERNAL 31303030\r\n")])
def test_the_request(uid: int, request_line: bytes) -> None:
    assert Authentication(uid).request == request_line


@pytest.mark.parametrize("answer", [b"OK 0123456789abcdef\r\n", b"OK\r\n"])
def test_accepted(answer: bytes) -> None:
    authentication = Authentication(0)
    assert authentication.feed(answer + b"l\2rest") == (b"BEGIN\r\n", b"l\2rest")
    assert authentication.done


def test_accepted_in_pieces() -> None:
    authentication = Authentication(0)
    for byte in b"OK 01\r":
        assert authentication.feed(bytes([byte])) == (b"", b"")
        assert not authentication.done
    assert authentication.feed(b"\nx") == (b"BEGIN\r\n", b"x")


def test_rejected() -> None:
    with pytest.raises(PermissionDeniedError, match="it rejects user 7"):
        Authentication(7).feed(b"REJECTED EXTERNAL DBUS_COOKIE_SHA1\r\n")


@pytest.mark.parametrize("answer", [b"DATA\r\n", b"\r\n", b"OKAY\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"\xff\0\r\n"])
def test_another_answer(answer: bytes) -> None:
    authentication = Authentication(0)
    with pytest.raises(ProtocolError, match="the answer to AUTH is "):
        authentication.feed(answer)
    assert not authentication.done


def test_an_answer_without_an_end() -> None:
    authentication = Authentication(0)
    authentication.feed(b"x" * MAX_LINE)
    with pytest.raises(ProtocolError, match="the answer to AUTH is b'x{40}'"):
        authentication.feed(b"x")
