# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runlevel of the host, which telinit keeps in utmp and tells the daemon as an event."""

from __future__ import absolute_import, division, print_function

import os

from ..daemon.names import label
from ..errors import UpstartError
from . import commands
from .waiting import LOOK_EVERY

__metaclass__ = type

EVENT = "runlevel"
TELLS_EVENTS = (1, 7)  # the first release that says when an event is over
READ_SECONDS = 10.0
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


def read():
    """Return the present runlevel and the one before it, as ``runlevel`` tells them; (None, None) when it does not."""
    try:
        result = _run("runlevel", [], READ_SECONDS)
    except UpstartError:
        return None, None
    words = result.stdout.split()
    if result.rc != 0 or len(words) != 2 or any(len(word) != 1 for word in words):
        return None, None
    return words[1], words[0]


def reached(level, current, previous):
    """Return whether a host is in a runlevel; 1 is only the way to S where its scripts go on to that."""
    return current == level or (level, current, previous) == ("1", "S", "1")


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
    :param deadline: waiting.Deadline.
    :param conf_dir: text, the directory of the job files.
    :returns: list of sentences on conditions that hold the event, so that its end was not waited for; None when the
        daemon does not tell its end.
    :raises UpstartError: with ``changed``.
    """
    mark = len(client.connection.signals)
    _telinit(level, deadline)
    while not reached(level, *read()):
        if not deadline.left():
            raise _not_reached(level, deadline)
        client.connection.wait(lambda: False, min(LOOK_EVERY, deadline.left()))
    return _let_it_end(client, level, mark, deadline, conf_dir) if version >= TELLS_EVENTS else None


def _telinit(level, deadline):
    try:
        result = _run("telinit", [level], deadline.left())
        if result.rc != 0:
            said = (result.stderr + result.stdout).strip() or "it said nothing"
            raise UpstartError("telinit %s %s: %s" % (level, commands.describe(result, deadline.seconds), said),
                               runlevel=level, rc=result.rc)
    except UpstartError as error:
        error.facts["changed"] = reached(level, *read())
        raise


def _let_it_end(client, level, mark, deadline, conf_dir):
    connection = client.connection
    variable = "RUNLEVEL=%s" % level

    def over():
        return any(signal.member == "EventEmitted" and signal.args[0] == EVENT and variable in signal.args[1]
                   for signal in connection.signals[mark:])

    if connection.wait(over, min(HELD_AFTER, deadline.left())):
        return []
    held_by = _conditions(client, variable, conf_dir)
    if held_by or connection.wait(over, deadline.left()):
        return held_by
    from .effects import from_signals
    jobs = [label(job["name"], job["instance"]) for job in from_signals(connection.signals[mark:])
            if not job["stopped"]]
    text = "The runlevel is %s now, but not all that this starts and stops was done within %g s." % (
        level, deadline.seconds)
    if jobs:
        text += " It concerns %s." % ", ".join(jobs)
    raise UpstartError(text, changed=True, runlevel=level, jobs=jobs, timeout=deadline.seconds)


def _conditions(client, variable, conf_dir):
    """Return the conditions that the event meets in part: they may hold it for ever."""
    from . import holding  # only few changes get here, and its import takes a while
    try:
        return holding.conditions(client, EVENT, [variable], conf_dir)
    except UpstartError:
        return []


def _not_reached(level, deadline):
    current = read()[0]
    now = "does not know the runlevel" if current is None else "says that it is %s" % current
    return UpstartError(
        "telinit %s ended well, but after %g s the program runlevel %s. Can /run/utmp or /var/run/utmp be written?"
        % (level, deadline.seconds, now), changed=True, runlevel=level, timeout=deadline.seconds)


def _run(name, arguments, seconds):
    """Run a program for at most ``seconds`` and return its commands.Result; raise UpstartError when that fails."""
    for variable in ("RUNLEVEL", "PREVLEVEL"):
        os.environ.pop(variable, None)  # both programs would take these for the host's
    result = commands.run([name] + arguments, seconds)
    if result.why is not None:
        text = result.stderr.strip() if result.rc is None and result.why != commands.TIMEOUT else None
        raise UpstartError("%s %s." % (name, commands.describe(result, seconds)) if text is None else text + ".",
                           program=name)
    return result
