# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait for a service that something else starts. Only its status is read."""

from __future__ import absolute_import, division, print_function

import time

from .._errors import UpstartError
from .._system import commands
from .._system.deadline import Deadline
from . import service
from .options import words

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional  # noqa: F401

__metaclass__ = type

MIN_STATUS_TIMEOUT = 0.1  # seconds for the status command, even if the task has less time left


def converge(name, status, control, path, timeout, interval, check_mode=False):
    # type: (str, Any, Any, Optional[str], float, float, bool) -> Dict[str, Any]
    """Read the status until it is running, and return lsb_service's result; in check mode, read it only once.

    :param status: command as options.words takes it, or None for ``control`` followed by ``status``.
    :param timeout: float, seconds for all readings together.
    :param interval: float, seconds between two readings.
    :raises UpstartError: with the same fields, and ``cmd``, ``rc``, ``stdout`` and ``stderr`` of the last reading.
    """
    line = words(status, "status")
    if line is None and control is not None:
        line = words(control, "control") + [u"status"]  # type: ignore[operator]  # control is set
    if line is None:
        raise UpstartError("Neither status nor control is given. Set one of them to the command that reads the status.")
    if not interval >= 0:  # nan is neither
        raise UpstartError("interval is %g, but it must be 0 seconds or more." % interval, option="interval")
    action = service.Action(u" ".join(line), None, None)
    deadline = Deadline(timeout)
    before = None  # type: Optional[service.Status]
    readings = 0
    while True:
        status_timeout = max(round(deadline.left(), 1), MIN_STATUS_TIMEOUT)
        result = commands.run(line, status_timeout, path)
        current = service.Status(result.rc, service.CODES.get(result.rc, service.DIRTY), result)
        before = before or current
        readings += 1
        if current.word == service.RUNNING or check_mode:
            return _report(name, before, current)
        unreadable = result.why in (commands.NOT_FOUND, commands.NOT_EXECUTABLE)
        if unreadable or not deadline.left():
            break
        time.sleep(min(interval, deadline.left()))
    facts = _report(name, before, current)
    facts.update(cmd=action.text, rc=result.rc, stdout=result.stdout, stderr=result.stderr)
    if unreadable:
        raise UpstartError("Service %s: its status cannot be read: %s." % (name, result.stderr), **facts)
    raise UpstartError("Service %s was not running within %g s (%d readings of its status): %s. Its status is %s." % (
        name, timeout, readings, service.how_it_ended(action, result, status_timeout), service.explain(current)),
        **facts)


def _report(name, before, current):
    # type: (str, service.Status, service.Status) -> Dict[str, Any]
    return {
        "name": name,
        "state": "awaited",
        "status": current.word,
        "status_code": current.code,
        "before": before.word,
        "actions": [],
        "outputs": [],
        "changed": False,
        "check": service.check_line(name, current, service.RUNNING),
        "diff": {"before": "", "after": ""},
    }
