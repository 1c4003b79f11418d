# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Report the result of a task of upstart_service."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.names import display_name
from .._errors import UpstartError
from .._host.diff import difference
from .._host.status import state_text, suspended_pid
from . import refusals, summary
from .planning import WAITING_STEPS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, List, Optional  # noqa: F401
    from .request import ServiceRequest  # noqa: F401
    from .targets import Target  # noqa: F401

__metaclass__ = type

QUOTED, NAMED = 5, 20  # messages of instances, and names of further ones, in the message of a task


def result(targets, request, losses):
    # type: (List[Target], ServiceRequest, List[Dict[str, Any]]) -> Dict[str, Any]
    """Return the result of the module; raise UpstartError with the same fields when a target failed.

    :param request: request.ServiceRequest.
    :param losses: list of dicts, the services that the task took down, see bystanders.as_dicts.
    """
    entries = instance_entries(targets, request)
    fields = {
        "changed": any(entry["changed"] for entry in entries),
        "name": request.jobs,
        "state": request.state,
        "instances": entries,
        "diff": differences(targets, entries, request),
        "taken_down": losses,
        "summary": summary.lines(targets, entries, losses),
    }
    if request.enabled is not None:
        fields["enabled"] = all(entry["enabled"] for entry in entries)
    errors = [target.result.error for target in targets if target.result.error is not None]
    if errors:
        facts = dict(errors[0].facts)
        facts.update(fields)
        raise UpstartError(_message(targets), **facts)
    return fields


def _message(targets):
    # type: (List[Target]) -> str
    """Return the messages of the first instances that failed, and the names of the others."""
    messages = [target.result.error.message for target in targets if target.result.error is not None]
    others = [target.label for target in targets if target.result.error is not None][QUOTED:]
    if others:
        more = " and others" if len(others) > NAMED else ""
        messages[QUOTED:] = ["%d more failed: %s%s. See instances." % (len(others), ", ".join(others[:NAMED]), more)]
    return " ".join(messages)


def instance_entries(targets, request):
    # type: (List[Target], ServiceRequest) -> List[Dict[str, Any]]
    """Return one dict for each target, as documented under ``instances``; the keys are the same in every mode."""
    return [_entry(target, request) for target in targets]


def _entry(target, request):
    # type: (Target, ServiceRequest) -> Dict[str, Any]
    if target.script is not None:
        return target.script.report(target.result.error)
    plan, outcome = target.plan, target.result
    enabled = target.definition.is_enabled()
    entry = {
        "name": target.job,
        "instance": target.instance_name,
        "changed": bool(plan.change) or any(step not in WAITING_STEPS for step in plan.steps),
        "before": None if target.is_ambiguous else state_text(target.before),
        "status": None if target.is_ambiguous else state_text(outcome.after),
        "processes": _real_processes((outcome.after or {}).get("processes", {})),
        "enabled": plan.change.enabled if plan.change else enabled,
        "enabled_before": plan.enabled_before,
        "stale": _is_stale(target),
        "env_differs": _differing_variables(target),
        "leftovers": outcome.leftovers,
        "log_file": target.log_file(request.log_dir),
    }
    if "start" in plan.steps:
        entry["env"] = target.env
    if plan.group is not None and target.before is not None:
        entry["env_before"] = plan.env_before
    if outcome.error is not None:
        entry.update(outcome.error.fields())
        entry.update(failed=True, msg=outcome.error.message)
    return entry


def _real_processes(processes):
    # type: (Dict[str, int]) -> Dict[str, int]
    """Return processes without those that only an earlier check-mode task of the play would have started."""
    return dict((name, pid) for name, pid in processes.items() if pid)


def _differing_variables(target):
    # type: (Target) -> Optional[List[str]]
    if {"stop", "start"}.intersection(target.plan.steps) and not target.progress.overtaken:
        return []
    return None if target.plan.env_unknown else target.plan.env_differs


def _is_stale(target):
    # type: (Target) -> Optional[bool]
    """Return whether an instance follows an older definition; None when that is unknown.

    An instance that this task started follows the present files, unless other instances keep an older definition.
    """
    if target.result.after is None:
        return False
    if "start" in target.plan.steps and target.result.error is None and not target.plan.kept_by:
        return bool(target.progress.sent and target.plan.stale)
    return target.plan.stale


def warnings(targets):
    # type: (List[Target]) -> List[str]
    """Return the warnings about targets, as a list of sentences."""
    sentences = []  # type: List[str]
    for target in targets:
        sentences.extend(target.result.warnings)
        if target.result.error is None:
            sentences.extend(_warnings_of(target))
    return sentences


def _warnings_of(target):
    # type: (Target) -> Iterator[str]
    plan = target.plan
    if _is_stale(target) and target.wanted.state != "stopped":
        yield refusals.stale_warning(target)
    if suspended_pid(target.result.after):
        yield refusals.suspended_warning(target)
    if plan.changed_file and "start" not in plan.steps:
        yield refusals.changed_warning(target)
    if plan.env_differs and (target.progress.overtaken or not plan.steps):
        yield ("Job %s runs with other values of %s than env asks for. Restart it with env to change them."
               % (target.label, ", ".join(plan.env_differs)))
    if plan.env_unknown and not plan.steps:
        yield ("Cannot tell whether job %s runs with these values of %s: %s."
               % (target.label, ", ".join(plan.env_unknown), plan.unknown_because))


def differences(targets, entries, request):
    # type: (List[Target], List[Dict[str, Any]], ServiceRequest) -> List[Dict[str, Any]]
    """Return what Ansible shows of a change: the files first, then the states."""
    changes = collections.OrderedDict(
        (target.plan.change.path, target.plan.change) for target in targets if target.plan.change)
    differences = [difference(change) for change in changes.values()]
    if request.state is not None or any(target.wanted.state is not None for target in targets):
        differences.append({"before": _lines(entries, "before"), "after": _lines(entries, "status")})
    return differences


def _lines(entries, key):
    # type: (List[Dict[str, Any]], str) -> str
    return "".join("%s: %s\n" % (display_name(entry["name"], entry["instance"]), entry[key] or "unknown")
                   for entry in entries)
