# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old definitions that Upstart keeps using.

While any instance of a job still runs with an old definition, Upstart starts new instances with that definition too.
"""

from __future__ import absolute_import, division, print_function

from . import refusals

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Callable, Container, List, Optional, Set  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._errors import UpstartError  # noqa: F401
    from .._host.daemon_state import Snapshot  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type


def instances_keeping_old_definition(running, stopping, is_stale):
    # type: (List[str], Container[Optional[str]], Callable[[str], Optional[bool]]) -> List[str]
    """Return the names of running instances that force new instances onto the old definition.

    Instances that this task stops do not count: they are gone before the first start.

    :param running: list of text, names of the job's instances.
    :param stopping: set of text, names of the instances that this task stops.
    :param is_stale: function from an instance name to bool, or None where that is unknown.
    """
    return [name for name in running if name not in stopping and is_stale(name) is not False]


def find_kept_definitions(client, targets, snapshot):
    # type: (Upstart, List[Target], Snapshot) -> None
    """Plan for each instance that is started whether other instances keep an old definition for it.

    :param snapshot: daemon_state.Snapshot.
    """
    starting = [target for target in targets if target.result.error is None and "start" in target.plan.steps
                and target.definition.instance_variables()]
    jobs = sorted(set(target.job for target in starting))
    running = dict(zip(jobs, client.instances_of(jobs) if jobs else []))
    stopping_by_job = dict((job, _stopped_instances(targets, job)) for job in jobs)
    for target in starting:
        stopping = stopping_by_job[target.job]
        stale = dict((name, snapshot.is_stale(target.definition, name)) for name in running[target.job]
                     if name not in stopping)
        unknown_is_kept = bool(snapshot.reason)
        target.plan.kept_by = instances_keeping_old_definition(
            running[target.job], stopping,
            lambda name, stale=stale:  # type: ignore[misc]  # mypy cannot infer it with a default
            stale[name] if stale[name] is not None or unknown_is_kept else False)
        if target.plan.kept_by:
            target.plan.stale = any(stale.values()) or None
            if target.wanted.definition == "current":
                target.result.error, target.plan.steps = _error(target, snapshot), []


def _stopped_instances(targets, job):
    # type: (List[Target], str) -> Set[Optional[str]]
    """Return the names of the instances of a job that this task stops."""
    return set(target.instance for target in targets if target.job == job and target.result.error is None
               and (target.wanted.state == "stopped" or {"stop", "free", "finish"}.intersection(target.plan.steps)))


def _error(target, snapshot):
    # type: (Target, Snapshot) -> UpstartError
    if target.plan.stale:
        return refusals.definition_kept(target)
    return refusals.definition_unknown(target, snapshot.reason_for(target.definition, target.plan.kept_by[0]))
