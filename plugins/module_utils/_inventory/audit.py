# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The findings of a host: what is dangerous or wrong in its job files and in how its jobs run."""

from __future__ import absolute_import, division, print_function

import time

from .._daemon.names import display_name
from .._host.accounts import Accounts
from .._host.job_directory import CONF
from .._host.status import is_resting, state_text
from .._jobfile.checks import check
from .._jobfile.checks.codes import BY_CODE as CODES_OF_FILES
from .._jobfile.known_events import BY_NAME, JOB_EVENTS
from .._jobfile.similar_names import KnownNames, Suggestions
from .._system.search_path import directories_of
from . import init_scripts, loops
from .audit_codes import BY_CODE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterator, List, Optional, Set, Tuple  # noqa: F401
    from .._host.instances import InstanceReport  # noqa: F401
    from .._host.job_directory import JobFiles  # noqa: F401
    from .._events.relations import Relations  # noqa: F401
    from .._jobfile.checks.job import Problem  # noqa: F401
    from .host import Host  # noqa: F401

__metaclass__ = type

FORK_WAIT_SECONDS = 60  # that a job may wait for a fork before it counts as stuck
PROCESS_SECONDS = 60  # that a process on the way to another state may take before it is reported as slow
MAX_STEPS_SHOWN = 20  # of a loop
UNTIL_STOPPED = "; if the job runs, stop it too, because Upstart keeps the old text until then"


def findings(host, relations):
    # type: (Host, Relations) -> List[Dict[str, Any]]
    """Return the findings of a host, a list of dicts sorted by job, file and line, see upstart_info.

    :param host: host.Host.
    :param relations: relations.Relations of its jobs.
    """
    result = [dict(finding, job=name) for name, finding in _named_findings(host, relations)]
    result.sort(key=lambda finding: (finding["job"], finding["file"] or u"", finding["line"] or 0))
    return result


def _named_findings(host, relations):
    # type: (Host, Relations) -> Iterator[Tuple[str, Dict[str, Any]]]
    """Yield (job name, finding without the name)."""
    emitted = relations.emitted()
    remedies = _Remedies(host, emitted)
    for name in host.names:
        files = host.folder.jobs.get(name)
        if files is not None and files.job is not None:
            for finding in _of_files(host, files, emitted, remedies):
                yield name, finding
        for finding in _of_job(host, name, files):
            yield name, finding
    for code, name, path, details in host.folder.ignored:
        yield name, _finding(code, path, None, *details)
    for job in relations.jobs:
        for event in job.scripted:
            yield job.name, _on_stanza(host, job.name, ("emits",), "emits-missing", event)
    for loop in loops.find_loops(relations):
        yield loop.job, _of_loop(host, loop)


def _finding(code, path, line, *details):
    # type: (str, Optional[str], Optional[int], *Any) -> Dict[str, Any]
    row = BY_CODE.get(code) or CODES_OF_FILES[code]
    return {"file": path, "line": line, "code": code, "severity": row.severity, "message": row.message % details,
            "remedy": row.remedy}


def _on_stanza(host, name, stanzas, code, *details):
    # type: (Host, str, Tuple[str, ...], str, *Any) -> Dict[str, Any]
    """Return a finding that points at the last of some stanzas of a job, or at its file if it has none of them."""
    files = host.folder.jobs.get(name)
    if files is None or files.job is None:
        return _finding(code, None, None, *details)
    place = files.job.place(*stanzas)
    return _finding(code, files.path_of(place.file), place.line, *details)


class _Remedies:
    """Remedies that name a job or an event of this host.

    :ivar known_jobs: similar_names.KnownNames of its jobs; ``event_names`` likewise of all events.
    :ivar accounts: accounts.Accounts of this host.
    """

    def __init__(self, host, emitted):
        # type: (Host, Set[str]) -> None
        self.accounts = Accounts()
        self.known_jobs = KnownNames(host.names)
        self.event_names = KnownNames(emitted.union(JOB_EVENTS, BY_NAME))
        self._jobs = Suggestions(self.known_jobs)
        self._events = Suggestions(self.event_names)

    def of(self, problem):
        # type: (Problem) -> Optional[str]
        """Return the remedy for a job.Problem, None for the remedy in the table."""
        if problem.code == "not-utf-8":
            return CODES_OF_FILES[problem.code].remedy + UNTIL_STOPPED
        if problem.code == "unknown-event" and problem.details[1] in self.known_jobs:
            return u"did you mean started %s?" % problem.details[1]
        suggestions = {"unknown-event": self._events, "unknown-job": self._jobs}.get(problem.code)
        return (suggestions  # type: ignore[return-value]  # all Suggestions are true
                and suggestions.did_you_mean(problem.details[1]))


def _of_files(host, files, emitted, remedies):
    # type: (Host, JobFiles, Set[str], _Remedies) -> Iterator[Dict[str, Any]]
    """Yield the findings of ``check`` in the files of a job."""
    job = files.job
    job.known_jobs, job.known_events, job.event_names = remedies.known_jobs, emitted, remedies.event_names
    job.programs = host.programs
    job.accounts = remedies.accounts if host.programs is not None else None  # both are this host's
    for finding in check.findings_of(files.job, remedies.of):
        finding["file"] = files.path_of(finding["file"])
        yield finding


def _of_job(host, name, files):
    # type: (Host, str, Optional[JobFiles]) -> Iterator[Dict[str, Any]]
    """Yield the differences between the files of a job, its definition in the daemon, and its instances."""
    running = host.instances.get(name, [])
    if host.is_orphan(name):
        yield _finding("orphan", None, None, host.path_of(name))
    elif files is not None and name not in host.loaded:
        if files.values is not None:
            yield _finding("not-loaded", files.conf, None)
    elif files is not None and files.error is not None and not running:
        source = "with the first half of its override" if files.error.file == "override" else "from its override alone"
        yield _finding("half-loaded", files.path_of(files.error.file), files.error.line, source)
    elif files is not None and host.is_outdated(name):
        yield _finding("outdated", files.conf, None)
    of_system = len(directories_of(host.folder.search_path)) == 1  # init scripts have nothing to do with a session
    script = init_scripts.running_too(name, files) if files is not None and of_system else None
    if script is not None:
        yield _finding("init-script-too", files.conf, None, script)  # type: ignore[union-attr]  # just tested
    if files is not None and name.rpartition(u"/")[2].startswith(u"."):
        yield _finding("hidden-job", files.conf, None, name + CONF)
    for instance in running:
        for code, details in _of_instance(host, instance):
            yield _finding(code, files.conf if files else None, None, *details)


def _of_instance(host, instance):
    # type: (Host, InstanceReport) -> Iterator[Tuple[str, Tuple[Any, ...]]]
    """Yield (code, details of its message) of the worst finding about an instance; one that only moves is a hint."""
    label = display_name(instance.job, instance.name)
    code, details = _worst_of_instance(host, instance, label)
    if code:
        yield code, details
    elif host.is_stale(instance):
        yield "stale", (label,)
    if not code and not is_resting(instance.status):
        yield "under-way", (label, state_text(instance.status))


def _worst_of_instance(host, instance, label):
    # type: (Host, InstanceReport, str) -> Tuple[Optional[str], Tuple[Any, ...]]
    """Return the code of the worst finding about how an instance runs, and the details of its message."""
    status = instance.status
    if instance.lost is not None:
        return "wedged", (label, instance.lost)
    if instance.zombie:
        return "zombie", (label, status["processes"]["main"])
    if instance.lacks_main:
        return "hollow", (label,)
    expect = host.expect(instance.job)
    waited = time.time() - instance.since if instance.since is not None else 0
    if status["state"] == "spawned" and expect != "none" and waited > FORK_WAIT_SECONDS:
        return "fork-not-seen", (label, expect, int(waited))
    if instance.suspended:
        return "suspended", (label, status["processes"]["main"])
    waited = time.time() - instance.state_since if instance.state_since is not None else 0
    if waited > PROCESS_SECONDS:
        return "slow-process", (label, state_text(status), int(waited))
    return None, ()


def _shortened(steps):
    # type: (List[str]) -> List[str]
    """Return the steps of a path, without those in the middle if it is long."""
    half = MAX_STEPS_SHOWN // 2
    return steps if len(steps) <= MAX_STEPS_SHOWN else (
        steps[:half] + [u"(%d more steps)" % (len(steps) - 2 * half)] + steps[-half:])


def _of_loop(host, loop):
    # type: (Host, loops.Loop) -> Dict[str, Any]
    path = u", ".join(_shortened([u"%s of %s" % node for node in loop.path]))
    if loop.code == "waits-for-itself":
        others = _shortened([u"after %s" % name for _goal, name in loop.path[1:]])
        details = (u" ".join([loop.job] + others),)  # type: Tuple[Any, ...]
    else:
        details = (path,) if loop.code == "endless-loop" else (loop.job, path)
    stanzas = ("stop on",) if loop.code == "start-leads-to-stop" else ("start on",)
    return _on_stanza(host, loop.job, stanzas, loop.code, *details)
