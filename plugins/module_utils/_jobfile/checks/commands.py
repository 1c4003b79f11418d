# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the commands and scripts of a job."""

from __future__ import absolute_import, division, print_function

import re

from ..shell.reader import ASSIGNMENT, CONDITIONAL_KEYWORDS, read_script, without_single_quoted
from ..stanzas import BY_NAME
from .job import Problem

__metaclass__ = type

ONLY_EXEC = re.compile(r"\s*exec\s+([^\n]+)\n?\s*\Z")
# What a shell does without a fork.
BUILTINS = frozenset([
    ".", ":", "[", "cd", "exit", "export", "false", "readonly", "set", "shift", "test", "true", "ulimit", "umask",
    "unset",
])
FORKING_OPERATORS = frozenset(["|", "&", "("])
# A script that may stop itself, or hands over to a program that may.
MAY_STOP = re.compile(r"STOP|-19|^\s*exec\s", re.MULTILINE)
VARIABLES_UNSET_BY_INIT = re.compile(r"\$\{?(HOME|USER|LOGNAME|SHELL)\b(?![:]?[-+=])")
NOT_PROGRAMS = frozenset([
    ".", ":", "alias", "case", "cd", "eval", "exec", "exit", "export", "for", "if", "local", "readonly", "return",
    "set", "shift", "source", "trap", "ulimit", "umask", "unset", "until", "wait", "while",
])
CHANGES_USER = ("su", "sudo", "runuser")
FOREGROUND_OPTION = re.compile(r"(?:^|\s)(--foreground|--no-?daemon|--no-?fork|-DFOREGROUND)(?=\s|$)|(daemon off)")
BACKGROUND_OPTION = re.compile(r"(?:^|\s)(--daemon|--daemonize|--background|--detach|--fork)(?=\s|$)")
# Programs that go into the background by themselves, with the options that keep them in the foreground.
DAEMONS = {
    "atd": r"-[df]", "cron": r"-f", "dnsmasq": r"-[dk]|--keep-in-foreground|--no-daemon", "ntpd": r"-n|--nofork",
    "nmbd": r"-[Fi]|--foreground", "rpcbind": r"-[fd]", "rsyslogd": r"-[nd]", "smbd": r"-[Fi]|--foreground",
    "sshd": r"-[a-zA-Z]*[Dd]",
}
# Programs that go into the background when asked to, with the short options that ask for it.
DAEMONS_ON_REQUEST = {"start-stop-daemon": r"-[a-zA-Z]*b"}


def commands(job):
    """How a shell reads the text behind exec."""
    for command in job.commands():
        if command.script:
            continue
        statements = _outer_statements(command.text)
        separator = _separator_before_another_command(statements)
        if separator:
            yield Problem("exec-only-first-command", command.place, (command.process, separator))
        elif _ends_in_background(statements):
            yield Problem("in-background", command.place, (command.process,))
        elif any(statement.operator == "|" for statement in statements):
            yield Problem("exec-pipeline", command.place, (command.process,))
        first = (statements[0].words or [""])[0]
        if ASSIGNMENT.match(first):
            yield Problem("exec-assignment", command.place, (command.process, first))
        elif first in NOT_PROGRAMS:
            yield Problem("exec-not-a-program", command.place, (command.process, first))


def _outer_statements(text):
    """Return the Statements of a script that are in no command substitution."""
    return [statement for statement in read_script(text) if not statement.is_nested]


def _separator_before_another_command(statements):
    """Return the first ``&&``, ``||`` or ``;`` that another command follows, or None."""
    for index, statement in enumerate(statements):
        if statement.operator in ("&&", "||", ";") and not all(map(_is_empty, statements[index + 1:])):
            return statement.operator
    return None


def _is_empty(statement):
    return not statement.words and statement.operator in ("", "\n")


def _ends_in_background(statements):
    not_empty = [statement for statement in statements if not _is_empty(statement)]
    return bool(not_empty) and not_empty[-1].operator == "&"


def scripts(job):
    for command in job.commands():
        if not command.script:
            continue
        if "\r\n" in command.text:
            yield Problem("script-crlf", command.place, (command.process,))
        statements = read_script(command.text)
        documents = [document for statement in statements for document in statement.documents]
        for word in sorted(set(document.word for document in documents if not document.is_closed)):
            yield Problem("here-document-open", command.place, (command.process, word))
        if command.process == "main" and _ends_in_background(statements):
            yield Problem("in-background", command.place, (command.process,))


def unset_variables(job):
    known = job.variables()
    for command in job.commands():
        for name in sorted(_variables_unset_by_init(command.text)):
            if name not in known and "%s=" % name not in command.text and not _is_set_by_event(job, name):
                yield Problem("home-unset", command.place, (command.process, name))


def _variables_unset_by_init(text):
    """Return the set of names of variables that the text uses and that init does not set."""
    names = set()
    for statement in read_script(text):
        documents = [document.text for document in statement.documents]
        for expanded in statement.words + statement.targets + documents:
            names.update(VARIABLES_UNSET_BY_INIT.findall(without_single_quoted(expanded)))
    return names


def tracking(job):
    """How the main process and ``expect`` fit together."""
    main = [command for command in job.commands() if command.process == "main"]
    if not main:
        return
    place, expect = main[0].place, job.values["expect"]
    words = _replacing_command(main[0].text) if main[0].script else _first_command(main[0].text)
    if words is None:
        if expect in ("fork", "daemon"):
            yield Problem("expect-with-script", job.place("expect"), (expect,))
        elif expect == "stop" and not MAY_STOP.search(main[0].text):
            yield Problem("expect-stop-not-raised", job.place("expect"), ())
        return
    program = (words or [""])[0].rpartition("/")[2]
    if program in CHANGES_USER and job.version >= BY_NAME["setuid"].since:
        yield Problem("changes-user-itself", place, (program,))
    foreground, background = _foreground_and_background(program, words[1:])
    if expect in ("fork", "daemon") and foreground:
        yield Problem("foreground-with-expect", job.place("expect"), (expect, foreground))
    if expect == "none" and background:
        yield Problem("daemon-without-expect", place, (background,))


def _first_command(text):
    """Return the words of the first command of a text."""
    return _outer_statements(text)[0].words


def _replacing_command(script):
    """Return the words of the command that replaces the shell by ``exec`` before the shell forks, or None.

    A script of nothing but ``exec COMMAND`` is judged like the stanza ``exec``.
    """
    only_exec = ONLY_EXEC.match(script)
    if only_exec:
        return _first_command(only_exec.group(1))
    statements = read_script(script)
    if any(_forks(statement) for statement in statements):
        return None
    commands_words = [words for words in map(_command_words, statements) if words]
    if not commands_words or any(words[0] not in BUILTINS for words in commands_words[:-1]):
        return None
    last = commands_words[-1]
    return last[1:] if last[0] == "exec" and last[1:] else None


def _forks(statement):
    """Return whether the shell forks around a statement, whatever command it runs."""
    quoted = "".join(map(without_single_quoted, statement.words + statement.targets))
    return statement.operator in FORKING_OPERATORS or statement.has_substitution or "$(" in quoted or "`" in quoted


def _command_words(statement):
    """Return the words of a statement from its command on."""
    words = list(statement.words)
    while words and (words[0] in CONDITIONAL_KEYWORDS or ASSIGNMENT.match(words[0])):
        words.pop(0)
    return words


def _foreground_and_background(program, arguments):
    """Return what keeps a program in the foreground and what sends it into the background, text or None for both."""
    if program in DAEMONS:
        option = _matching(arguments, DAEMONS[program])
        return option, None if option else program
    text = " ".join(arguments)
    foreground, background = FOREGROUND_OPTION.search(text), BACKGROUND_OPTION.search(text)
    option = background.group().strip() if background else _matching(arguments, DAEMONS_ON_REQUEST.get(program))
    return foreground and foreground.group().strip(), option and "%s %s" % (program, option)


def _matching(arguments, pattern):
    """Return the first argument that is the option ``pattern``, None without one."""
    for argument in arguments if pattern else ():
        if re.match("(?:%s)$" % pattern, argument):
            return argument
    return None


def _is_set_by_event(job, name):
    return bool(job.values["start_on"]) and job.is_set(name)


RULES = (commands, scripts, unset_variables, tracking)
