# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read processes from /proc.

Init numbers processes in its own PID namespace. That is ours on a host, but not for an init in a container. A function
with the parameter ``peer_pid`` (init's pid as we see it) takes pids as init knows them. All others take our own pids.
"""

from __future__ import absolute_import, division, print_function

import collections
import os
import re
import time

from . import reading
from .deadline import Deadline

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, List, Optional, Pattern, Set, Union  # noqa: F401

__metaclass__ = type

DEAD = "ZXx"  # states of processes that have ended and wait for their parent
SUSPENDED = "Tt"  # states of processes that a signal or a debugger has stopped
INOTIFY_WATCH = re.compile(r"^inotify wd:\S+ ino:([0-9a-f]+) sdev:([0-9a-f]+) ", re.MULTILINE)
STATE_FIELD, START_FIELD, SIZE_FIELD = 0, 19, 20  # positions in /proc/PID/stat after the command name
EXEC_SECONDS = 1.0  # seconds within which a process that executes a program gets its words and environment
EXEC_POLL_INTERVAL = 0.001  # seconds

# inner: the process's pid in its own PID namespace. start: the clock ticks since boot at which it began; pid and start
# together identify a process, because pids are reused.
Info = collections.namedtuple("Info", "pid inner state parent group session start")


def proc_of(peer_pid):
    # type: (int) -> str
    """Return the /proc directory of the daemon's PID namespace."""
    own = "/proc/%d/root/proc" % peer_pid
    return own if os.path.exists(own + "/self") or os.path.exists(own + "/1") else "/proc"


def read_stat(pid, proc="/proc"):
    # type: (int, str) -> List[bytes]
    """Return the fields of /proc/PID/stat after the command name (list of bytes), or [] if it cannot be read."""
    try:
        return reading.read_bytes("%s/%d/stat" % (proc, pid)).rpartition(b")")[2].split()
    except (IOError, OSError):
        return []


def state_of(peer_pid, pid):
    # type: (int, int) -> Optional[str]
    """Return the state of a process as /proc shows it (R, S, D, T, Z ...).

    '' if there is no such process, None if the daemon's /proc cannot be read.
    """
    proc = proc_of(peer_pid)
    if peer_pid < 1 or not os.path.exists("%s/1" % proc):
        return None
    fields = read_stat(pid, proc)
    return fields[STATE_FIELD].decode("ascii") if fields else ""


def start_ticks(peer_pid, pid):
    # type: (int, int) -> Optional[int]
    """Return when a process of the daemon's PID namespace began, in clock ticks since boot.

    None for no process, and for a daemon that is not visible from here: then our own pids mean other processes.
    A pid and its start time identify a process, because pids are reused.
    """
    if peer_pid < 1:
        return None
    fields = read_stat(pid, proc_of(peer_pid))
    return int(fields[START_FIELD]) if len(fields) > START_FIELD else None


def own_start_ticks(pid):
    # type: (int) -> Optional[int]
    """Return when a process of our own PID namespace began, in clock ticks since boot; None for no process."""
    process = info(pid) if pid > 0 else None
    return process and process.start


def uptime():
    # type: () -> float
    """Return the seconds since the machine was booted."""
    return float(reading.read_bytes("/proc/uptime").split()[0])


def boot_time():
    # type: () -> Optional[int]
    """Return when the machine was booted, in whole seconds since 1970 (int), or None if that is unknown."""
    try:
        match = re.search(br"(?m)^btime ([0-9]+)", reading.read_bytes("/proc/stat"))
    except (IOError, OSError):
        return None
    return int(match.group(1)) if match else None


def age(peer_pid, pid):
    # type: (int, int) -> float
    """Return the seconds since a process of the daemon's PID namespace began; 0 if it does not exist or is unknown."""
    ticks = start_ticks(peer_pid, pid)
    try:
        return 0.0 if ticks is None else uptime() - ticks / os.sysconf("SC_CLK_TCK")
    except (IOError, OSError):
        return 0.0


def time_in_queue(peer_pid, pid):
    # type: (int, int) -> float
    """Return the seconds that a process was ready to run but had to wait for a processor; 0 if unknown."""
    try:
        return int(reading.read_bytes("%s/%d/schedstat" % (proc_of(peer_pid), pid)).split()[1]) / 1e9
    except (IOError, OSError, IndexError, ValueError):
        return 0.0


def name(pid):
    # type: (int) -> Optional[str]
    """Return the command name of a process, or None if it cannot be read."""
    try:
        return reading.read_text("/proc/%d/comm" % pid).strip()
    except (IOError, OSError):
        return None


def words(pid, kind, proc="/proc"):
    # type: (int, str, str) -> List[bytes]
    """Return the words (list of bytes) of a process's ``cmdline`` or ``environ``, or [] if it cannot be read."""
    try:
        return [word for word in _read_words(pid, kind, proc).split(b"\0") if word]
    except (IOError, OSError):
        return []


def _read_words(pid, kind, proc):
    # type: (int, str, str) -> bytes
    """Return the content of a process's ``cmdline`` or ``environ``.

    Both are empty for a moment while the process executes a program: it has its new memory, but not yet its words.
    """
    path = "%s/%d/%s" % (proc, pid, kind)
    data = reading.read_bytes(path)
    if data or not _has_memory(pid, proc):
        return data
    deadline = Deadline(EXEC_SECONDS)
    while True:
        complete = _has_words(pid, proc)
        data = reading.read_bytes(path)
        if data or complete or not deadline.left():
            return data
        time.sleep(EXEC_POLL_INTERVAL)


def _has_memory(pid, proc):
    # type: (int, str) -> bool
    """Return whether a process has memory of its own: not so for kernel threads and zombies."""
    fields = read_stat(pid, proc)
    return len(fields) > SIZE_FIELD and fields[SIZE_FIELD] != b"0"


def _has_words(pid, proc):
    # type: (int, str) -> bool
    """Return whether a process has words or an environment; True if that cannot be read."""
    try:
        return any(reading.read_bytes("%s/%d/%s" % (proc, pid, kind)) for kind in ("cmdline", "environ"))
    except (IOError, OSError):
        return True


def command_line(pid):
    # type: (int) -> str
    """Return the command line of a process as text, words separated by blanks; empty for a kernel thread."""
    try:
        data = _read_words(pid, "cmdline", "/proc")
        return data.replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except (IOError, OSError):
        return u""


def namespace(pid):
    # type: (Union[int, str]) -> Optional[str]
    """Return the identifier of a process's PID namespace, or None if it cannot be read.

    :param pid: int, or the text ``self``.
    """
    try:
        return os.readlink("/proc/%s/ns/pid" % pid)
    except OSError:
        return None


def same_namespace(peer_pid):
    # type: (int) -> bool
    """Return whether the daemon uses the same pids as this process; True if unknown (kernels before 3.8)."""
    theirs = namespace(peer_pid)
    return theirs is None or theirs == namespace("self")


def inner_pid(pid):
    # type: (int) -> int
    """Return the pid of a process in its own PID namespace (``pid`` itself before Linux 4.1)."""
    try:
        for line in reading.read_bytes("/proc/%d/status" % pid).splitlines():
            if line.startswith(b"NSpid:"):
                return int(line.split()[-1])
    except (IOError, OSError):
        pass
    return pid


def watches(pid, folder):
    # type: (int, str) -> bool
    """Return whether a process has an inotify watch on a directory; False on kernels before 3.8."""
    try:
        wanted = os.stat(folder)
        fdinfo = "/proc/%d/fdinfo" % pid
        for number in os.listdir(fdinfo):
            for inode, device in INOTIFY_WATCH.findall(reading.read_text(os.path.join(fdinfo, number))):
                major, minor = int(device, 16) >> 20, int(device, 16) & 0xfffff
                if int(inode, 16) == wanted.st_ino and os.makedev(major, minor) == wanted.st_dev:
                    return True
    except (IOError, OSError):
        pass
    return False


def info(pid, inner=None):
    # type: (int, Optional[int]) -> Optional[Info]
    """Return the Info of a process, or None if it does not exist."""
    fields = read_stat(pid)
    if len(fields) <= START_FIELD:
        return None
    parent, group, session = [int(field) for field in fields[1:4]]
    state = fields[STATE_FIELD].decode("ascii")
    return Info(pid, inner or pid, state, parent, group, session, int(fields[START_FIELD]))


def live(pid):
    # type: (int) -> Optional[Info]
    """Return the Info of a process, or None if it does not exist or is a zombie."""
    process = info(pid)
    return None if process is None or process.state in DEAD else process


def ancestry(pid):
    # type: (int) -> Set[int]
    """Return the set of a process's pid and the pids of all its ancestors."""
    pids = set()
    while pid > 0 and pid not in pids:
        pids.add(pid)
        process = info(pid)
        pid = process.parent if process else 0
    return pids


def table(peer_pid):
    # type: (int) -> Dict[int, Info]
    """Return a dict of pid to Info of all visible processes in the daemon's PID namespace."""
    same = same_namespace(peer_pid)
    theirs = namespace(peer_pid)
    infos = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (theirs is None or namespace(entry) == theirs):
            pid = int(entry)
            process = info(pid, pid if same else inner_pid(pid))
            if process is not None:
                infos[pid] = process
    return infos


def all_live():
    # type: () -> List[Info]
    """Return the Infos of all live processes, including those in containers."""
    infos = [live(int(entry)) for entry in os.listdir("/proc") if entry.isdigit()]
    return [process for process in infos if process is not None]


def matching(expression):
    # type: (Pattern[str]) -> List[Info]
    """Return the Infos of the live processes whose command line matches a compiled regular expression.

    This task's own processes and processes in other PID namespaces (containers) are left out.
    """
    own = ancestry(os.getpid())
    return [process for process in all_live() if process.pid not in own
            and expression.search(command_line(process.pid) or u"\0") and same_namespace(process.pid)]
