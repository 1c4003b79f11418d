# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs that Upstart keeps of what its jobs write."""

from __future__ import absolute_import, division, print_function

import os

from .._system import reading

__metaclass__ = type

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
    """Return the last lines (at most LOG_LINES) that a log got after ``since`` bytes; [] for what is no file."""
    try:
        data = reading.read_after(path, since, LOG_BYTES)[0]
    except (IOError, OSError):
        return []
    return data.decode("utf-8", "replace").splitlines()[-LOG_LINES:]
