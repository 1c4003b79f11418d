# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events that are known without querying a host: of init, its tools, its bridges, and jobs of distributions."""

from __future__ import absolute_import, division, print_function

from collections import namedtuple
from fnmatch import fnmatchcase

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Optional  # noqa: F401

__metaclass__ = type

KnownEvent = namedtuple("KnownEvent", [
    "pattern",    # name, or a shell pattern for a family of names
    "variables",  # tuple of the names of its variables in the order in which they are sent; None if they vary
    "scope",      # SYSTEM: concerns the whole host; ITEM: concerns a single device, job, file ...
])
SYSTEM = "system"
ITEM = "item"

START_VARIABLES = ("JOB", "INSTANCE")
# An event has EXIT_STATUS or EXIT_SIGNAL or neither; they share the last place.
STOP_VARIABLES = START_VARIABLES + ("RESULT", "PROCESS", "EXIT_STATUS", "EXIT_SIGNAL")
# The variables that the job exports follow these.
JOB_EVENTS = {
    "starting": START_VARIABLES, "started": START_VARIABLES, "stopping": STOP_VARIABLES, "stopped": STOP_VARIABLES,
}
# The values that a variable can have.
VALUES = {
    "RUNLEVEL": tuple("0123456Ss"),
    "PREVLEVEL": tuple("N0123456Ss"),
    "RESULT": ("ok", "failed"),
    "PROCESS": ("main", "pre-start", "post-start", "pre-stop", "post-stop", "security", "respawn"),
}

EVENTS = (
    KnownEvent("startup", (), SYSTEM),
    KnownEvent("runlevel", ("RUNLEVEL", "PREVLEVEL", "INIT_HALT"), SYSTEM),
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
    KnownEvent("mounting", ("DEVICE", "MOUNTPOINT", "TYPE", "OPTIONS"), ITEM),
    KnownEvent("mounted", ("DEVICE", "MOUNTPOINT", "TYPE", "OPTIONS"), ITEM),
    KnownEvent("unmounted-remote-filesystems", (), SYSTEM),
    # network
    KnownEvent("net-device-up", None, ITEM),
    KnownEvent("net-device-down", None, ITEM),
    KnownEvent("static-network-up", (), SYSTEM),
    KnownEvent("deconfiguring-networking", (), SYSTEM),
    KnownEvent("network-interface-up", None, ITEM),
    KnownEvent("device-not-ready", None, ITEM),
    # bridges
    KnownEvent("*-device-added", None, ITEM),
    KnownEvent("*-device-removed", None, ITEM),
    KnownEvent("*-device-changed", None, ITEM),
    KnownEvent("*-device-online", None, ITEM),
    KnownEvent("*-device-offline", None, ITEM),
    KnownEvent("socket", None, ITEM),
    KnownEvent("file", None, ITEM),
    KnownEvent("dbus", None, ITEM),
    KnownEvent("dbus-activation", None, ITEM),
    KnownEvent(":*", None, ITEM),
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
    KnownEvent("fedora.serial-console-available", ("DEV", "SPEED"), ITEM),
    KnownEvent("splash-request", None, SYSTEM),
)

# Variables that events with varying variables never have: name -> the one that is meant.
MISTAKEN_VARIABLES = {
    "net-device-up": {"INTERFACE": "IFACE"},
    "net-device-down": {"INTERFACE": "IFACE"},
    "net-device-added": {"IFACE": "INTERFACE"},
    "net-device-removed": {"IFACE": "INTERFACE"},
    "net-device-changed": {"IFACE": "INTERFACE"},
}
# Names that are not similar to any other event, so that a name similar to one of them is a mistake.
UNMISTAKABLE = (
    "startup", "runlevel", "filesystem", "local-filesystems", "remote-filesystems", "virtual-filesystems", "mounting",
    "mounted", "unmounted-remote-filesystems", "net-device-up", "net-device-down", "net-device-added",
    "net-device-removed", "static-network-up", "deconfiguring-networking", "control-alt-delete",
) + tuple(sorted(JOB_EVENTS))
# Events that other init systems have, or that Upstart had long ago: name -> what there is instead.
NAMES_OF_OTHERS = {"shutdown": "runlevel [016]"}

FAMILIES = tuple(event for event in EVENTS if "*" in event.pattern)
BY_NAME = dict((event.pattern, event) for event in EVENTS if event not in FAMILIES)


def known_event(name):
    # type: (str) -> Optional[KnownEvent]
    """Return the KnownEvent of this name, or None."""
    if name in BY_NAME:
        return BY_NAME[name]
    for event in FAMILIES:
        if fnmatchcase(name, event.pattern):
            return event
    return None
