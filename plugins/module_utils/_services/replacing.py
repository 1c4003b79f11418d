# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Have other instances of a job run than there are, as when its definition names them in another way now.

Upstart follows the older definition until no instance runs by it any more, so all are gone before the first start.
"""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import AlreadyStartedError, DaemonError
from .._host import instance_names
from . import refusals
from .targets import Target

__metaclass__ = type


def targets(job, definition, wanted, there):
    """Return the Targets of one job of which exactly ``wanted.instances`` shall run; they know each other.

    :param there: names of the instances that there are.
    """
    group = []
    for env in wanted.instances:
        target = Target(job, definition, wanted._replace(env=env))
        target.instance = instance_names.instance_of(definition, env)
        if target.instance is None and definition.instance_variables():
            target.result.error = refusals.missing_variables(definition, env, None)
        group.append(target)
    named = set(target.instance for target in group)
    going = [_going(job, definition, wanted, name) for name in there if name not in named]
    group[:0] = going
    for target in group:
        target.plan.group = group
    return group


def _going(job, definition, wanted, name):
    target = Target(job, definition, wanted._replace(state="stopped", env=[]))
    target.instance = name
    return target


def is_replaced(target):
    """Return whether others take the place of an instance, which only goes."""
    return target.plan.group is not None and target.wanted.state == "stopped"


def find_replaced_instances(targets, snapshot):
    """Note the variables of what is to be stopped, and leave all as it is where not all of a job can be started.

    :param snapshot: daemon_state.Snapshot.
    """
    for target in targets:
        if target.before is not None:
            target.plan.env_before = snapshot.environment(target.job, target.instance)
        if any(other.result.error is not None for other in target.plan.group):
            target.plan.steps = []
            if target.result.error is None and not is_replaced(target):
                target.result.error = refusals.left_together(target)


def hold_back(client, targets):
    """Start nothing in the place of an instance that is still there.

    What was stopped for it and is to stay is started again as it was, so that a failed task leaves no outage.
    """
    for target in targets:
        if target.result.error is None or target.plan.group is None:
            continue
        for other in target.plan.group:
            if other.result.error is None and "start" in other.progress.todo:
                back = other.before is not None and _start_again(client, other)
                other.result.error = refusals.place_taken(other, target, back)
            elif (other.result.error is None and is_replaced(other) and other.result.after is None
                  and other.before is not None):
                if other.plan.env_before is not None and _start_again(client, other):
                    other.result.error = refusals.place_taken(other, target, True)


def _start_again(client, target):
    """Ask for the start of an instance with the variables that it had; return whether Upstart takes that."""
    env = target.plan.env_before if target.plan.env_before is not None else target.env
    pending = client.request("Start", target.job, env, wait=False)
    client.connection.wait(lambda: pending.done, client.timeout)
    if not pending.done:
        client.connection.forget(pending)
        return False
    try:
        pending.result()
    except AlreadyStartedError:
        pass
    except DaemonError:
        return False
    target.result.after = client.status(target.job, target.instance or "")
    return True
