# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to an Upstart daemon: many calls in flight, every wait with a deadline."""

from __future__ import absolute_import, division, print_function

import collections
import select
import socket
import struct
import time

from . import library, process
from .errors import Foreign, Lost, NoAnswer, Unreachable, from_reply
from .names import BUS_NAME, PRIVATE_ADDRESS

__metaclass__ = type

# Seconds between two looks at a socket that reports nothing: it bounds how late a
# message is seen that libdbus had read already.
TICK = 0.02
FOREVER = 2147483.0  # libdbus keeps milliseconds in an int; our own deadlines end a wait

Signal = collections.namedtuple("Signal", "path member args")

try:
    monotonic = time.monotonic
except AttributeError:  # Python 2.7
    monotonic = time.time


class Pending:
    """A call that was sent; ``done`` once ``value`` (a list) or ``error`` is there."""

    def __init__(self, member):
        self.member = member
        self.done = False
        self.value = None
        self.error = None
        self._call = None

    def result(self):
        """Return the list of values that came back, or raise the error that did."""
        if self.error is not None:
            raise self.error
        return self.value


class Connection:
    """A peer-to-peer connection to the daemon at a D-Bus address.

    :param address: text, for instance ``unix:abstract=/com/ubuntu/upstart``.
    :param owner: int or None, the user id that the other side must have; by
        default root for Upstart's own socket, anybody for another one.
    """

    def __init__(self, address=PRIVATE_ADDRESS, owner=None):
        self.address = address
        self.owner = 0 if owner is None and address == PRIVATE_ADDRESS else owner
        self.signals = []
        self.peer = None
        self._bus = None
        self._pump = None
        self._dbus = None

    def open(self):
        """Connect; raise Unreachable, Foreign or LibraryMissing."""
        self._dbus = library.load()
        loop = self._dbus.mainloop.glib.DBusGMainLoop()
        try:
            self._bus = self._dbus.connection.Connection(str(self.address), mainloop=loop)
        except (self._dbus.exceptions.DBusException, ValueError) as error:
            raise Unreachable(describe_nobody(self.address, error), address=self.address)
        self._pump = library.Pump()
        self._check_peer()
        self._bus.add_message_filter(self._on_message)
        return self

    def close(self):
        if self._bus is not None:
            self._bus.close()
            self._pump.drain()  # libdbus still has to say that it is closed; it needs the Python object for that
            self._bus = None

    def __enter__(self):
        return self.open()

    def __exit__(self, *unused):
        self.close()

    def _check_peer(self):
        """Look who listens before a single byte is sent (libdbus authenticates at the first step)."""
        mirror = socket.fromfd(self._bus.get_unix_fd(), socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            option = getattr(socket, "SO_PEERCRED", 17)
            pid, uid, gid = struct.unpack("3i", mirror.getsockopt(socket.SOL_SOCKET, option, struct.calcsize("3i")))
        finally:
            mirror.close()
        self.peer = {"pid": pid, "uid": uid, "gid": gid}
        if self.owner is not None and uid != self.owner:
            self.close()
            raise Foreign(
                "The process %d of user %d listens at %s, but init runs as user %d. Nothing was sent to it; find "
                "out what it is." % (pid, uid, self.address, self.owner), address=self.address, peer=self.peer)

    def _on_message(self, unused, message):
        if isinstance(message, self._dbus.lowlevel.SignalMessage):
            args = [plain(value) for value in message.get_args_list()]
            self.signals.append(Signal(str(message.get_path()), str(message.get_member()), args))
        return self._dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED

    def send(self, path, interface, member, signature="", args=()):
        """Send a method call without waiting and return its Pending."""
        message = self._dbus.lowlevel.MethodCallMessage(
            destination=BUS_NAME, path=str(path), interface=str(interface), method=str(member))
        if signature:
            message.append(signature=signature, *args)
        pending = Pending(member)

        def arrived(reply):
            pending.done = True
            values = [plain(value) for value in reply.get_args_list()]
            if isinstance(reply, self._dbus.lowlevel.ErrorMessage):
                pending.error = from_reply(str(reply.get_error_name()), values[0] if values else u"", member)
            else:
                pending.value = values

        if not self._bus.get_is_connected():
            raise self._lost(member)
        try:
            pending._call = self._bus.send_message_with_reply(message, arrived, FOREVER, require_main_loop=True)
        except self._dbus.exceptions.DBusException:
            raise self._lost(member)
        return pending

    def call(self, path, interface, member, signature="", args=(), timeout=10.0):
        """Send a method call, wait at most ``timeout`` seconds and return the list of values; raise DaemonError."""
        pending = self.send(path, interface, member, signature, args)
        if not self.wait(lambda: pending.done, timeout):
            self.forget(pending)
            raise NoAnswer("The daemon at %s did not answer %s within %g s." % (self.address, member, timeout),
                           method=member, timeout=timeout, address=self.address)
        return pending.result()

    def gather(self, calls, timeout=10.0):
        """Send many calls (tuples as for ``send``) at once and return their Pendings in order, all done."""
        pendings = [self.send(*call) for call in calls]
        if not self.wait(lambda: all(pending.done for pending in pendings), timeout):
            for pending in pendings:
                self.forget(pending)
            raise NoAnswer("The daemon at %s left %d of %d calls unanswered for %g s." % (
                self.address, sum(not pending.done for pending in pendings), len(pendings), timeout),
                timeout=timeout, address=self.address)
        return pendings

    @staticmethod
    def forget(pending):
        """Drop a call that nobody waits for any more."""
        if pending._call is not None and not pending.done:
            pending._call.cancel()

    def wait(self, ready, timeout):
        """Handle messages until ``ready()`` is true or ``timeout`` seconds are over; return which."""
        deadline = monotonic() + timeout
        while True:
            self._pump.drain()
            if ready():
                return True
            if not self._bus.get_is_connected():
                raise self._lost(None)
            left = deadline - monotonic()
            if left <= 0:
                return False
            self._sleep(min(TICK, left))

    def _sleep(self, seconds):
        try:
            select.select([self._bus.get_unix_fd()], [], [], seconds)
        except (select.error, OSError):  # a signal arrived, or the descriptor was closed just now
            pass

    def _lost(self, member):
        return Lost(
            "The connection to the daemon at %s broke%s: it ended, crashed, or was re-executed. Look at its state and "
            "run the task again." % (self.address, " during " + member if member else ""),
            address=self.address, method=member)


def plain(value):
    """Return a dbus-python value as plain Python values (text, int, float, bool, list, dict)."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return dict((plain(key), plain(item)) for key, item in value.items())
    kind = type(value).__name__
    if kind == "Boolean":
        return bool(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, int) or kind in ("Int64", "UInt64", "UInt32"):
        return int(value)
    return u"%s" % value


def describe_nobody(address, error):
    """Return the sentence for an address at which nothing answers, with what PID 1 is."""
    text = u"Nothing answers at %s: is this host running Upstart?" % address
    init = process.name(1)
    if init:
        text += u" PID 1 is %s." % init
    if isinstance(error, ValueError) or "BadAddress" in str(error):
        text = u"%s is not a D-Bus address (such as %s)." % (address, PRIVATE_ADDRESS)
    return text
