# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change the runlevel of the host with telinit, and wait for what that causes."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host import runlevel
from .._host.releases import EVENT_END_SIGNALLED_SINCE
from .._host.status import POLL_INTERVAL
from .._system import commands

__metaclass__ = type

HELD_AFTER = 2.0  # seconds after which it is asked whether a condition holds the event
REFUSED = {
    "0": "halts the host. Shut it down by hand, or with ansible.builtin.command and shutdown",
    "6": "reboots the host. Use ansible.builtin.reboot, which waits for it to come back",
}


def wanted(text):
    """Return a runlevel as telinit takes it (text), None for None; raise UpstartError for one that is refused."""
    if text is None:
        return None
    level = text.strip().upper()
    if level in REFUSED:
        raise UpstartError("Runlevel %s %s." % (level, REFUSED[level]), runlevel=level)
    if len(level) != 1 or level not in "12345S":
        raise UpstartError("'%s' is no runlevel: runlevel is 1 to 5 or S." % text, runlevel=text)
    return level


def need_programs():
    """Raise UpstartError unless this host has both programs that a change of the runlevel takes."""
    for program in ("telinit", "runlevel"):
        place, why = commands.find(program)
        if place is None:
            raise UpstartError("The runlevel cannot be changed: %s. It comes with Upstart."
                               % commands.not_run(program, why), program=program)


def change(client, level, version, deadline, conf_dir="/etc/init"):
    """Have telinit change the runlevel, and wait until it has changed and what that causes is over.

    :param version: tuple, the daemon's; before 1.7 it does not tell when all is over.
    :param deadline: deadline.Deadline.
    :param conf_dir: text, the directory of the job files.
    :returns: list of sentences on conditions that hold the event, so that its end was not waited for; None when the
        daemon does not tell its end.
    :raises UpstartError: with ``changed``.
    """
    mark = len(client.connection.signals)
    _telinit(level, deadline)
    while not runlevel.reached(level, *runlevel.read()):
        if not deadline.left():
            raise _not_reached(level, deadline)
        client.connection.wait(lambda: False, min(POLL_INTERVAL, deadline.left()))
    return _let_it_end(client, level, mark, deadline, conf_dir) if version >= EVENT_END_SIGNALLED_SINCE else None


def _telinit(level, deadline):
    try:
        result = runlevel.run_program("telinit", [level], deadline.left())
        if result.rc != 0:
            said = (result.stderr + result.stdout).strip() or "it said nothing"
            raise UpstartError("telinit %s %s: %s" % (level, commands.describe(result, deadline.seconds), said),
                               runlevel=level, rc=result.rc)
    except UpstartError as error:
        error.facts["changed"] = runlevel.reached(level, *runlevel.read())
        raise


def _let_it_end(client, level, mark, deadline, conf_dir):
    connection = client.connection
    variable = "RUNLEVEL=%s" % level

    def over():
        return any(signal.member == "EventEmitted" and signal.args[0] == runlevel.EVENT and variable in signal.args[1]
                   for signal in connection.signals[mark:])

    if connection.wait(over, min(HELD_AFTER, deadline.left())):
        return []
    held_by = _conditions(client, variable, conf_dir)
    if held_by or connection.wait(over, deadline.left()):
        return held_by
    from .._host.job_effects import from_signals
    jobs = [display_name(job["name"], job["instance"]) for job in from_signals(connection.signals[mark:])
            if not job["stopped"]]
    text = "The runlevel is %s now, but not all that this starts and stops was done within %g s." % (
        level, deadline.seconds)
    if jobs:
        text += " It concerns %s." % ", ".join(jobs)
    raise UpstartError(text, changed=True, runlevel=level, jobs=jobs, timeout=deadline.seconds)


def _conditions(client, variable, conf_dir):
    """Return the conditions that the event meets in part: they may hold it for ever."""
    from .._emission import holding
    try:
        return holding.conditions(client, runlevel.EVENT, [variable], conf_dir)
    except UpstartError:
        return []


def _not_reached(level, deadline):
    current = runlevel.read()[0]
    now = "does not know the runlevel" if current is None else "says that it is %s" % current
    return UpstartError(
        "telinit %s ended well, but after %g s the program runlevel %s. Can /run/utmp or /var/run/utmp be written?"
        % (level, deadline.seconds, now), changed=True, runlevel=level, timeout=deadline.seconds)
