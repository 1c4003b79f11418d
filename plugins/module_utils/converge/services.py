# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring jobs and their instances into the running state that was asked for: plan, act, report."""

from __future__ import absolute_import, division, print_function

import collections

from ..daemon.errors import Absent, AlreadyStarted, AlreadyStopped, DaemonError, JobFailed, UnknownInstance
from ..daemon.names import instance_name
from ..errors import UpstartError
from ..events.expand import ExpansionError, expand
from . import causes, running
from .targets import resolve, state_of
from .waiting import Deadline, hollow, lost_process, no_answer, resting, until_answered, until_resting

__metaclass__ = type

Request = collections.namedtuple("Request", "jobs state env timeout stable_for must_exist conf_dir log_dir")
PAST = {"started": "started", "stopped": "stopped", "restarted": "restarted", "reloaded": "reloaded"}


def converge(client, request, check_mode=False):
    """Do what a request asks for.

    :param client: daemon.client.Upstart.
    :param request: Request; ``jobs`` a list of names, ``env`` a list of KEY=VALUE or None, times in seconds.
    :returns: list of Targets, each with ``after`` (its status, read again) or ``error``.
    """
    targets = resolve(client, request)
    for target in targets:
        if target.error is None:
            plan(client, target, request)
    live = [target for target in targets if target.error is None]
    if check_mode:
        for target in live:
            target.after = predict(target)
    else:
        act(client, live, request)
    return targets


def plan(client, target, request):
    """Fill ``steps`` with what brings the target into the wanted state; refuse what would end in an outage."""
    status = target.before
    wedged = lost_process(status)
    if wedged:
        target.after = status
        target.error = running.wedged(target, wedged)
        return
    up = status is not None and status["goal"] == "start"
    if request.state == "stopped":
        target.steps = [] if status is None else ["stop" if up else "wait"]
    elif request.state == "started" and hollow(target.definition, status):
        target.steps = ["stop", "start"]
    elif request.state == "started" or not up:
        target.steps = [] if up and resting(status) else ["wait" if up else "start"]
    elif request.state == "reloaded":
        target.steps = ["reload"]
    else:
        target.steps = ["stop", "start"]
    broken = target.definition.error is not None or ("stop" in target.steps and target.definition.text is None)
    if "start" in target.steps and broken:
        target.error = running.refused(target, request.state)
        target.steps, target.after = [], status


def predict(target):
    """Return the status that a target would have after its steps."""
    if "start" in target.steps and target.definition.is_task():
        return None
    if "start" in target.steps or (target.steps == ["wait"] and target.before["goal"] == "start"):
        return {"goal": "start", "state": "running", "processes": {}}
    if target.steps and target.steps != ["reload"]:
        return None
    return target.before


def act(client, targets, request):
    """Take the steps of all targets together and verify where they ended."""
    deadline = Deadline(request.timeout)
    for target in targets:
        target.after = target.before
        _name_instance(target)
        target.mark_log(request.log_dir)
    for step in ("wait", "stop", "start", "reload"):
        together = [target for target in targets if target.error is None and step in target.steps]
        if together:
            STEPS[step](client, together, request, deadline)


def _name_instance(target):
    """Work out the name of an instance that is yet to be started, so that its signals are recognised."""
    if target.instance is not None or not target.definition.values:
        return
    env = target.definition.values["env"] + target.env
    try:
        target.instance = expand(target.definition.values["instance"],
                                 dict(entry.split("=", 1) for entry in env if "=" in entry))
    except ExpansionError:
        return  # the daemon refuses the start with the same reason


def _wait(client, targets, request, deadline):
    until_resting(client, targets, deadline)
    for target in targets:
        _judge(client, target, request, deadline)


def _stop(client, targets, request, deadline):
    for target in targets:
        if "start" in target.steps:
            target.env = running.environment(client, target)
        target.pending = client.request_instance("Stop", target.job, target.instance)
    until_answered(client.connection, targets, deadline)
    _collect(client, targets, (AlreadyStopped, UnknownInstance, Absent), request)
    until_resting(client, _fine(targets), deadline)
    for target in _fine(targets):
        if target.after is not None:
            target.error = running.not_stopped(target, deadline)


def _start(client, targets, request, deadline):
    for target in targets:
        target.pending = client.request("Start", target.job, target.env)
    until_answered(client.connection, targets, deadline)
    _collect(client, targets, (AlreadyStarted,), request)
    services = [target for target in _fine(targets) if not (target.definition.is_task() and target.pending is None)]
    until_resting(client, services, deadline)
    for target in services:
        _judge(client, target, request, deadline)
    running.watch(client, [target for target in _fine(services) if target.after], request)


def _reload(client, targets, request, deadline):
    for target in targets:
        target.pending = running.send_reload(client, target)
    until_answered(client.connection, targets, deadline)
    _collect(client, targets, (), request)
    running.watch(client, _fine(targets), request)


STEPS = {"wait": _wait, "stop": _stop, "start": _start, "reload": _reload}


def _fine(targets):
    return [target for target in targets if target.error is None]


def _collect(client, targets, harmless, request):
    """Take the replies: an error that is not ``harmless`` becomes the target's, with its cause."""
    failed = []
    for target in targets:
        pending, target.pending = target.pending, None
        if pending is None:
            continue
        if not pending.done:
            client.connection.forget(pending)
            target.pending = pending  # marks it as unanswered
            continue
        try:
            values = pending.result()
            if pending.member == "Start" and values:
                target.instance = instance_name(values[0])
        except harmless:
            continue
        except JobFailed:
            failed.append(target)
        except DaemonError as error:
            target.error = UpstartError("Upstart refused to %s %s: %s." % (
                pending.member.lower(), target.label, error.message.rstrip(".")), name=target.job, **error.facts)
    if failed:
        running.let_settle(client, failed)
        for target in failed:
            target.error = running.failure(client, target, request)


def _judge(client, target, request, deadline):
    """Set the error of a target that rests in the wrong place, or does not rest."""
    wedged = lost_process(target.after)
    if wedged:
        target.error = running.wedged(target, wedged)
    elif not resting(target.after):
        target.error = no_answer(target, PAST[request.state], deadline)
    elif request.state != "stopped" and target.after is None:
        target.error = running.ended(client, target, request)
    elif request.state != "stopped" and hollow(target.definition, target.after):
        target.error = running.no_process(client, target, request)
    elif request.state == "stopped" and target.after is not None:
        target.error = running.not_stopped(target, deadline)


def report(targets, request):
    """Return the facts of a request, the same in every mode: one entry for each instance.

    :returns: list of dicts with ``name``, ``instance``, ``changed``, ``before``, ``status``, ``processes`` and,
        for a failure, ``failed`` and ``msg``.
    """
    entries = []
    for target in targets:
        entry = {
            "name": target.job,
            "instance": target.instance or "",
            "changed": any(step != "wait" for step in target.steps),
            "before": state_of(target.before),
            "status": state_of(target.after),
            "processes": (target.after or {}).get("processes", {}),
            "log_file": causes.log_path(request.log_dir, target.job, target.instance or ""),
        }
        if target.error is not None:
            entry.update(target.error.facts)
            entry.update(failed=True, msg=target.error.message)
        entries.append(entry)
    return entries
