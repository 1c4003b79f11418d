# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of instances that a task stops and starts again."""

from __future__ import absolute_import, division, print_function

from .._events.expand import variable_behind
from .._host import instance_names
from . import refusals

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List  # noqa: F401
    from .._host.daemon_state import Snapshot  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

DOES_WITHOUT = "it runs by an older definition, which did without them"


def keep_environment(targets, snapshot):
    # type: (List[Target], Snapshot) -> None
    """Start instances that are restarted with the variables that they had before.

    Upstart reports these variables since 1.6.1. Before that, a name made of one variable gives its value, with a
    warning about the others. An instance that could not be started again gets an error before it is stopped.

    :param snapshot: daemon_state.Snapshot.
    """
    for target in targets:
        if not _needs_environment(target):
            continue
        env = snapshot.environment(target.job, target.instance_name)
        if env is not None:
            if instance_names.instance_of(target.definition, env) is None:
                target.result.error, target.plan.steps = refusals.variables_unknown(target, DOES_WITHOUT), []
            target.env = env
            continue
        reason = snapshot.reason or "Upstart did not report its state"
        values = target.definition.values or {}  # which have an instance stanza
        target.env = variable_behind(values["instance"], target.instance_name)
        if target.env:
            target.result.warnings.append(refusals.variables_lost(target, reason))
        else:
            target.result.error, target.plan.steps = refusals.variables_unknown(target, reason), []


def _needs_environment(target):
    # type: (Target) -> bool
    """Return whether an instance is started again without variables in the task."""
    return (target.result.error is None and "start" in target.plan.steps and not target.env
            and target.before is not None and target.plan.group is None
            and bool(target.definition.instance_variables()))
