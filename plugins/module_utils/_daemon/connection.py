# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to an Upstart daemon: many calls in flight, every wait with a deadline."""

from __future__ import absolute_import, division, print_function

import collections
import os
import select
import time

from .._system import processes
from .._system.clock import monotonic
from . import addresses, library
from .errors import (
    ConnectionLostError,
    DaemonError,
    NoReplyError,
    PermissionDeniedError,
    UnreachableError,
    WrongOwnerError,
    from_reply,
)
from .names import MANAGER, MANAGER_PATH, PRIVATE_ADDRESS, PROPERTIES
from .routes import BusRoute, PrivateSocketRoute

__metaclass__ = type

# Seconds between two looks at a socket that reports nothing: it bounds how late a
# message is seen that libdbus had read already.
TICK = 0.02
HANGS = "It hangs or is overloaded: look at it (initctl version), and run the task again."
AGAIN = 0.1  # seconds between two attempts to reach a daemon that is being re-executed
FOREVER = 2147483.0  # libdbus keeps milliseconds in an int; our own deadlines end a wait

Signal = collections.namedtuple("Signal", "path member args")


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

    def settle(self, value=None, error=None):
        self.done, self.value, self.error = True, value, error
        self._call = None

    def cancel(self):
        """Have libdbus forget the call; else it keeps the call, and with it this object, for good."""
        call, self._call = self._call, None
        if call is not None:
            call.cancel()


class Connection:
    """A connection to the daemon at an address, peer to peer or on a message bus.

    :param address: text, ``system``, ``session`` or a D-Bus address.
    :param owner: int or None, the user id that the daemon must have; by default
        what ``addresses.resolve`` says.

    ``signals`` are all that the daemon sent, ``peer`` who it is (dict of pid, uid, gid).
    """

    def __init__(self, address=PRIVATE_ADDRESS, owner=None):
        endpoint = addresses.resolve(address, os.environ)
        self.address = endpoint.address
        self.owner = endpoint.owner if owner is None else owner
        self.signals = []
        self.peer = None
        self._on_bus = endpoint.on_bus
        self._route = None
        self._bus = None
        self._pump = None
        self._dbus = None
        self._flying = set()
        self._answered = False

    def open(self, timeout=10.0):
        """Connect within ``timeout`` seconds; raise a DaemonError, such as UnreachableError, or LibraryMissingError."""
        deadline = monotonic() + timeout
        self._dbus = library.load()
        self._pump = library.Pump()
        self._answered = False
        self._bus = self._connect(timeout)
        self._bus.set_exit_on_disconnect(False)
        self._route = BusRoute() if self._on_bus else PrivateSocketRoute()
        try:
            if not self._on_bus:
                self.peer = self._route.meet(self, None)
            self._bus.add_message_filter(self._on_message)
            if self._on_bus:
                self.peer = self._route.meet(self, lambda: max(0.0, deadline - monotonic()))
        except DaemonError:
            self.close()
            raise
        return self

    def _connect(self, timeout):
        loop = self._dbus.mainloop.glib.DBusGMainLoop()
        began = monotonic()
        try:
            with library.interrupted_after(timeout):
                return self._dbus.connection.Connection(str(self.address), mainloop=loop)
        except (self._dbus.exceptions.DBusException, ValueError) as error:
            if monotonic() - began >= timeout:
                raise NoReplyError("Somebody listens at %s but lets nobody in within %g s. %s" % (
                    self.address, timeout, HANGS), address=self.address, timeout=timeout)
            raise UnreachableError(describe_nobody(self.address, error), address=self.address)

    def close(self):
        """Break the connection; calls that are still in flight end with the error Lost."""
        if self._bus is not None:
            self._bus.close()
            self._pump.drain()  # libdbus still has to say that it is closed; it needs the Python object for that
            self._bus = None
        self._bury()

    def reopen(self, timeout=10.0):
        """Connect again after Lost, to the same daemon after its re-exec; what it was asked before is lost.

        ``signals`` stays what it is. Raises UnreachableError when nobody answers until ``timeout`` seconds are over,
        Lost when it is another daemon, and what ``open`` raises for one that is not init or lets this user not in.
        """
        before, deadline = self.peer, monotonic() + timeout
        while True:
            self.close()
            left = max(TICK, deadline - monotonic())
            try:
                self.open(left)
                self.call(MANAGER_PATH, PROPERTIES, "Get", "ss", (MANAGER, "version"), timeout=left)
                break
            except (WrongOwnerError, PermissionDeniedError):
                self.close()
                raise
            except (ConnectionLostError, NoReplyError, UnreachableError) as error:
                if deadline - monotonic() <= AGAIN:
                    self.close()
                    raise UnreachableError(
                        "The daemon %s broke the connection and was not back within %g s, so it was not just "
                        "re-executed: it crashed, ended or hangs. %s" % (self._place(), timeout, error.message),
                        address=self.address, timeout=timeout)
            time.sleep(AGAIN)
        if before is not None and before["pid"] != self.peer["pid"]:
            peer = self.peer
            self.close()
            raise ConnectionLostError(
                "The daemon %s is another one now (process %d, before it was %d): the first has ended, and what it "
                "was asked is lost. Run the task again." % (self._place(), peer["pid"], before["pid"]),
                address=self.address, before=before["pid"], peer=peer)
        return self

    def __enter__(self):
        return self.open()

    def __exit__(self, *unused):
        self.close()

    def fileno(self):
        return self._bus.get_unix_fd()

    def _on_message(self, unused, message):
        if isinstance(message, self._dbus.lowlevel.SignalMessage):
            path = str(message.get_path())
            if self._route.sends(message) and path.startswith(MANAGER_PATH):
                args = [plain(value) for value in message.get_args_list()]
                self.signals.append(Signal(path, str(message.get_member()), args))
        return self._dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED

    def send(self, path, interface, member, signature="", args=(), destination=None):
        """Send a method call without waiting and return its Pending."""
        if not self._alive():
            raise self._end(member)
        message = self._dbus.lowlevel.MethodCallMessage(
            destination=str(destination or self._route.destination), path=str(path), interface=str(interface),
            method=str(member))
        if signature:
            message.append(signature=signature, *args)
        pending = Pending(member)

        def arrived(reply):
            self._flying.discard(pending)
            self._answered = True
            self._take(pending, reply)

        try:
            pending._call = self._bus.send_message_with_reply(message, arrived, FOREVER, require_main_loop=True)
        except self._dbus.exceptions.DBusException:
            raise self._end(member)
        self._flying.add(pending)
        return pending

    def _take(self, pending, reply):
        values = [plain(value) for value in reply.get_args_list()]
        if not isinstance(reply, self._dbus.lowlevel.ErrorMessage):
            pending.settle(values)
            return
        error = from_reply(str(reply.get_error_name()), values[0] if values else u"", pending.member)
        known = self._route.destination is not None  # while a bus is asked for the owner, none is not yet lost
        if isinstance(error, ConnectionLostError) or (known and isinstance(error, UnreachableError)):
            error = self._lost(pending.member)
        pending.settle(error=error)

    def call(self, path, interface, member, signature="", args=(), timeout=10.0, destination=None):
        """Send a method call, wait at most ``timeout`` seconds and return the list of values; raise DaemonError."""
        pending = self.send(path, interface, member, signature, args, destination)
        if not self.wait(lambda: pending.done, timeout):
            self.forget(pending)
            raise NoReplyError("The daemon %s did not answer %s within %g s. %s" % (
                self._place(), member, timeout, HANGS), method=member, timeout=timeout, address=self.address)
        return pending.result()

    def gather(self, calls, timeout=10.0):
        """Send many calls (tuples as for ``send``) at once and return their Pendings in order, all done."""
        pendings = [self.send(*call) for call in calls]
        if not self.wait(lambda: all(pending.done for pending in pendings), timeout):
            for pending in pendings:
                self.forget(pending)
            raise NoReplyError("The daemon %s left %d of %d calls unanswered for %g s. %s" % (
                self._place(), sum(not pending.done for pending in pendings), len(pendings), timeout, HANGS),
                timeout=timeout, address=self.address)
        return pendings

    def forget(self, pending):
        """Drop a call that nobody waits for any more."""
        self._flying.discard(pending)
        pending.cancel()

    def _bury(self):
        """End all calls in flight: their answers can come no more."""
        for pending in list(self._flying):
            self.forget(pending)
            pending.settle(error=self._lost(pending.member))

    def _end(self, member=None):
        """Return the error for a connection that broke, after ending all calls in flight."""
        members = set(pending.member for pending in self._flying)
        if member is None and len(members) == 1:
            member = members.pop()
        self._bury()
        return self._lost(member)

    def wait(self, ready, timeout):
        """Handle messages until ``ready()`` is true or ``timeout`` seconds are over; return which."""
        deadline = monotonic() + timeout
        while True:
            more = self._pump.step()
            if ready():
                return True
            if not more and not self._alive():
                raise self._end()
            left = deadline - monotonic()
            if left <= 0:
                return False
            if not more:
                self._sleep(min(TICK, left))

    def _sleep(self, seconds):
        try:
            select.select([self._bus.get_unix_fd()], [], [], seconds)
        except (select.error, OSError, ValueError):  # a signal arrived, or the descriptor was closed just now
            pass

    def _alive(self):
        return self._bus is not None and self._bus.get_is_connected() and not self._route.gone

    def _lost(self, member):
        own, known = os.geteuid(), self.peer or {}
        if not (self._on_bus or self._answered) and own not in (0, known.get("uid", own)):
            return PermissionDeniedError(
                "The daemon %s runs as user %d and lets nobody else in, but this task runs as user %d. Become that "
                "user (become: true), or set address to system for what every user may read." % (
                    self._place(), known["uid"], own), address=self.address, method=member)
        return ConnectionLostError(
            "The connection to the daemon %s broke%s: it ended, crashed, or was re-executed. Look at its state and "
            "run the task again." % (self._place(), " during " + member if member else ""),
            address=self.address, method=member)

    def _place(self):
        return ("on the message bus at %s" if self._on_bus else "at %s") % self.address


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
    if isinstance(error, ValueError) or "BadAddress" in str(error):
        return (u"%s is not a D-Bus address (such as %s), nor one of the words system and session."
                % (address, PRIVATE_ADDRESS))
    text = u"Nothing answers at %s: is this host running Upstart?" % address
    init = processes.name(1)
    return text + (u" PID 1 is %s." % init if init else u"")
