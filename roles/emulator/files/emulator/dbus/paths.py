# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Object paths and interface names."""

from __future__ import annotations

import re
from functools import lru_cache

ROOT = "/com/ubuntu/Upstart"
BUS_NAME = "com.ubuntu.Upstart"
MANAGER = "com.ubuntu.Upstart0_6"
JOB = MANAGER + ".Job"
INSTANCE = MANAGER + ".Instance"
ERROR = MANAGER + ".Error."
PROPERTIES = "org.freedesktop.DBus.Properties"
INTROSPECTABLE = "org.freedesktop.DBus.Introspectable"
PEER = "org.freedesktop.DBus.Peer"


@lru_cache(maxsize=4096)
def escape(name: str) -> str:
    """Encode a name as a path element. All bytes beyond ASCII become ``_ff``: a bug of the real daemon."""
    if not name:
        return "_"
    parts = []
    for byte in name.encode("utf-8", "surrogateescape"):
        character = chr(byte)
        if byte < 128 and character.isalnum():
            parts.append(character)
        else:
            parts.append("_%02x" % byte if byte < 128 else "_ff")
    return "".join(parts)


def unescape(element: str) -> str:
    """Decode a path element to a name."""
    if element == "_":
        return ""
    raw = re.sub("_([0-9a-f]{2})", lambda match: chr(int(match.group(1), 16)), element)
    return raw.encode("latin-1").decode("utf-8", "replace")


def job_path(job: str) -> str:
    return "%s/jobs/%s" % (ROOT, escape(job))


def instance_path(job: str, instance: str) -> str:
    return "%s/%s" % (job_path(job), escape(instance))
