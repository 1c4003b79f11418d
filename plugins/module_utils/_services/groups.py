# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keep the instances of a job together that other instances replace: if one fails, the others stay or come back."""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import AlreadyStartedError, DaemonError
from . import refusals

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import List  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._host.daemon_state import Snapshot  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def is_replaced(target):
    # type: (Target) -> bool
    """Return whether an instance is only stopped, because other instances replace it."""
    return target.plan.group is not None and target.wanted.state == "stopped"


def find_replaced_instances(targets, snapshot):
    # type: (List[Target], Snapshot) -> None
    """Record the variables of existing instances. If one instance of a job has an error, leave all of them alone.

    :param snapshot: daemon_state.Snapshot.
    """
    for target in targets:
        if target.before is not None:
            target.plan.env_before = snapshot.environment(target.job, target.instance_name)
        if any(other.result.error is not None for other in target.plan.group):  # type: ignore[union-attr]
            target.plan.steps = []
            if target.result.error is None and not is_replaced(target):
                target.result.error = refusals.left_together(target)


def hold_back(client, targets):
    # type: (Upstart, List[Target]) -> None
    """Cancel the planned starts of a job if one of its instances has failed, for example because it did not stop.

    Instances that were already stopped are started again with their earlier variables. A failed task causes no outage.
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
    # type: (Upstart, Target) -> bool
    """Request the start of an instance with its earlier variables. Return whether Upstart accepts the request."""
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
    target.result.after = client.status(target.job, target.instance_name)
    return True
