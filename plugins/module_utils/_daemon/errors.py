# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong between us and the daemon, one class for each case a caller tells apart."""

from __future__ import absolute_import, division, print_function

import os

from .._errors import UpstartError
from .names import ERROR_PREFIX

__metaclass__ = type

ACCESS_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
BUS_TIMEOUT = "timeout by message bus"


class DaemonError(UpstartError):
    """The daemon refused a call; ``error`` is its D-Bus name, ``text`` its own words."""


class Unreachable(DaemonError):
    """Nothing answers at the address."""


class Foreign(Unreachable):
    """Something answers at the address, but it is not the init of this host."""


class LibraryMissing(UpstartError):
    """dbus-python cannot be imported."""


class Lost(DaemonError):
    """The connection broke while a call was under way."""


class NoAnswer(DaemonError):
    """The daemon did not answer within the time allowed."""


class UnknownJob(DaemonError):
    """No such job is loaded."""


class UnknownInstance(DaemonError):
    """The job has no such instance now."""


class AlreadyStarted(DaemonError):
    """The instance's goal is start already, whether or not it is up."""


class AlreadyStopped(DaemonError):
    """The instance is on its way down already."""


class JobFailed(DaemonError):
    """A process of the job failed while the call waited for it."""


class EventFailed(DaemonError):
    """A job that the event started or stopped failed."""


class NotRunning(DaemonError):
    """The instance has no main process."""


class PermissionDenied(DaemonError):
    """The daemon or the message bus does not let this user do that."""


class CGroupManagerMissing(DaemonError):
    """The job has cgroup stanzas, but the daemon has no cgroup manager to ask."""


class InvalidArguments(DaemonError):
    """The daemon did not understand the arguments of the call."""


class Absent(DaemonError):
    """There is no such object, method or property (Upstart has objects only for live instances)."""


_BY_NAME = {
    ERROR_PREFIX + "UnknownJob": UnknownJob,
    ERROR_PREFIX + "UnknownInstance": UnknownInstance,
    ERROR_PREFIX + "UnknownJobInstance": UnknownInstance,
    ERROR_PREFIX + "AlreadyStarted": AlreadyStarted,
    ERROR_PREFIX + "AlreadyStopped": AlreadyStopped,
    ERROR_PREFIX + "JobFailed": JobFailed,
    ERROR_PREFIX + "EventFailed": EventFailed,
    ERROR_PREFIX + "NotRunning": NotRunning,
    ERROR_PREFIX + "PermissionDenied": PermissionDenied,
    ERROR_PREFIX + "CGroupManagerNotAvailable": CGroupManagerMissing,
    ACCESS_DENIED: PermissionDenied,
    "org.freedesktop.DBus.Error.InvalidArgs": InvalidArguments,
    "org.freedesktop.DBus.Error.UnknownMethod": Absent,
    "org.freedesktop.DBus.Error.UnknownObject": Absent,
    "org.freedesktop.DBus.Error.UnknownInterface": Absent,
    "org.freedesktop.DBus.Error.UnknownProperty": Absent,
    "org.freedesktop.DBus.Error.Timeout": NoAnswer,
    "org.freedesktop.DBus.Error.TimedOut": NoAnswer,
    # Our calls have no timeout in libdbus: it, or a bus, says NoReply when the daemon has gone.
    "org.freedesktop.DBus.Error.NoReply": Lost,
    "org.freedesktop.DBus.Error.Disconnected": Lost,
    "org.freedesktop.DBus.Error.NoServer": Unreachable,
    "org.freedesktop.DBus.Error.ServiceUnknown": Unreachable,
    "org.freedesktop.DBus.Error.NameHasNoOwner": Unreachable,
}


def from_reply(name, text, member):
    """Return the exception for a D-Bus error reply to the method ``member``."""
    kind = _BY_NAME.get(name, DaemonError)
    text = text.strip() or name
    if kind is PermissionDenied and os.geteuid() != 0:
        return kind(_denied(name, text, member), error=name, method=member, text=text)
    if name.endswith(".NoReply") and BUS_TIMEOUT in text:
        kind = NoAnswer
    return kind(text, error=name, method=member)


def _denied(name, text, member):
    """Return the sentence for a call that a user other than root may not make."""
    reason = text.rstrip(".")
    if name == ACCESS_DENIED:
        if "Rejected" not in text:
            return text  # not the user's fault: a property that nobody may write
        reason = "the policy of the message bus lets other users only look"
    return ("This task runs as user %d, who may not call %s: %s. Become root for it (become: true)." % (
        os.geteuid(), member, reason))
