# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstart's log files with the output of jobs."""

from __future__ import absolute_import, division, print_function

import os

from .._system import reading

__metaclass__ = type

LOG_LINES = 10  # at most, of the end of a log
LOG_BYTES = 8192  # of the end of a log that are searched for lines


def log_path(log_dir, job, instance=""):
    """Return the path of a job's log with Upstart's rule for its name."""
    name = "%s-%s" % (job, instance) if instance else job
    return os.path.join(log_dir, name.replace("/", "_") + ".log")


def log_size(path):
    """Return a log's size in bytes, 0 if it does not exist."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def log_tail(path, since=0):
    """Return the last lines (at most LOG_LINES) of a log after its first ``since`` bytes; [] if it is no file."""
    try:
        data = reading.read_after(path, since, LOG_BYTES)[0]
    except (IOError, OSError):
        return []
    return data.decode("utf-8", "replace").splitlines()[-LOG_LINES:]
