# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""dbus-python: import it, and drive its GLib sources without a main loop.

dbus-python delivers signals and the replies of asynchronous calls only through GLib. We run single steps of GLib's
default context when the socket has data. A main loop could not keep our deadlines.
"""

from __future__ import absolute_import, division, print_function

import contextlib
import ctypes
import ctypes.util
import signal
import sys
import traceback

from .errors import LibraryMissingError

__metaclass__ = type

ALARM_INTERVAL = 0.1  # seconds between alarms; one is not enough, because it may come before the call blocks


def load():
    """Return dbus-python's modules ``dbus``, ``dbus.connection``, ``dbus.lowlevel``; raise LibraryMissingError."""
    try:
        import dbus
        import dbus.connection
        import dbus.lowlevel
        import dbus.mainloop.glib
    except ImportError:
        python = sys.executable or "This Python"
        raise LibraryMissingError(
            "%s has no dbus-python. Install it (Debian and Ubuntu: python-dbus or python3-dbus, Enterprise Linux: "
            "dbus-python) or set ansible_python_interpreter to a Python that has it." % python,
            library="dbus", traceback=traceback.format_exc())
    return dbus


def _glib():
    try:
        return ctypes.CDLL("libglib-2.0.so.0")
    except OSError:
        name = ctypes.util.find_library("glib-2.0")  # runs a program, so it is the second choice
        return ctypes.CDLL(name or "libglib-2.0.so")


class Pump:
    """Runs single steps of GLib's default context, which contains the sources of our connections."""

    def __init__(self):
        self._glib = _glib()
        self._glib.g_main_context_iteration.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self._glib.g_main_context_iteration.restype = ctypes.c_int

    def step(self, limit=100):
        """Handle about ``limit`` waiting messages, without blocking; return whether there may be more.

        The limit lets the caller check its deadline while a daemon sends without a pause.
        """
        return all(self._glib.g_main_context_iteration(None, 0) for unused in range(limit))

    def drain(self):
        """Handle all waiting messages, without blocking. Use this only after the connection is closed."""
        while self.step():
            pass


@contextlib.contextmanager
def interrupted_after(seconds):
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
