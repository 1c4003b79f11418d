# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which events a lost service waits for.

Upstart's own record of a condition counts, because one half of an ``and`` may have become true before the task began.
"""

from __future__ import absolute_import, division, print_function

from .._errors import UpstartError
from .._events.explain import explain, explain_progress
from .._events.simulation import Simulation
from .._host.world import read_world

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._events.trees import Tree  # noqa: F401

__metaclass__ = type


def explain_losses(client, losses, events, conf_dir):
    # type: (Upstart, List[Any], List[Tuple[str, List[str]]], str) -> None
    """Set what each service waits for, from the daemon's record of its conditions, or else from the events so far.

    :param losses: list of bystanders.Loss.
    :param events: list of (name, list of KEY=VALUE), the events since the task began.
    """
    try:
        world = read_world(client, conf_dir)[0]
    except UpstartError:
        return  # the losses are known all the same
    simulation = Simulation(world)
    for loss in losses:
        if loss.job not in world.by_name:
            continue
        if world.conditions_known:
            loss.set_progress(tree_progress(simulation.job(loss.job).start_on))
        else:
            rpn = world.by_name[loss.job].start_on
            loss.set_progress(explain(rpn, events), is_complete=not has_and(rpn))


def has_and(rpn):
    # type: (Iterable[Dict[str, Any]]) -> bool
    """Return whether a condition has an ``and``. One half of it may have become true unobserved."""
    return any(item.get("op") == "and" for item in rpn)


def tree_progress(tree):
    # type: (Optional[Tree]) -> Dict[str, Any]
    """Return which events of a condition were emitted and which are missing.

    :param tree: trees.Tree, or None for no condition.
    :returns: dict, as ``explain.explain`` returns it.
    """
    return explain_progress(tree.rpn, tree.met) if tree is not None else explain_progress(None, ())
