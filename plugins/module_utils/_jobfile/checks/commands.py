# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the commands and scripts of a job."""

from __future__ import absolute_import, division, print_function

import re

from ..shell.flow import command_words, outer_statements
from ..shell.other_shells import words_unknown_to_sh
from ..shell.reader import ASSIGNMENT, read_script, without_single_quoted
from ..shell.characters import SHELL_CHARACTERS
from .job import Problem, events_of
from .tracking import leaves_program_behind

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, Iterator, List, Optional, Sequence, Set, Tuple  # noqa: F401
    from ..shell.reader import Statement  # noqa: F401
    from .job import CheckedJob, Command  # noqa: F401

__metaclass__ = type

NOT_PROGRAMS = frozenset([
    ".", ":", "alias", "case", "cd", "eval", "exec", "exit", "export", "for", "if", "local", "readonly", "return",
    "set", "shift", "source", "trap", "ulimit", "umask", "unset", "until", "wait", "while",
])
VARIABLES_UNSET_BY_INIT = re.compile(r"\$\{?(HOME|USER|LOGNAME|SHELL)\b(?![:]?[-+=])")
SETS_VARIABLE = r"%s:?=|\b(?:for|read)\b[^\n;]*\b%s\b"
TILDE = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_]*=(?:[^'\"]*:)?)?~(?:/|$)")
# A single word that is a command with an argument. Names such as "/opt/Web Server/web" have no such part.
QUOTED_COMMAND = re.compile(r"\"[^\"\s]+\s+[-/$~.][^\"]*\"$|'[^'\s]+\s+[-/$~.][^']*'$")
ESCAPED = re.compile(r"\\.", re.DOTALL)
SESSION = re.compile(
    r"\bXDG_|\bDBUS_SESSION_|\s--session\b|:sys:|\binitctl\s+--user\b|(?:^|[\s\"'/=])\.(?:cache|config|local)/")
SESSION_EVENTS = frozenset(["desktop-end", "session-end", "xsession"])
# Events that the init of a session does not have.
SYSTEM_EVENTS = frozenset([
    "filesystem", "local-filesystems", "mounted", "net-device-up", "remote-filesystems", "runlevel",
    "static-network-up", "virtual-filesystems",
])
# Behind one of these, a script may have any variable.
RUNS_OTHER_TEXT = (".", "eval", "source")
SETTINGS = ("/etc/default/", "/etc/sysconfig/")  # folders of files that set variables
EXPORTS = re.compile(r"\bexport\b|\bset\s+(?:-[a-z]+\s+)*-[a-z]*a|\ballexport\b")


def commands(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """How a shell reads the text behind exec."""
    for command in job.commands():
        if command.script:
            continue
        statements = outer_statements(command.text)
        separator = _separator_before_another_command(statements)
        if separator:
            yield Problem("exec-only-first-command", command.place, (command.process, separator))
        elif _may_not_end(job, command) and _ends_in_background(statements):
            yield Problem("in-background", command.place, (command.process,))
        elif any(statement.operator == "|" for statement in statements):
            yield Problem("exec-pipeline", command.place, (command.process,))
        first = (statements[0].words or [""])[0]
        if QUOTED_COMMAND.match(first):
            yield Problem("exec-quoted-command", command.place, (command.process, first))
        if ASSIGNMENT.match(first):
            yield Problem("exec-assignment", command.place, (command.process, first))
        elif first in NOT_PROGRAMS:
            yield Problem("exec-not-a-program", command.place, (command.process, first))


def _may_not_end(job, command):
    # type: (CheckedJob, Command) -> bool
    """Return whether a command is the service itself, so that the job ends with it."""
    return command.process == "main" and not job.values["task"] and job.values["expect"] == "none"


def _separator_before_another_command(statements):
    # type: (Sequence[Statement]) -> Optional[str]
    """Return the first ``&&``, ``||`` or ``;`` that another command follows, or None."""
    for index, statement in enumerate(statements):
        if statement.operator in ("&&", "||", ";") and not all(map(_is_empty, statements[index + 1:])):
            return statement.operator
    return None


def _is_empty(statement):
    # type: (Statement) -> bool
    return not statement.words and statement.operator in ("", "\n")


def _ends_in_background(statements):
    # type: (Iterable[Statement]) -> bool
    not_empty = [statement for statement in statements if not _is_empty(statement)]
    return bool(not_empty) and not_empty[-1].operator == "&"


def scripts(job):
    # type: (CheckedJob) -> Iterator[Problem]
    for command in job.commands():
        if not command.script:
            continue
        if "\r\n" in command.text:
            yield Problem("script-crlf", command.place, (command.process,))
        statements = read_script(command.text)
        documents = [document for statement in statements for document in statement.documents]
        for word in sorted(set(document.word for document in documents if not document.is_closed)):
            yield Problem("here-document-open", command.place, (command.process, word))
        if _may_not_end(job, command) and (_ends_in_background(statements) or leaves_program_behind(command.text)):
            yield Problem("in-background", command.place, (command.process,))


def unset_variables(job):
    # type: (CheckedJob) -> Iterator[Problem]
    if _may_belong_to_session(job):
        return
    known = job.variables()
    for command in job.commands():
        for text, name in _needs_of_unset_variables(command.text):
            if not (name in known or re.search(SETS_VARIABLE % (name, name), command.text)
                    or _is_set_by_event(job, name)):
                yield Problem("home-unset", command.place, (command.process, text, name))


def _may_belong_to_session(job):
    # type: (CheckedJob) -> bool
    """Return whether a job names what only the init of a user's session has; that one passes on the user's HOME."""
    values = job.values
    events = [item["event"] for key in ("start_on", "stop_on") for item in events_of(values[key])]
    if values["setuid"] or any(event in SYSTEM_EVENTS for event in events):
        return False
    texts = [command.text for command in job.commands()] + values["env"]
    return any(event in SESSION_EVENTS for event in events) or any(SESSION.search(text) for text in texts)


def _needs_of_unset_variables(text):
    # type: (str) -> List[Tuple[str, str]]
    """Return sorted pairs of a text, such as ``~``, and the variable that it needs and init does not set."""
    needs = set()  # type: Set[Tuple[str, str]]
    if "~" not in text and not VARIABLES_UNSET_BY_INIT.search(text):
        return []
    for statement in read_script(text):
        if command_words(statement)[:1] and command_words(statement)[0] in RUNS_OTHER_TEXT:
            break
        documents = [document.text for document in statement.documents if document.is_expanded]
        for expanded in statement.words + statement.targets + documents:
            bare = ESCAPED.sub("", without_single_quoted(expanded))
            needs.update(("$" + name, name) for name in VARIABLES_UNSET_BY_INIT.findall(bare))
        if any(TILDE.match(word) for word in statement.words + statement.targets):
            needs.add(("~", "HOME"))
    return sorted(needs)


def settings(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Files of settings that a script reads to no purpose. A variable of ``env`` stays exported when a file sets it."""
    for command in job.commands():
        if command.process == "main" and command.script and not job.values["env"]:
            path = _unused_settings(command.text)
            if path is not None:
                yield Problem("settings-not-exported", command.place, (path,))


def _unused_settings(script):
    # type: (str) -> Optional[str]
    """Return the last file of settings that a script reads if nothing after it can use a variable of it, or None."""
    if EXPORTS.search(script):
        return None
    path, rest = None, []  # type: Optional[str], List[Statement]
    for statement in read_script(script):
        words = command_words(statement)
        if words[:1] == ["."] and "".join(words[1:2]).strip("\"'").startswith(SETTINGS):
            path, rest = words[1].strip("\"'"), []
        else:
            rest.append(statement)
    names = [words[0] for words in map(command_words, rest) if words]
    if not names or any(name in RUNS_OTHER_TEXT for name in names):
        return None
    return None if any("$" in text or "`" in text for statement in rest for text in _texts(statement)) else path


def _texts(statement):
    # type: (Statement) -> List[str]
    return statement.words + statement.targets + [document.text for document in statement.documents]


def other_shells(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """What /bin/sh does not have."""
    if job.programs is not None and job.programs.has_rich_shell():
        return
    for command in job.commands():
        if command.script or SHELL_CHARACTERS.search(command.text):
            for word in words_unknown_to_sh(command.text):
                yield Problem("not-in-sh", command.place, (command.process, word))


def _is_set_by_event(job, name):
    # type: (CheckedJob, str) -> bool
    return bool(job.values["start_on"]) and job.is_set(name)


RULES = (commands, scripts, unset_variables, settings, other_shells)
