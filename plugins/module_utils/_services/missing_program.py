# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that a failed process could not execute, if the job file names it and this host does not have it."""

from __future__ import absolute_import, division, print_function

import collections

from .._host import failures
from .._host.program_search import NO_SUCH_PROGRAM, NOT_EXECUTABLE, programs_of_host
from .._jobfile.checks import missing_programs
from .._jobfile.checks.job import CheckedJob
from .._jobfile.shell.flow import outer_statements
from .._jobfile.shell.words import programs_of
from .._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional  # noqa: F401
    from .._host.definitions import Definition  # noqa: F401

__metaclass__ = type

NOT_EXECUTED = "unable to execute: "  # the beginning of a message of init
# name: text, the program as the job file names it; defect: a clause, such as "does not exist".
MissingProgram = collections.namedtuple("MissingProgram", "name defect")


def find_missing_program(peer_pid, definition, facts):
    # type: (int, Definition, Dict[str, Any]) -> Optional[MissingProgram]
    """Return the first program that the failed process of a job cannot execute, or None if none is known.

    Names with variables are not known, and neither are programs that another command of the job may create.

    :param peer_pid: int, the daemon's process; programs are below its root directory.
    :param facts: dict, as failures.failure_message takes it.
    """
    process = failed_process(facts)
    if process is None or not _may_lack_program(facts) or definition.text is None or definition.values is None:
        return None
    texts = [("conf", decode(definition.text))]
    if definition.override_text is not None:
        texts.append(("override", decode(definition.override_text)))
    job = CheckedJob(texts, definition.name, definition.version)
    job.programs = programs_of_host(peer_pid)
    for problem in missing_programs.programs(job):
        if problem.details[0] == process:
            return MissingProgram(*problem.details[1:])
    return None


def failed_process(facts):
    # type: (Dict[str, Any]) -> Optional[str]
    """Return the stanza of the process that failed; it was the main one if Upstart gave up the respawning."""
    return "main" if facts.get("process") == "respawn" else facts.get("process")


def _may_lack_program(facts):
    # type: (Dict[str, Any]) -> bool
    """Return whether a process failed as one does whose program cannot be executed."""
    reason = failures.spawn_error(facts.get("init_messages") or [], facts.get("process"))
    if reason is not None and not reason.startswith(NOT_EXECUTED):
        return False
    return "exit_signal" not in facts and facts.get("exit_status") in (None, NO_SUCH_PROGRAM, NOT_EXECUTABLE)


def program_with_variables(values, facts):
    # type: (Dict[str, Any], Dict[str, Any]) -> Optional[str]
    """Return the name of the program that a shell did not find, as the job file has it, if it has variables."""
    command = values["process"].get(failed_process(facts))
    if facts.get("exit_status") not in (NO_SUCH_PROGRAM, NOT_EXECUTABLE) or not command or command["script"]:
        return None
    programs = programs_of(outer_statements(command["command"])[0].words)
    name = programs[-1][0] if programs else ""
    return name if "$" in name else None
