# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events that no job waits for, which are often misspelt or lack a variable."""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._events.match import event_matches
from .._host.definitions import Definition
from .._jobfile.similar_names import Suggestions, name_key

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Collection, Dict, Iterable, List, Optional, Sequence, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .emit import Emission  # noqa: F401

__metaclass__ = type

STANZAS = ("start_on", "stop_on")
NOBODY = "no job waits for the event %s"
MAX_CONDITIONS = 3  # that a note quotes


def note_of(name, awaited, jobs):
    # type: (str, Collection[str], Collection[str]) -> Tuple[Optional[str], bool]
    """Return (note, whether it suggests something) about an event that nobody waits for; (None, False) for another.

    :param awaited: the names of the events that jobs wait for.
    :param jobs: the names of the jobs.
    """
    if name in awaited:
        return None, False
    remedy = _remedy(name, awaited, jobs)
    return NOBODY % name + (": %s" % remedy if remedy else ""), remedy is not None


def _remedy(name, awaited, jobs):
    # type: (str, Collection[str], Collection[str]) -> Optional[str]
    first, _blank, rest = name.strip().partition(" ")
    if rest and first in awaited:
        return "set name to %s, and put its variables in env" % first
    same_letters = sorted(event for event in awaited if name_key(event) == name_key(name))
    if same_letters:
        return "did you mean %s?" % same_letters[0]
    if name in jobs:
        return "it is the name of a job, which upstart_service starts and stops"
    return Suggestions(awaited).did_you_mean(name)


def note_on_variables(name, env, conditions):
    # type: (str, Sequence[str], Iterable[Tuple[str, Iterable[Dict[str, Any]]]]) -> Optional[str]
    """Return a note on an event that jobs wait for only with other variables; None if it may match a condition.

    :param env: the event's variables as ``KEY=VALUE`` texts.
    :param conditions: iterable of the name of a job and the items of its conditions.
    """
    waiting = [(job, item) for job, items in conditions for item in items if item.get("event") == name]
    if any("$" in "".join(item["args"]) or event_matches(item, name, env) for _job, item in waiting):
        return None
    texts = sorted(set("%s waits for %s" % (job, " ".join([name] + item["args"])) for job, item in waiting))
    if not texts:
        return None
    more = ", and %d more" % (len(texts) - MAX_CONDITIONS) if len(texts) > MAX_CONDITIONS else ""
    return "%s %s: %s%s" % (NOBODY % name, "with these variables" if env else "without variables",
                            ", ".join(texts[:MAX_CONDITIONS]), more)


def note_on_emission(client, emission, version):
    # type: (Upstart, Emission, Tuple[int, ...]) -> Tuple[Optional[str], bool]
    """Return the same for an event that was emitted and moved no job, judged by the files of the loaded jobs.

    It is (None, False) if some job has no file that can be read.

    :param emission: emit.Emission.
    """
    try:
        jobs = client.jobs()
        definitions = [Definition(job, emission.conf_dir, version) for job in jobs]
    except UpstartError:
        return None, False
    conditions = []  # type: List[Tuple[str, List[Dict[str, Any]]]]
    for definition in definitions:
        if definition.values is None:
            return None, False
        conditions.append((definition.name, [item for stanza in STANZAS for item in definition.values[stanza] or ()]))
    awaited = set(item["event"] for _job, items in conditions for item in items if "event" in item)
    if emission.name in awaited:
        return note_on_variables(emission.name, emission.env, conditions), False
    return note_of(emission.name, awaited, jobs)


def warning(note):
    # type: (str) -> str
    """Return a note as a sentence of its own."""
    return "The event was emitted, but %s" % note
