# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The transport over dbus-python. This is the only file that uses dbus-python or GLib.

dbus-python delivers messages only through GLib. The transport runs single steps of GLib's default context when the
socket has data. A main loop could not keep the deadlines of the connection.
"""

from __future__ import absolute_import, division, print_function

import collections
import contextlib
import ctypes
import ctypes.util
import select
import signal
import sys
import traceback

from ..._system.clock import monotonic
from ..errors import TransportMissingError
from ..messages import Message
from ..unreachable import accepts_no_connection, invalid_address, nothing_answers

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Deque, Iterator, Optional, Sequence  # noqa: F401

__metaclass__ = type

ALARM_INTERVAL = 0.1  # seconds between alarms; one is not enough, because it may arrive before the call blocks
POLL_INTERVAL = 0.02  # seconds between two checks for messages that libdbus has already read from the socket
MAX_STEPS = 100  # of GLib for one message; a step may also read from the socket or handle a message of libdbus itself


def load():
    # type: () -> Any
    """Return dbus-python's modules ``dbus``, ``dbus.connection``, ``dbus.lowlevel`` and ``dbus.mainloop.glib``.

    :raises TransportMissingError: if they cannot be imported.
    """
    try:
        import dbus
        import dbus.connection
        import dbus.lowlevel
        import dbus.mainloop.glib
    except Exception:  # dbus-python for another Python may raise any exception
        raise TransportMissingError("%s has no dbus-python that works." % (sys.executable or "This Python"),
                                    library="dbus", traceback=traceback.format_exc())
    return dbus


def load_glib():
    # type: () -> Any
    try:
        return ctypes.CDLL("libglib-2.0.so.0")
    except OSError:
        name = ctypes.util.find_library("glib-2.0")  # runs a program, so it is the second choice
    try:
        return ctypes.CDLL(name or "libglib-2.0.so")
    except OSError:
        raise TransportMissingError("This host has no GLib for dbus-python.", library="glib-2.0",
                                    traceback=traceback.format_exc())


class DbusPythonTransport:
    """A connection over dbus-python, with the same methods as ``wire.WireTransport``.

    :raises TransportMissingError: if this Python has no dbus-python that works.
    """

    name = "dbus_python"

    def __init__(self):
        # type: () -> None
        self._dbus = load()
        self._glib = load_glib()
        self._glib.g_main_context_iteration.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self._glib.g_main_context_iteration.restype = ctypes.c_int
        self._bus = None  # type: Any  # dbus-python's Connection
        self._received = collections.deque()  # type: Deque[Any]  # dbus-python's messages

    def connect(self, address, timeout):
        # type: (str, float) -> None
        """Connect to the socket within ``timeout`` seconds. This sends nothing: libdbus does so in the first step."""
        loop = self._dbus.mainloop.glib.DBusGMainLoop()
        began = monotonic()
        try:
            with interrupted_after(timeout):
                self._bus = self._dbus.connection.Connection(str(address), mainloop=loop)
        except (self._dbus.exceptions.DBusException, ValueError) as error:
            if monotonic() - began >= timeout:
                raise accepts_no_connection(address, timeout)
            invalid = isinstance(error, ValueError) or "BadAddress" in str(error)
            raise invalid_address(address) if invalid else nothing_answers(address)
        self._bus.set_exit_on_disconnect(False)

    def fileno(self):
        # type: () -> int
        return self._bus.get_unix_fd()

    def start(self):
        # type: () -> None
        """Begin to receive messages, and let libdbus authenticate."""
        self._bus.add_message_filter(self._on_message)

    def _on_message(self, unused, message):
        # type: (Any, Any) -> Any
        self._received.append(message)
        return self._dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED

    def is_open(self):
        # type: () -> bool
        return self._bus is not None and self._bus.get_is_connected()

    def send(self, destination, path, interface, member, signature, args):
        # type: (str, str, str, str, str, Sequence[Any]) -> int
        """Send a method call and return its serial. If the connection is broken, nothing happens."""
        message = self._dbus.lowlevel.MethodCallMessage(
            destination=str(destination), path=str(path), interface=str(interface), method=str(member))
        if signature:
            message.append(signature=signature, *args)
        return int(self._bus.send_message(message))

    def next_message(self):
        # type: () -> Optional[Message]
        """Return the next message that has arrived, or None, without blocking."""
        for unused in range(MAX_STEPS):
            if self._received:
                return converted(self._received.popleft())
            if not self._step():
                break
        return converted(self._received.popleft()) if self._received else None

    def wait(self, seconds):
        # type: (float) -> None
        """Wait until there may be a message, at most ``seconds``."""
        try:
            select.select([self._bus.get_unix_fd()], [], [], min(POLL_INTERVAL, seconds))
        except (select.error, OSError, ValueError):  # interrupted by a signal, or the descriptor was just closed
            pass

    def close(self):
        # type: () -> None
        if self._bus is not None:
            self._bus.close()
            while self._step():  # libdbus reports the end of the connection to the Python object
                pass
            self._bus = None
        self._received.clear()

    def _step(self):
        # type: () -> int
        """Run a step of GLib's default context, where our connections are; return 0 if there was nothing to do."""
        return self._glib.g_main_context_iteration(None, 0)


def converted(message):
    # type: (Any) -> Message
    """Return a message of dbus-python as a Message."""
    return Message(
        message.get_type(), int(message.get_reply_serial()), _text(message.get_sender()), _text(message.get_path()),
        _text(message.get_interface()), _text(message.get_member()), _text(message.get_error_name()),
        [plain(value) for value in message.get_args_list()])


def _text(value):
    # type: (Any) -> str
    return u"" if value is None else u"%s" % value


def plain(value):
    # type: (Any) -> Any
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


@contextlib.contextmanager
def interrupted_after(seconds):
    # type: (float) -> Iterator[None]
    """Interrupt a system call in the body that blocks for longer than ``seconds``.

    libdbus connects with a blocking call, which waits forever if the daemon accepts no connection.
    """
    try:
        before = signal.signal(signal.SIGALRM, lambda *unused: None)
    except ValueError:  # signal handlers work only in the main thread
        yield
        return
    timer = signal.setitimer(signal.ITIMER_REAL, seconds, ALARM_INTERVAL)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
