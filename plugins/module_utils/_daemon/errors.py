# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the connection to Upstart, with one class for every case that a caller handles differently."""

from __future__ import absolute_import, division, print_function

import os

from .._errors import UpstartError
from .names import ERROR_PREFIX

__metaclass__ = type

ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
BUS_TIMEOUT = "timeout by message bus"


class DaemonError(UpstartError):
    """A call failed. Facts: ``error``, the D-Bus name of the error, and ``text``, the daemon's own message."""


class UnreachableError(DaemonError):
    """Nothing answers at the address."""


class WrongOwnerError(UnreachableError):
    """The process that answers at the address is not init."""


class TransportMissingError(UpstartError):
    """This Python has no dbus-python, or one that does not work."""


class ConnectionLostError(DaemonError):
    """The connection broke during a call."""


class ProtocolError(ConnectionLostError):
    """The other side sent something that is not D-Bus."""


class NoReplyError(DaemonError):
    """The daemon did not answer within the timeout."""


class UnknownJobError(DaemonError):
    """No such job is loaded."""


class UnknownInstanceError(DaemonError):
    """The job has no such instance."""


class AlreadyStartedError(DaemonError):
    """The instance's goal is start already, whether or not it is running."""


class AlreadyStoppedError(DaemonError):
    """The instance's goal is stop already."""


class JobFailedError(DaemonError):
    """A process of the job failed during the call."""


class EventFailedError(DaemonError):
    """A job that the event started or stopped failed."""


class NotRunningError(DaemonError):
    """The instance has no main process."""


class PermissionDeniedError(DaemonError):
    """The daemon or the message bus does not allow this user to do that."""


class CGroupManagerMissingError(DaemonError):
    """The job has cgroup stanzas, but the daemon has no connection to a cgroup manager."""


class InvalidArgumentsError(DaemonError):
    """The daemon did not understand the arguments of the call."""


class NotFoundError(DaemonError):
    """There is no such object, method or property (Upstart has objects only for live instances)."""


_BY_NAME = {
    ERROR_PREFIX + "UnknownJob": UnknownJobError,
    ERROR_PREFIX + "UnknownInstance": UnknownInstanceError,
    ERROR_PREFIX + "UnknownJobInstance": UnknownInstanceError,
    ERROR_PREFIX + "AlreadyStarted": AlreadyStartedError,
    ERROR_PREFIX + "AlreadyStopped": AlreadyStoppedError,
    ERROR_PREFIX + "JobFailed": JobFailedError,
    ERROR_PREFIX + "EventFailed": EventFailedError,
    ERROR_PREFIX + "NotRunning": NotRunningError,
    ERROR_PREFIX + "PermissionDenied": PermissionDeniedError,
    ERROR_PREFIX + "CGroupManagerNotAvailable": CGroupManagerMissingError,
    ACCESS_DENIED: PermissionDeniedError,
    "org.freedesktop.DBus.Error.InvalidArgs": InvalidArgumentsError,
    "org.freedesktop.DBus.Error.UnknownMethod": NotFoundError,
    "org.freedesktop.DBus.Error.UnknownObject": NotFoundError,
    "org.freedesktop.DBus.Error.UnknownInterface": NotFoundError,
    "org.freedesktop.DBus.Error.UnknownProperty": NotFoundError,
    "org.freedesktop.DBus.Error.Timeout": NoReplyError,
    "org.freedesktop.DBus.Error.TimedOut": NoReplyError,
    # NoReply means that the daemon ended: the message bus reports it.
    "org.freedesktop.DBus.Error.NoReply": ConnectionLostError,
    "org.freedesktop.DBus.Error.Disconnected": ConnectionLostError,
    "org.freedesktop.DBus.Error.NoServer": UnreachableError,
    "org.freedesktop.DBus.Error.ServiceUnknown": UnreachableError,
    "org.freedesktop.DBus.Error.NameHasNoOwner": UnreachableError,
}


def from_reply(name, text, member):
    # type: (str, str, str) -> DaemonError
    """Return the exception for a D-Bus error reply to the method ``member``."""
    kind = _BY_NAME.get(name, DaemonError)
    text = text.strip() or name
    if kind is PermissionDeniedError and os.geteuid() != 0:
        return kind(_denied(name, text, member), error=name, method=member, text=text)
    if name.endswith(".NoReply") and BUS_TIMEOUT in text:
        kind = NoReplyError
    return kind(text, error=name, method=member)


def _denied(name, text, member):
    # type: (str, str, str) -> str
    """Return the message for a call that only root may make."""
    reason = text.rstrip(".")
    if name == ACCESS_DENIED:
        if "Rejected" not in text:
            return text  # another reason: a property that no user may write
        reason = "the policy of the message bus allows other users only to read"
    return "User %d may not call %s: %s. Run the task as root (become: true)." % (os.geteuid(), member, reason)
