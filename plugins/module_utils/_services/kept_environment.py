# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of instances that are stopped and started again."""

from __future__ import absolute_import, division, print_function

from .._events.expand import variable_behind
from .._host import instance_names
from . import refusals

__metaclass__ = type

DOES_WITHOUT = "it runs by an older definition, which did without them"


def keep_environment(targets, snapshot):
    """Give instances that are to be stopped and started again the variables that they were started with.

    Upstart tells these since 1.6.1. Else the name of an instance that is one variable's value tells that one, which is
    warned of; an instance that could not be started again is refused before it is stopped.

    :param snapshot: daemon_state.Snapshot.
    """
    again = [target for target in targets if target.error is None and "start" in target.steps and not target.env
             and target.before is not None and target.group is None and target.definition.instance_variables()]
    if not again:
        return
    for target in again:
        env = snapshot.environment(target.job, target.instance)
        if env is not None:
            if instance_names.instance_of(target.definition, env) is None:
                target.error, target.steps = refusals.variables_unknown(target, DOES_WITHOUT), []
            target.env = env
            continue
        reason = snapshot.reason or "Upstart did not tell its state"
        target.env = variable_behind(target.definition.values["instance"], target.instance)
        if target.env:
            target.warnings.append(refusals.variables_lost(target, reason))
        else:
            target.error, target.steps = refusals.variables_unknown(target, reason), []
