# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the runlevel of the host with telinit, and wait for the jobs that this starts and stops."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._emission import holding
from .._errors import UpstartError
from .._host import runlevel
from .._host.job_effects import from_signals
from .._host.releases import EVENT_END_SIGNALLED_SINCE
from .._host.status import POLL_INTERVAL
from .._system import commands

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._system.deadline import Deadline  # noqa: F401

__metaclass__ = type

HELD_AFTER_SECONDS = 2.0  # an event that lasts longer may be held by a condition
REFUSED = {
    "0": "halts the host. Shut it down by hand, or with ansible.builtin.command and shutdown",
    "6": "reboots the host. Use ansible.builtin.reboot, which waits for it to come back",
}


def normalized(text):
    # type: (Optional[str]) -> Optional[str]
    """Return a runlevel as telinit takes it, None for None; raise UpstartError if it is refused."""
    if text is None:
        return None
    level = text.strip().upper()
    if level in REFUSED:
        raise UpstartError("Runlevel %s %s." % (level, REFUSED[level]), runlevel=level)
    if len(level) != 1 or level not in "12345S":
        raise UpstartError("'%s' is not a runlevel. Set runlevel to 1, 2, 3, 4, 5 or S." % text, runlevel=text)
    return level


def ensure_programs_exist():
    # type: () -> None
    """Raise UpstartError unless this host has both programs that a change of the runlevel needs."""
    for program in ("telinit", "runlevel"):
        path, why = commands.find(program)
        if path is None:
            raise UpstartError("Cannot change the runlevel: %s. It comes with Upstart."
                               % commands.not_run(program, why), program=program)


def change(client, level, version, deadline, conf_dir="/etc/init"):
    # type: (Upstart, str, Tuple[int, ...], Deadline, str) -> Optional[List[str]]
    """Change the runlevel with telinit, and wait until the jobs that this starts and stops have settled.

    :param version: tuple, the daemon's; before 1.7 it does not signal the end of an event.
    :param deadline: deadline.Deadline.
    :param conf_dir: text, the directory of the job files.
    :returns: list of sentences about conditions that hold the event; then the task has not waited for its end. None if
        the daemon does not signal the end.
    :raises UpstartError: with ``changed``.
    """
    mark = len(client.connection.signals)
    _telinit(level, deadline)
    while not runlevel.is_reached(level, *runlevel.read()):
        if not deadline.left():
            raise _not_reached(level, deadline)
        client.connection.wait(lambda: False, min(POLL_INTERVAL, deadline.left()))
    if version < EVENT_END_SIGNALLED_SINCE:
        return None
    return _wait_for_event_end(client, level, mark, deadline, conf_dir)


def _telinit(level, deadline):
    # type: (str, Deadline) -> None
    try:
        result = runlevel.run_program("telinit", [level], deadline.left())
        if result.rc != 0:
            output = (result.stderr + result.stdout).strip() or "no output"
            raise UpstartError("telinit %s %s: %s" % (level, commands.describe(result, deadline.seconds), output),
                               runlevel=level, rc=result.rc)
    except UpstartError as error:
        error.facts["changed"] = runlevel.is_reached(level, *runlevel.read())
        raise


def _wait_for_event_end(client, level, mark, deadline, conf_dir):
    # type: (Upstart, str, int, Deadline, str) -> List[str]
    """Return the conditions that hold the runlevel event, none if it ended; raise UpstartError if it takes too long."""
    connection = client.connection
    variable = "RUNLEVEL=%s" % level

    def is_over():
        # type: () -> bool
        return any(signal.member == "EventEmitted" and signal.args[0] == runlevel.EVENT and variable in signal.args[1]
                   for signal in connection.signals[mark:])

    if connection.wait(is_over, min(HELD_AFTER_SECONDS, deadline.left())):
        return []
    held_by = _conditions(client, variable, conf_dir)
    if held_by or connection.wait(is_over, deadline.left()):
        return held_by
    jobs = [display_name(job["name"], job["instance"]) for job in from_signals(connection.signals[mark:])
            if not job["stopped"]]
    text = "The runlevel is %s now, but jobs were still starting or stopping after %g s%s. Set a longer timeout." % (
        level, deadline.seconds, ": " + ", ".join(jobs) if jobs else "")
    raise UpstartError(text, changed=True, runlevel=level, jobs=jobs, timeout=deadline.seconds)


def _conditions(client, variable, conf_dir):
    # type: (Upstart, str, str) -> List[str]
    """Return the conditions that the event meets only in part: they may hold it forever."""
    try:
        return holding.conditions(client, runlevel.EVENT, [variable], conf_dir)
    except UpstartError:
        return []


def _not_reached(level, deadline):
    # type: (str, Deadline) -> UpstartError
    current = runlevel.read()[0]
    report = "does not know the runlevel" if current is None else "reports %s" % current
    return UpstartError(
        "telinit %s succeeded, but after %g s the program runlevel %s. Make sure that /run/utmp or /var/run/utmp is "
        "writable." % (level, deadline.seconds, report), changed=True, runlevel=level, timeout=deadline.seconds)
