# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request of a task of upstart_info: which jobs, and which sections of the result."""

from __future__ import absolute_import, division, print_function

import collections

from .._errors import UpstartError
from .._events.glob import fnmatch
from .._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Sequence, Set  # noqa: F401

__metaclass__ = type

STANZAS, AUDIT, GRAPH, ENVIRONMENT, DEFINITIONS = DEFAULT_SECTIONS = (
    "stanzas", "audit", "graph", "environment", "definitions")
KERNEL_LOG = "/dev/kmsg"
STALE = "stale"
BOOT = "boot"  # only if it is asked for by name: a log may be long
SECTIONS = DEFAULT_SECTIONS + (BOOT,)
ALL, NONE, SUMMARY, NOT = "all", "min", "summary", "!"
SUBSETS = (ALL, NONE, SUMMARY) + SECTIONS + (NOT + ALL,) + tuple(NOT + section for section in DEFAULT_SECTIONS)


class InfoRequest(collections.namedtuple(
        "InfoRequest", "names states sections conf_dir log_dir only_summary init_log")):
    """What a task asks for.

    :ivar names: list of shell patterns, empty for any name.
    :ivar states: list of keys of report.STATES, empty for any state.
    :ivar sections: set of SECTIONS.
    :ivar only_summary: bool, whether to leave out the jobs themselves.
    :ivar init_log: text, the log to which init writes.
    """

    __slots__ = ()

    def __new__(cls, names, states, sections, conf_dir, log_dir, only_summary=False, init_log=KERNEL_LOG):
        # type: (Sequence[str], Sequence[str], Set[str], str, str, bool, str) -> InfoRequest
        names = [decode(name) for name in names]  # bytes on Python 2
        return super(InfoRequest, cls).__new__(cls, names, states, sections, conf_dir, log_dir, only_summary, init_log)

    def is_named(self, job):
        # type: (str) -> bool
        """Return whether the name of a job matches."""
        return not self.names or any(fnmatch(pattern, job) for pattern in self.names)


def selected_sections(subset, states=()):
    # type: (Sequence[str], Sequence[str]) -> Set[str]
    """Return the set of SECTIONS that a list of SUBSETS selects, as in ansible.builtin.setup.

    If sections are named, only these are selected. A section with ``!`` is removed from the selected ones.

    :param states: list of keys of report.STATES; one of them needs a section.
    :raises UpstartError: if that section is excluded.
    """
    selected = set(word for word in subset if word in SECTIONS)
    excluded = set(word[len(NOT):] for word in subset if word.startswith(NOT))
    if ALL in subset or not (selected or ALL in excluded or {NONE, SUMMARY}.intersection(subset)):
        selected.update(DEFAULT_SECTIONS)
    if STALE in states:
        if DEFINITIONS in excluded:
            raise UpstartError("state has stale, and subset excludes the definitions, which say what is stale. Leave "
                               "out one of them.", option="subset")
        selected.add(DEFINITIONS)
    return selected.difference(excluded)
