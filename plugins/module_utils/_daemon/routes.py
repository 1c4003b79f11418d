# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways to the daemon: its own socket, and a message bus. Each knows who is at the other end."""

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
    """The daemon's own socket: whoever listens there is the daemon."""

    destination = BUS_NAME
    gone = False

    def meet(self, connection, unused):
        """Return who listens (dict of pid, uid, gid) before a single byte is sent; raise WrongOwnerError.

        libdbus begins to authenticate at the first step of its main loop, which has not been taken yet.
        """
        mirror = socket.fromfd(connection.fileno(), socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            option = getattr(socket, "SO_PEERCRED", 17)
            pid, uid, gid = struct.unpack("3i", mirror.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
        finally:
            mirror.close()
        peer = {"pid": pid, "uid": uid, "gid": gid}
        check_owner(connection, peer, "listens at %s" % connection.address)
        return peer

    def sends(self, unused):
        """Return whether a signal is the daemon's."""
        return True


class BusRoute:
    """A message bus: the daemon is who owns Upstart's name there, and is called by its unique name.

    So a call cannot reach somebody who takes the name after its owner was looked at.
    """

    def __init__(self):
        self.destination = None
        self.gone = False

    def meet(self, connection, left):
        """Return who owns the name (dict of pid, uid, gid) before anything is sent to it.

        :param left: function, seconds that are left for it.
        """
        def ask(member, *args):
            return connection.call(BUS_PATH, BUS, member, "s" * len(args), args, timeout=left(), destination=BUS)

        ask("Hello")
        for rule in RULES:
            ask("AddMatch", rule)
        try:
            owner = ask("GetNameOwner", BUS_NAME)[0]
            uid = ask("GetConnectionUnixUser", owner)[0]
        except UnreachableError:
            raise UnreachableError(
                "Nobody owns the name %s on the message bus at %s: is this host running Upstart, and has it connected "
                "to the bus?%s" % (BUS_NAME, connection.address, _other_way()), address=connection.address)
        try:
            pid = ask("GetConnectionUnixProcessID", owner)[0]
        except DaemonError:  # the bus may not see into the PID namespace
            pid = 0
        peer = {"pid": pid, "uid": uid, "gid": None}
        check_owner(connection, peer, "owns the name %s on the message bus at %s" % (BUS_NAME, connection.address))
        self.destination = owner
        return peer

    def sends(self, message):
        """Return whether a signal is the daemon's; notice that it leaves the bus."""
        if message.get_sender() == BUS and message.get_member() == OWNER_CHANGED:
            unused, before, after = message.get_args_list()
            self.gone = self.gone or (before == self.destination and after != before)
        return message.get_sender() == self.destination


def _other_way():
    return " As root, its private socket does without a bus: leave address unset." if os.geteuid() == 0 else ""


def check_owner(connection, peer, what):
    """Raise Foreign when another user than the one that init runs as is there."""
    if connection.owner is not None and peer["uid"] != connection.owner:
        raise WrongOwnerError(
            "The process %d of user %d %s, but init runs as user %d. Nothing was sent to it; find out what it is."
            % (peer["pid"], peer["uid"], what, connection.owner), address=connection.address, peer=peer)
