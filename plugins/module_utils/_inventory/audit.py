# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is dangerous, wrong or doubtful about the jobs of a host, in their files and as they run."""

from __future__ import absolute_import, division, print_function

import time

from .._daemon.names import display_name
from .._host.job_directory import CONF
from .._jobfile.checks import check
from .._jobfile.checks.codes import BY_CODE as CODES_OF_FILES
from .._jobfile.known_events import BY_NAME, JOB_EVENTS
from .._jobfile.spelling import Suggestions
from . import loops
from .audit_codes import BY_CODE

__metaclass__ = type

PATIENCE = 60  # seconds for which a job may wait for a fork without being suspected
STEPS_SHOWN = 20  # of a loop
UNTIL_STOPPED = "; stop the job too if it runs, for Upstart keeps the old text until then"


def findings(host, relations):
    """Return the findings of a host.Host, a list of dicts by job, file and line, see upstart_info.

    :param relations: relations.Relations of its jobs.
    """
    found = []
    for name, one in _all(host, relations):
        found.append(dict(one, job=name))
    found.sort(key=lambda one: (one["job"], one["file"] or u"", one["line"] or 0))
    return found


def _all(host, relations):
    """Yield (job name, finding without it)."""
    emitted = relations.emitted()
    remedies = _Remedies(host, emitted)
    for name in host.names:
        files = host.folder.jobs.get(name)
        if files is not None and files.job is not None:
            for one in _of_files(host, files, emitted, remedies):
                yield name, one
        for one in _of_job(host, name, files):
            yield name, one
    for code, name, path, details in host.folder.ignored:
        yield name, _finding(code, path, None, *details)
    for job in relations.jobs:
        for event in job.scripted:
            yield job.name, _on_stanza(host, job.name, ("emits",), "emits-missing", event)
    for loop in loops.find(relations):
        yield loop.job, _of_loop(host, loop)


def _finding(code, path, line, *details):
    row = BY_CODE.get(code) or CODES_OF_FILES[code]
    return {"file": path, "line": line, "code": code, "severity": row.severity, "message": row.message % details,
            "remedy": row.remedy}


def _on_stanza(host, name, stanzas, code, *details):
    """Return a finding that points at the last of some stanzas of a job, else at its file."""
    files = host.folder.jobs.get(name)
    if files is None or files.job is None:
        return _finding(code, None, None, *details)
    place = files.job.place(*stanzas)
    return _finding(code, files.path_of(place.file), place.line, *details)


class _Remedies:
    """Remedies that know the names of this host."""

    def __init__(self, host, emitted):
        self._jobs = Suggestions(host.names)
        self._events = Suggestions(emitted.union(JOB_EVENTS, BY_NAME))

    def of(self, problem):
        """Return what to do about a job.Problem, None for what the table says."""
        if problem.code == "not-utf-8":
            return CODES_OF_FILES[problem.code].remedy + UNTIL_STOPPED
        suggestions = {"unknown-event": self._events, "unknown-job": self._jobs}.get(problem.code)
        return suggestions and suggestions.did_you_mean(problem.details[1])


def _of_files(host, files, emitted, remedies):
    """Yield what ``check`` finds in the files of a job."""
    files.job.known_jobs, files.job.known_events = host.known, emitted
    for one in check.findings_of(files.job, remedies.of):
        one["file"] = files.path_of(one["file"])
        yield one


def _of_job(host, name, files):
    """Yield what is wrong between the files of a job, what the daemon has of it, and its instances."""
    running = host.instances.get(name, [])
    if host.is_orphan(name):
        yield _finding("orphan", None, None, host.path_of(name))
    elif files is not None and name not in host.loaded:
        if files.values is not None:
            yield _finding("not-loaded", files.conf, None)
    elif files is not None and files.error is not None and not running:
        rest = "with the first half of its override" if files.error.file == "override" else "of its override alone"
        yield _finding("half-loaded", files.path_of(files.error.file), files.error.line, rest)
    elif files is not None and host.is_outdated(name):
        yield _finding("outdated", files.conf, None)
    if files is not None and name.rpartition(u"/")[2].startswith(u"."):
        yield _finding("hidden-job", files.conf, None, name + CONF)
    for instance in running:
        code, details = _of_instance(host, instance)
        if code:
            yield _finding(code, files.conf if files else None, None, *details)


def _of_instance(host, instance):
    """Return the worst that is wrong with an instance, and what its message names."""
    called = display_name(instance.job, instance.name)
    status = instance.status
    if instance.lost is not None:
        return "wedged", (called, instance.lost)
    if instance.zombie:
        return "zombie", (called, status["processes"]["main"])
    if instance.hollow:
        return "hollow", (called,)
    expect = host.expect(instance.job)
    waited = time.time() - instance.since if instance.since is not None else 0
    if status["state"] == "spawned" and expect != "none" and waited > PATIENCE:
        return "fork-not-seen", (called, expect, int(waited))
    if instance.suspended:
        return "suspended", (called, status["processes"]["main"])
    return ("stale", (called,)) if host.is_stale(instance) else (None, ())


def _shortened(steps):
    """Return steps without those in the middle of a long way, which nobody reads."""
    half = STEPS_SHOWN // 2
    return steps if len(steps) <= STEPS_SHOWN else (
        steps[:half] + [u"(%d more steps)" % (len(steps) - 2 * half)] + steps[-half:])


def _of_loop(host, loop):
    way = u", ".join(_shortened([u"%s of %s" % node for node in loop.path]))
    if loop.code == "waits-for-itself":
        others = _shortened([u"after %s" % name for _what, name in loop.path[1:]])
        details = (u" ".join([loop.job] + others),)
    else:
        details = (way,) if loop.code == "endless-loop" else (loop.job, way)
    stanzas = ("stop on",) if loop.code == "start-leads-to-stop" else ("start on",)
    return _on_stanza(host, loop.job, stanzas, loop.code, *details)
