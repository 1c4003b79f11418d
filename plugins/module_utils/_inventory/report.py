# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The result of upstart_info, from what was loaded of a host."""

from __future__ import absolute_import, division, print_function

import time

from .._host.job_logs import log_path
from .._events.relations import RelatedJob, Relations
from .._host.releases import JOB_LOGS_SINCE, OVERRIDES_SINCE
from .._host.status import START_RUNNING, state_text
from .._jobfile.conditions import to_structure
from .._jobfile.options import from_values
from .._jobfile.stanzas import dotted
from .._jobfile.values import last_assignments
from .._text import STRAY_BYTES, text_type
from . import audit, boot, summary
from .request import AUDIT, BOOT, DEFINITIONS, ENVIRONMENT, GRAPH, STANZAS

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, List, Optional, Set, Tuple  # noqa: F401
    from .._host.instances import InstanceReport  # noqa: F401
    from .._host.job_directory import JobFiles  # noqa: F401
    from .._jobfile.errors import JobFileError  # noqa: F401
    from .host import Host  # noqa: F401
    from .request import InfoRequest  # noqa: F401

__metaclass__ = type

UNKNOWN_VALUES = {"description": None, "task": None, "start_on": None, "stop_on": None, "emits": (),
                  "console": None}  # type: Dict[str, Any]

STATES = {
    "running": lambda job: any(instance["status"] == START_RUNNING for instance in job["instances"]),
    "stopped": lambda job: not job["instances"],
    "changing": lambda job: any(instance["status"] != START_RUNNING for instance in job["instances"]),
    "stale": lambda job: any(instance["stale"] for instance in job["instances"]),
    "wedged": lambda job: any(instance["wedged"] for instance in job["instances"]),
    "hollow": lambda job: any(instance["hollow"] for instance in job["instances"]),
    "zombie": lambda job: any(instance["zombie"] for instance in job["instances"]),
    "suspended": lambda job: any(instance["suspended"] for instance in job["instances"]),
    "orphan": lambda job: job["orphan"],
    "refused": lambda job: job["error"] is not None,
}  # type: Dict[str, Callable[[Dict[str, Any]], bool]]


def report(host, runlevels, request):
    # type: (Host, Tuple[Optional[str], Optional[str]], InfoRequest) -> Dict[str, Any]
    """Return the module's result.

    :param host: host.Host.
    :param runlevels: the present and the previous runlevel.
    :param request: request.InfoRequest.
    """
    values = dict((name, host.values(name)) for name in host.names)
    jobs = [_job(host, name, values[name], request) for name in host.names if request.is_named(name)]
    jobs = [job for job in jobs if not request.states or any(STATES[state](job) for state in request.states)]
    current, previous = runlevels
    result = {
        "version": dotted(host.version), "transport": host.transport, "log_priority": host.log_priority,
        "runlevel": current, "previous_runlevel": previous, "jobs": [] if request.only_summary else jobs,
        "summary": summary.lines(jobs), "left_out": host.left_out, "changed": False}  # type: Dict[str, Any]
    if not request.sections.isdisjoint([GRAPH, AUDIT]):
        related_jobs = [RelatedJob(name, known) for name, known in sorted(values.items()) if known]
        relations = Relations(related_jobs, host.names)
        names = set(job["name"] for job in jobs)
        if GRAPH in request.sections:
            result.update(_graph(relations, names, request))
        if AUDIT in request.sections:
            result["findings"] = _findings(host, relations, names, request)
    if BOOT in request.sections:
        result["boot"] = boot.last_boot(host.peer_pid, request.init_log, [
            instance for name in host.names if request.is_named(name) for instance in host.instances.get(name, ())])
    return _without_stray_bytes(result) if host.folder.stray else result


def _graph(relations, names, request):
    # type: (Relations, Set[str], InfoRequest) -> Dict[str, Any]
    edges = relations.edges()
    if request.names or request.states:
        edges = [edge for edge in edges if edge["job"] in names or not names.isdisjoint(edge["emitters"])]
    return {"edges": edges, "events": relations.events(edges, names)}


def _findings(host, relations, names, request):
    # type: (Host, Relations, Set[str], InfoRequest) -> List[Dict[str, Any]]
    findings = audit.findings(host, relations)
    if request.names or request.states:
        findings = [finding for finding in findings if finding["job"] in names or (
            finding["job"] not in host.names and not request.states and request.is_named(finding["job"]))]
    return findings


def _job(host, name, values, request):
    # type: (Host, str, Optional[Dict[str, Any]], InfoRequest) -> Dict[str, Any]
    files = host.folder.jobs.get(name)
    known = values or UNKNOWN_VALUES
    job = {
        "name": name,
        "path": files.conf if files else None,
        "override": files.override if files and host.version >= OVERRIDES_SINCE else None,
        "loaded": name in host.loaded,
        "enabled": files.values["start_on"] is not None if files and files.values else None,
        "task": known["task"],
        "description": known["description"],
        "emits": list(known["emits"]),
        "orphan": host.is_orphan(name) and bool(host.instances.get(name)),
        "error": _error(files, files.error) if files and files.error else None,
    }
    if STANZAS in request.sections:
        stanzas = job["stanzas"] = _stanzas(files, values)
        job.update(start_on=stanzas.get("start_on"), stop_on=stanzas.get("stop_on"))
    else:
        job.update(start_on=to_structure(known["start_on"]), stop_on=to_structure(known["stop_on"]))
    console = known["console"]
    if console is None or (files and not files.sets_console):
        console = host.default_console
    log = host.version >= JOB_LOGS_SINCE and console == "log"
    job["instances"] = [
        _instance(host, instance, log_path(request.log_dir, name, instance.name) if log else None, request.sections)
        for instance in host.instances.get(name, ())]
    return job


def _error(files, error):
    # type: (JobFiles, JobFileError) -> Dict[str, Any]
    return {"file": files.path_of(error.file), "line": error.line, "message": error.text}


def _stanzas(files, values):
    # type: (Optional[JobFiles], Optional[Dict[str, Any]]) -> Dict[str, Any]
    if values is None:
        return {}
    if files and files.override:
        values = dict(values, env=last_assignments(values["env"]))
    stanzas = from_values(values)
    if "start_on" not in stanzas and files and files.values and files.job.all("manual"):
        stanzas["manual"] = True
    return stanzas


def _instance(host, instance, log_file, sections):
    # type: (Host, InstanceReport, Optional[str], Set[str]) -> Dict[str, Any]
    status = instance.status
    return {
        "instance": instance.name,
        "goal": status["goal"],
        "state": status["state"],
        "status": state_text(status),
        "processes": status["processes"],
        "since": instance.since,
        "since_iso8601": instance.since and time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(instance.since)),
        "env": instance.env if ENVIRONMENT in sections else None,
        "log_file": log_file,
        "stale": host.is_stale(instance) if DEFINITIONS in sections else None,
        "wedged": instance.lost is not None,
        "hollow": instance.lacks_main,
        "zombie": instance.zombie,
        "suspended": instance.suspended,
    }


def _without_stray_bytes(value):
    # type: (Any) -> Any
    """Return a value with U+FFFD in place of each byte that is not UTF-8."""
    if isinstance(value, dict):
        return dict((_without_stray_bytes(key), _without_stray_bytes(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return [_without_stray_bytes(item) for item in value]
    if isinstance(value, text_type):
        return STRAY_BYTES.sub(lambda stray: u"\ufffd" * len(stray.group()), value)
    return value
