# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions that Upstart keeps: while instances run by an older one, it starts new instances by that as well."""

from __future__ import absolute_import, division, print_function

from . import refusals

__metaclass__ = type


def find_kept_definitions(client, targets, snapshot):
    """Note for each instance that is to be started what would keep Upstart from doing so by the present files.

    Those that are stopped by the same task keep nothing: all of them are gone before the first start.

    :param snapshot: daemon_state.Snapshot.
    """
    starting = [target for target in targets
                if target.error is None and "start" in target.steps and target.definition.instance_variables()]
    staying = _staying(client, targets, sorted(set(target.job for target in starting)))
    if not any(staying.values()):
        return
    for target in starting:
        is_stale = dict((name, snapshot.is_stale(target.definition, name)) for name in staying[target.job])
        target.kept_by = [name for name in staying[target.job]
                          if is_stale[name] or (is_stale[name] is None and snapshot.reason)]
        if not target.kept_by:
            continue
        target.stale = any(is_stale.values()) or None
        if target.wanted.definition == "current":
            reason = snapshot.reason_for(target.definition, target.kept_by[0])
            target.error = (refusals.definition_kept(target) if target.stale
                            else refusals.definition_unknown(target, reason))
            target.steps = []


def _staying(client, targets, jobs):
    """Return a dict of job to the names of its instances that this task does not stop."""
    going = set((target.job, target.instance) for target in targets if target.error is None
                and (target.wanted.state == "stopped" or {"stop", "free", "finish"}.intersection(target.steps)))
    return dict((job, [name for name in instances if (job, name) not in going])
                for job, instances in zip(jobs, client.instances_of(jobs) if jobs else []))
