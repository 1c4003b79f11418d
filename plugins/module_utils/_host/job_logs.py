# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Upstart's log files with the output of jobs."""

from __future__ import absolute_import, division, print_function

import os

from .._system import reading

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List  # noqa: F401

__metaclass__ = type

LOG_LINES = 10  # the maximum number of lines to return from the end of a log
LOG_BYTES = 8192  # bytes at the end of a log to search for lines


def log_path(log_dir, job, instance=""):
    # type: (str, str, str) -> str
    """Return the path of a job's log with Upstart's rule for its name."""
    name = "%s-%s" % (job, instance) if instance else job
    return os.path.join(log_dir, name.replace("/", "_") + ".log")


def log_size(path):
    # type: (str) -> int
    """Return a log's size in bytes, 0 if it does not exist."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def log_tail(path, since=0):
    # type: (str, int) -> List[str]
    """Return the last lines (at most LOG_LINES) of a log after its first ``since`` bytes; [] if it is no file."""
    try:
        data = reading.read_after(path, since, LOG_BYTES)[0]
    except (IOError, OSError):
        return []
    return data.decode("utf-8", "replace").splitlines()[-LOG_LINES:]
