# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sockets in a D-Bus address."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.wire.socket_names import socket_names

NAMES = [
    ("unix:abstract=/com/ubuntu/upstart", [b"\0/com/ubuntu/upstart"]),
    ("unix:path=/run/dbus/socket", [b"/run/dbus/socket"]),
    ("unix:path=/a,guid=12", [b"/a"]),
    ("unix:guid=12,abstract=/a", [b"\0/a"]),
    ("unix:path=/a%20b%2c%3B%c3%a9", [b"/a b,;\xc3\xa9"]),
    ("unix:path=/\xe9", [b"/\xc3\xa9"]),
    ("unix:path=/a;unix:abstract=b", [b"/a", b"\0b"]),
    ("tcp:host=localhost,port=1;unix:path=/a", [b"/a"]),
    ("autolaunch:", []),
    ("unix:path=/a;", [b"/a"]),
    ("unix:path=", []),
    ("unix:path=%00/a", []),
    ("unix:abstract=a%00b", []),
    ("unix:runtime=yes", []),
    ("unix:nothing=x", []),
    ("/run/dbus/socket", []),
    ("nonsense", []),
    ("", []),
]


@pytest.mark.parametrize(("address", "names"), NAMES)
def test_names(address: str, names: list[bytes]) -> None:
    assert socket_names(address) == names
