# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to init in the commands and scripts of a job: events to emit, jobs to start, stop or restart.

A request counts where a shell looks for a command, whether or not the script ever gets there.
"""

from __future__ import absolute_import, division, print_function

import collections
import re

from .reader import quoted_substitutions, read_script, unquoted
from .words import SHELLS, TAKES_SCRIPT, program_words

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List, Optional, Sequence  # noqa: F401
    from .reader import Statement  # noqa: F401

__metaclass__ = type

EMITS, STARTS, STOPS, RESTARTS = "emits", "starts", "stops", "restarts"
VERBS = {"emit": EMITS, "start": STARTS, "stop": STOPS, "restart": RESTARTS}
RUNLEVEL = "runlevel"
RUNLEVEL_PROGRAMS = ("telinit", "init", "shutdown", "reboot", "halt", "poweroff")  # these emit runlevel
MENTION = re.compile(r"\b(?:initctl|service|start|stop|restart|%s)\b" % "|".join(RUNLEVEL_PROGRAMS))
VARIABLE = re.compile(r"\$(?:\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*|.?)")
OWN_NAME = re.compile(r"\$(?:UPSTART_JOB\b|\{UPSTART_JOB\})")


class InitCommand(collections.namedtuple("InitCommand", ["verb", "name"])):
    """A request to init: EMITS, STARTS, STOPS or RESTARTS, and the name of the event or job as written.

    The name is None for a command without a name, which means the job that the process belongs to.
    """

    def pattern(self, job):
        # type: (str) -> str
        """Return a glob pattern of the names that it may mean in a process of ``job``: a variable may be anything."""
        if self.name is None:
            return job
        return VARIABLE.sub("*", OWN_NAME.sub(lambda _match: job, self.name))

    def is_literal(self):
        # type: () -> bool
        return self.name is not None and "$" not in self.name


def read_init_commands(text):
    # type: (Optional[str]) -> List[InitCommand]
    """Return the InitCommands in a command or script, each once.

    :param text: text, or None.
    """
    init_commands = []
    if MENTION.search(text or ""):
        for statement in read_script(text):  # type: ignore[arg-type]  # None mentions nothing
            for init_command in _of_statement(statement):
                if init_command not in init_commands:
                    init_commands.append(init_command)
    return init_commands


def _of_statement(statement):
    # type: (Statement) -> List[InitCommand]
    """Return the InitCommands of a simple command, including those in its quoted words."""
    if statement.is_case_pattern:
        return []
    init_commands = [
        init_command for word in statement.words for text in quoted_substitutions(word)
        for init_command in read_init_commands(text)
    ]
    words = program_words([unquoted(word) for word in statement.words])
    if not words:
        return init_commands
    program = words[0].rpartition("/")[2]
    arguments = [word for word in words[1:] if word and not word.startswith("-")]
    if program in SHELLS:
        texts = [words[index + 1] for index, word in enumerate(words[:-1]) if TAKES_SCRIPT.match(word)]
        for text in texts + [document.text for document in statement.documents]:
            init_commands.extend(read_init_commands(text))
    elif program in ("eval", "trap"):
        init_commands.extend(read_init_commands(" ".join(arguments if program == "eval" else arguments[:1])))
    elif program in RUNLEVEL_PROGRAMS:
        init_commands.append(InitCommand(EMITS, RUNLEVEL))
    elif program == "service":
        if arguments[1:2] and arguments[1] in VERBS and arguments[1] != "emit":
            init_commands.append(InitCommand(VERBS[arguments[1]], arguments[0]))
    elif program == "initctl":
        init_commands.extend(_of_initctl(arguments, may_emit=True))
    else:
        init_commands.extend(_of_initctl([program] + arguments, may_emit=False))
    return init_commands


def _of_initctl(words, may_emit):
    # type: (Sequence[str], bool) -> List[InitCommand]
    verb = VERBS.get(words[0]) if words else None
    name = words[1] if words[1:] else None
    if verb is None or (verb == EMITS and (name is None or not may_emit)):
        return []
    return [InitCommand(verb, name)]
