# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""D-Bus addresses of Unix sockets."""

from __future__ import absolute_import, division, print_function

import re

from ..._text import encode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional  # noqa: F401

__metaclass__ = type

ESCAPED = re.compile(b"%([0-9a-fA-F]{2})")


def socket_names(address):
    # type: (str) -> List[bytes]
    """Return the names of the Unix sockets in an address, in the order in which they are to be tried.

    The name of an abstract socket begins with NUL. Other elements, such as ``tcp:``, are left out.
    """
    names = [_socket_name(element) for element in address.split(";")]
    return [name for name in names if name is not None]


def _socket_name(element):
    # type: (str) -> Optional[bytes]
    kind, unused, options = element.partition(":")
    if kind != "unix":
        return None
    for option in options.split(","):
        key, unused, value = option.partition("=")
        if key in ("path", "abstract"):
            name = ESCAPED.sub(lambda match: bytes(bytearray([int(match.group(1), 16)])), encode(value))
            if name and b"\0" not in name:
                return name if key == "path" else b"\0" + name
    return None
