# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's processes, seen through the /proc of its own PID namespace."""

from __future__ import absolute_import, division, print_function

import os

__metaclass__ = type


def proc_of(peer_pid):
    """Return the /proc directory that the daemon with this pid (as we see it) would use itself.

    Init numbers processes in its own PID namespace, which is ours on a host but not for an init in a container.
    """
    own = "/proc/%d/root/proc" % peer_pid
    return own if os.path.exists(own + "/self") or os.path.exists(own + "/1") else "/proc"


def exists(peer_pid, pid):
    """Return whether the process that the daemon knows as ``pid`` is there; True when that cannot be found out."""
    proc = proc_of(peer_pid)
    return os.path.exists("%s/%d" % (proc, pid)) or not os.path.exists("%s/1" % proc)


def name(pid):
    """Return the command name of one of our own processes, or None when that cannot be read."""
    try:
        with open("/proc/%d/comm" % pid) as stream:
            return stream.read().strip()
    except (IOError, OSError):
        return None
