# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of a job: what the daemon understands of its files, as one dict."""

from __future__ import absolute_import, division, print_function

from .stanzas import APPEND, STANZAS

__metaclass__ = type

# Keys whose unset value is None or an empty list; new_values names all others.
TEXTS = tuple(stanza.key for stanza in STANZAS if stanza.kind in ("text", "condition", "nice"))
LISTS = tuple(stanza.key for stanza in STANZAS if stanza.repeat == APPEND and stanza.kind != "import")


def new_values():
    """Return a dict with every key at its unset value; lists and dicts are fresh ones."""
    values = dict.fromkeys(TEXTS)
    values.update((key, []) for key in LISTS)
    values.update(
        instance=u"", task=False, respawn=False, debug=False, respawn_limit=[10, 5], expect=u"none", kill_timeout=5,
        kill_signal=15, reload_signal=1, console=u"log", umask=0o22, oom_score_adj=0, limits={}, process={},
    )
    return values


def same_job(first, second):
    """Tell whether two dicts of values make the daemon do the same.

    They may differ in three things: a condition that is absent (None) or empty; the order and repetition of normal
    exits; and assignments in ``env`` that a later one of the same variable overwrites. All else must be equal.
    """
    return _meaning(first) == _meaning(second)


def _meaning(values):
    return dict(
        values,
        start_on=values["start_on"] or None,
        stop_on=values["stop_on"] or None,
        normal_exit=set(values["normal_exit"]),
        env=_environment(values["env"]),
    )


def _environment(assignments):
    """Return the assignments that count, in the order that the daemon gives them.

    A bare name may remove a variable, depending on the daemon's own environment: such a list is left as it is.
    """
    if any("=" not in assignment for assignment in assignments):
        return assignments
    order = []
    last = {}
    for assignment in assignments:
        name = assignment.partition("=")[0]
        if name not in last:
            order.append(name)
        last[name] = assignment
    return [last[name] for name in order]
