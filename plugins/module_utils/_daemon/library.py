# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The C side of dbus-python: its import, and its GLib sources driven by hand.

dbus-python only delivers signals, and the replies of calls that do not block,
through GLib.  No main loop is run: one step of the default context is taken
whenever the socket has something, so that every wait keeps its deadline.
"""

from __future__ import absolute_import, division, print_function

import contextlib
import ctypes
import signal
import sys
import traceback

from .errors import LibraryMissingError

__metaclass__ = type

ALARM_AGAIN = 0.1  # seconds; the first alarm may come a moment before the call blocks


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
        from ctypes.util import find_library  # it starts a program to search with
        return ctypes.CDLL(find_library("glib-2.0") or "libglib-2.0.so")


class Pump:
    """Steps GLib's default context, which holds the sources of our connections."""

    def __init__(self):
        self._glib = _glib()
        self._glib.g_main_context_iteration.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self._glib.g_main_context_iteration.restype = ctypes.c_int

    def step(self, most=100):
        """Handle what has come in, but no more than ``most`` messages or so; return whether there may be more.

        Bounded, so that a daemon which sends without a pause keeps nobody from looking at the clock.
        """
        return all(self._glib.g_main_context_iteration(None, 0) for unused in range(most))

    def drain(self):
        """Handle all that has come in, without blocking; only for a connection that brings nothing new."""
        while self.step():
            pass


@contextlib.contextmanager
def interrupted_after(seconds):
    """Interrupt the system call that blocks for longer.

    libdbus connects with a blocking call, which waits without end for a daemon that accepts nobody.
    """
    try:
        before = signal.signal(signal.SIGALRM, lambda *unused: None)
    except ValueError:  # only the main thread may
        yield
        return
    clock = signal.setitimer(signal.ITIMER_REAL, seconds, ALARM_AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, *clock)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if before is None else before)
