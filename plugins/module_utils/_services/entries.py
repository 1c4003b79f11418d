# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request that asks for something else of each job: its entries, and what contradicts itself among them."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host import environment, instance_names

__metaclass__ = type


def split(request, jobs, check_mode=False):
    """Return a request.ServiceRequest with ``jobs`` and ``parts`` from ``jobs``, the option of upstart_service.

    :param request: request.ServiceRequest with what the entries do not say themselves.
    :param jobs: list of dicts with ``name``, ``state``, ``enabled``, ``env``, ``instances`` and ``expected``, None for
        what is not said; the last counts in check mode only.
    :raises UpstartError: for an entry that asks for nothing or has an ``env`` that is none.
    """
    parts = [_part(request, entry, "jobs[%d] (%s)" % (number, entry["name"])) for number, entry in enumerate(jobs)]
    if check_mode:
        parts = [part._replace(expected=entry.get("expected")) for part, entry in zip(parts, jobs)]
    return request._replace(jobs=[entry["name"] for entry in jobs], parts=parts)


def _part(request, entry, where):
    state = request.state if entry["state"] is None else entry["state"]
    enabled = request.enabled if entry["enabled"] is None else entry["enabled"]
    if state is None and enabled is None:
        raise UpstartError("%s has neither state nor enabled, and the task has none for all of its entries. Say what "
                           "the job shall be." % where, name=entry["name"])
    env = environment.pairs(entry["env"], "env of " + where) if entry["env"] else None
    return request._replace(jobs=[entry["name"]], state=state, enabled=enabled, env=env,
                            instances=_instances(entry, state, where),
                            must_exist=request.must_exist or state != "stopped")


def _instances(entry, state, where):
    """Return the variables of all instances that a job is to have, or None when an entry does not say that."""
    listed = entry.get("instances")
    if listed is None:
        return None
    if state != "restarted" or entry["env"]:
        raise UpstartError("%s has instances, which needs the state restarted and no env beside it." % where,
                           name=entry["name"])
    return [environment.pairs(env, "instances of " + where) for env in listed]


def distinct(targets):
    """Return the targets, each instance once.

    :raises UpstartError: when two entries ask for different things of one instance, or one of them of all instances.
    """
    found = []
    seen = {}
    for target in targets:
        others = seen.setdefault(target.job, [])
        key = _key(target)
        twin = None
        for other, other_key in others:
            if other.wanted is not target.wanted:
                _compare(other, target, other_key == key)
                if other_key == key and other.result.error is None and target.result.error is None:
                    twin = other
        if twin is None:
            others.append((target, key))
            found.append(target)
        else:
            twin.wanted = _both(twin.wanted, target.wanted)
            twin.env = twin.env or target.env
    _share_enabled(found)
    return found


def _share_enabled(targets):
    enabled = dict((target.job, target.wanted.enabled) for target in targets if target.wanted.enabled is not None)
    for target in targets:
        target.wanted = target.wanted._replace(enabled=enabled.get(target.job))


def _key(target):
    """What tells the instances of a job apart: the name, or the variables where there is no name yet."""
    name = target.instance
    if name is None:
        name = instance_names.instance_of(target.definition, target.env)
    return tuple(target.env) if name is None else name


def _compare(one, other, same_instance):
    mine, theirs = one.wanted, other.wanted
    if None not in (mine.enabled, theirs.enabled) and mine.enabled != theirs.enabled:
        raise _contradiction(one, ["disabled", "enabled"], "")
    if None in (mine.state, theirs.state):
        return
    if not (same_instance or _means_all(mine) or _means_all(theirs)):
        return
    if mine.state != theirs.state:
        raise _contradiction(one, [mine.state, theirs.state], one.instance or other.instance or "")
    if same_instance and mine.state != "stopped" and None not in (mine.env, theirs.env) and mine.env != theirs.env:
        raise UpstartError("jobs has two entries for the job %s with different values in env. Keep one of them."
                           % display_name(one.job, one.instance or ""), name=one.job)


def _means_all(wanted):
    return wanted.env is None and wanted.state != "started"


def _contradiction(target, words, instance):
    return UpstartError("jobs asks for the job %s to be %s and %s at once. Keep one of the entries."
                        % (display_name(target.job, instance), words[0], words[1]), name=target.job)


def _both(one, other):
    return one._replace(state=one.state if other.state is None else other.state,
                        enabled=one.enabled if other.enabled is None else other.enabled)
