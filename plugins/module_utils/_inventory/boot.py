# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of the last boot: init's own messages with their times, and when the main processes began."""

from __future__ import absolute_import, division, print_function

import os
import re
import time

from .._host.init_log import BYTES_PER_READ, INIT_MESSAGE, kernel_records
from .._system import processes, reading

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, Iterator, List, Optional, Tuple  # noqa: F401
    from .._host.instances import InstanceReport  # noqa: F401

__metaclass__ = type

KERNEL, SYSLOG = u"kernel", u"syslog"
KEPT = 20000  # messages, the first ones
EARLY = 2.0  # seconds; the clocks of the kernel's log and of /proc may differ by less
BOOT_MESSAGE = re.compile(r"Handling \S+ event$|.* state changed from |.* process \([0-9]+\)|.* respawning too fast")
SYSLOG_TIME = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) +(?P<day>[0-9]+) (?P<clock>[0-9:]{8}) |(?P<iso>[0-9-]{10}T[0-9:]{8})\S* ")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def last_boot(peer_pid, path, instances):
    # type: (int, str, Iterable[InstanceReport]) -> Dict[str, Any]
    """Return the value of ``boot`` in the result of upstart_info.

    :param peer_pid: int, the daemon's process ID as this task sees it; 0 if it does not.
    :param path: text, the log to which init writes.
    :param instances: iterable of instances.InstanceReport.
    """
    ticks = processes.own_start_ticks(peer_pid)
    began = None if ticks is None else _seconds(ticks)
    clock, messages, problem = _messages(path, began)
    return {
        "began": began,
        "init_log": path,
        "clock": clock,
        "messages": [{"seconds": round(seconds, 6), "text": text} for seconds, text in messages],
        "left_out": problem,
        "processes": sorted(_processes(peer_pid, began, instances), key=lambda entry: entry["seconds"]),
    }


def _seconds(ticks):
    # type: (int) -> float
    return round(ticks / float(os.sysconf("SC_CLK_TCK")), 3)


def _processes(peer_pid, began, instances):
    # type: (int, Optional[float], Iterable[InstanceReport]) -> Iterator[Dict[str, Any]]
    for instance in instances:
        pid = instance.status["processes"].get("main")
        ticks = processes.start_ticks(peer_pid, pid) if pid else None
        if ticks is not None and began is not None:
            yield {"name": instance.job, "instance": instance.name, "pid": pid,
                   "seconds": round(_seconds(ticks) - began, 3)}


def _messages(path, began):
    # type: (str, Optional[float]) -> Tuple[Optional[str], List[Tuple[float, str]], Optional[str]]
    """Return the clock of a log, the messages since init began with their seconds after that, and what is missing."""
    if began is None:
        return None, [], u"this task cannot see when init began"
    try:
        handle = reading.open_kernel_log(path)
        if handle is None:
            return SYSLOG, _first(_from_syslog(path, began)), None
        try:
            return KERNEL, _first(_from_kernel(handle, began)), None
        finally:
            os.close(handle)
    except (IOError, OSError) as error:
        return None, [], u"%s cannot be read: %s" % (path, error.strerror or error)


def _first(messages):
    # type: (Iterable[Tuple[float, str]]) -> List[Tuple[float, str]]
    kept = []
    for seconds, text in messages:
        if seconds > -EARLY and BOOT_MESSAGE.match(text):
            kept.append((max(seconds, 0.0), text))
        if len(kept) == KEPT:
            break
    return kept


def _from_kernel(handle, began):
    # type: (int, float) -> Iterator[Tuple[float, str]]
    for record in kernel_records(handle):
        header, _separator, text = record.partition(";")
        match = INIT_MESSAGE.match(text)
        fields = header.split(",")
        if match and len(fields) > 2 and fields[2].isdigit():
            yield int(fields[2]) / 1e6 - began, match.group(1).split("\n")[0]


def _from_syslog(path, began):
    # type: (str, float) -> Iterator[Tuple[float, str]]
    """Yield the messages of a syslog file since the boot. Its times have no year, and only whole seconds."""
    booted = processes.boot_time()
    if booted is None:
        return
    now = booted + processes.uptime()
    size = os.stat(path).st_size
    data, _start = reading.read_after(path, max(size - BYTES_PER_READ, 0), BYTES_PER_READ)
    for line in data.decode("utf-8", "replace").splitlines():
        match = INIT_MESSAGE.search(line)
        when = _time_of(line, booted) if match else None
        if match and when is not None and booted - EARLY <= when <= now + EARLY:
            yield when - booted - began, match.group(1)


def _time_of(line, booted):
    # type: (str, int) -> Optional[float]
    """Return the time of a line of syslog, in seconds since 1970, or None. The year is that of the boot or the next."""
    match = SYSLOG_TIME.match(line)
    if not match:
        return None
    try:
        if match.group("iso"):
            return time.mktime(time.strptime(match.group("iso"), "%Y-%m-%dT%H:%M:%S"))
        hour, minute, second = [int(part) for part in match.group("clock").split(":")]
        day = (MONTHS.index(match.group("month")) + 1, int(match.group("day")), hour, minute, second)
        year = time.localtime(booted).tm_year
        return [time.mktime((year + later,) + day + (0, 0, -1)) for later in (0, 1)][
            day < tuple(time.localtime(booted - EARLY))[1:6]]
    except (ValueError, OverflowError):
        return None
