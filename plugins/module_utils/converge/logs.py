# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs that Upstart keeps of what its jobs write."""

from __future__ import absolute_import, division, print_function

import io
import os

__metaclass__ = type

KEEPS_LOGS = (1, 4)  # the first release that writes what jobs put out to files
LOG_LINES = 10
LOG_BYTES = 8192  # of a log's end that are looked at


def log_path(log_dir, job, instance=""):
    """Return the path of a job's log as Upstart names it."""
    name = "%s-%s" % (job, instance) if instance else job
    return os.path.join(log_dir, name.replace("/", "_") + ".log")


def log_size(path):
    """Return a log's size in bytes, 0 when there is none."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def log_tail(path, since=0):
    """Return the last lines (at most LOG_LINES) that a log got after ``since`` bytes."""
    try:
        with io.open(path, "rb") as stream:
            stream.seek(0, os.SEEK_END)
            size = stream.tell()
            stream.seek(max(since if since <= size else 0, size - LOG_BYTES))
            text = stream.read().decode("utf-8", "replace")
    except (IOError, OSError):
        return []
    return text.splitlines()[-LOG_LINES:]
