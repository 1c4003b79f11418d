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

__metaclass__ = type

OWNER_CHANGED = "NameOwnerChanged"
RULES = (
    "type='signal',sender='%s'" % BUS_NAME,
    "type='signal',sender='%s',interface='%s',member='%s',arg0='%s'" % (BUS, BUS, OWNER_CHANGED, BUS_NAME),
)


class PrivateSocketRoute:
    """The daemon's own socket: the process that listens there is the daemon."""

    destination = BUS_NAME
    owner_left = False

    def identify_peer(self, connection, unused):
        """Return the pid, uid and gid (a dict) of the listening process; raise WrongOwnerError.

        Nothing has been sent to it then: libdbus starts to authenticate in the first step of its main loop.
        """
        duplicate = socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            option = getattr(socket, "SO_PEERCRED", 17)
            pid, uid, gid = struct.unpack("3i", duplicate.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
        finally:
            duplicate.close()
        peer = {"pid": pid, "uid": uid, "gid": gid}
        check_owner(connection, peer, "listens at %s" % connection.address)
        return peer

    def is_from_daemon(self, unused):
        """Return whether the daemon has sent a signal."""
        return True


class BusRoute:
    """A message bus: the daemon is the process that owns Upstart's name there.

    Calls go to its unique name, because another process could take over Upstart's name.
    """

    def __init__(self):
        self.destination = None
        self.owner_left = False

    def identify_peer(self, connection, left):
        """Return the pid, uid and gid (a dict) of the owner of Upstart's name; raise WrongOwnerError.

        :param left: function that returns the seconds left.
        """
        def call_bus(member, *args):
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
        """Return whether the daemon has sent a signal. If the signal reports that it left the bus, note that."""
        if message.get_sender() == BUS and message.get_member() == OWNER_CHANGED:
            unused, before, after = message.get_args_list()
            self.owner_left = self.owner_left or (before == self.destination and after != before)
        return message.get_sender() == self.destination


def _alternative():
    return ", or leave address unset to use the private socket" if os.geteuid() == 0 else ""


def check_owner(connection, peer, role):
    """Raise WrongOwnerError if the process at the other end does not run as init's user.

    :param role: text, what the process does there, as the predicate of a sentence.
    """
    if connection.owner is not None and peer["uid"] != connection.owner:
        raise WrongOwnerError(
            "Process %d of user %d %s, but init runs as user %d. Nothing was sent to it; find out which program it is."
            % (peer["pid"], peer["uid"], role, connection.owner), address=connection.address, peer=peer)
