# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End processes: TERM first, then KILL for those that are still running."""

from __future__ import absolute_import, division, print_function

import errno
import os
import signal
import time

from .._errors import UpstartError
from . import processes
from .deadline import Deadline

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, List, Optional  # noqa: F401
    from .processes import Info  # noqa: F401

__metaclass__ = type

POLL_INTERVAL = 0.05  # seconds between two checks for processes that have not ended yet
AFTER_KILL_SECONDS = 5.0  # seconds within which a killed process ends, unless the kernel holds it


def end_processes(list_processes, term_seconds, kill_seconds=None, sleep=time.sleep):
    # type: (Callable[[], List[Info]], float, Optional[float], Callable[[float], None]) -> List[Info]
    """Send TERM to processes, and KILL to those that are still running after ``term_seconds``.

    Each process gets each signal once. This includes processes that start in the meantime.

    :param list_processes: function that returns a list of processes.Info, the processes that have not ended yet.
    :param term_seconds: float, seconds to wait after TERM.
    :param kill_seconds: float, seconds to wait after KILL; AFTER_KILL_SECONDS when None.
    :param sleep: function that waits a number of seconds.
    :returns: list of processes.Info, the processes that are still running; empty when all have ended.
    :raises UpstartError: the user may not signal a process; its ``pid`` is in the facts.
    """
    kill_seconds = AFTER_KILL_SECONDS if kill_seconds is None else kill_seconds
    signalled = set()
    for number, seconds in ((signal.SIGTERM, term_seconds), (signal.SIGKILL, kill_seconds)):
        deadline = Deadline(seconds)
        while True:
            remaining = list_processes()
            if not remaining:
                return []
            for process in remaining:  # even when listing the processes of a busy machine took all of the time
                if (number, process.pid, process.start) not in signalled:
                    signalled.add((number, process.pid, process.start))
                    _send_signal(process, number)
            if not deadline.left():
                break
            sleep(min(POLL_INTERVAL, deadline.left()))
    return list_processes()


def is_running(process):
    # type: (Info) -> bool
    """Return whether a process is still running. A later process with the same pid does not count.

    :param process: processes.Info.
    """
    now = processes.live(process.pid)
    return now is not None and now.start == process.start


def _send_signal(process, number):
    # type: (Info, int) -> None
    if not is_running(process):
        return
    try:
        os.kill(process.pid, number)
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise UpstartError("Cannot end process %d (%s): %s. Run the task as root." % (
                process.pid, processes.command_line(process.pid),
                os.strerror(error.errno)), pid=process.pid)  # type: ignore[arg-type]
