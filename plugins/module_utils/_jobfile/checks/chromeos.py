# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for job files of ChromeOS: what its own lint requires, and imports without effect."""

from __future__ import absolute_import, division, print_function

import itertools
import re

from ..dialects import CHROMEOS, dialect_of
from ..shell.reader import read_script
from .job import NOWHERE, Problem, is_set_by_init

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterable, Iterator, List  # noqa: F401
    from .job import CheckedJob  # noqa: F401

__metaclass__ = type

REQUIRED = ("description", "author", "oom score")
# Commands whose work belongs in a file for systemd-tmpfiles.
FILE_COMMANDS = frozenset(["chgrp", "chmod", "chown", "cp", "ln", "mkdir", "mv", "rm", "touch"])
# A line, with those that a backslash continues it on, that its author has exempted.
EXEMPTED = re.compile(r"^(?:[^\n\\#]|\\.|#(?!\s+croslint:))*#\s+croslint:\s+disable[^\n]*", re.MULTILINE | re.DOTALL)
# The lint sees a command only after these. It does not see one after a keyword or in a pipeline.
SEPARATORS = frozenset(["\n", ";", "&&", "||"])


def missing_lines(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Stanzas that every job file must have."""
    for name in REQUIRED if job.has_conf else ():
        if not job.all(name, name.partition(" ")[0]):
            yield Problem("chromeos-line-missing", NOWHERE, (name,))


def oom_notation(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """An old ``oom``, and a number in place of ``never``."""
    for stanza in job.all("oom"):
        words = stanza.text.split()
        if words[1] != "score" or words[2] == "-1000":
            yield Problem("chromeos-oom-notation", stanza.place, (" ".join(words),))


def file_commands(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Commands that create, change or remove files before or after the program runs."""
    for command in job.commands():
        names = _file_commands(EXEMPTED.sub("", command.text))
        if names:
            yield Problem("chromeos-file-commands", command.place, (command.process, ", ".join(names)))


def _file_commands(text):
    # type: (str) -> List[str]
    """Return the sorted names of the file commands in a command or script."""
    names = set()
    separator = "\n"
    for statement in read_script(text):
        words = statement.words
        if len(words) > 1 and words[0] in FILE_COMMANDS and separator in SEPARATORS:
            names.add(words[0])
        separator = statement.operator
    return sorted(names)


def imports(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """Names that no event or caller can set through ``import``."""
    for name in job.values.get("import", ()):
        if "=" in name or is_set_by_init(name):
            yield Problem("import-without-effect", job.place("import"), (name,))


def problems(job):
    # type: (CheckedJob) -> Iterable[Problem]
    """Problems in the files of a host with ChromeOS; none for another dialect."""
    if dialect_of(job.version) != CHROMEOS:
        return ()
    return itertools.chain.from_iterable(
        rule(job) for rule in (missing_lines, oom_notation, file_commands, imports))


RULES = (problems,)
