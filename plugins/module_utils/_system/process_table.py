# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process table, as far as services without a supervisor need it."""

from __future__ import absolute_import, division, print_function

import os

from . import processes, reading

__metaclass__ = type


def table():
    """Return all live processes as Infos of the daemon room's ``process``."""
    found = [processes.live(int(name)) for name in os.listdir("/proc") if name.isdigit()]
    return [each for each in found if each is not None]


def command_line(pid):
    """Return a process's command line as text, its words parted by blanks; empty for a kernel thread."""
    try:
        data = reading.read_bytes("/proc/%d/cmdline" % pid)
        return data.replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except (IOError, OSError):
        return u""


def matching(expression):
    """Return the live processes whose command line a compiled ``expression`` is found in.

    Without those of this task, and those of containers, which have PID namespaces of their own.
    """
    left_out = processes.line(os.getpid())
    return [each for each in table() if each.pid not in left_out
            and expression.search(command_line(each.pid) or u"\0") and processes.same_namespace(each.pid)]
