# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring job files into the wanted shape: act on plans, and report."""

from __future__ import absolute_import, division, print_function

import functools
import os

from .._daemon.errors import ConnectionLostError
from .._errors import UpstartError
from .._host import daemon_state, harmful_files, loading, planned_files
from .._host.definitions import Definition
from .._host.diff import difference
from .._host.status import RECONNECT_TIMEOUT
from .._jobfile import options
from .._system import files
from . import verifying
from .plans import belonging, plan, plan_all
from .verifying import is_left, is_read

__metaclass__ = type
__all__ = ["act", "foresee", "plan", "plan_all", "report", "warnings_of"]


def foresee(plans, client, attributes, conf_dir):
    """Find out what ``act`` would change and leave stale, for check mode."""
    for each in plans:
        if each.after is not None and attributes.adjust(each.path):
            each.changed = True
    if client:
        watched = list(zip(plans, _watchers(plans, client)))
        _keep(watched)
        for each, watcher in watched:
            if is_left(each, watcher):
                each.changed = True
        state, reads = verifying.read_state(watched, client, conf_dir)
        for each, _watcher in watched:
            if reads.get(each.wanted.name) is False and each.after is not None and each.before == each.after \
                    and not planned_files.has_file_of_job(each.path):
                each.changed = True
        _note_stale(watched, state, functools.partial(_stale_alone, client, conf_dir))
        if hasattr(client, "foreseen"):
            _note_stale_starts(plans, client)


def _note_stale_starts(plans, client):
    """Note the instances that earlier tasks of the play would have started by another definition than files hold now.

    :param client: check_mode_client.CheckModeClient.
    """
    for each in plans:
        for instance, values in client.stale_starts(each.wanted.name, each.values):
            each.stale = sorted(set(each.stale or []).union([instance]))
            each.stale_values = each.stale_values or values


def _keep(watched):
    """Leave the files of running jobs that shall go only when they rest."""
    for each, watcher in watched:
        if each.after is None and each.wanted.keep_running and not each.wanted.override and watcher.instances:
            each.kept = True
            each.after = each.before
            each.changed = False


def act(plans, client, attributes, conf_dir):
    """Carry out plans and have the daemon load the result.

    :param client: daemon.client.Upstart, or None when no daemon is to be asked (image builds).
    :param attributes: object with ``prepare(staged, path)``, ``adjust(path)`` -> bool, ``backup(path)`` -> text and
        ``validate(command, name, data)``.
    """
    watched = list(zip(plans, _watchers(plans, client)))
    if client:
        _keep(watched)
    running = loading.RunningJobs(client, conf_dir, [
        (each.wanted.name, each.path) for each, watcher in watched
        if watcher and watcher.instances and _concerns_daemon(each)])
    with files.Batch() as batch:
        batch.tidy(set(os.path.dirname(each.path) for each in plans))
        for each in plans:
            _check_in_place(each, attributes, conf_dir, batch)
        for each, watcher in watched:
            _ask_for(each, watcher, attributes, batch)
        batch.finish()
    for each in plans:
        if each.after is not None and not each.kept and attributes.adjust(each.path):
            each.changed = True
    try:
        for each, watcher in watched:
            _see_loaded(each, watcher)
        running.ensure_noticed()
        state = verifying.verify(watched, client, conf_dir, running.unwatched)
    except ConnectionLostError:
        _verify_again(plans, client)  # init has read all files by then
        state = verifying.verify(watched, client, conf_dir, set(each.wanted.name for each in plans))
    if client:
        _note_stale(watched, state, functools.partial(_stale_alone, client, conf_dir))


def _note_stale(watched, state, stale_alone):
    """Note the instances that follow another definition than the files now hold; None where nobody can tell.

    :param stale_alone: function from a job and a list of its instances to those, for where ``state`` is None.
    """
    alive = [(each, watcher) for each, watcher in watched if watcher.instances]
    classes = state["job_classes"] if state else None
    for each, watcher in alive:
        if each.changed or each.values is None:
            each.stale = watcher.live_instances()
        elif state is None:
            each.stale = stale_alone(each.wanted.name, watcher.live_instances())
        else:
            each.stale = classes and daemon_state.stale_instances(classes, each.wanted.name, each.values)
        if each.stale and each.values is not None:
            each.stale_values = _followed(each, classes)


def _stale_alone(client, conf_dir, name, instances):
    """Return the stale instances of a job where GetState must not be asked, None where that is unknown.

    See daemon_state.Snapshot.
    """
    snapshot = daemon_state.snapshot_of(client, conf_dir)
    definition = Definition(name, conf_dir, client.version())
    is_stale = dict((instance, snapshot.is_stale(definition, instance)) for instance in instances)
    return None if None in is_stale.values() else sorted(instance for instance in is_stale if is_stale[instance])


def _followed(each, classes):
    """Return the values that a job's instances follow, or None when nobody can tell."""
    if classes is None:
        return each.old_values()
    return daemon_state.followed_values(classes, each.wanted.name, each.values)


def _watchers(plans, client):
    """Return the Watcher of each plan's job, or None where no daemon is to be asked."""
    if client is None:
        return [None] * len(plans)
    changes = []
    there = {}
    for each in plans:
        name = each.wanted.name
        if not each.wanted.override:
            there[name] = each.after is not None
        elif name not in there:
            there[name] = planned_files.exists(each.path[:-len(".override")] + ".conf")
        changes.append((name, there[name] and each.before != each.after))
    return loading.watch(client, changes)


def _concerns_daemon(each):
    """Return whether a plan changes what the daemon makes of the job."""
    return is_read(each) and (each.before != each.after or (each.after is None and each.changed))


def _check_in_place(each, attributes, conf_dir, batch):
    """Make the directory that a file to be written needs, and run the user's own check."""
    if each.after is not None and each.changed:
        batch.make_parent(each.path, conf_dir)
        if each.wanted.validate:
            attributes.validate(each.wanted.validate, os.path.basename(each.path), each.after)


def _ask_for(each, watcher, attributes, batch):
    """Put what is to be done to files into the batch, and keep copies of what is changed or removed."""
    removed = belonging(each) if each.after is None else []
    replaced = [each.path] if each.changed and None not in (each.before, each.after) else []
    held = watcher is not None and watcher.instances and any(
        harmful_files.is_harmful_file(path) for path in removed + replaced)
    if each.wanted.backup or held:
        copies = [batch.keep(path, attributes) for path in removed + replaced]
        each.backup = copies[0] if copies else None  # an override that goes along has its copy beside this one
    if held:
        each.alarm = (
            "Job %s still runs by text that is not UTF-8, and init aborts when anybody reads its properties over D-Bus "
            "or asks for Upstart's state. Restart it now. This collection does not ask while %s, a copy of the old "
            "file, is there." % (each.wanted.name, each.backup))
    for path in removed:
        batch.remove(path, each.before if path == each.path else each.override_before, each.wanted.name.count("/"))
    if each.changed and each.after is not None:
        batch.place(each.path, each.after, attributes, each.before)


def _see_loaded(each, watcher):
    """Wait until the daemon has noticed what became of a file."""
    if each.before != each.after:
        verifying.check_bytes(each)
    if watcher is None or each.kept:
        return
    if each.after is None:
        if is_left(each, watcher):
            each.changed = True
            watcher.wait_forgotten(each.path)
    elif is_read(each):
        each.changed = watcher.wait_loaded(each.path, each.before != each.after) or each.changed


def _verify_again(plans, client):
    """See that a daemon that broke the connection is back, with the jobs: one that was re-executed reads all files."""
    try:
        client.connection.reopen(min(RECONNECT_TIMEOUT, client.timeout))
    except UpstartError as error:
        error.message += " The files are as this task wants them."
        raise
    for each, watcher in zip(plans, _watchers(plans, client)):
        if each.after is not None and is_read(each):
            watcher.known = False
            watcher.wait_loaded(each.path, False)
        elif is_left(each, watcher):
            watcher.wait_forgotten(each.path)


def report(plans):
    """Return the result of upstart_job, the same in every mode."""
    jobs = [{
        "name": each.wanted.name,
        "path": each.path,
        "state": each.wanted.state,
        "changed": each.changed,
        "created": each.before is None and each.after is not None,
        "kept": each.kept,
        "previous": None if each.before in (None, each.after) else each.previous(),
        "job": options.from_values(each.values) if each.values else {},
        "hidden_start_on": each.hidden_start_on,
        "backup_file": each.backup,
        "stale_instances": each.stale,
        "stale_job": options.from_values(each.stale_values) if each.stale_values else None,
        "warnings": each.warnings,
    } for each in plans]
    differences = [difference(each) for each in plans if each.before != each.after]
    return {"changed": any(each.changed for each in plans), "jobs": jobs, "diff": differences}


def warnings_of(plans):
    """Return the sentences that a task should warn with; hints are data only."""
    alarms = [each.alarm for each in plans if each.alarm]
    return alarms + ["Job %s%s: %s: %s (%s)" % (
        each.wanted.name, ", line %d" % finding["line"] if finding["line"] else "", finding["message"],
        finding["remedy"], finding["code"])
        for each in plans for finding in each.warnings if finding["severity"] == "warning"]
