# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of upstart_service as lines for people."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._host import status, summary_lines

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, List, Sequence  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def lines(targets, entries, losses):
    # type: (Sequence[Target], Sequence[Dict[str, Any]], Sequence[Dict[str, Any]]) -> List[str]
    """Return a line for each instance, then one for each service that the task stopped as a side effect.

    :param entries: the dicts of ``instances`` in the result, in the order of the targets.
    :param losses: the dicts of ``taken_down``.
    """
    return [summary_lines.instance_line(entry["name"], entry["instance"], entry["status"] or u"in an unknown state",
                                        entry["processes"], _faults(target, entry))
            for target, entry in zip(targets, entries)] + [_loss_line(loss) for loss in losses]


def _faults(target, entry):
    # type: (Target, Dict[str, Any]) -> Iterator[str]
    if target.result.error is not None:
        yield target.result.error.message.rstrip(".")
        return
    after = target.result.after
    if status.missing_main_pid(after):
        yield summary_lines.WEDGED
    if status.zombie_pid(after):
        yield summary_lines.ZOMBIE
    if status.suspended_pid(after):
        yield summary_lines.SUSPENDED
    if entry["stale"]:
        yield summary_lines.STALE
    if entry["env_differs"]:
        yield u"it runs with other values of %s" % u", ".join(entry["env_differs"])
    if entry["leftovers"]:
        yield u"it left processes running: %s" % u", ".join(u"%d" % process["pid"] for process in entry["leftovers"])


def _loss_line(loss):
    # type: (Dict[str, Any]) -> str
    cause = u"stopped because of %s" % u", ".join(loss["caused_by"]) if loss["caused_by"] else u"stopped meanwhile"
    return summary_lines.line(display_name(loss["name"], loss["instance"]), loss["status"], [cause])
