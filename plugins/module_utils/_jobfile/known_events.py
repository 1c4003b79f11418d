# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of events without asking the host: those of init, its tools, its bridges and Ubuntu's own jobs."""

from __future__ import absolute_import, division, print_function

from collections import namedtuple
from fnmatch import fnmatchcase

__metaclass__ = type

Event = namedtuple("Event", [
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
    Event("startup", (), SYSTEM),
    Event("runlevel", ("RUNLEVEL", "PREVLEVEL"), SYSTEM),
    Event("control-alt-delete", (), SYSTEM),
    Event("keyboard-request", (), SYSTEM),
    Event("power-status-changed", (), SYSTEM),
    Event("child-subreaper-failed", (), SYSTEM),
    Event("session-end", ("TYPE",), SYSTEM),
    # mountall
    Event("virtual-filesystems", (), SYSTEM),
    Event("local-filesystems", (), SYSTEM),
    Event("remote-filesystems", (), SYSTEM),
    Event("all-swaps", (), SYSTEM),
    Event("filesystem", (), SYSTEM),
    Event("mounting", ("DEVICE", "MOUNTPOINT", "TYPE", "OPTIONS"), EACH),
    Event("mounted", ("DEVICE", "MOUNTPOINT", "TYPE", "OPTIONS"), EACH),
    Event("unmounted-remote-filesystems", (), SYSTEM),
    # network
    Event("net-device-up", None, EACH),
    Event("net-device-down", None, EACH),
    Event("static-network-up", (), SYSTEM),
    Event("deconfiguring-networking", (), SYSTEM),
    Event("network-interface-up", None, EACH),
    Event("device-not-ready", None, EACH),
    # bridges
    Event("*-device-added", None, EACH),
    Event("*-device-removed", None, EACH),
    Event("*-device-changed", None, EACH),
    Event("*-device-online", None, EACH),
    Event("*-device-offline", None, EACH),
    Event("socket", None, EACH),
    Event("file", None, EACH),
    Event("dbus", None, EACH),
    Event("dbus-activation", None, EACH),
    Event(":*", None, EACH),
    # jobs that distributions ship
    Event("container", None, SYSTEM),
    Event("not-container", (), SYSTEM),
    Event("failsafe-boot", (), SYSTEM),
    Event("recovery", (), SYSTEM),
    Event("plymouth-ready", (), SYSTEM),
    Event("login-session-start", None, SYSTEM),
    Event("desktop-session-start", None, SYSTEM),
    Event("desktop-shutdown", (), SYSTEM),
    Event("desktop-start", (), SYSTEM),
    Event("start-ttys", (), SYSTEM),
    # programs of RHEL 6 and its relatives
    Event("fedora.serial-console-available", ("DEV", "SPEED"), EACH),
    Event("splash-request", None, SYSTEM),
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
