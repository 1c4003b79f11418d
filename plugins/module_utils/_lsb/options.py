# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of lsb_service: the commands that start a service, stop it and read its status."""

from __future__ import absolute_import, division, print_function

import json
import os
import re

from .._errors import UpstartError
from .._system import commands, processes
from .._system.commands import Result
from .._system.termination import end_processes
from .._text import decode, shell_words, text_type
from .pid_file import PidFile
from .service import Action, Service

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, List, Optional  # noqa: F401

__metaclass__ = type

RESTART_BY_CONTROL, STOP_AND_START = u"control", u"stop+start"
JSON_LIST = re.compile(r"""\s*\[\s*["']""")  # [ alone is a program
BLANK = u"%20"  # as simplevisor reads it
MIN_UPTIME = 1.0  # seconds that a program must run after this module has started it


def words(value, option):
    # type: (Any, str) -> Optional[List[str]]
    """Return a command as a list of words, or None if the option is not set.

    :param value: None, a list of words, or a text: JSON of a list, or words as in a shell, with quotes and backslashes.
    :raises UpstartError: for any other value, an empty command, or a text that cannot be split.
    """
    if value is None:
        return None
    if isinstance(value, (bytes, text_type)) and JSON_LIST.match(decode(value)):
        value = _from_json(decode(value), option)
    if isinstance(value, (list, tuple)):
        command = [decode(word) if isinstance(word, (bytes, text_type)) else u"%s" % (word,) for word in value]
        if any(isinstance(word, (list, tuple, dict, bool, type(None))) for word in value):
            raise UpstartError("%s is a list with items that are not text: %r. Put them in quotes." % (
                option, value), option=option)
    elif isinstance(value, (bytes, text_type)):
        try:
            command = shell_words(decode(value))
        except ValueError as error:
            raise UpstartError("%s cannot be split into words (%s): %s. Fix its quotes or use a list." % (
                option, error, value), option=option)  # type: ignore[str-bytes-safe]  # bytes only on Python 2
    else:
        raise UpstartError("%s is a %s, but it must be a string or a list of words." % (
            option, type(value).__name__), option=option)
    if not command or not command[0] or any(u"\0" in word for word in command):
        raise UpstartError("%s is not a command: %r." % (option, value), option=option)
    return command


def _from_json(text, option):
    # type: (str, str) -> List[Any]
    try:
        return list(json.loads(text))
    except ValueError as error:
        raise UpstartError("%s cannot be parsed as JSON, although it begins like JSON (%s): %s. Fix it or use a string "
                           "of words." % (option, error, text), option=option)


def service_from_options(
        name,  # type: str
        control=None,  # type: Any
        start=None,  # type: Any
        stop=None,  # type: Any
        status=None,  # type: Any
        restart=None,  # type: Any
        pattern=None,  # type: Optional[str]
        daemon=None,  # type: Optional[str]
        path=None,  # type: Optional[str]
        timeout=60.0,  # type: float
        careful=True,  # type: bool
):
    # type: (...) -> Service
    """Return the Service for the options of lsb_service; raise UpstartError if they contradict each other.

    :param control: command as ``words`` takes it; so are ``start``, ``stop``, ``status`` and ``restart``.
    :param pattern: text, a regular expression for command lines.
    :param daemon: text, path of a pid file.
    :param path: text, folders separated by ``:``.
    :param timeout: float, seconds for each command, and for each wait after it.
    """
    name, pattern, daemon, path = [  # type: ignore[assignment]  # the name is set
        value if value is None else decode(value) for value in (name, pattern, daemon, path)]
    given = {"control": control, "start": start, "stop": stop, "status": status, "restart": restart}
    lines = dict((option, words(value, option)) for option, value in given.items())
    warnings = _check(lines, pattern, daemon) + _encoded_words(
        dict((option, lines[option]) for option in given if isinstance(given[option], (bytes, text_type))))
    find = None
    if daemon is not None and lines["control"] is None:
        pid_file = PidFile(daemon, lines["start"], timeout, path)  # type: ignore[arg-type]  # it is set: _check
        actions, find = _daemon_actions(pid_file), pid_file.processes
    else:
        actions = _command_actions(lines, timeout, path)
        if lines["control"] is None and not (lines["stop"] and lines["status"]):
            find = _add_table_actions(actions, pattern, lines["start"], timeout)  # type: ignore[arg-type]  # likewise
    if lines["restart"] == [RESTART_BY_CONTROL]:
        actions["restart"] = _command(lines["control"] + [u"restart"], timeout, path)  # type: ignore[operator]  # set
    elif lines["restart"] and lines["restart"] != [STOP_AND_START]:
        actions["restart"] = _command(lines["restart"], timeout, path)
    started_by_us = daemon is not None and lines["control"] is None
    return Service(name, actions, timeout, careful, MIN_UPTIME if started_by_us else 0.0, warnings, find)


def _check(lines, pattern, daemon):
    # type: (Dict[str, Optional[List[str]]], Optional[str], Optional[str]) -> List[str]
    """Return a warning for each option that has no effect; raise UpstartError for contradictions."""
    control, start = lines["control"], lines["start"]
    if control is None and start is None:
        raise UpstartError(
            "Neither control nor start is given. Set one of them to the command that starts the service.")
    if pattern is not None and control is not None:
        raise UpstartError("pattern has no effect with control, which reads the status itself. Remove one of them.",
                           option="pattern")
    if lines["restart"] == [RESTART_BY_CONTROL] and control is None:
        raise UpstartError("restart is control, but the option control is not set. Set it, or set restart to a "
                           "command.", option="restart")
    if control is not None:
        ignored = ["daemon"] if daemon is not None else []
    elif daemon is not None:
        ignored = [option for option in ("stop", "status") if lines[option]] + (["pattern"] if pattern else [])
        if not daemon.startswith("/"):
            raise UpstartError("daemon is %s, but it must be the absolute path of a pid file." % daemon,
                               option="daemon")
    else:
        ignored = []
        if pattern is not None and lines["stop"] and lines["status"]:
            raise UpstartError("pattern has no effect with both stop and status. Remove it.", option="pattern")
    reason = "control" if control is not None else "daemon"
    return ["%s is ignored because %s is given." % (option, reason) for option in ignored]


def _encoded_words(lines):
    # type: (Dict[str, Optional[List[str]]]) -> List[str]
    """Return a warning for each command that is written as simplevisor wants it, with %20 for a blank.

    :param lines: dict of option to words, without commands that are given as a list.
    """
    warnings = []
    for option in sorted(lines):
        encoded = [word for word in lines[option] or [] if BLANK in word]
        if encoded:
            meant = u'"%s"' % encoded[0].replace(BLANK, u" ")
            warnings.append(u"%s has the word %s. simplevisor reads %s as a blank, but this module does not: write %s "
                            u"in quotes, or the command as a list." % (option, encoded[0], BLANK, meant))
    return warnings


def _command(line, timeout, path):
    # type: (List[str], float, Optional[str]) -> Action
    def refusal():
        # type: () -> Optional[str]
        program, why = commands.find(line[0], path)
        return None if program else commands.not_run(line[0], why)

    return Action(u" ".join(line), lambda: commands.run(line, timeout, path), refusal)


def _command_actions(lines, timeout, path):
    # type: (Dict[str, Optional[List[str]]], float, Optional[str]) -> Dict[str, Action]
    actions = {}  # type: Dict[str, Action]
    for name in ("start", "stop", "status"):
        line = lines[name]
        if line is None and lines["control"]:
            line = lines["control"] + [u"%s" % name]
        if line:
            actions[name] = _command(line, timeout, path)
    return actions


def _daemon_actions(pid_file):
    # type: (PidFile) -> Dict[str, Action]
    def nothing():
        # type: () -> None
        return None

    return {
        "start": Action(u" ".join(pid_file.words), pid_file.start, pid_file.refusal),
        "stop": Action(u"ending the process of %s" % pid_file.path, pid_file.stop, nothing),
        "status": Action(u"the pid file %s" % pid_file.path, pid_file.status, nothing),
    }


def _add_table_actions(actions, pattern, start, timeout):
    # type: (Dict[str, Action], Optional[str], List[str], float) -> Callable[[], List[processes.Info]]
    """Add actions that use the process table in place of a missing stop or status command.

    :returns: function that returns the Infos of the matching processes.
    """
    text = u" ".join(start) if pattern is None else pattern
    try:
        expression = re.compile(re.escape(text) if pattern is None else text)
    except re.error as error:
        raise UpstartError("pattern is not a valid regular expression (%s): %s" % (error, pattern), option="pattern")
    if expression.search(u""):
        raise UpstartError("pattern matches every process: %s" % pattern, option="pattern")

    description = u"the processes that match %s" % text

    def find():
        # type: () -> List[processes.Info]
        return processes.matching(expression)

    def ensure_visible():
        # type: () -> None
        if processes.info(os.getpid()) is None:
            raise UpstartError(
                "Cannot look for %s: /proc is not mounted. Mount it, or set stop and status." % description)

    def stop():
        # type: () -> Result
        ensure_visible()
        remaining = end_processes(find, timeout)
        return Result(1 if remaining else 0, "", "a process is still running after SIGKILL" if remaining else "", None,
                      False)

    def status():
        # type: () -> Result
        ensure_visible()
        return Result(0 if find() else 3, "", "", None, False)

    def nothing():
        # type: () -> None
        return None

    actions.setdefault("stop", Action(u"ending " + description, stop, nothing))
    actions.setdefault("status", Action(description, status, nothing))
    return find
