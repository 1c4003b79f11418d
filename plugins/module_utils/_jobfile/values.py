# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a job: a dict of the settings that Upstart reads from its files."""

from __future__ import absolute_import, division, print_function

import re

from .stanzas import APPEND, STANZAS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List  # noqa: F401

__metaclass__ = type

# Init runs a command with one of these by a shell.
SHELL_CHARACTERS = re.compile(r"""[~`!$^&*()=|\\{}[\];"'<>?]""")
# Keys whose unset value is None or an empty list; new_values names all others.
TEXTS = tuple(stanza.key for stanza in STANZAS if stanza.kind in ("text", "condition", "nice"))
LISTS = tuple(stanza.key for stanza in STANZAS if stanza.repeat == APPEND and stanza.dialect is None)
# Keys of the lists of dialects. They are only there if the list is not empty.
OPTIONAL_LISTS = tuple(stanza.key for stanza in STANZAS if stanza.dialect is not None)


def new_values():
    # type: () -> Dict[str, Any]
    """Return a dict with the default of every key; its lists and dicts may be changed."""
    values = dict.fromkeys(TEXTS)
    values.update((key, []) for key in LISTS)
    values.update(
        instance=u"", task=False, respawn=False, debug=False, respawn_limit=[10, 5], expect=u"none", kill_timeout=5,
        kill_signal=15, reload_signal=1, console=u"log", umask=0o22, oom_score_adj=0, limits={}, process={},
    )
    return values


def same_job(first, second):
    # type: (Dict[str, Any], Dict[str, Any]) -> bool
    """Return whether two dicts of values describe the same behaviour.

    Three differences do not count: a condition that is None or empty; the order and repetition of normal exits; and
    assignments in ``env`` that a later assignment of the same variable overwrites.
    """
    return _meaning(first) == _meaning(second)


def _meaning(values):
    # type: (Dict[str, Any]) -> Dict[str, Any]
    return dict(
        values,
        start_on=values["start_on"] or None,
        stop_on=values["stop_on"] or None,
        normal_exit=set(values["normal_exit"]),
        env=_environment(values["env"]),
    )


def _environment(assignments):
    # type: (List[str]) -> List[str]
    """Return the assignments that count, in the order in which Upstart passes them on.

    A list that contains a name without a value is returned unchanged. Such an entry may remove a variable, which
    depends on Upstart's own environment.
    """
    if any("=" not in assignment for assignment in assignments):
        return assignments
    return last_assignments(assignments)


def last_assignments(assignments):
    # type: (List[str]) -> List[str]
    """Return the last assignment of each variable, at the place of its first one: Upstart ignores the others."""
    order = []
    last = {}
    for assignment in assignments:
        name = assignment.partition("=")[0]
        if name not in last:
            order.append(name)
        last[name] = assignment
    return [last[name] for name in order]
