# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options ``jobs`` and ``instances`` of upstart_service: a wanted state for each entry, and contradictions."""

from __future__ import absolute_import, division, print_function

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host import environment, instance_names
from .._jobfile.errors import JobFileError
from .._jobfile.scalars import as_list
from .._jobfile.typed import JSON_BEGINS, parsed
from .._text import decode, text_type

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple, Union  # noqa: F401

__metaclass__ = type

NUMBER = "%d"  # in a variable: stands for the number of an instance


def split(request, jobs, check_mode=False):
    # type: (Any, List[Dict[str, Any]], bool) -> Any
    """Return a request.ServiceRequest with ``jobs`` and ``parts`` from ``jobs``, the option of upstart_service.

    :param request: request.ServiceRequest with the defaults of the entries.
    :param jobs: list of dicts with ``name``, ``state``, ``enabled``, ``env``, ``instances`` and ``expected``, None for
        keys that are not set; ``expected`` counts in check mode only.
    :raises UpstartError: for an entry that asks for nothing or has an invalid ``env``.
    """
    requests = [_request_of_entry(request, entry, "jobs[%d] (%s)" % (number, entry["name"]))
                for number, entry in enumerate(jobs)]
    if check_mode:
        requests = [entry_request._replace(expected=entry.get("expected"))
                    for entry_request, entry in zip(requests, jobs)]
    return request._replace(jobs=[entry["name"] for entry in jobs], parts=requests)


def _request_of_entry(request, entry, where):
    # type: (Any, Dict[str, Any], str) -> Any
    state = request.state if entry["state"] is None else entry["state"]
    enabled = request.enabled if entry["enabled"] is None else entry["enabled"]
    if state is None and enabled is None:
        raise UpstartError("%s has neither state nor enabled, and neither has the task. Set one of them."
                           % where, name=entry["name"])
    env = variables(entry["env"], "env of " + where) if entry["env"] else None
    if entry.get("exact") and entry.get("instances") is None:
        raise UpstartError("%s has exact, which requires instances: the variables of all instances that shall run."
                           % where, name=entry["name"])
    return request._replace(jobs=[entry["name"]], state=state, enabled=enabled, env=env,
                            instances=_instances(entry, state, where),
                            must_exist=request.must_exist or state != "stopped")


def _instances(entry, state, where):
    # type: (Dict[str, Any], Optional[str], str) -> Optional[List[List[str]]]
    """Return the variables of all instances that a job shall have, or None for an entry without ``instances``."""
    listed = entry.get("instances")
    if listed is None:
        return None
    if entry["env"] or not (state == "restarted" or (state == "started" and entry.get("exact"))):
        raise UpstartError("%s has instances, which cannot be combined with env, and require state: restarted, or "
                           "state: started with exact: true." % where, name=entry["name"])
    return _instance_variables(listed, " of " + where)


def of_instances(request, params):
    # type: (Any, Dict[str, Any]) -> Any
    """Return a request with ``jobs`` and ``parts`` for the options ``instances``, ``count`` and ``exact``.

    :param request: request.ServiceRequest with the names and ``env``.
    :param params: dict of the module's parameters.
    :raises UpstartError: for invalid variables, and for options that do not fit together.
    """
    if params["instances"] is not None:
        listed = _instance_variables(params["instances"])
    else:
        listed = _numbered(request.env or [], params["count"])
    request = request._replace(env=None)
    if params["exact"]:
        if request.state != "started":
            raise UpstartError("exact requires state: started.")
        parts = [request._replace(jobs=[name], instances=listed) for name in request.jobs]
    elif listed or request.enabled is None:
        parts = [request._replace(jobs=[name], env=env) for name in request.jobs for env in listed]
    else:  # no instance, but the job is to be enabled or disabled
        parts = [request._replace(jobs=[name], state=None) for name in request.jobs]
    return request._replace(jobs=[part.jobs[0] for part in parts], parts=parts)


def entry(name, **given):
    # type: (str, **Any) -> Dict[str, Any]
    """Return an entry of ``jobs`` with all keys, None for those that are not given."""
    return dict(dict.fromkeys(("state", "enabled", "env", "instances", "exact", "expected")), name=name, **given)


def _numbered(env, count):
    # type: (List[str], int) -> List[List[str]]
    """Return ``count`` lists of KEY=VALUE in which a number from 1 replaces the template."""
    if count < 0 or not any(NUMBER in entry.partition("=")[2] for entry in env):
        raise UpstartError("count requires a number of instances, 0 or more, and a variable in env with %s for their "
                           "numbers, such as N=%s." % (NUMBER, NUMBER))
    return [[entry.replace(NUMBER, "%d" % number) for entry in env] for number in range(1, count + 1)]


def _instance_variables(given, place=""):
    # type: (List[Any], str) -> List[List[str]]
    """Return the variables of each instance in a list, or in the text of one, which Ansible splits at its commas.

    :param place: text, what follows ``instances[0]`` in an error.
    """
    listed = given
    if given and isinstance(given[0], (text_type, bytes)) and decode(given[0]).lstrip().startswith(JSON_BEGINS):
        try:
            listed = as_list(parsed(given, "instances" + place))
        except JobFileError:
            pass  # perhaps each is JSON of its own, else the first is reported
    return [variables(env, "instances[%d]%s" % (number, place)) for number, env in enumerate(listed)]


def variables(env, option):
    # type: (Any, str) -> List[str]
    """Return the variables of one instance as a list of KEY=VALUE; raise UpstartError if one is set twice."""
    entries = environment.pairs(env, option)
    names = [entry.partition("=")[0] for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise UpstartError("%s sets %s twice: %s. Use one item of instances for each instance, as in [%s]." % (
                option, name, " ".join(entries), ", ".join(entry for entry in entries if entry.startswith(name + "="))))
    return entries


def distinct(targets):
    # type: (List[Any]) -> List[Any]
    """Return the targets without duplicates: entries for the same instance become one target.

    :param targets: list of targets.Target.
    :raises UpstartError: two entries contradict each other about an instance, or about all instances of a job.
    """
    distinct_targets = []  # type: List[Any]
    targets_of_job = {}  # type: Dict[str, List[Tuple[Any, Union[str, Tuple[str, ...]]]]]
    for target in targets:
        others = targets_of_job.setdefault(target.job, [])
        key = _key(target)
        twin = None
        for other, other_key in others:
            if other.wanted is not target.wanted:
                _check_contradictions(other, target, other_key == key)
                if other_key == key and other.result.error is None and target.result.error is None:
                    twin = other
        if twin is None:
            others.append((target, key))
            distinct_targets.append(target)
        elif twin.plan.group is None and target.plan.group is not None:  # the others of its group know only this one
            target.wanted = _merge(target.wanted, twin.wanted)
            others[others.index((twin, key))] = (target, key)
            distinct_targets[distinct_targets.index(twin)] = target
        else:
            twin.wanted = _merge(twin.wanted, target.wanted)
            twin.env = twin.env or target.env
    _share_enabled(distinct_targets)
    return distinct_targets


def _share_enabled(targets):
    # type: (List[Any]) -> None
    """Give all targets of a job the ``enabled`` that one of its entries has."""
    enabled = dict((target.job, target.wanted.enabled) for target in targets if target.wanted.enabled is not None)
    for target in targets:
        target.wanted = target.wanted._replace(enabled=enabled.get(target.job))


def _key(target):
    # type: (Any) -> Union[str, Tuple[str, ...]]
    """Return what identifies an instance of a job: its name, or its variables where it has no name yet."""
    name = target.instance
    if name is None:
        name = instance_names.instance_of(target.definition, target.env)
    return tuple(target.env) if name is None else name


def _check_contradictions(first, second, same_instance):
    # type: (Any, Any, bool) -> None
    """Raise UpstartError when two targets of a job contradict each other."""
    wanted, other = first.wanted, second.wanted
    if None not in (wanted.enabled, other.enabled) and wanted.enabled != other.enabled:
        raise _contradiction_error(first, ["disabled", "enabled"], "")
    if None in (wanted.state, other.state):
        return
    if not (same_instance or _means_all_instances(wanted) or _means_all_instances(other)):
        return
    if wanted.state != other.state:
        raise _contradiction_error(first, [wanted.state, other.state], first.instance or second.instance_name)
    if same_instance and wanted.state != "stopped" and None not in (wanted.env, other.env) and wanted.env != other.env:
        raise UpstartError("The task asks for the job %s twice, with different values in env. Keep one of them, or "
                           "name the variable in the job's instance stanza."
                           % display_name(first.job, first.instance_name), name=first.job)


def _means_all_instances(wanted):
    # type: (Any) -> bool
    return wanted.env is None and wanted.state != "started"


def _contradiction_error(target, states, instance):
    # type: (Any, List[str], str) -> UpstartError
    return UpstartError("jobs asks for the job %s to be %s and %s at the same time. Keep one of these entries."
                        % (display_name(target.job, instance), states[0], states[1]), name=target.job)


def _merge(wanted, other):
    # type: (Any, Any) -> Any
    """Return a request.ServiceRequest with the state and ``enabled`` of both requests."""
    return wanted._replace(state=wanted.state if other.state is None else other.state,
                           enabled=wanted.enabled if other.enabled is None else other.enabled)
