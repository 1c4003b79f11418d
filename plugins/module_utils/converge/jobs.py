# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring job files into the wanted shape: plan, act, report."""

from __future__ import absolute_import, division, print_function

import base64
import collections
import os

from ..daemon.errors import Lost
from ..errors import UpstartError
from ..jobfile import check, document, options, parser, render
from ..jobfile.errors import JobFileError
from ..jobfile.textio import decode, encode
from ..jobfile.values import new_values, same_job
from . import files, loaded, loading
from .definitions import read_file
from .differences import difference
from .enabling import NEVER, with_manual
from .waiting import BACK

__metaclass__ = type

# What one job shall be; ``stanzas`` are options of upstart_job, ``content`` a whole file's text instead of them,
# ``restore`` an earlier file as ``report`` tells it under ``previous``; with ``keep_running`` no file of a running job
# is removed.
Wanted = collections.namedtuple(
    "Wanted", "name state override stanzas content restore merge exact backup keep_running validate")


class Plan:
    """What is to be done to one file.

    :ivar path: text, the file.
    :ivar before: bytes, what it holds now, or None when there is none.
    :ivar after: bytes, what it shall hold, or None when it shall go.
    :ivar values: dict, the job as the daemon will read it, override included; None for a removed job, and for a
        restored file that the daemon will not read.
    :ivar listed: bool, whether a manifest named the file before.
    :ivar kept: bool, whether the file of a job that shall go stays, since instances of it run.
    """

    def __init__(self, wanted, path, before, after, values, warnings=()):
        self.wanted = wanted
        self.path = path
        self.before = before
        self.after = after
        self.values = values
        self.changed = before != after
        self.kept = False
        self.listed = False
        self.backup = None
        self.alarm = None
        self.stale = []
        self.warnings = list(warnings)


def plan_all(wanted, conf_dir, version=parser.LATEST, known_jobs=None):
    """Return the Plans for a list of Wanteds, a job file and its override in one list seen together.

    :param known_jobs: names of the jobs that the daemon has, to find conditions on jobs that do not exist; or None.
    """
    if known_jobs is not None:
        known_jobs = set(known_jobs).union(each.name for each in wanted if each.state == "present")
    plans = []
    planned = {}
    for each in wanted:
        plans.append(plan(each, conf_dir, version, planned, known_jobs))
        planned[plans[-1].path] = plans[-1].after
    return plans


def plan(wanted, conf_dir, version=parser.LATEST, planned=None, known_jobs=None):
    """Return the Plan for a Wanted; raise UpstartError for what the daemon would refuse. Writes nothing.

    :param planned: dict of path to bytes, or None for a file that goes: what other plans do to files.
    """
    _check_name(wanted.name)
    base = os.path.join(conf_dir, wanted.name)
    paths = {"conf": base + ".conf", "override": base + ".override"}
    if wanted.override and version < (1, 3):
        raise UpstartError("Upstart %s does not read override files (they came with 1.3): change the job file of %s "
                           "itself." % (parser.dotted(version), wanted.name), name=wanted.name)
    kind = "override" if wanted.override else "conf"
    files.check_target(paths[kind], removal=wanted.state == "absent")
    texts = dict((key, read_file(paths[key])) for key in paths)
    before = texts[kind]
    texts.update((key, planned[paths[key]]) for key in paths if key != kind and paths[key] in (planned or {}))
    if wanted.state == "absent":
        removal = Plan(wanted, paths[kind], before, None, None)
        removal.changed = bool(_belonging(removal))
        return removal
    try:
        after = _restored(wanted) if wanted.restore is not None else encode(_wanted_text(wanted, before, version))
        result = dict(texts, **{kind: after})
        values, warnings = check.examine(wanted.name, result["conf"], result["override"], version, known_jobs)
    except JobFileError as error:
        if wanted.restore is not None:
            return Plan(wanted, paths[kind], before, after, None)
        raise _refused(wanted, error, paths)
    if before not in (None, after) and not (wanted.exact or wanted.restore) and _same(texts, result, version):
        after = before
        warnings = check.findings(texts["conf"], texts["override"], wanted.name, version, known_jobs)
    return Plan(wanted, paths[kind], before, after, values, warnings)


def _check_name(name):
    parts = name.split("/")
    if not name or name.startswith("/") or ".." in parts or "" in parts or "\0" in name:
        raise UpstartError("%r is not a name for a job: give the path below the job directory, without .conf."
                           % str(name), name=name)


def _restored(wanted):
    try:
        return base64.b64decode(wanted.restore["content"].encode("ascii"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UpstartError("Job %s: restore must be what an earlier task returned under previous." % wanted.name,
                           name=wanted.name)


def _wanted_text(wanted, before, version):
    """Return the text that the file shall have."""
    if wanted.content is not None:
        return decode(wanted.content)  # text, or on Python 2 its bytes
    _check_defaults(wanted.stanzas, version)
    values = options.to_values(wanted.stanzas)
    given = options.keys_of(wanted.stanzas)
    explicit = given if wanted.override else ()
    if wanted.merge and before is not None:
        text = document.merge(decode(before), values, given, version=version, explicit=explicit)
    else:
        text = render.render(values, version, explicit=explicit)
    if wanted.override and wanted.stanzas.get("manual") is not None:
        text = with_manual(text, wanted.stanzas["manual"], version)
    return text


def _check_defaults(stanzas, version):
    """Refuse what an old release would not do although leaving it out of the file says so for a newer one."""
    if stanzas.get("console") == "log" and version < (1, 4):
        raise JobFileError("Upstart %s keeps no logs" % parser.dotted(version),
                           hint="console: log came with 1.4; redirect the output in a script", option="console")


def _read(texts, version):
    """Return the values of the job that the daemon makes of both files."""
    if texts["conf"] is None:  # an override in wait for its job
        return parser.parse_job(texts["override"], None, version)
    return parser.parse_job(texts["conf"], texts["override"], version)


def _same(old, new, version):
    """Return whether the daemon would read the same job from both; False when it cannot read the old one."""
    try:
        if not same_job(_read(old, version), _read(new, version)):
            return False
        if old["conf"] != new["conf"]:  # an override may hide a difference, but not for ever
            return same_job(parser.parse_job(old["conf"], None, version), parser.parse_job(new["conf"], None, version))
    except JobFileError:
        return False
    return old["override"] == new["override"] or _same_override(old["override"], new["override"], version)


def _same_override(old, new, version):
    """Return whether two overrides do the same to any job: ``manual`` only shows on a job that starts on something.

    Both have been read together with the job file, so neither is refused here.
    """
    results = []
    for text in (old, new):
        values = new_values()
        values["start_on"] = [NEVER]
        parser.apply(text, values, version)
        results.append(values)
    return same_job(*results)


def _refused(wanted, error, paths):
    """Return the error for a job that Upstart would not accept."""
    facts = dict(error.facts, name=wanted.name)
    where = "Job %s" % wanted.name
    if error.file is not None:
        facts["path"] = paths[error.file]
        readable = error.facts.get("code", "syntax") == "syntax"
        verdict = "Upstart would refuse" if readable else "This would harm Upstart or the job:"
        where = "%s %s" % (verdict, paths[error.file])
        if error.line is not None:
            where += ":%d" % error.line
    text = "%s: %s%s. Nothing was written." % (where, error.text, " (%s)" % error.hint if error.hint else "")
    return UpstartError(text, **facts)


def foresee(plans, client, attributes, conf_dir):
    """Find out what ``act`` would change and leave stale, for check mode."""
    for each in plans:
        if each.after is not None and attributes.adjust(each.path):
            each.changed = True
    if client:
        watched = list(zip(plans, _watchers(plans, client)))
        _keep(watched)
        for each, watcher in watched:
            if _is_left(each, watcher):
                each.changed = True
        _note_stale(watched, client, conf_dir)


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
    running = loading.Running(client, conf_dir, [
        (each.wanted.name, each.path) for each, watcher in watched
        if watcher and watcher.instances and _concerns_daemon(each)])
    with files.Batch() as batch:
        batch.tidy(set(os.path.dirname(each.path) for each in plans))
        for each in plans:
            _check_in_place(each, attributes, conf_dir)
        for each, watcher in watched:
            _ask_for(each, watcher, attributes, batch)
        batch.finish()
    for each in plans:
        if each.after is not None and not each.kept and attributes.adjust(each.path):
            each.changed = True
    try:
        for each, watcher in watched:
            _verify(each, watcher)
        running.see_noticed()
    except Lost:
        _verify_again(plans, client)
    if client:
        _note_stale(watched, client, conf_dir)


def _note_stale(watched, client, conf_dir):
    """Note the instances that follow another definition than the files now hold; None where nobody can tell."""
    alive = [(each, watcher) for each, watcher in watched if watcher.instances]
    try:
        classes = loaded.job_classes(client, conf_dir) if alive else []
    except loaded.NotTold:
        classes = None
    for each, watcher in alive:
        if each.changed or each.values is None:
            each.stale = watcher.live_instances()
        else:
            each.stale = classes and loaded.stale_instances(classes, each.wanted.name, each.values)


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
            there[name] = os.path.exists(each.path[:-len(".override")] + ".conf")
        changes.append((name, there[name] and each.before != each.after))
    return loading.watch(client, changes)


def _concerns_daemon(each):
    """Return whether a plan changes what the daemon makes of the job."""
    return _is_read(each) and (each.before != each.after or (each.after is None and each.changed))


def _is_read(each):
    """Return whether the daemon reads the file: an override does not go without its job file."""
    return not each.wanted.override or os.path.exists(each.path[:-len(".override")] + ".conf")


def _belonging(each):
    """Return the files that go with a removal: a job file takes its override along."""
    if each.kept:
        return []
    paths = [each.path]
    if not each.wanted.override:
        paths.append(each.path[:-len(".conf")] + ".override")
    return [path for path in paths if os.path.lexists(path)]


def _check_in_place(each, attributes, conf_dir):
    """Make the directory that a file to be written needs, and run the user's own check."""
    if each.after is not None and each.changed:
        files.make_parent(each.path, conf_dir)
        if each.wanted.validate:
            attributes.validate(each.wanted.validate, os.path.basename(each.path), each.after)


def _ask_for(each, watcher, attributes, batch):
    """Put what is to be done to files into the batch, and keep copies of what is changed or removed."""
    removed = _belonging(each) if each.after is None else []
    replaced = [each.path] if each.changed and None not in (each.before, each.after) else []
    held = watcher is not None and watcher.instances and any(
        loaded.is_harmful_file(path) for path in removed + replaced)
    if each.wanted.backup or held:
        copies = [batch.keep(path, attributes) for path in removed + replaced]
        each.backup = copies[0] if copies else None  # an override that goes along has its copy beside this one
    if held:
        each.alarm = (
            "Job %s still runs by text that is not UTF-8, and init aborts when anybody reads its properties over D-Bus "
            "or asks for Upstart's state. Restart it now. This collection does not ask while %s, a copy of the old "
            "file, is there." % (each.wanted.name, each.backup))
    for path in removed:
        batch.remove(path)
    if each.changed and each.after is not None:
        batch.place(each.path, each.after, attributes)


def _verify(each, watcher):
    """See that the file and the daemon are as wanted."""
    if each.before != each.after and read_file(each.path) != each.after:
        raise UpstartError("%s was changed by somebody else while this task wrote it. Run the task again." % each.path,
                           name=each.wanted.name, path=each.path)
    if watcher is None or each.kept:
        return
    if each.after is None:
        if _is_left(each, watcher):
            each.changed = True
            watcher.wait_forgotten(each.path)
    elif _is_read(each):
        each.changed = watcher.see_loaded(each.path, each.before != each.after) or each.changed


def _verify_again(plans, client):
    """See that a daemon that broke the connection is back, with the jobs: one that was re-executed reads all files."""
    try:
        client.connection.reopen(min(BACK, client.timeout))
    except UpstartError as error:
        error.message += " The files are as this task wants them."
        raise
    for each, watcher in zip(plans, _watchers(plans, client)):
        if each.after is not None and _is_read(each):
            watcher.known = False
            watcher.see_loaded(each.path, False)
        elif _is_left(each, watcher):
            watcher.wait_forgotten(each.path)


def _is_left(each, watcher):
    """Return whether the daemon has the job of a removed file, be it one that somebody else removed unseen."""
    unseen = watcher.known and not watcher.instances
    return each.after is None and not each.wanted.override and (each.changed or unseen)


def report(plans):
    """Return the result of upstart_job, the same in every mode."""
    jobs = [{
        "name": each.wanted.name,
        "path": each.path,
        "state": each.wanted.state,
        "changed": each.changed,
        "created": each.before is None and each.after is not None,
        "kept": each.kept,
        "previous": _previous(each),
        "job": options.from_values(each.values) if each.values else {},
        "backup_file": each.backup,
        "stale_instances": each.stale,
        "warnings": each.warnings,
    } for each in plans]
    differences = [difference(each) for each in plans if each.before != each.after]
    return {"changed": any(each.changed for each in plans), "jobs": jobs, "diff": differences}


def _previous(each):
    if each.before in (None, each.after):
        return None
    return {"content": base64.b64encode(each.before).decode("ascii"), "listed": each.listed}


def warnings_of(plans):
    """Return the sentences that a task should warn with; hints are data only."""
    alarms = [each.alarm for each in plans if each.alarm]
    return alarms + ["Job %s%s: %s: %s (%s)" % (
        each.wanted.name, ", line %d" % finding["line"] if finding["line"] else "", finding["message"],
        finding["remedy"], finding["code"])
        for each in plans for finding in each.warnings if finding["severity"] == "warning"]
