# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which known name a misspelt one may mean, also among thousands."""

from __future__ import absolute_import, division, print_function

import difflib

__metaclass__ = type

LIKENESS = 0.75  # of 1, of a name that is proposed
THOROUGH = 5  # names that are compared with every known one


class Spelling:
    """Known names, by what is left of them without one of their letters.

    Two names that differ in one letter, or in the order of two neighbours, have such a rest in common.
    """

    def __init__(self, names):
        self._names = sorted(names)
        self._rests = None
        self._found = {}
        self._left = THOROUGH

    def nearest(self, name):
        """Return the known name that is most like ``name``, or None."""
        if name not in self._found:
            self._found[name] = self._nearest(name)
        return self._found[name]

    def _nearest(self, name):
        if self._rests is None:
            self._rests = {}
            for known in self._names:
                for rest in _rests(known):
                    self._rests.setdefault(rest, set()).add(known)
        alike = set().union(*[self._rests.get(rest, ()) for rest in _rests(name)])
        if not alike and self._left:
            self._left -= 1
            alike = self._names
        best = difflib.get_close_matches(name, sorted(alike), 1, LIKENESS)
        return best[0] if best else None


def _rests(name):
    return [name] + [name[:number] + name[number + 1:] for number in range(len(name))]
