# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of events without asking the host: those of init, its tools, its bridges and Ubuntu's own jobs."""

from __future__ import absolute_import, division, print_function

from collections import namedtuple
from fnmatch import fnmatchcase

__metaclass__ = type

KnownEvent = namedtuple("Event", [
    "pattern",    # name, or a shell pattern for a family of names
    "variables",  # names of its variables in the order in which they are sent; None when they differ
    "scope",      # SYSTEM: happens to the host as a whole; EACH: to one device, job, file ... among others
])
SYSTEM = "system"
EACH = "each"

START_VARIABLES = ("JOB", "INSTANCE")
STOP_VARIABLES = START_VARIABLES + ("RESULT", "PROCESS", "EXIT_STATUS", "EXIT_SIGNAL")
# After these come the variables that the job exports.
JOB_EVENTS = {
    "starting": START_VARIABLES, "started": START_VARIABLES, "stopping": STOP_VARIABLES, "stopped": STOP_VARIABLES,
}
# Names after JOB and INSTANCE by position; EXIT_STATUS and EXIT_SIGNAL share the last place.
VALUES = {
    "RUNLEVEL": tuple("0123456Ss"),
    "PREVLEVEL": tuple("N0123456Ss"),
    "RESULT": ("ok", "failed"),
    "PROCESS": ("main", "pre-start", "post-start", "pre-stop", "post-stop", "security", "respawn"),
}

EVENTS = (
    KnownEvent("startup", (), SYSTEM),
    KnownEvent("runlevel", ("RUNLEVEL", "PREVLEVEL"), SYSTEM),
    KnownEvent("control-alt-delete", (), SYSTEM),
    KnownEvent("keyboard-request", (), SYSTEM),
    KnownEvent("power-status-changed", (), SYSTEM),
    KnownEvent("child-subreaper-failed", (), SYSTEM),
    KnownEvent("session-end", ("TYPE",), SYSTEM),
    # mountall
    KnownEvent("virtual-filesystems", (), SYSTEM),
    KnownEvent("local-filesystems", (), SYSTEM),
    KnownEvent("remote-filesystems", (), SYSTEM),
    KnownEvent("all-swaps", (), SYSTEM),
    KnownEvent("filesystem", (), SYSTEM),
    KnownEvent("mounting", ("DEVICE", "MOUNTPOINT", "TYPE", "OPTIONS"), EACH),
    KnownEvent("mounted", ("DEVICE", "MOUNTPOINT", "TYPE", "OPTIONS"), EACH),
    KnownEvent("unmounted-remote-filesystems", (), SYSTEM),
    # network
    KnownEvent("net-device-up", None, EACH),
    KnownEvent("net-device-down", None, EACH),
    KnownEvent("static-network-up", (), SYSTEM),
    KnownEvent("deconfiguring-networking", (), SYSTEM),
    KnownEvent("network-interface-up", None, EACH),
    KnownEvent("device-not-ready", None, EACH),
    # bridges
    KnownEvent("*-device-added", None, EACH),
    KnownEvent("*-device-removed", None, EACH),
    KnownEvent("*-device-changed", None, EACH),
    KnownEvent("*-device-online", None, EACH),
    KnownEvent("*-device-offline", None, EACH),
    KnownEvent("socket", None, EACH),
    KnownEvent("file", None, EACH),
    KnownEvent("dbus", None, EACH),
    KnownEvent("dbus-activation", None, EACH),
    KnownEvent(":*", None, EACH),
    # jobs that distributions ship
    KnownEvent("container", None, SYSTEM),
    KnownEvent("not-container", (), SYSTEM),
    KnownEvent("failsafe-boot", (), SYSTEM),
    KnownEvent("recovery", (), SYSTEM),
    KnownEvent("plymouth-ready", (), SYSTEM),
    KnownEvent("login-session-start", None, SYSTEM),
    KnownEvent("desktop-session-start", None, SYSTEM),
    KnownEvent("desktop-shutdown", (), SYSTEM),
    KnownEvent("desktop-start", (), SYSTEM),
    KnownEvent("start-ttys", (), SYSTEM),
    # programs of RHEL 6 and its relatives
    KnownEvent("fedora.serial-console-available", ("DEV", "SPEED"), EACH),
    KnownEvent("splash-request", None, SYSTEM),
)


FAMILIES = tuple(event for event in EVENTS if "*" in event.pattern)
BY_NAME = dict((event.pattern, event) for event in EVENTS if event not in FAMILIES)


def known_event(name):
    """Return the row for an event of this name, or None."""
    if name in BY_NAME:
        return BY_NAME[name]
    for event in FAMILIES:
        if fnmatchcase(name, event.pattern):
            return event
    return None
