# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a service without a supervisor: what is run to start it, to stop it and to read its status."""

from __future__ import absolute_import, division, print_function

import re
import shlex

from .._errors import UpstartError
from .._system import commands, processes
from .._system.commands import Result
from .._text import decode, encode, text_type
from .pid_file import PidFile
from .service import Action, Service

__metaclass__ = type

RESTART_BY_CONTROL, STOP_AND_START = u"control", u"stop+start"
STEADY = 1.0  # seconds that a program started by us must live


def words(value, option):
    """Return a command as a list of words, None for none.

    :param value: None, a list of words, or one text that is split as a shell would, with quotes and backslashes.
    :raises UpstartError: for anything else, an empty command, or one that cannot be split.
    """
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        found = [decode(word) if isinstance(word, (bytes, text_type)) else u"%s" % (word,) for word in value]
        if any(isinstance(word, (list, tuple, dict, bool, type(None))) for word in value):
            raise UpstartError("%s is a list with something else than words in it: %r. Put each into quotes." % (
                option, value), option=option)
    elif isinstance(value, (bytes, text_type)):
        try:
            found = _split(decode(value))
        except ValueError as error:
            raise UpstartError("%s cannot be split into words (%s): %s. Correct its quotes or give a list." % (
                option, error, value), option=option)
    else:
        raise UpstartError("%s is a %s: give a list of words or one string of them." % (
            option, type(value).__name__), option=option)
    if not found or not found[0] or any(u"\0" in word for word in found):
        raise UpstartError("%s is no command: %r." % (option, value), option=option)
    return found


def _split(line):
    if str is bytes:
        return [decode(word) for word in shlex.split(encode(line))]
    return shlex.split(line)


def service_from_options(name, control=None, start=None, stop=None, status=None, restart=None, pattern=None,
                         daemon=None, path=None, timeout=60.0, careful=True):
    """Return the Service that the options of lsb_service describe; raise UpstartError when they contradict themselves.

    :param control: command as ``words`` takes it; so are ``start``, ``stop``, ``status`` and ``restart``.
    :param pattern: text, a regular expression for command lines.
    :param daemon: text, path of a pid file.
    :param path: text, folders with ``:`` between them.
    :param timeout: seconds for each command, and for each wait after one.
    """
    name, pattern, daemon, path = [value if value is None else decode(value) for value in (name, pattern, daemon, path)]
    given = {"control": control, "start": start, "stop": stop, "status": status, "restart": restart}
    lines = dict((option, words(value, option)) for option, value in given.items())
    warnings = _check(lines, pattern, daemon)
    find = None
    if daemon is not None and lines["control"] is None:
        pid_file = PidFile(daemon, lines["start"], timeout, path)
        actions, find = _of_daemon(pid_file), pid_file.processes
    else:
        actions = _of_commands(lines, timeout, path)
        if lines["control"] is None and not (lines["stop"] and lines["status"]):
            find = _fill_from_table(actions, pattern, lines["start"], timeout)
    if lines["restart"] == [RESTART_BY_CONTROL]:
        actions["restart"] = _command(lines["control"] + [u"restart"], timeout, path)
    elif lines["restart"] and lines["restart"] != [STOP_AND_START]:
        actions["restart"] = _command(lines["restart"], timeout, path)
    own = daemon is not None and lines["control"] is None
    return Service(name, actions, timeout, careful, STEADY if own else 0.0, warnings, find)


def _check(lines, pattern, daemon):
    """Refuse options that contradict each other; return a warning for each one that has no effect."""
    control, start = lines["control"], lines["start"]
    if control is None and start is None:
        raise UpstartError("Neither control nor start is given: one of them must say how to start the service.")
    if pattern is not None and control is not None:
        raise UpstartError("pattern has no use beside control, which tells the status itself. Leave one of them out.",
                           option="pattern")
    if lines["restart"] == [RESTART_BY_CONTROL] and control is None:
        raise UpstartError("restart is the word control, but there is no control command to restart with.",
                           option="restart")
    if control is not None:
        useless = ["daemon"] if daemon is not None else []
    elif daemon is not None:
        useless = [option for option in ("stop", "status") if lines[option]] + (["pattern"] if pattern else [])
        if not daemon.startswith("/"):
            raise UpstartError("daemon is %s: give the pid file's whole path." % daemon, option="daemon")
    else:
        useless = []
        if pattern is not None and lines["stop"] and lines["status"]:
            raise UpstartError("pattern has no use beside stop and status. Leave it out.", option="pattern")
    reason = "control" if control is not None else "daemon"
    return ["%s is ignored, since %s is given." % (option, reason) for option in useless]


def _command(line, timeout, path):
    def refusal():
        program, why = commands.find(line[0], path)
        return None if program else commands.not_run(line[0], why)

    return Action(u" ".join(line), lambda: commands.run(line, timeout, path), refusal)


def _of_commands(lines, timeout, path):
    actions = {}
    for name in ("start", "stop", "status"):
        line = lines[name]
        if line is None and lines["control"]:
            line = lines["control"] + [u"%s" % name]
        if line:
            actions[name] = _command(line, timeout, path)
    return actions


def _of_daemon(pid_file):
    def nothing():
        return None

    return {
        "start": Action(u" ".join(pid_file.words), pid_file.start, pid_file.refusal),
        "stop": Action(u"ending the process of %s" % pid_file.path, pid_file.stop, nothing),
        "status": Action(u"the pid file %s" % pid_file.path, pid_file.status, nothing),
    }


def _fill_from_table(actions, pattern, start, timeout):
    """Let the process table stand in for a stop or a status command that is missing; return who looks there."""
    text = u" ".join(start) if pattern is None else pattern
    try:
        expression = re.compile(re.escape(text) if pattern is None else text)
    except re.error as error:
        raise UpstartError("pattern is no regular expression (%s): %s" % (error, pattern), option="pattern")
    if expression.search(u""):
        raise UpstartError("pattern matches every process: %s" % pattern, option="pattern")

    def find():
        return processes.matching(expression)

    def stop():
        gone = processes.end(find, timeout)
        return Result(0 if gone else 1, "", "" if gone else "a process is still running after SIGKILL", None, False)

    def status():
        return Result(0 if find() else 3, "", "", None, False)

    def nothing():
        return None

    what = u"the processes that match %s" % text
    actions.setdefault("stop", Action(u"ending " + what, stop, nothing))
    actions.setdefault("status", Action(what, status, nothing))
    return find
