# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The C side of dbus-python: its import, and its GLib sources driven by hand.

dbus-python only delivers signals, and the replies of calls that do not block,
through GLib.  No main loop is run: one step of the default context is taken
whenever the socket has something, so that every wait keeps its deadline.
"""

from __future__ import absolute_import, division, print_function

import ctypes
import ctypes.util
import sys
import traceback

from .errors import LibraryMissing

__metaclass__ = type


def load():
    """Return dbus-python's modules ``dbus``, ``dbus.connection``, ``dbus.lowlevel``; raise LibraryMissing."""
    try:
        import dbus
        import dbus.connection
        import dbus.lowlevel
        import dbus.mainloop.glib
    except ImportError:
        python = sys.executable or "This Python"
        raise LibraryMissing(
            "%s has no dbus-python. Install it (Debian and Ubuntu: python-dbus or python3-dbus, Enterprise Linux: "
            "dbus-python) or set ansible_python_interpreter to a Python that has it." % python,
            library="dbus", traceback=traceback.format_exc())
    return dbus


class Pump:
    """Steps GLib's default context, which holds the sources of our connections."""

    def __init__(self):
        self._glib = ctypes.CDLL(ctypes.util.find_library("glib-2.0") or "libglib-2.0.so.0")
        self._glib.g_main_context_iteration.argtypes = [ctypes.c_void_p, ctypes.c_int]
        self._glib.g_main_context_iteration.restype = ctypes.c_int

    def drain(self):
        """Handle all that has come in, without blocking."""
        while self._glib.g_main_context_iteration(None, 0):
            pass
