# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that a host's Upstart can tell of itself, its jobs and their instances, in one pass."""

from __future__ import absolute_import, division, print_function

import collections

from .._daemon.errors import ConnectionLostError
from .._events.glob import fnmatch
from .._host import runlevel
from .._host.job_logs import log_path
from .._host.relations import RelatedJob, Relations
from .._host.releases import JOB_LOGS_SINCE, OVERRIDES_SINCE
from .._host.status import RECONNECT_TIMEOUT
from .._jobfile.conditions import to_structure
from .._jobfile.parser import dotted
from .._text import STRAY_BYTES, text_type
from .host import Host

__metaclass__ = type

STANZAS, AUDIT, GRAPH, ENVIRONMENT, DEFINITIONS = PARTS = (
    "stanzas", "audit", "graph", "environment", "definitions")
ALL, NONE, NOT = "all", "min", "!"
SUBSETS = (ALL, NONE) + PARTS + (NOT + ALL,) + tuple(NOT + part for part in PARTS)
NEED_DEFINITIONS = ((DEFINITIONS, u"which instances%s are stale"), (ENVIRONMENT, u"the env of the instances%s"))
UNKNOWN = {"description": None, "task": None, "start_on": None, "stop_on": None, "emits": (), "console": None}

# What is asked for. names: list of shell patterns, states: list of keys of STATES, each empty for any; parts: set of
# PARTS.
InfoRequest = collections.namedtuple("InfoRequest", "names states parts conf_dir log_dir")

STATES = {
    "running": lambda job: any(one["status"] == "start/running" for one in job["instances"]),
    "stopped": lambda job: not job["instances"],
    "changing": lambda job: any(one["status"] != "start/running" for one in job["instances"]),
    "stale": lambda job: any(one["stale"] for one in job["instances"]),
    "wedged": lambda job: any(one["wedged"] for one in job["instances"]),
    "hollow": lambda job: any(one["hollow"] for one in job["instances"]),
    "zombie": lambda job: any(one["zombie"] for one in job["instances"]),
    "suspended": lambda job: any(one["suspended"] for one in job["instances"]),
    "orphan": lambda job: job["orphan"],
    "refused": lambda job: job["error"] is not None,
}


def parts_of(subset):
    """Return the set of PARTS that a list of SUBSETS means, as in ansible.builtin.setup.

    Parts that are named alone are all; what is named with ``!`` is left out of all.
    """
    named = set(word for word in subset if word in PARTS)
    without = set(word[len(NOT):] for word in subset if word.startswith(NOT))
    if ALL in subset or not (named or NONE in subset or ALL in without):
        named = set(PARTS)
    return named.difference(without)


def collect(client, request):
    """Return the result of upstart_info.

    :param client: daemon.client.Upstart.
    :param request: Request.
    """
    try:
        host = _look(client, request)
    except ConnectionLostError:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
        host = _look(client, request)
    return report(host, request)


def _look(client, request):
    parts = request.parts
    wanted = [(part, text) for part, text in NEED_DEFINITIONS if part in parts]
    host = Host(client, request.conf_dir, not parts.isdisjoint([STANZAS, AUDIT]), wanted)
    host.find_instances(client, [name for name in host.names if _is_named(name, request)])
    return host


def _is_named(name, request):
    return not request.names or any(fnmatch(pattern, name) for pattern in request.names)


def report(host, request):
    """Return the module's result for what was found on a host."""
    values = dict((name, host.values(name)) for name in host.names)
    jobs = [_job(host, name, values[name], request) for name in host.names if _is_named(name, request)]
    jobs = [job for job in jobs if not request.states or any(STATES[state](job) for state in request.states)]
    current, previous = runlevel.read()
    result = {
        "version": dotted(host.version), "log_priority": host.log_priority, "runlevel": current,
        "previous_runlevel": previous, "jobs": jobs, "left_out": host.left_out, "changed": False}
    if not request.parts.isdisjoint([GRAPH, AUDIT]):
        relations = Relations([RelatedJob(name, one) for name, one in sorted(values.items()) if one], host.names)
        names = set(job["name"] for job in jobs)
        if GRAPH in request.parts:
            result.update(_graph(relations, names, request))
        if AUDIT in request.parts:
            result["findings"] = _findings(host, relations, names, request)
    return _printable(result) if host.folder.stray else result


def _graph(relations, names, request):
    edges = relations.edges()
    if request.names or request.states:
        edges = [edge for edge in edges if edge["job"] in names or not names.isdisjoint(edge["emitters"])]
    return {"edges": edges, "events": relations.events(edges, names)}


def _findings(host, relations, names, request):
    from . import audit
    found = audit.findings(host, relations)
    if request.names or request.states:
        found = [one for one in found if one["job"] in names or (
            one["job"] not in host.names and not request.states and _is_named(one["job"], request))]
    return found


def _job(host, name, values, request):
    files = host.folder.jobs.get(name)
    known = values or UNKNOWN
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
        "error": _error(files) if files and files.error else None,
    }
    if STANZAS in request.parts:
        stanzas = job["stanzas"] = _stanzas(files, values)
        job.update(start_on=stanzas.get("start_on"), stop_on=stanzas.get("stop_on"))
    else:
        job.update(start_on=to_structure(known["start_on"]), stop_on=to_structure(known["stop_on"]))
    log = host.version >= JOB_LOGS_SINCE and known["console"] in (None, "log")
    job["instances"] = [
        _instance(host, one, log_path(request.log_dir, name, one.name) if log else None, request.parts)
        for one in host.instances.get(name, ())]
    return job


def _error(files):
    error = files.error
    return {"file": files.path_of(error.file), "line": error.line, "message": error.text}


def _stanzas(files, values):
    if values is None:
        return {}
    from .._jobfile.options import from_values
    stanzas = from_values(values)
    if "start_on" not in stanzas and files and files.values and files.job.all("manual"):
        stanzas["manual"] = True
    return stanzas


def _instance(host, instance, log_file, parts):
    status = instance.status
    return {
        "instance": instance.name,
        "goal": status["goal"],
        "state": status["state"],
        "status": "%(goal)s/%(state)s" % status,
        "processes": status["processes"],
        "since": instance.since,
        "env": instance.env if ENVIRONMENT in parts else None,
        "log_file": log_file,
        "stale": host.is_stale(instance) if DEFINITIONS in parts else None,
        "wedged": instance.lost is not None,
        "hollow": instance.lacks_main,
        "zombie": instance.zombie,
        "suspended": instance.suspended,
    }


def _printable(value):
    """Return a value with a mark in place of each byte that is not UTF-8."""
    if isinstance(value, dict):
        return dict((_printable(key), _printable(one)) for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return [_printable(one) for one in value]
    if isinstance(value, text_type):
        return STRAY_BYTES.sub(lambda stray: u"\ufffd" * len(stray.group()), value)
    return value
