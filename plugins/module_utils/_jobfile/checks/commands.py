# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules about the commands and scripts of a job."""

from __future__ import absolute_import, division, print_function

import re

from ..commands import SHELL_QUOTED
from ..stanzas import BY_NAME
from .job import Problem

__metaclass__ = type

NESTED = re.compile(r"\$\([^()]*\)|`[^`]*`")
REDIRECTION = re.compile(r"[<>]&[0-9-]*|&>+|>\|")
SEPARATOR = re.compile(r"(&&|\|\||;)\s*\S")
BACKGROUND = re.compile(r"(?<!&)&\s*$")
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=\S*")
ONLY_EXEC = re.compile(r"\s*exec\s+([^\n]+)\n?\s*\Z")
# What a shell does by itself; what forks one all the same: substitutions, pipelines, the background, subshells.
BUILTINS = frozenset([
    ".", ":", "[", "cd", "exit", "export", "false", "readonly", "set", "shift", "test", "true", "ulimit", "umask",
    "unset",
])
KEYWORDS = frozenset(["!", "elif", "else", "fi", "if", "then", "{", "}"])
FORKS = re.compile(r"[`(]|(?<![|])[|](?![|])|(?<![&])[&](?![&])")
STATEMENTS = re.compile(r"[\n;]|&&|[|][|]")
COMMENT = re.compile(r"(?:^|(?<=[ \t;]))#.*$", re.MULTILINE)
# A script that may stop itself, or hands over to a program that may.
MAY_STOP = re.compile(r"STOP|-19|^\s*exec\s", re.MULTILINE)
HERE_DOCUMENT = re.compile(r"<<(-?)[ \t]*(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\2")
PERSONAL = re.compile(r"\$\{?(HOME|USER|LOGNAME|SHELL)\b(?![:]?[-+=])")
SINGLE_QUOTED = re.compile(r"'[^']*'")
SHELL_WORDS = frozenset([
    ".", ":", "alias", "case", "cd", "eval", "exec", "exit", "export", "for", "if", "local", "readonly", "return",
    "set", "shift", "source", "trap", "ulimit", "umask", "unset", "until", "wait", "while",
])
CHANGES_USER = ("su", "sudo", "runuser")
STAYS = re.compile(r"(?:^|\s)(--foreground|--no-?daemon|--no-?fork|-DFOREGROUND)(?=\s|$)|(daemon off)")
LEAVES = re.compile(r"(?:^|\s)(--daemon|--daemonize|--background|--detach|--fork)(?=\s|$)")
# Programs that go into the background by themselves, with the options that keep them in the foreground.
DAEMONS = {
    "atd": r"-[df]", "cron": r"-f", "dnsmasq": r"-[dk]|--keep-in-foreground|--no-daemon", "ntpd": r"-n|--nofork",
    "nmbd": r"-[Fi]|--foreground", "rpcbind": r"-[fd]", "rsyslogd": r"-[nd]", "smbd": r"-[Fi]|--foreground",
    "sshd": r"-[a-zA-Z]*[Dd]",
}
# Programs that do so when told, with their short options for it.
DAEMONS_WHEN_TOLD = {"start-stop-daemon": r"-[a-zA-Z]*b"}


def commands(job):
    """What a shell makes of the text behind exec."""
    for command in job.commands():
        if command.script:
            continue
        bare = _bare(command.text)
        first = (bare.split() or [""])[0]
        separator = SEPARATOR.search(bare)
        if separator:
            yield Problem("exec-only-first-command", command.place, (command.part, separator.group(1)))
        elif BACKGROUND.search(bare):
            yield Problem("in-background", command.place, (command.part,))
        elif "|" in bare:
            yield Problem("exec-pipeline", command.place, (command.part,))
        if ASSIGNMENT.match(first):
            yield Problem("exec-assignment", command.place, (command.part, first))
        elif first in SHELL_WORDS:
            yield Problem("exec-not-a-program", command.place, (command.part, first))


def scripts(job):
    for command in job.commands():
        if not command.script:
            continue
        if "\r\n" in command.text:
            yield Problem("script-crlf", command.place, (command.part,))
        for word in sorted(set(_open_here_documents(command.text))):
            yield Problem("here-document-open", command.place, (command.part, word))
        lines = [line for line in command.text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        if command.part == "main" and lines and BACKGROUND.search(_bare(lines[-1])) and "<<" not in command.text:
            yield Problem("in-background", command.place, (command.part,))


def personal_variables(job):
    known = job.variables()
    for command in job.commands():
        for name in sorted(set(PERSONAL.findall(SINGLE_QUOTED.sub("", command.text)))):
            if name not in known and "%s=" % name not in command.text and not _given_by_event(job, name):
                yield Problem("home-unset", command.place, (command.part, name))


def tracking(job):
    """How the main process and ``expect`` go together."""
    main = [command for command in job.commands() if command.part == "main"]
    if not main:
        return
    place, expect = main[0].place, job.values["expect"]
    text = _replaced_by(main[0].text) if main[0].script else main[0].text
    if text is None:
        if expect in ("fork", "daemon"):
            yield Problem("expect-with-script", job.place("expect"), (expect,))
        elif expect == "stop" and not MAY_STOP.search(main[0].text):
            yield Problem("expect-stop-not-raised", job.place("expect"), ())
        return
    words = text.split() or [""]
    program = words[0].rpartition("/")[2]
    if program in CHANGES_USER and job.version >= BY_NAME["setuid"].since:
        yield Problem("changes-user-itself", place, (program,))
    stays, leaves = _foreground(program, words[1:])
    if expect in ("fork", "daemon") and stays:
        yield Problem("foreground-with-expect", job.place("expect"), (expect, stays))
    if expect == "none" and leaves:
        yield Problem("daemon-without-expect", place, (leaves,))


def _replaced_by(script):
    """Return the command that takes a script's place by exec before the shell can have forked, None without one."""
    only_exec = ONLY_EXEC.match(script)
    if only_exec:
        return only_exec.group(1)
    text = COMMENT.sub("", script)
    if FORKS.search(SINGLE_QUOTED.sub("", text)):
        return None
    statements = [words for words in map(_command, STATEMENTS.split(text)) if words]
    if not statements or statements[-1][0] != "exec" or any(words[0] not in BUILTINS for words in statements[:-1]):
        return None
    return " ".join(statements[-1][1:])


def _command(statement):
    """Return the words of a statement from its command on."""
    words = statement.split()
    while words and (words[0] in KEYWORDS or ASSIGNMENT.match(words[0])):
        words.pop(0)
    return words


def _foreground(program, arguments):
    """Return (option that keeps the program in the foreground, what sends it into the background), each or None."""
    if program in DAEMONS:
        option = _matching(arguments, DAEMONS[program])
        return option, None if option else program
    text = " ".join(arguments)
    stays, leaves = STAYS.search(text), LEAVES.search(text)
    option = leaves.group().strip() if leaves else _matching(arguments, DAEMONS_WHEN_TOLD.get(program))
    return stays and stays.group().strip(), option and "%s %s" % (program, option)


def _matching(arguments, pattern):
    """Return the first argument that is the option ``pattern``, None without one."""
    for argument in arguments if pattern else ():
        if re.match("(?:%s)$" % pattern, argument):
            return argument
    return None


def _bare(text):
    """Return a shell command without what is quoted, nested or a redirection to a descriptor."""
    return REDIRECTION.sub(" ", NESTED.sub("x", SHELL_QUOTED.sub("x", text)))


def _open_here_documents(script):
    for match in HERE_DOCUMENT.finditer(script):
        lines = script[match.end():].split("\n")[1:]
        ends = [line.lstrip("\t") if match.group(1) else line for line in lines]
        if match.group(3) not in ends:
            yield match.group(3)


def _given_by_event(job, name):
    return bool(job.values["start_on"]) and job.is_set(name)


RULES = (commands, scripts, personal_variables, tracking)
