# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to Upstart over D-Bus: many calls at once, and every wait has a deadline."""

from __future__ import absolute_import, division, print_function

import collections
import os
import time

from .._system.clock import monotonic
from . import addresses
from .errors import (
    ConnectionLostError,
    DaemonError,
    NoReplyError,
    PermissionDeniedError,
    ProtocolError,
    UnreachableError,
    WrongOwnerError,
    from_reply,
)
from .messages import ERROR, SIGNAL
from .names import MANAGER, MANAGER_PATH, PRIVATE_ADDRESS, PROPERTIES
from .routes import BusRoute, PrivateSocketRoute
from .transports.choice import new_transport
from .unreachable import CHECK_DAEMON

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Tuple, Union  # noqa: F401
    from .messages import Message  # noqa: F401
    from .transports.choice import Transport  # noqa: F401

__metaclass__ = type

BATCH = 100  # messages that are handled before a wait checks its deadline: a daemon may send without a pause
WAKE_INTERVAL = 0.5  # seconds that a wait leaves the daemon without a message
RECONNECT_INTERVAL = 0.1  # seconds between two attempts to reach a daemon that is being re-executed
MIN_TIMEOUT = 0.02  # seconds that an attempt to reach it again may take at least

Signal = collections.namedtuple("Signal", "path member args")


class Pending:
    """A call that was sent.

    :ivar done: bool, whether the reply has arrived: ``value`` (a list) or ``error``.
    """

    def __init__(self, member):
        # type: (str) -> None
        self.member = member
        self.serial = 0
        self.done = False
        self.value = None  # type: Optional[List[Any]]
        self.error = None  # type: Optional[DaemonError]

    def result(self):
        # type: () -> List[Any]
        """Return the values of the reply as a list, or raise its error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # callers wait until it is done

    def settle(self, value=None, error=None):
        # type: (Optional[List[Any]], Optional[DaemonError]) -> None
        self.done, self.value, self.error = True, value, error


class Connection:
    """A connection to the daemon at an address, peer to peer or on a message bus.

    :param address: text, ``system``, ``session`` or a D-Bus address.
    :param owner: int, the user id that the daemon must have; None for the one that ``addresses.resolve`` returns.
    :ivar signals: list of Signal, all that the daemon has sent.
    :ivar peer: dict of pid, uid and gid of the daemon.
    :ivar transport_name: text, ``dbus_python`` or ``wire``; None before ``open``.
    """

    def __init__(self, address=PRIVATE_ADDRESS, owner=None):
        # type: (str, Optional[int]) -> None
        endpoint = addresses.resolve(address, os.environ)
        self.address = endpoint.address
        self.owner = endpoint.owner if owner is None else owner
        self.signals = []  # type: List[Signal]
        self.peer = None  # type: Dict[str, Any]  # type: ignore[assignment]  # None only before open
        self.transport_name = None  # type: Optional[str]
        self._on_bus = endpoint.on_bus
        self._route = None  # type: Union[BusRoute, PrivateSocketRoute]  # type: ignore[assignment]  # set by open
        self._transport = None  # type: Optional[Transport]
        self._in_flight = {}  # type: Dict[int, Pending]  # by serial
        self._answered = False
        self._sent_at = 0.0
        self._waking_serial = 0  # of the query that wakes the daemon, until it is answered
        self._failure = None  # type: Optional[DaemonError]  # why the transport gave up

    def open(self, timeout=10.0):
        # type: (float) -> Connection
        """Connect within ``timeout`` seconds and return self; raise DaemonError if that fails."""
        deadline = monotonic() + timeout
        self._answered, self._waking_serial, self._failure = False, 0, None
        transport = new_transport(os.environ)
        transport.connect(self.address, timeout)
        self._transport, self.transport_name = transport, transport.name
        self._route = BusRoute() if self._on_bus else PrivateSocketRoute()
        try:
            if not self._on_bus:
                self.peer = self._route.identify_peer(self, None)  # type: ignore[arg-type]  # unused there
            transport.start()
            if self._on_bus:
                self.peer = self._route.identify_peer(self, lambda: max(0.0, deadline - monotonic()))
        except DaemonError:
            self.close()
            raise
        return self

    def close(self):
        # type: () -> None
        """Close the connection; calls in flight end with a ConnectionLostError."""
        if self._transport is not None:
            self._transport.close()
            self._transport = None
        self._fail_in_flight()

    def reopen(self, timeout=10.0):
        # type: (float) -> Connection
        """Connect again after a ConnectionLostError, to the same daemon after its re-exec.

        The earlier requests are lost; ``signals`` is kept.

        :raises UnreachableError: if the daemon does not answer within ``timeout`` seconds.
        :raises ConnectionLostError: if the daemon is a different process now.
        :raises WrongOwnerError, PermissionDeniedError: as ``open`` does.
        """
        before, deadline = self.peer, monotonic() + timeout
        while True:
            self.close()
            left = max(MIN_TIMEOUT, deadline - monotonic())
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
        # type: () -> Connection
        return self.open()

    def __exit__(self, *unused):
        # type: (*Any) -> None
        self.close()

    def fileno(self):
        # type: () -> int
        return self._transport.fileno()  # type: ignore[union-attr]  # only while it is open

    def send(self, path, interface, member, signature="", args=(), destination=None):
        # type: (str, str, str, str, Sequence[Any], Optional[str]) -> Pending
        """Send a method call without waiting and return its Pending."""
        if not self._alive():
            raise self._broken(member)
        pending = Pending(member)
        pending.serial = self._transmit(destination, path, interface, member, signature, args)
        self._in_flight[pending.serial] = pending
        return pending

    def _transmit(self, destination, path, interface, member, signature, args):
        # type: (Optional[str], str, str, str, str, Sequence[Any]) -> int
        self._sent_at = monotonic()
        receiver = destination or self._route.destination or ""
        return self._transport.send(  # type: ignore[union-attr]  # it is open
            receiver, path, interface, member, signature, args)

    def _wake_daemon(self):
        # type: () -> None
        """Send a query that changes nothing if the daemon got no message for a while; its reply is ignored.

        Upstart finishes an event that a call only unblocked when something else wakes it. Without this, the reply to
        EmitEvent may never come (measured with 1.13.2).
        """
        if self._waking_serial or self._route.destination is None or self._until_wake() > 0:
            return
        if self._alive():
            self._waking_serial = self._transmit(
                None, MANAGER_PATH, PROPERTIES, "Get", "ss", (MANAGER, "version"))

    def _until_wake(self):
        # type: () -> float
        """Return the seconds until the daemon needs a message."""
        return self._sent_at + WAKE_INTERVAL - monotonic()

    def _handle_messages(self):
        # type: () -> bool
        """Handle messages that have arrived; return whether there may be more."""
        try:
            for unused in range(BATCH):
                message = self._transport.next_message() if self._transport is not None else None
                if message is None:
                    return False
                self._handle(message)
        except (PermissionDeniedError, ProtocolError) as error:
            self._failure = error
            self._transport.close()  # type: ignore[union-attr]  # it was open
            return False
        return True

    def _handle(self, message):
        # type: (Message) -> None
        if message.kind == SIGNAL:
            if self._route.is_from_daemon(message) and message.path.startswith(MANAGER_PATH):
                self.signals.append(Signal(message.path, message.member, message.args))
        elif message.reply_to == self._waking_serial:
            self._waking_serial = 0
        elif message.reply_to in self._in_flight:
            self._answered = True
            self._settle(self._in_flight.pop(message.reply_to), message)

    def _settle(self, pending, reply):
        # type: (Pending, Message) -> None
        if reply.kind != ERROR:
            pending.settle(reply.args)
            return
        text = reply.args[0] if reply.args and isinstance(reply.args[0], type(u"")) else u""
        error = from_reply(reply.error, text, pending.member)
        has_owner = self._route.destination is not None  # on a bus, None until the owner of the name is known
        if isinstance(error, ConnectionLostError) or (has_owner and isinstance(error, UnreachableError)):
            error = self._lost(pending.member)
        pending.settle(error=error)

    def call(self, path, interface, member, signature="", args=(), timeout=10.0, destination=None):
        # type: (str, str, str, str, Sequence[Any], float, Optional[str]) -> List[Any]
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
        # type: (Iterable[Tuple[Any, ...]], float) -> List[Pending]
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
        # type: (Pending) -> None
        """Drop a call whose reply is no longer needed."""
        if self._in_flight.get(pending.serial) is pending:
            del self._in_flight[pending.serial]

    def _fail_in_flight(self):
        # type: () -> None
        """Fail all calls in flight, because their replies cannot arrive any more."""
        failed, self._in_flight = self._in_flight, {}
        for pending in failed.values():
            pending.settle(error=self._lost(pending.member))

    def _broken(self, member=None):
        # type: (Optional[str]) -> DaemonError
        """Fail all calls in flight, and return the error for the broken connection."""
        members = set(pending.member for pending in self._in_flight.values())
        if member is None and len(members) == 1:
            member = members.pop()
        self._fail_in_flight()
        return self._lost(member)

    def wait(self, ready, timeout):
        # type: (Callable[[], bool], float) -> bool
        """Handle messages until ``ready()`` is true, at most ``timeout`` seconds; return whether it is true."""
        deadline = monotonic() + timeout
        while True:
            more = self._handle_messages()
            if ready():
                return True
            if not more and not self._alive():
                error = self._broken()
                if ready():  # the calls in flight have an answer now: an error
                    return True
                raise error
            left = deadline - monotonic()
            if left <= 0:
                return False
            if not more:
                self._wake_daemon()
                until_wake = self._until_wake()
                self._transport.wait(  # type: ignore[union-attr]  # it is open
                    min(left, until_wake if until_wake > 0 else WAKE_INTERVAL))

    def _alive(self):
        # type: () -> bool
        return self._transport is not None and self._transport.is_open() and not self._route.owner_left

    def _lost(self, member):
        # type: (Optional[str]) -> DaemonError
        """Return the error for a connection that ended. Upstart silently drops users that it does not accept."""
        own_uid, peer = os.geteuid(), self.peer or {}
        if not (self._on_bus or self._answered) and own_uid not in (0, peer.get("uid", own_uid)):
            return PermissionDeniedError(
                "Upstart %s runs as user %d and accepts only that user, but this task runs as user %d. Run the task as "
                "that user (become: true), or set address to system for read-only access." % (
                    self._location(), peer["uid"], own_uid), address=self.address, method=member)
        if isinstance(self._failure, PermissionDeniedError):
            return PermissionDeniedError(
                "The process that listens at %s rejects user %d. Run the task as root (become: true)." % (
                    self.address, own_uid), address=self.address, method=member)
        if self._failure is not None:
            return ProtocolError(
                "The process that listens at %s sent something that is not D-Bus: %s. Find out which program it is."
                % (self.address, self._failure.message), address=self.address, method=member)
        return ConnectionLostError(
            "Lost the connection to Upstart %s%s (it exited, crashed or was re-executed). Check that it is running, "
            "then run the task again." % (self._location(), " during " + member if member else ""),
            address=self.address, method=member)

    def _location(self):
        # type: () -> str
        return ("on the message bus at %s" if self._on_bus else "at %s") % self.address
