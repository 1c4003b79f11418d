# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring jobs and their instances into the running state that was asked for: plan, act, report.

Rooms that most tasks have no use for are imported where they are used: a task that finds all in order spends most of
its time on imports.
"""

from __future__ import absolute_import, division, print_function

from .._daemon.errors import ConnectionLostError
from .._errors import UpstartError
from .._host.daemon_state import changed_since, snapshot_of
from .._host.job_names import log_path_error, log_path_wedges_init
from .._host.status import (
    RECONNECT_TIMEOUT,
    SPAWN_GRACE,
    confirm_missing_main_process,
    is_missing_main_process,
    is_resting,
    missing_main_pid,
    process_age,
    suspended_pid,
    zombie_pid,
)
from .._system.deadline import Deadline
from . import verifying
from .lookup import resolve
from .targets import state_of

__metaclass__ = type


def converge(client, request, attributes, check_mode=False, taken_down=None):
    """Do what a request asks for.

    :param client: daemon.client.Upstart.
    :param request: Request.
    :param attributes: see files.Batch; for the override that enables or disables.
    :param taken_down: list that gets a bystanders.Loss for each other service that ran before and does not run now.
    :returns: list of Targets, each with ``after`` (its status, read again) or ``error``.
    """
    try:
        targets = _prepare(client, request)
    except ConnectionLostError:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
        targets = _prepare(client, request)
    if not check_mode and any(target.unread for target in targets):
        client.reload_configuration()  # it may have missed the file: inotify has its limits
        targets = _prepare(client, request)
    if check_mode:
        for target in targets:
            if target.error is None and target.script is None:
                target.after = predict(target)
        if taken_down is not None and any(set(target.steps).difference(WAITS) for target in targets):
            from . import rehearsal
            taken_down.extend(_of_others(targets, rehearsal.play(client, targets, request)))
    elif any(target.todo or target.change for target in targets):
        _act(client, targets, request, attributes, [] if taken_down is None else taken_down)
    elif _run_scripts(targets, check_mode):
        verifying.verify(client, targets, request, None)
    else:
        verifying.verify_unchanged(client, targets, request)
    if check_mode:
        _run_scripts(targets, check_mode)
    return targets


def _run_scripts(targets, check_mode):
    """Bring LSB scripts into the wanted state; return whether there are any."""
    named = [target for target in _fine(targets) if target.script is not None]
    if named:
        from . import init_scripts
        init_scripts.converge(named, check_mode)
    return bool(named)


def _act(client, targets, request, attributes, taken_down):
    """Take the steps of all targets, then read again whether all is as asked, and what became of other services."""
    from .._host import init_log
    from . import bystanders, steps
    log = init_log.InitLog(request.init_log)
    version = client.version()
    try:
        before = bystanders.running_services(client, request.conf_dir, version)
        steps.enable(client, targets, attributes, request.conf_dir)
        steps.act(client, _fine(targets), request, log)
        _run_scripts(targets, False)
        for may_act in (True, False):
            # What is still moving may move others, so it is waited for first: the targets are read last.
            acts = bystanders.acts_of(targets)
            losses = bystanders.lost_services(client, before, acts, request.conf_dir, version,
                                              Deadline(request.timeout))
            if not verifying.verify(client, targets, request, log, may_act):
                break
        taken_down.extend(_of_others(targets, losses))
    finally:
        log.close()


def _of_others(targets, losses):
    """Return those Losses that are not of instances which the task itself judges."""
    own = set((target.job, target.instance or "") for target in targets if target.wanted.state is not None)
    return [loss for loss in losses if (loss.job, loss.instance) not in own]


WAITS = ("wait", "settle", "finish")  # steps that change nothing


def _refusals():
    from . import refusals
    return refusals


def _fine(targets):
    return [target for target in targets if target.error is None]


def _prepare(client, request):
    """Look up the targets and plan for each; one whose plan is an error has it in ``error``."""
    version = client.version()
    targets = resolve(client, request, version)
    if request.parts:
        from . import entries
        targets = entries.distinct(targets)
    jobs = [target for target in _fine(targets) if target.script is None]
    _name_instances(jobs)
    confirm_missing_main_process(client, jobs)
    snapshot = snapshot_of(client, request.conf_dir)
    _compare(client, jobs, request, snapshot)
    for target in jobs:
        plan(target, target.wanted)
    _look_at_others(client, jobs, snapshot)
    _refuse_names(jobs)
    _refuse_log_paths(jobs, request, version)
    if request.unwedge and request.end_leftovers:
        _plan_cleaning(client, _fine(jobs))
    _plan_enabling([target for target in jobs if target.wanted.enabled is not None], version)
    grouped = [target for target in jobs if target.group is not None]
    if grouped:
        from . import replacing
        replacing.find_replaced_instances(grouped, snapshot)
    for target in jobs:
        target.after = target.before
        target.todo = list(target.steps)
    return targets


def _name_instances(targets):
    """Name instances that are yet to be, so that each has its own in predictions and errors."""
    unnamed = [target for target in targets if target.instance is None and target.definition.instance_variables()]
    if unnamed:
        from .._host import instance_names
        for target in unnamed:
            target.instance = instance_names.instance_of(target.definition, target.env)


def _refuse_names(targets):
    """Refuse instances whose names Upstart must not meet, or has met already: it tells nothing right of those."""
    named = [target for target in _fine(targets) if target.wanted.state is not None
             and (target.instance or (target.definition.values and target.definition.values["instance"]))]
    if named:
        from .._host import instance_names
        for target in named:
            name = instance_names.harmful(target)
            if name is not None:
                runs = instance_names.UNREADABLE in (target.instance or "")
                target.error = (_refusals().name_has_done_harm if runs else _refusals().name_would_harm)(target, name)
                target.steps = []


def _refuse_log_paths(targets, request, version):
    """Refuse the start of instances whose log would wedge init."""
    for target in [target for target in _fine(targets) if "start" in target.steps]:
        values = target.definition.values
        path = log_path_wedges_init(request.log_dir, target.job, target.instance or "", values, version)
        if path is not None:
            target.error, target.steps = log_path_error(target.job, target.instance, path), []


def _look_at_others(client, targets, snapshot):
    """See what instances that are to be started had before, and by what definition the others of their job run."""
    starting = [target for target in targets if "start" in target.steps]
    if any(target.before is not None for target in starting):
        from . import kept_environment
        kept_environment.keep_environment(targets, snapshot)
    if any(target.definition.instance_variables() for target in starting):
        from . import kept_definitions
        kept_definitions.find_kept_definitions(client, targets, snapshot)


def _plan_cleaning(client, targets):
    """Plan to end what earlier wedges of jobs left, also when the jobs themselves are in order by now."""
    from . import unwedge
    for target in targets:
        if "free" not in target.steps:
            known = (target.before or {}).get("processes", {}).values()
            target.leftovers = unwedge.leftovers(client, target.job, target.instance or "", known)
            target.steps = (["clean"] if target.leftovers else []) + target.steps


def _plan_enabling(targets, version):
    """Plan the change that enables or disables each job; its instances share it."""
    if not targets:
        return
    from .._host import enabling
    changes = {}
    for target in _fine(targets):
        wanted = target.wanted
        if not wanted.enabled and target.definition.text is None and not wanted.must_exist:
            continue  # what is not there does not start by itself
        try:
            if target.job not in changes:
                changes[target.job] = enabling.plan(target.definition, wanted.enabled, version)
            target.change = changes[target.job]
        except UpstartError as error:
            target.error, target.steps = error, []


def _compare(client, targets, request, snapshot):
    """Find out which running instances follow an older definition, or other variables, than is asked for."""
    alive = [target for target in targets if target.before is not None and (
        target.wanted.state is None or (target.wanted.state in ("started", "reloaded") and _is_up(target.before)))]
    for target in alive:
        target.age = process_age(client.connection.peer["pid"], target.before["processes"].get("main"))
        target.stale = snapshot.is_stale(target.definition, target.instance)
        target.env_differs = snapshot.differing(target.job, target.instance, target.env)
        if snapshot.reason and snapshot.environment(target.job, target.instance) is None:
            told = target.definition.instance_variables()
            target.env_unknown = sorted(set(entry.partition("=")[0] for entry in target.env).difference(told))
            target.unknown_because = snapshot.reason
        if target.stale is None and snapshot.reason:
            target.unknown_because = snapshot.reason_for(target.definition, target.instance)
            target.changed_file = changed_since(target.definition, target.age)
            if request.definition == "current":
                target.error = _refusals().definition_unknown(target, target.unknown_because)


def plan(target, request):
    """Fill ``steps`` with what brings the target into the wanted state; refuse what would end in an outage."""
    if target.error is not None or request.state is None:
        return
    status = target.before
    wedged = missing_main_pid(status)
    if wedged and not request.unwedge:
        target.after = status
        target.error = _refusals().wedged(target, wedged)
        return
    target.steps = _steps(target, request, status, wedged)
    if "reload" in target.steps and is_resting(status) and "main" not in status["processes"]:
        target.error, target.steps = _refusals().nothing_to_reload(target), []
    replaced = {"stop", "free", "finish"}.intersection(target.steps)
    broken = target.definition.error is not None or (replaced and target.definition.text is None)
    if "start" in target.steps and broken:
        target.error = _refusals().refused(target, request.state)
        target.steps = []


def _is_up(status):
    """Return whether an instance is there and not on its way down."""
    return status is not None and status["goal"] == "start"


def _steps(target, request, status, wedged):
    up = _is_up(status)
    outdated = request.definition == "current" and target.stale
    may_come_up = request.state == "started" and up and not outdated
    if wedged or (request.unwedge and not may_come_up and _may_hang(target, status)):
        return ["free"] if request.state == "stopped" else ["free", "start"]
    if request.state == "stopped":
        return [] if status is None else ["stop" if up else "wait"]
    if status is not None and not up:
        return ["finish", "start"]  # a start before that would only turn the goal round, with the old definition
    if up and request.state in ("started", "reloaded") and is_missing_main_process(target.definition, status):
        return ["stop", "start"]
    if request.state == "started" and up:
        if outdated:
            return _restart(status)
        settled = is_resting(status, target.definition.is_task()) and target.age >= request.stable_for
        return [] if settled and not zombie_pid(status) else ["wait"]
    if not up:
        return ["start"]
    if request.state == "reloaded":
        return ["reload"] if is_resting(status) else ["wait", "reload"]
    return _restart(status)


def _restart(status):
    return ["stop", "start"] if is_resting(status) else ["settle", "stop", "start"]


def _may_hang(target, status):
    """Return whether an instance may wait for what an ``expect`` names, which Upstart neither ends nor gives up.

    The present file does not tell: an instance follows the one that it was started with. Without ``expect`` an instance
    is there for a moment only, so ``unwedge`` looks how long it lasts; a reload alone is no reason to stop a young one.
    """
    values = target.definition.values
    expects = values is None or values["expect"] != "none"
    return status is not None and status["state"] == "spawned" and (expects or target.age >= SPAWN_GRACE)


def predict(target):
    """Return the status that a target would have after its steps."""
    if "start" in target.steps and target.definition.is_task():
        return None
    if "start" in target.steps or (target.steps[-1:] == ["wait"] and target.before["goal"] == "start"):
        return None if target.definition.is_task() else {"goal": "start", "state": "running", "processes": {}}
    if "reload" in target.steps:
        return {"goal": "start", "state": "running", "processes": target.before["processes"]}
    return None if set(target.steps) - {"clean"} else target.before


def report(targets, request):
    """Return the facts of a request, the same in every mode: one entry for each instance.

    :returns: list of dicts, as upstart_service documents them under ``instances``.
    """
    return [_entry(target, request) for target in targets]


def _entry(target, request):
    if target.script is not None:
        return target.script.report(target.error)
    steps = [step for step in target.steps if step not in WAITS]
    enabled = target.definition.is_enabled()
    entry = {
        "name": target.job,
        "instance": target.instance or "",
        "changed": bool(target.change) or bool(steps),
        "before": state_of(target.before),
        "status": state_of(target.after),
        "processes": _shown((target.after or {}).get("processes", {})),
        "enabled": target.change.enabled if target.change else enabled,
        "enabled_before": enabled,
        "stale": _stale(target),
        "env_differs": _env_differs(target),
        "leftovers": target.leftovers,
        "log_file": target.log_file(request.log_dir),
    }
    if "start" in target.steps:
        entry["env"] = target.env
    if target.group is not None and target.before is not None:
        entry["env_before"] = target.env_before
    if target.error is not None:
        entry.update(target.error.facts)
        entry.update(failed=True, msg=target.error.message)
    return entry


def _shown(processes):
    """Return processes without those that only an earlier check-mode task of the play would have started."""
    return dict((name, pid) for name, pid in processes.items() if pid)


def _env_differs(target):
    if {"stop", "start"}.intersection(target.steps) and not target.overtaken:
        return []
    return None if target.env_unknown else target.env_differs


def _stale(target):
    """A job that was started by this task follows its present files, unless other instances keep Upstart from that."""
    if target.after is None:
        return False
    if "start" in target.steps and target.error is None and not target.kept_by:
        return bool(target.sent and target.stale)
    return target.stale


def warnings(targets, taken_down=(), check_mode=False):
    """Return what a user should know although the task is right.

    :param taken_down: what ``converge`` put into the list of that name.
    """
    found = []
    if taken_down:
        from . import bystanders
        found.extend((bystanders.prediction if check_mode else bystanders.warning)(loss) for loss in taken_down)
    for target in targets:
        found.extend(target.warnings)
        if target.error is not None:
            continue
        if _stale(target) and target.wanted.state != "stopped":
            found.append(_refusals().stale_warning(target))
        if suspended_pid(target.after):
            found.append(verifying.suspended_warning(target))
        if target.changed_file and "start" not in target.steps:
            found.append(_refusals().changed_warning(target))
        if target.env_differs and (target.overtaken or not target.steps):
            found.append("Job %s runs with other values of %s than env says; a restart with env would change them."
                         % (target.label, ", ".join(target.env_differs)))
        if target.env_unknown and not target.steps:
            found.append("Whether job %s runs with these values of %s is not known: %s."
                         % (target.label, ", ".join(target.env_unknown), target.unknown_because))
    return found
