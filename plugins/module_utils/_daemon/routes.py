# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two routes to the daemon, its own socket and a message bus, and the identity of the process at the other end."""

from __future__ import absolute_import, division, print_function

import os
import socket
import struct

from .errors import DaemonError, UnreachableError, WrongOwnerError
from .names import BUS, BUS_NAME, BUS_PATH

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, List, Optional  # noqa: F401
    from .messages import Message  # noqa: F401
    # A parameter ``connection`` is a connection.Connection: Any, because that file imports this one.

__metaclass__ = type

OWNER_CHANGED = "NameOwnerChanged"
RULES = (
    "type='signal',sender='%s'" % BUS_NAME,
    "type='signal',sender='%s',interface='%s',member='%s',arg0='%s'" % (BUS, BUS, OWNER_CHANGED, BUS_NAME),
)


def peer_of(descriptor):
    # type: (int) -> Dict[str, Any]
    """Return the pid, uid and gid (a dict) of the process that listens at the other end of a connected socket."""
    duplicate = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        option = getattr(socket, "SO_PEERCRED", 17)
        pid, uid, gid = struct.unpack("3i", duplicate.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
    finally:
        duplicate.close()
    return {"pid": pid, "uid": uid, "gid": gid}


class PrivateSocketRoute:
    """The daemon's own socket: the process that listens there is the daemon."""

    destination = BUS_NAME
    owner_left = False

    def identify_peer(self, connection, unused):
        # type: (Any, Any) -> Dict[str, Any]
        """Return the pid, uid and gid (a dict) of the listening process; raise WrongOwnerError for a wrong user.

        Nothing has been sent to it at this point: the transport has not started to authenticate.
        """
        peer = peer_of(connection.fileno())
        check_owner(connection, peer, "listens at %s" % connection.address)
        return peer

    def is_from_daemon(self, unused):
        # type: (Message) -> bool
        """Return whether the daemon has sent a signal."""
        return True


class BusRoute:
    """A message bus: the daemon is the process that owns Upstart's name there.

    Calls go to its unique name, because another process could take over Upstart's name.
    """

    def __init__(self):
        # type: () -> None
        self.destination = None  # type: Optional[str]
        self.owner_left = False

    def identify_peer(self, connection, left):
        # type: (Any, Callable[[], float]) -> Dict[str, Any]
        """Return the pid, uid and gid (a dict) of the owner of Upstart's name; raise WrongOwnerError for a wrong user.

        :param left: function that returns the seconds left.
        """
        def call_bus(member, *args):
            # type: (str, *str) -> List[Any]
            return connection.call(BUS_PATH, BUS, member, "s" * len(args), args, timeout=left(), destination=BUS)

        call_bus("Hello")
        for rule in RULES:
            call_bus("AddMatch", rule)
        try:
            owner = call_bus("GetNameOwner", BUS_NAME)[0]
            uid = call_bus("GetConnectionUnixUser", owner)[0]
        except UnreachableError:
            raise UnreachableError(
                "No process owns the name %s on the message bus at %s. Check that Upstart is running and connected to "
                "the bus%s." % (BUS_NAME, connection.address, _alternative()), address=connection.address)
        try:
            pid = call_bus("GetConnectionUnixProcessID", owner)[0]
        except DaemonError:  # the bus may be in another PID namespace
            pid = 0
        peer = {"pid": pid, "uid": uid, "gid": None}
        check_owner(connection, peer, "owns the name %s on the message bus at %s" % (BUS_NAME, connection.address))
        self.destination = owner
        return peer

    def is_from_daemon(self, message):
        # type: (Message) -> bool
        """Return whether the daemon has sent a signal, and set ``owner_left`` if it has left the bus."""
        if message.sender == BUS and message.member == OWNER_CHANGED and len(message.args) == 3:
            unused, before, after = message.args
            self.owner_left = self.owner_left or (before == self.destination and after != before)
        return message.sender == self.destination


def _alternative():
    # type: () -> str
    return ", or leave address unset to use the private socket" if os.geteuid() == 0 else ""


def check_owner(connection, peer, role):
    # type: (Any, Dict[str, Any], str) -> None
    """Raise WrongOwnerError if the process at the other end does not run as init's user.

    :param role: text, what the process does there, as the predicate of a sentence.
    """
    if connection.owner is not None and peer["uid"] != connection.owner:
        raise WrongOwnerError(
            "Process %d of user %d %s, but init runs as user %d. Nothing was sent to it; find out which program it is."
            % (peer["pid"], peer["uid"], role, connection.owner), address=connection.address, peer=peer)
