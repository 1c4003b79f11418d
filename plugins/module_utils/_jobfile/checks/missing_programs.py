# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule about programs that do not exist on the host of a job, or that cannot be executed there."""

from __future__ import absolute_import, division, print_function

import collections
import re

from ..shell.flow import functions_of, outer_statements, read_steps
from ..shell.other_shells import COMMANDS as BUILTINS_OF_BASH
from ..shell.reader import unquoted
from ..shell.words import BUILTINS, programs_of
from ..values import SHELL_CHARACTERS
from .job import Problem

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, Dict, Iterator, List, Optional, Sequence, Set, Tuple  # noqa: F401
    from ..shell.flow import Step  # noqa: F401
    from .job import CheckedJob, Command  # noqa: F401

__metaclass__ = type

LITERAL = re.compile(r"[A-Za-z0-9_./+@:-]*[A-Za-z0-9_+@:-]$")  # a word in which a shell expands nothing
# Builtins of dash that are programs as well.
BUILTIN_PROGRAMS = frozenset(["[", "echo", "false", "kill", "printf", "pwd", "test", "true"])
# Commands that may create programs below the folders in their arguments.
CREATORS = frozenset([
    "cp", "curl", "dd", "debootstrap", "docker", "git", "install", "ln", "mount", "mv", "rsync", "scp", "tar", "unzip",
    "wget",
])
CHANGES_SEARCH = (".", "alias", "eval", "source")


def programs(job):
    # type: (CheckedJob) -> Iterator[Problem]
    if job.programs is None or job.values["chroot"]:
        return
    commands = job.commands()
    is_plain = len(commands) == 1 and not commands[0].script and not SHELL_CHARACTERS.search(commands[0].text)
    steps = dict((command, [] if is_plain else read_steps(command.text)) for command in commands)
    mentions = _Mentions([step for script in steps.values() for step in script])
    for command in commands:
        for name in _programs_of(job, command, steps[command], mentions):
            defect = job.programs.defect(job.values, name)
            if defect:
                yield Problem("program-missing", command.place, (command.process, name, defect))


def _programs_of(job, command, steps, mentions):
    # type: (CheckedJob, Command, Sequence[Step], _Mentions) -> List[str]
    """Return the programs that a command or script runs in any case, as far as their names are known."""
    names = collections.OrderedDict()  # type: Dict[str, bool]
    for words, step in _run_by(command, steps):
        for program in programs_of(words):
            name = program[0]
            if name not in names and LITERAL.match(name) and not mentions.may_appear(name, step):
                names[name] = True
    if not all("/" in name for name in names):
        is_unusual = _unusual_search(job, command, steps)
        names = collections.OrderedDict((name, True) for name in names if "/" in name or not is_unusual(name))
    return [name for name in names if not command.script or "/" not in name or name.startswith("/")]


def _run_by(command, steps):
    # type: (Command, Sequence[Step]) -> Iterator[Tuple[List[str], Optional[Step]]]
    """Yield the (words, Step) of the commands that always run."""
    if not command.script:
        if SHELL_CHARACTERS.search(command.text):
            yield outer_statements(command.text)[0].words, steps[0] if steps else None
        else:
            yield command.text.split(), steps[0] if steps else None
        return
    for step in steps:
        if step.is_certain:
            yield step.words, step
            if step.words[0] in ("exit", "return") or (step.words[0] == "exec" and step.words[1:]):
                return


class _Mentions:
    """What the commands of a job name, to see whether one of them tests for a program or may create it."""

    def __init__(self, steps):
        # type: (Sequence[Step]) -> None
        self._words = collections.Counter()  # type: Dict[str, int]
        self._created = collections.Counter()  # type: Dict[str, int]
        self._is_alone = len(steps) < 2  # a command does not count for itself
        for step in () if self._is_alone else steps:
            words, created = _mentioned(step)
            self._words.update(words)
            self._created.update(created)

    def may_appear(self, name, step):
        # type: (str, Optional[Step]) -> bool
        """Return whether a command other than ``step`` tests for a program, or may create it."""
        if self._is_alone:
            return False
        words, created = _mentioned(step) if step else (set(), set())
        if self._words.get(name, 0) > (name in words):
            return True
        folders = [name[:index + 1] for index, character in enumerate(name) if character == "/"]
        return any(self._created.get(folder, 0) > (folder in created) for folder in folders)


def _mentioned(step):
    # type: (Step) -> Tuple[Set[str], Set[str]]
    """Return the arguments of a command, and the folders that it may create, each with a slash at its end."""
    words = set(unquoted(word) for word in step.words[1:] + step.statement.targets)
    is_creator = step.words[0].rpartition("/")[2] in CREATORS
    return words, set(word.rstrip("/") + "/" for word in words if len(word) > 1) if is_creator else set()


def _unusual_search(job, command, steps):
    # type: (CheckedJob, Command, Sequence[Step]) -> Callable[[str], bool]
    """Return a function (name) -> whether a shell or init may look for a name elsewhere than in the PATH of the job."""
    if any(pair.startswith("PATH=") and "$" in pair for pair in job.values["env"]):
        return lambda name: True
    if not command.script and not SHELL_CHARACTERS.search(command.text):
        return lambda name: False
    if "PATH=" in command.text or any(step.words[0] in CHANGES_SEARCH for step in steps):
        return lambda name: True
    functions = set(functions_of(command.text))
    return lambda name: any(name in names for names in (BUILTINS, BUILTINS_OF_BASH, BUILTIN_PROGRAMS, functions))


RULES = (programs,)
