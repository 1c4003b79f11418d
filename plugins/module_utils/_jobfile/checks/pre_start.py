# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rule about ``pre-start`` scripts that try to keep a job from starting with ``exit 0``."""

from __future__ import absolute_import, division, print_function

from ..shell.flow import read_steps
from .job import Problem

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Iterator  # noqa: F401
    from ..shell.flow import Step  # noqa: F401
    from .job import CheckedJob  # noqa: F401

__metaclass__ = type

TESTS = ("[", "test")
CONDITIONS = ("if", "elif")


def guards(job):
    # type: (CheckedJob) -> Iterator[Problem]
    """A script of nothing but tests and ``exit 0``: it has no effect, whatever the tests say."""
    for command in job.commands():
        if command.process != "pre-start" or not command.script:
            continue
        steps = read_steps(command.text)
        tests = [step for step in steps if step.words[0] in TESTS]
        exits = [step for step in steps if step.words == ["exit", "0"]]
        if tests and len(tests) + len(exits) == len(steps) and steps[-1] in exits and all(map(_is_guard, tests)):
            yield Problem("pre-start-does-not-stop", command.place, ())


def _is_guard(step):
    # type: (Step) -> bool
    """Return whether the script goes on after a test that fails."""
    return step.statement.operator == "||" or step.statement.words[0] in CONDITIONS


RULES = (guards,)
