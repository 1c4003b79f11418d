# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where daemons answer: the words and addresses of the option ``address``, and who must be behind each."""

from __future__ import absolute_import, division, print_function

import collections
import re

from .errors import UnreachableError
from .names import PRIVATE_ADDRESS

__metaclass__ = type

SYSTEM, SESSION = "system", "session"
SYSTEM_BUS = "unix:path=/var/run/dbus/system_bus_socket"  # fixed by the D-Bus specification
SESSION_INIT = re.compile(r"abstract=/com/ubuntu/upstart-session/([0-9]+)/[0-9]+$")

# address: a D-Bus address; on_bus: whether that is a message bus, else the daemon's own socket; owner: int or None,
# the user id that the daemon must have (None: any).
Endpoint = collections.namedtuple("Endpoint", "address on_bus owner")


def default(environ, uid):
    """Return what initctl would talk to: the session's init, root's private socket, for others the system bus."""
    return environ.get("UPSTART_SESSION") or (PRIVATE_ADDRESS if uid == 0 else SYSTEM)


def resolve(address, environ):
    """Return the Endpoint for ``system``, ``session`` or a D-Bus address; raise UnreachableError without a session."""
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
    """Return the user id that must be behind a socket whose name any user of the host could take, or None."""
    for option in re.split("[:;,]", address):
        option = re.sub("%([0-9a-fA-F]{2})", lambda match: chr(int(match.group(1), 16)), option)
        if option == PRIVATE_ADDRESS.partition(":")[2]:
            return 0
        session = SESSION_INIT.match(option)
        if session:
            return int(session.group(1))
    return None
