# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option ``address``: its keywords, its D-Bus addresses, and the user that the daemon behind it must run as."""

from __future__ import absolute_import, division, print_function

import collections
import re

from .errors import UnreachableError
from .names import PRIVATE_ADDRESS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Mapping, Optional  # noqa: F401

__metaclass__ = type

SYSTEM, SESSION = "system", "session"
SYSTEM_BUS = "unix:path=/var/run/dbus/system_bus_socket"  # fixed by the D-Bus specification
SESSION_INIT = re.compile(r"abstract=/com/ubuntu/upstart-session/([0-9]+)/[0-9]+$")

# address: a D-Bus address. on_bus: whether that is a message bus, else the daemon's own socket. owner: int, the user id
# that the daemon must have, or None for any.
Endpoint = collections.namedtuple("Endpoint", "address on_bus owner")


def default(environ, uid):
    # type: (Mapping[str, str], int) -> str
    """Return the address that initctl would use: the session's init, or root's private socket, or the system bus."""
    return environ.get("UPSTART_SESSION") or (PRIVATE_ADDRESS if uid == 0 else SYSTEM)


def resolve(address, environ):
    # type: (str, Mapping[str, str]) -> Endpoint
    """Return the Endpoint for ``system``, ``session`` or a D-Bus address.

    :raises UnreachableError: for ``session`` if there is no session message bus.
    """
    if address == SYSTEM:
        return Endpoint(environ.get("DBUS_SYSTEM_BUS_ADDRESS") or SYSTEM_BUS, True, 0)
    if address == SESSION:
        bus = environ.get("DBUS_SESSION_BUS_ADDRESS")
        if not bus:
            raise UnreachableError("There is no session message bus: DBUS_SESSION_BUS_ADDRESS is not set in the task's "
                                   "environment. Set it, or give another address.", address=address)
        return Endpoint(bus, True, None)
    return Endpoint(address, False, owner_of(address))


def owner_of(address):
    # type: (str) -> Optional[int]
    """Return the user id that init at an address must have, or None for any.

    Any user of the host could listen on an abstract socket with init's name.
    """
    for element in re.split("[:;,]", address):
        element = re.sub("%([0-9a-fA-F]{2})", lambda match: chr(int(match.group(1), 16)), element)
        if element == PRIVATE_ADDRESS.partition(":")[2]:
            return 0
        session = SESSION_INIT.match(element)
        if session:
            return int(session.group(1))
    return None
