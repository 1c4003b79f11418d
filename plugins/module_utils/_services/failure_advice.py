# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do about a process that failed: its job file says which program, user or directory init could not use."""

from __future__ import absolute_import, division, print_function

import re

from .._host import failures
from .._jobfile.values import SHELL_CHARACTERS
from .missing_program import NOT_EXECUTED, failed_process, program_with_variables

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional  # noqa: F401
    from .missing_program import MissingProgram  # noqa: F401

__metaclass__ = type

LISTED = 3  # processes that a message names
DENIED = re.compile(r"permission denied|(?:operation )?not permitted|\bEACCES\b|\bEPERM\b|\[errno 13?\]"
                    r"|must be (?:run (?:as|by) )?(?:the )?(?:root|super-?user)|only root|are you root|not root"
                    r"|(?:requires?|needs?) root", re.IGNORECASE)
CANNOT_EXECUTE = 126  # exit status of a shell that may not execute a program
# Processes beside main, and the event on which a job of its own would do the same work.
HELPERS = {"pre-start": "starting", "post-start": "started", "pre-stop": "stopping", "post-stop": "stopped"}
NO_INTERPRETER = "%s does not exist, or the interpreter in its first line does not."
NOT_EXECUTABLE = "%s is not an executable file, or %s may not execute it."
NO_FORMAT = "%s is neither a binary of this machine nor a script that begins with #!."
NOT_FOUND, NO_EXECUTABLE = "does not exist", "cannot be executed"  # defects of a program_search.HostPrograms
LIMIT = re.compile(r'^unable to set "(.*)" resource limit: ')
END_THEM = "End %s with state: stopped, unwedge: true and end_leftovers: true"


def advice(definition, facts, leftovers, missing=None):
    # type: (Any, Dict[str, Any], List[Dict[str, Any]], Optional[MissingProgram]) -> Optional[str]
    """Return a sentence or two on why a process of a job failed and what to do about it, or None.

    :param definition: definitions.Definition.
    :param facts: dict, as failures.failure_message takes it.
    :param leftovers: list of dicts ``pid``, ``command``: processes that the job left running.
    :param missing: missing_program.MissingProgram, or None.
    """
    values = definition.values or {}
    process = facts.get("process")
    reason = failures.spawn_error(facts.get("init_messages") or [], process)
    if missing is not None:
        sentences = [_missing_text(missing)]  # type: List[Optional[str]]
    else:
        sentences = [_spawn_advice(values, failed_process(facts), reason) if reason else _rights_advice(values, facts)]
        name = program_with_variables(values, facts) if values else None
        if name is not None:
            sentences.append("It runs %s: check the variables in this name." % name)
    if leftovers:
        sentences.append("Processes that it started still run unsupervised: %s. %s." % (
            listing(leftovers), END_THEM % _them(leftovers)))
    elif process in ("main", "respawn") and facts.get("exit_status") == 0:
        sentences.append(ENDS)
    return " ".join(sentence for sentence in sentences if sentence) or None


ADD_EXPECT = "add expect fork if it forks once, or expect daemon if it forks twice"
ENDS = "Let the command run in the foreground, or, if it is meant to end, make it a task without respawn."


def background_advice(values, leftovers):
    # type: (Dict[str, Any], List[Dict[str, Any]]) -> str
    """Return a sentence on what to do about a command that has gone into the background.

    :param leftovers: list of dicts ``pid``, ``command``: processes that it left running.
    """
    expect = values.get("expect", "none")
    remedy = "run the command in the foreground, or %s" % (
        ADD_EXPECT if expect == "none" else "correct 'expect %s'" % expect)
    return "%s; then %s." % (END_THEM % _them(leftovers), remedy)


def background_cause(leftovers):
    # type: (List[Dict[str, Any]]) -> str
    """Return a clause that says that a command goes into the background, with the processes that it left running."""
    return "its command goes into the background and leaves %s running unsupervised: %s" % (
        "a process" if len(leftovers) == 1 else "processes", listing(leftovers))


def listing(leftovers):
    # type: (List[Dict[str, Any]]) -> str
    """Return processes as text with pids and commands, the first few if there are many."""
    named = ", ".join("%d (%s)" % (entry["pid"], entry["command"]) for entry in leftovers[:LISTED])
    more = len(leftovers) - LISTED
    return "%s and %d more" % (named, more) if more > 0 else named


def _missing_text(missing):
    # type: (MissingProgram) -> str
    if missing.defect == NOT_FOUND and "/" not in missing.name:
        return "Its program %s is in no directory of its PATH." % missing.name
    defect = "is not an executable file" if missing.defect == NO_EXECUTABLE else missing.defect
    return "Its program %s %s." % (missing.name, defect)


def _them(leftovers):
    # type: (List[Dict[str, Any]]) -> str
    return "it" if len(leftovers) == 1 else "them"


def _spawn_advice(values, process, reason):
    # type: (Dict[str, Any], Optional[str], str) -> Optional[str]
    """Return a sentence that names what a process could not be run with, by init's reason; None if that says it all."""
    limit = LIMIT.search(reason)
    if limit and limit.group(1) in (values.get("limits") or {}):
        soft, hard = values["limits"][limit.group(1)]
        return "Correct 'limit %s %s %s': the first number must not exceed the second." % (limit.group(1), soft, hard)
    for start, option, text in (("unable to find setuid user", "setuid", "User %s of setuid does not exist."),
                                ("unable to find setgid group", "setgid", "Group %s of setgid does not exist."),
                                ("unable to change working directory", "chdir", "Check the directory %s of chdir."),
                                ("unable to change root directory", "chroot", "Check the directory %s of chroot.")):
        if reason.startswith(start) and values.get(option):
            return text % values[option]
    program = _program(values, process)
    if program is None or not reason.startswith(NOT_EXECUTED):
        return None
    error = reason.partition(": ")[2]
    if values.get("chroot"):
        program += " below " + values["chroot"]
    texts = {"No such file or directory": NO_INTERPRETER % program, "Exec format error": NO_FORMAT % program,
             "Permission denied": NOT_EXECUTABLE % (program, values.get("setuid") or "init")}
    return texts.get(error)


def _program(values, process):
    # type: (Dict[str, Any], Optional[str]) -> Optional[str]
    """Return the program that init executes for a process, or None if that is unknown."""
    command = values.get("process", {}).get(process)
    if not command or not command["command"]:
        return None
    if command["script"] or SHELL_CHARACTERS.search(command["command"]):
        return "/bin/sh"
    return command["command"].split()[0]


def _rights_advice(values, facts):
    # type: (Dict[str, Any], Dict[str, Any]) -> Optional[str]
    """Return a sentence on setuid if a process failed because of missing rights, or may have; else None."""
    user, process = values.get("setuid"), facts.get("process")
    if not user or user == "root" or process is None:
        return None
    lines = facts.get("log_lines") or []
    is_denied = any(DENIED.search(line) for line in lines) or facts.get("exit_status") == CANNOT_EXECUTE
    if process not in HELPERS:
        return "It runs as %s because of setuid: check what that user may do." % user if is_denied else None
    text = "It runs as %s, because setuid holds for every process of a job" % user
    if is_denied:
        return text + ": give that user access, or do this in a task without setuid that starts on %s %s." % (
            HELPERS[process], facts["name"])
    return None if lines else text + ": check what that user may do."
