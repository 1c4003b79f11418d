# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An index of the jobs that an event may concern, which saves checking the conditions of all jobs."""

from __future__ import absolute_import, division, print_function

from .._text import encode
from .glob import is_literal
from .match import split_argument

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Hashable, Iterable, Optional, Set, Tuple  # noqa: F401

__metaclass__ = type


class Audience:
    """The jobs whose conditions name an event, indexed by the value that they require of its first argument."""

    def __init__(self):
        # type: () -> None
        self._any = {}  # type: Dict[Hashable, Set[str]]  # event name to the jobs that may accept any value
        # (event name, variable or None for the first variable, value) to the jobs that require it
        self._exact = {}  # type: Dict[Hashable, Set[str]]

    def add(self, job, items):
        # type: (str, Iterable[Dict[str, Any]]) -> None
        """Add a job with the items of its conditions in reverse Polish order."""
        for item in items:
            if "event" in item:
                key = _key(item)  # type: Hashable
                table, key = (self._any, item["event"]) if key is None else (self._exact, key)
                table.setdefault(key, set()).add(job)

    def jobs_for(self, event, env):
        # type: (str, Iterable[str]) -> Set[str]
        """Return the set of the names of the jobs with a condition that an event may meet.

        :param env: list of KEY=VALUE.
        """
        jobs = set(self._any.get(event, ()))
        variables = [entry.partition("=")[::2] for entry in env]
        keys = [(event, None, encode(variables[0][1]))] if variables else []
        for key in keys + [(event, name, encode(value)) for name, value in variables]:
            jobs.update(self._exact.get(key, ()))
        return jobs


def _key(item):
    # type: (Dict[str, Any]) -> Optional[Tuple[str, Optional[str], bytes]]
    """Return the key of an item in ``_exact``, or None when its first argument requires no exact value."""
    if not item["args"]:
        return None
    variable, pattern, negated = split_argument(item["args"][0])
    if negated or not is_literal(pattern) or "$" in pattern:
        return None
    return item["event"], variable, encode(pattern)
