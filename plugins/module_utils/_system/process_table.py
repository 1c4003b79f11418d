# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process table, as far as services without a supervisor need it."""

from __future__ import absolute_import, division, print_function

import errno
import os
import signal
import time

from .._errors import UpstartError
from . import processes, reading
from .deadline import Deadline

__metaclass__ = type

POLL_INTERVAL = 0.05  # seconds between two looks at processes that were told to end
AFTER_KILL = 5.0  # seconds within which a killed process is gone, unless the kernel holds it


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


def end(find, timeout, sleep=time.sleep):
    """End all that ``find()`` returns, until it returns nothing: TERM once each, after ``timeout`` seconds KILL.

    :param find: returns a list of Infos; those that appear meanwhile are ended too.
    :param sleep: called with seconds to wait between two looks.
    :returns: whether all are gone.
    :raises UpstartError: when the user of the task may not signal one of them.
    """
    asked = set()
    for number, seconds in ((signal.SIGTERM, timeout), (signal.SIGKILL, AFTER_KILL)):
        deadline = Deadline(seconds)
        while True:
            left = find()
            if not left:
                return True
            for each in left:  # also when the look at a busy machine's processes has taken all of the time
                if (number, each.pid, each.start) not in asked:
                    asked.add((number, each.pid, each.start))
                    _signal(each, number)
            if not deadline.left():
                break
            sleep(min(POLL_INTERVAL, deadline.left()))
    return not find()


def _signal(one, number):
    try:
        os.kill(one.pid, number)
    except OSError as error:
        if error.errno != errno.ESRCH:
            raise UpstartError("Cannot end process %d (%s): %s." % (
                one.pid, command_line(one.pid), error.strerror), pid=one.pid)
