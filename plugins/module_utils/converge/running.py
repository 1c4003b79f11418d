# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Watch what was started, and say what went wrong when it did not stay up."""

from __future__ import absolute_import, division, print_function

import json
import os
import signal

from ..daemon.errors import Absent, DaemonError
from ..daemon.names import instance_path
from ..errors import UpstartError
from . import causes
from .targets import state_of
from .waiting import Deadline, hollow, lost_process, no_answer, resting, until_resting

__metaclass__ = type

SETTLE = 2.0  # seconds that a failed instance is given to leave, so that its last signals are seen
OWN_VARIABLES = ("UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_EVENTS", "UPSTART_FDS", "PATH", "TERM")


def _facts(client, target, request):
    log = causes.log_path(request.log_dir, target.job, target.instance or "")
    signals = client.connection.signals
    facts = causes.from_signals(signals, target.job, target.instance or "")
    facts.update(name=target.job, log_file=log, log_lines=causes.log_tail(log, target.log_mark))
    return facts


def failure(client, target, request):
    """Return the error for a job that the daemon reported as failed."""
    verb = "failed while stopping" if request.state == "stopped" else "failed to start"
    return died(client, target, request, verb)


def died(client, target, request, verb):
    """Return the error for a job that was up and is not, or is not the same any more."""
    return _told(target, verb, _facts(client, target, request))


def _told(target, verb, facts):
    return UpstartError(causes.sentence(target.job, target.instance or "", verb, facts, facts["log_file"],
                                        facts["log_lines"]), **facts)


def ended(client, target, request):
    """Return the error for a service that is gone again although its start succeeded."""
    facts = _facts(client, target, request)
    if causes.describe(facts) or request.state == "reloaded":
        return _told(target, "did not stay up", facts)
    return UpstartError(
        "Job %s ended right after it was started: its main process exited without an error. If it puts itself into "
        "the background, give it the matching expect stanza; if it is meant to end, make it a task." % target.label,
        **facts)


def no_process(client, target, request):
    """Return the error for an instance that Upstart calls running although its main process is not there."""
    return died(client, target, request, "has no main process although Upstart calls it running: the process ended "
                "before it did what the expect stanza waits for, or could not be run")


def wedged(target, pid):
    """Return the error for an instance whose tracked process does not exist."""
    return UpstartError(
        "Upstart follows process %d of job %s, which no longer exists (a wrong expect stanza lets it follow a short-"
        "lived child). It will never leave %s by itself." % (pid, target.label, state_of(target.after)),
        name=target.job, wedged=True, pid=pid)


def refused(target, state):
    """Return the error for a start from files that the daemon would not load."""
    kept = " It was left as it is, so that nothing is lost." if state == "restarted" and target.before else ""
    return UpstartError("Job %s was not %s: %s.%s Mend the file and run the task again." % (
        target.label, state, target.definition.complaint(), kept), name=target.job, **target.definition.facts())


def not_stopped(target, deadline):
    """Return the error for an instance that is still there after a stop."""
    if resting(target.after):
        return UpstartError(
            "Job %s was stopped, but something started it again at once: look at its start on condition and at who "
            "else manages it." % target.label, name=target.job)
    return no_answer(target, "stopped", deadline)


def let_settle(client, targets):
    """Give failed instances a moment to leave, so that the signals which tell the reason are in."""
    until_resting(client, targets, Deadline(SETTLE))


def watch(client, targets, request):
    """Keep an eye on instances for ``stable_for`` seconds; one that ends or is respawned is an error."""
    if not targets:
        return
    before = [(target.after or {}).get("processes", {}).get("main") for target in targets]
    paths = set(instance_path(target.job, target.instance or "") for target in targets)
    mark = len(client.connection.signals)

    def all_left():
        left = set(item.path for item in client.connection.signals[mark:]
                   if item.member == "StateChanged" and item.args[0] == "waiting")
        return paths <= left

    client.connection.wait(all_left, request.stable_for)
    until_resting(client, targets, Deadline(SETTLE))
    for target, pid in zip(targets, before):
        now = (target.after or {}).get("processes", {}).get("main")
        if target.after is None:
            target.error = ended(client, target, request)
        elif lost_process(target.after):
            target.error = wedged(target, now)
        elif hollow(target.definition, target.after):
            target.error = no_process(client, target, request)
        elif now != pid:
            target.error = died(client, target, request, "is respawning (process %s became %s)" % (pid, now))


def send_reload(client, target):
    """Send Instance.Reload, or the signal itself where Upstart (before 1.10) has no such method."""
    if client.version() >= (1, 10):
        return client.request_instance("Reload", target.job, target.instance)
    pid = target.before["processes"].get("main")
    if pid:
        os.kill(pid, signal.SIGHUP)
    return None


def environment(client, target):
    """Return the environment that starts the same instance again (a restart is a stop and a start).

    Only jobs with instances need it; the daemon tells it since 1.6.1.
    """
    if target.env or not target.definition.instance_variables():
        return target.env
    try:
        state = json.loads(client.state())
    except (Absent, DaemonError, ValueError):
        return _environment_from_name(target)
    path = instance_path(target.job, target.instance)
    for job_class in state.get("job_classes", []):
        for job in job_class.get("jobs", []):
            if job.get("path") == path:
                own = set(job_class.get("env") or [])
                return [entry for entry in job.get("env") or []
                        if entry not in own and entry.partition("=")[0] not in OWN_VARIABLES]
    return _environment_from_name(target)


def _environment_from_name(target):
    variables = target.definition.instance_variables()
    plain = target.definition.values["instance"].strip("${}")
    return ["%s=%s" % (variables[0], target.instance)] if variables == [plain] else target.env
