# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of Upstart's D-Bus objects and interfaces, and object paths of jobs and instances."""

from __future__ import absolute_import, division, print_function

import re

__metaclass__ = type

PRIVATE_ADDRESS = "unix:abstract=/com/ubuntu/upstart"
BUS_NAME = "com.ubuntu.Upstart"
MANAGER_PATH = "/com/ubuntu/Upstart"
MANAGER = "com.ubuntu.Upstart0_6"
JOB = MANAGER + ".Job"
INSTANCE = MANAGER + ".Instance"
PROPERTIES = "org.freedesktop.DBus.Properties"
BUS = "org.freedesktop.DBus"
BUS_PATH = "/org/freedesktop/DBus"
ERROR_PREFIX = MANAGER + ".Error."


def escape(name):
    # type: (str) -> str
    """Return a job or instance name as an element of an object path (text to text)."""
    if not name:
        return "_"
    plain = bytearray(name.encode("utf-8"))
    return "".join(chr(byte) if chr(byte).isalnum() and byte < 128 else "_%02x" % byte for byte in plain)


def unescape(element):
    # type: (str) -> str
    """Return the name for an element of an object path (text to text)."""
    if element == "_":
        return ""
    raw = re.sub(b"_([0-9a-f]{2})", lambda match: bytes(bytearray([int(match.group(1), 16)])), element.encode("ascii"))
    return raw.decode("utf-8", "replace")


def job_path(name):
    # type: (str) -> str
    return "%s/jobs/%s" % (MANAGER_PATH, escape(name))


def instance_path(name, instance=""):
    # type: (str, str) -> str
    return "%s/%s" % (job_path(name), escape(instance))


def instance_name(path):
    # type: (str) -> str
    """Return the instance name at the end of an instance's object path."""
    return unescape(path.rsplit("/", 1)[1])


def job_name(path):
    # type: (str) -> str
    """Return the job name in the object path of a job or instance."""
    return unescape(path.split("/")[5])


def display_name(job, instance=""):
    # type: (str, str) -> str
    """Return a job and its instance as initctl prints them."""
    return "%s (%s)" % (job, instance) if instance else job
