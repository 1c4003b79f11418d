# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to Upstart over D-Bus: many calls at once, and every wait has a deadline."""

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

POLL_INTERVAL = 0.02  # seconds between two checks for messages that libdbus has read from the socket already
CHECK_DAEMON = "It hangs or is overloaded: check it with initctl version, then run the task again."
RECONNECT_INTERVAL = 0.1  # seconds between two attempts to reach a daemon that is being re-executed
LIBDBUS_TIMEOUT = 2147483.0  # seconds, the maximum: our own deadlines end every wait

Signal = collections.namedtuple("Signal", "path member args")


class Pending:
    """A call that was sent.

    :ivar done: bool, whether the reply has arrived: ``value`` (a list) or ``error``.
    """

    def __init__(self, member):
        self.member = member
        self.done = False
        self.value = None
        self.error = None
        self._call = None

    def result(self):
        """Return the values of the reply as a list, or raise its error."""
        if self.error is not None:
            raise self.error
        return self.value

    def settle(self, value=None, error=None):
        self.done, self.value, self.error = True, value, error
        self._call = None

    def cancel(self):
        """Cancel the call in libdbus, which would otherwise keep the call and this object forever."""
        call, self._call = self._call, None
        if call is not None:
            call.cancel()


class Connection:
    """A connection to the daemon at an address, peer to peer or on a message bus.

    :param address: text, ``system``, ``session`` or a D-Bus address.
    :param owner: int, the user id that the daemon must have; None for the one that ``addresses.resolve`` returns.
    :ivar signals: list of Signal, all that the daemon has sent.
    :ivar peer: dict of pid, uid and gid of the daemon.
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
        self._in_flight = set()
        self._answered = False

    def open(self, timeout=10.0):
        """Connect within ``timeout`` seconds and return self; raise DaemonError or LibraryMissingError."""
        deadline = monotonic() + timeout
        self._dbus = library.load()
        self._pump = library.Pump()
        self._answered = False
        self._bus = self._connect(timeout)
        self._bus.set_exit_on_disconnect(False)
        self._route = BusRoute() if self._on_bus else PrivateSocketRoute()
        try:
            if not self._on_bus:
                self.peer = self._route.identify_peer(self, None)
            self._bus.add_message_filter(self._on_message)
            if self._on_bus:
                self.peer = self._route.identify_peer(self, lambda: max(0.0, deadline - monotonic()))
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
                raise NoReplyError("The process that listens at %s accepted no connection within %g s. %s" % (
                    self.address, timeout, CHECK_DAEMON), address=self.address, timeout=timeout)
            raise UnreachableError(describe_unreachable(self.address, error), address=self.address)

    def close(self):
        """Close the connection; calls in flight end with a ConnectionLostError."""
        if self._bus is not None:
            self._bus.close()
            self._pump.drain()  # libdbus reports the end of the connection to the Python object
            self._bus = None
        self._fail_in_flight()

    def reopen(self, timeout=10.0):
        """Connect again after a ConnectionLostError, to the same daemon after its re-exec.

        The earlier requests are lost; ``signals`` is kept.

        :raises UnreachableError: if the daemon does not answer within ``timeout`` seconds.
        :raises ConnectionLostError: if another process is the daemon now.
        :raises WrongOwnerError, PermissionDeniedError: as ``open`` does.
        """
        before, deadline = self.peer, monotonic() + timeout
        while True:
            self.close()
            left = max(POLL_INTERVAL, deadline - monotonic())
            try:
                self.open(left)
                self.call(MANAGER_PATH, PROPERTIES, "Get", "ss", (MANAGER, "version"), timeout=left)
                break
            except (WrongOwnerError, PermissionDeniedError):
                self.close()
                raise
            except (ConnectionLostError, NoReplyError, UnreachableError) as error:
                if deadline - monotonic() <= RECONNECT_INTERVAL:
                    self.close()
                    raise UnreachableError(
                        "Lost the connection to Upstart %s, and it did not return within %g s: it crashed, exited or "
                        "hangs. %s" % (self._location(), timeout, error.message),
                        address=self.address, timeout=timeout)
            time.sleep(RECONNECT_INTERVAL)
        if before is not None and before["pid"] != self.peer["pid"]:
            peer = self.peer
            self.close()
            raise ConnectionLostError(
                "Upstart %s is another process now (%d, before %d), so the pending requests are lost. Run the task "
                "again." % (self._location(), peer["pid"], before["pid"]),
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
            if self._route.is_from_daemon(message) and path.startswith(MANAGER_PATH):
                args = [plain(value) for value in message.get_args_list()]
                self.signals.append(Signal(path, str(message.get_member()), args))
        return self._dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED

    def send(self, path, interface, member, signature="", args=(), destination=None):
        """Send a method call without waiting and return its Pending."""
        if not self._alive():
            raise self._broken(member)
        message = self._dbus.lowlevel.MethodCallMessage(
            destination=str(destination or self._route.destination), path=str(path), interface=str(interface),
            method=str(member))
        if signature:
            message.append(signature=signature, *args)
        pending = Pending(member)

        def arrived(reply):
            self._in_flight.discard(pending)
            self._answered = True
            self._settle(pending, reply)

        try:
            pending._call = self._bus.send_message_with_reply(message, arrived, LIBDBUS_TIMEOUT, require_main_loop=True)
        except self._dbus.exceptions.DBusException:
            raise self._broken(member)
        self._in_flight.add(pending)
        return pending

    def _settle(self, pending, reply):
        values = [plain(value) for value in reply.get_args_list()]
        if not isinstance(reply, self._dbus.lowlevel.ErrorMessage):
            pending.settle(values)
            return
        error = from_reply(str(reply.get_error_name()), values[0] if values else u"", pending.member)
        has_owner = self._route.destination is not None  # on a bus, None until the owner of the name is known
        if isinstance(error, ConnectionLostError) or (has_owner and isinstance(error, UnreachableError)):
            error = self._lost(pending.member)
        pending.settle(error=error)

    def call(self, path, interface, member, signature="", args=(), timeout=10.0, destination=None):
        """Send a method call and return the values of its reply as a list.

        :param timeout: float, seconds to wait for the reply.
        :raises DaemonError: NoReplyError after the timeout, or the error of the reply.
        """
        pending = self.send(path, interface, member, signature, args, destination)
        if not self.wait(lambda: pending.done, timeout):
            self.forget(pending)
            raise NoReplyError("Upstart %s did not answer %s within %g s. %s" % (
                self._location(), member, timeout, CHECK_DAEMON), method=member, timeout=timeout, address=self.address)
        return pending.result()

    def gather(self, calls, timeout=10.0):
        """Send many calls at once, wait for all replies, and return the Pendings in the same order.

        :param calls: list of tuples, arguments of ``send``.
        """
        pendings = [self.send(*call) for call in calls]
        if not self.wait(lambda: all(pending.done for pending in pendings), timeout):
            for pending in pendings:
                self.forget(pending)
            unanswered = sum(not pending.done for pending in pendings)
            raise NoReplyError("Upstart %s left %d of %d calls unanswered for %g s. %s" % (
                self._location(), unanswered, len(pendings), timeout, CHECK_DAEMON),
                timeout=timeout, address=self.address)
        return pendings

    def forget(self, pending):
        """Drop a call whose reply is no longer needed."""
        self._in_flight.discard(pending)
        pending.cancel()

    def _fail_in_flight(self):
        """Fail all calls in flight, because their replies cannot arrive any more."""
        for pending in list(self._in_flight):
            self.forget(pending)
            pending.settle(error=self._lost(pending.member))

    def _broken(self, member=None):
        """Fail all calls in flight, and return the error for the broken connection."""
        members = set(pending.member for pending in self._in_flight)
        if member is None and len(members) == 1:
            member = members.pop()
        self._fail_in_flight()
        return self._lost(member)

    def wait(self, ready, timeout):
        """Handle messages until ``ready()`` is true, at most ``timeout`` seconds; return whether it is true."""
        deadline = monotonic() + timeout
        while True:
            more = self._pump.step()
            if ready():
                return True
            if not more and not self._alive():
                raise self._broken()
            left = deadline - monotonic()
            if left <= 0:
                return False
            if not more:
                self._sleep(min(POLL_INTERVAL, left))

    def _sleep(self, seconds):
        try:
            select.select([self._bus.get_unix_fd()], [], [], seconds)
        except (select.error, OSError, ValueError):  # interrupted by a signal, or the descriptor was just closed
            pass

    def _alive(self):
        return self._bus is not None and self._bus.get_is_connected() and not self._route.owner_left

    def _lost(self, member):
        """Return the error for a connection that ended: Upstart drops users whom it does not accept without a word."""
        own_uid, peer = os.geteuid(), self.peer or {}
        if not (self._on_bus or self._answered) and own_uid not in (0, peer.get("uid", own_uid)):
            return PermissionDeniedError(
                "Upstart %s runs as user %d and accepts only that user, but this task runs as user %d. Run the task as "
                "that user (become: true), or set address to system for read-only access." % (
                    self._location(), peer["uid"], own_uid), address=self.address, method=member)
        return ConnectionLostError(
            "Lost the connection to Upstart %s%s (it exited, crashed or was re-executed). Check that it is running, "
            "then run the task again." % (self._location(), " during " + member if member else ""),
            address=self.address, method=member)

    def _location(self):
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


def describe_unreachable(address, error):
    """Return the message for an address at which nothing answers; it names the program of PID 1."""
    if isinstance(error, ValueError) or "BadAddress" in str(error):
        return u"%s is not a D-Bus address. Use system, session or an address such as %s." % (address, PRIVATE_ADDRESS)
    init = processes.name(1)
    return u"Nothing answers at %s. Check that this host runs Upstart%s." % (
        address, u" (PID 1 is %s)" % init if init else u"")
