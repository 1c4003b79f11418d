# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon's processes, seen through the /proc of its own PID namespace."""

from __future__ import absolute_import, division, print_function

import collections
import os
import re

from . import reading

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
    return peer_pid < 1 or os.path.exists("%s/%d" % (proc, pid)) or not os.path.exists("%s/1" % proc)


def state_of(peer_pid, pid):
    """Return the state of the process that the daemon knows as ``pid``, as /proc names it (R, S, D, T, Z ...).

    '' when there is no such process, None when that cannot be seen.
    """
    proc = proc_of(peer_pid)
    if peer_pid < 1 or not os.path.exists("%s/1" % proc):
        return None
    try:
        stat = reading.read_bytes("%s/%d/stat" % (proc, pid))
        return stat.rpartition(b")")[2].split()[0].decode("ascii")
    except (IOError, OSError, IndexError):
        return ""


def began(peer_pid, pid):
    """Return when the process that the daemon knows as ``pid`` began, in clock ticks since boot; None for no process.

    With the pid it tells a process from a later one of the same pid.
    """
    try:
        stat = reading.read_bytes("%s/%d/stat" % (proc_of(peer_pid), pid))
        return int(stat.rpartition(b")")[2].split()[19])
    except (IOError, OSError, IndexError):
        return None


def began_here(pid):
    """Return when one of our own processes began, as ``began`` does."""
    found = info(pid) if pid > 0 else None
    return found and found.start


def uptime():
    """Return the seconds since the machine was booted."""
    return float(reading.read_bytes("/proc/uptime").split()[0])


def time_in_queue(peer_pid, pid):
    """Return the seconds that a process wanted to run and other processes had the processors; 0 where unknown.

    :param pid: int, as the daemon knows it.
    """
    try:
        return int(reading.read_bytes("%s/%d/schedstat" % (proc_of(peer_pid), pid)).split()[1]) / 1e9
    except (IOError, OSError, IndexError, ValueError):
        return 0.0


def name(pid):
    """Return the command name of one of our own processes, or None when that cannot be read."""
    try:
        return reading.read_text("/proc/%d/comm" % pid).strip()
    except (IOError, OSError):
        return None


def namespace(pid):
    """Return what names the PID namespace of one of our processes, or None when that cannot be read."""
    try:
        return os.readlink("/proc/%s/ns/pid" % pid)
    except OSError:
        return None


def same_namespace(peer_pid):
    """Return whether the daemon numbers processes as we do; True on a kernel that does not tell (before 3.8)."""
    theirs = namespace(peer_pid)
    return theirs is None or theirs == namespace("self")


WATCH = re.compile(r"^inotify wd:\S+ ino:([0-9a-f]+) sdev:([0-9a-f]+) ", re.MULTILINE)


def watches(pid, folder):
    """Return whether one of our processes surely is told of changes in a directory; kernels before 3.8 do not say."""
    try:
        wanted = os.stat(folder)
        place = "/proc/%d/fdinfo" % pid
        for number in os.listdir(place):
            for inode, device in WATCH.findall(reading.read_text(os.path.join(place, number))):
                major, minor = int(device, 16) >> 20, int(device, 16) & 0xfffff
                if int(inode, 16) == wanted.st_ino and os.makedev(major, minor) == wanted.st_dev:
                    return True
    except (IOError, OSError):
        pass
    return False


Info = collections.namedtuple("Info", "pid inner state parent group session start")
DEAD = "ZXx"  # the states of what has ended and only waits for its parent
SUSPENDED = "Tt"  # the states of what a signal or a debugger has stopped


def info(pid, inner=None):
    """Return the Info of one of our processes, or None when there is none.

    ``inner`` is its pid in its own PID namespace, ``start`` the clock ticks since boot at which it began, which
    tells it from a later process of the same pid.
    """
    try:
        fields = reading.read_bytes("/proc/%d/stat" % pid).rpartition(b")")[2].split()
    except (IOError, OSError):
        return None
    if len(fields) < 20:
        return None
    parent, group, session = [int(field) for field in fields[1:4]]
    return Info(pid, inner or pid, fields[0].decode("ascii"), parent, group, session, int(fields[19]))


def live(pid):
    """Return the Info of one of our processes, or None when there is none or it has ended."""
    found = info(pid)
    return None if found is None or found.state in DEAD else found


def line(pid):
    """Return the set of the pids of one of our processes and of all that it descends from."""
    pids = set()
    while pid > 0 and pid not in pids:
        pids.add(pid)
        found = info(pid)
        pid = found.parent if found else 0
    return pids


def inner_pid(pid):
    """Return the pid that one of our processes has in its own PID namespace (``pid`` before Linux 4.1)."""
    try:
        for line in reading.read_bytes("/proc/%d/status" % pid).splitlines():
            if line.startswith(b"NSpid:"):
                return int(line.split()[-1])
    except (IOError, OSError):
        pass
    return pid


def table(peer_pid):
    """Return the Infos of all processes in the daemon's PID namespace that we can look at, by our pid of them."""
    ours = same_namespace(peer_pid)
    theirs = namespace(peer_pid)
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (theirs is None or namespace(entry) == theirs):
            pid = int(entry)
            known = info(pid, pid if ours else inner_pid(pid))
            if known is not None:
                found[pid] = known
    return found


def words(pid, kind, proc="/proc"):
    """Return the list of words (bytes) of a process's ``cmdline`` or ``environ``; [] when they cannot be read."""
    try:
        return [word for word in reading.read_bytes("%s/%d/%s" % (proc, pid, kind)).split(b"\0") if word]
    except (IOError, OSError):
        return []
