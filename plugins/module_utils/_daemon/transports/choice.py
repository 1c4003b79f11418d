# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The choice of a transport. Only the one that the host uses is loaded."""

from __future__ import absolute_import, division, print_function

from ..errors import TransportMissingError

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Mapping, Union  # noqa: F401
    from .dbus_python import DbusPythonTransport
    from .wire import WireTransport

    Transport = Union[DbusPythonTransport, WireTransport]

__metaclass__ = type

VARIABLE = "SYSINIT_UPSTART_TRANSPORT"  # for tests
WIRE, DBUS_PYTHON = "wire", "dbus_python"


def new_transport(environ):
    # type: (Mapping[str, str]) -> Transport
    """Return an unconnected transport: over dbus-python if this Python has one that works, else over a socket.

    :raises TransportMissingError: if the variable of the environment chooses one that does not exist.
    """
    choice = environ.get(VARIABLE)
    if choice not in (None, "", WIRE, DBUS_PYTHON):
        raise TransportMissingError("%s is %s, but it must be %s or %s." % (VARIABLE, choice, WIRE, DBUS_PYTHON))
    if choice == DBUS_PYTHON or (choice != WIRE and _has_library()):
        from .dbus_python import DbusPythonTransport  # a host without dbus-python does not need it (saves 5 ms)
        try:
            return DbusPythonTransport()
        except TransportMissingError:
            if choice == DBUS_PYTHON:
                raise
    from .wire import WireTransport  # a host with dbus-python does not need it (saves 15 ms)
    return WireTransport()


def _has_library():
    # type: () -> bool
    """Return whether there is a dbus-python that may work."""
    try:
        import dbus  # noqa: F401
    except Exception:  # dbus-python for another Python may raise any exception
        return False
    return True
