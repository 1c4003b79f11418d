# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs an event may concern, without a look at the conditions of all."""

from __future__ import absolute_import, division, print_function

from .._text import encode
from .glob import is_literal
from .match import split_argument

__metaclass__ = type


class Audience:
    """The jobs whose conditions name an event, sorted by the value that they ask of its first argument."""

    def __init__(self):
        self._any = {}  # event name to the names of the jobs that may take any value
        self._exact = {}  # (event name, variable or None for the first one, value) to those that take this value only

    def add(self, job, items):
        """Add a job with the items of its conditions in reverse Polish order."""
        for item in items:
            if "event" in item:
                key = _key(item)
                table, key = (self._any, item["event"]) if key is None else (self._exact, key)
                table.setdefault(key, set()).add(job)

    def of(self, event, env):
        """Return the set of the names of the jobs that have a condition which an event may meet.

        :param env: list of KEY=VALUE.
        """
        found = set(self._any.get(event, ()))
        variables = [entry.partition("=")[::2] for entry in env]
        keys = [(event, None, encode(variables[0][1]))] if variables else []
        for key in keys + [(event, name, encode(value)) for name, value in variables]:
            found.update(self._exact.get(key, ()))
        return found


def _key(item):
    """Return what an event must have to meet an item, or None when its first argument leaves that open."""
    if not item["args"]:
        return None
    variable, pattern, negated = split_argument(item["args"][0])
    if negated or not is_literal(pattern) or "$" in pattern:
        return None
    return item["event"], variable, encode(pattern)
