# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for people: what initctl list would print, and after two hyphens what is wrong."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._text import decode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Dict, Iterable  # noqa: F401

__metaclass__ = type

WEDGED = u"Upstart tracks a process that does not exist"
NO_MAIN_PROCESS = u"it has no main process"
ZOMBIE = u"its main process is a zombie"
SUSPENDED = u"its main process is suspended"
STALE = u"it runs with an older definition"


def line(name, text, faults=()):
    # type: (str, str, Iterable[str]) -> str
    """Return a line.

    :param name: text, a job, an instance or an event.
    :param text: text, its state.
    :param faults: iterable of text, clauses that say what is wrong.
    """
    wrong = u"; ".join(decode(fault) for fault in faults)
    return u"%s %s%s" % (decode(name), decode(text), u" -- " + wrong if wrong else u"")


def instance_line(job, instance, status, processes, faults=()):
    # type: (str, str, str, Dict[str, int], Iterable[str]) -> str
    """Return the line of an instance.

    :param instance: text, its name, empty for a job that has only one.
    :param status: text, ``goal/state``.
    :param processes: dict of the name of a process to its pid.
    """
    pid = processes.get("main")
    text = u"%s, process %d" % (status, pid) if pid else status
    return line(display_name(decode(job), decode(instance)), text, faults)
