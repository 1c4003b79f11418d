# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a service that others start: nothing is done but to read its status."""

from __future__ import absolute_import, division, print_function

import time

from .._errors import UpstartError
from .._system import commands
from .._system.deadline import Deadline
from . import service
from .options import words

__metaclass__ = type

SHORTEST = 0.1  # seconds that even the last reading gets


def converge(name, status, control, path, timeout, interval, check_mode=False):
    """Return lsb_service's result once the status is running; in check mode after one reading, whatever it tells.

    :param status: command as options.words takes it, or None for ``control`` followed by ``status``.
    :param timeout: seconds for all readings together.
    :param interval: seconds between two readings.
    :raises UpstartError: with the same fields, and ``cmd``, ``rc``, ``stdout`` and ``stderr`` of the last reading.
    """
    line = words(status, "status")
    if line is None and control is not None:
        line = words(control, "control") + [u"status"]
    if line is None:
        raise UpstartError("Neither status nor control is given: one of them must tell whether the service is running.")
    if interval < 0:
        raise UpstartError("interval is %g, but it cannot be less than 0 seconds." % interval, option="interval")
    action = service.Action(u" ".join(line), None, None)
    deadline = Deadline(timeout)
    before = None
    readings = 0
    while True:
        patience = max(round(deadline.left(), 1), SHORTEST)
        result = commands.run(line, patience, path)
        found = service.Status(result.rc, service.CODES.get(result.rc, service.DIRTY), result)
        before = before or found
        readings += 1
        if found.word == service.RUNNING or check_mode:
            return _report(name, before, found)
        hopeless = result.why in (commands.NOT_FOUND, commands.NOT_EXECUTABLE)
        if hopeless or not deadline.left():
            break
        time.sleep(min(interval, deadline.left()))
    facts = _report(name, before, found)
    facts.update(cmd=action.text, rc=result.rc, stdout=result.stdout, stderr=result.stderr)
    if hopeless:
        raise UpstartError("Service %s: its status cannot be read: %s." % (name, result.stderr), **facts)
    raise UpstartError("Service %s: it was not running within %g s. Reading %d of its status was the last: %s. Its "
                       "status is %s." % (name, timeout, readings, service.how_it_ended(action, result, patience),
                                          service.describe(found)), **facts)


def _report(name, before, found):
    return {
        "name": name,
        "state": "awaited",
        "status": found.word,
        "status_code": found.code,
        "before": before.word,
        "actions": [],
        "changed": False,
        "check": service.check_line(name, found, service.RUNNING),
        "diff": {"before": "", "after": ""},
    }
