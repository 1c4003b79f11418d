# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for job files: the wanted content, checked by Upstart's rules, next to the present content."""

from __future__ import absolute_import, division, print_function

import base64
import collections
import functools
import os

from .._errors import UpstartError
from .._host import job_names, planned_files
from .._host.definitions import Definition, read_override
from .._host.enabling import PLACEHOLDER, hidden_condition, with_enabled, with_manual
from .._host.planned_files import read_file
from .._host.releases import JOB_LOGS_SINCE, OVERRIDES_SINCE
from .._jobfile import document, options, parser, render
from .._jobfile.checks import check
from .._jobfile.errors import JobFileError
from .._jobfile.values import new_values, same_job
from .._system import files
from .._text import decode, encode

__metaclass__ = type

# A job file as a task wants it. stanzas: dict, options of upstart_job; content: the text of the whole file instead;
# restore: an earlier file, a value of ``previous`` in a result; keep_running: whether to keep the file of a running
# job; enabled: as in upstart_service, or None.
WantedFile = collections.namedtuple(
    "WantedFile", "name state override stanzas content restore merge exact backup keep_running validate enabled")


class FilePlan:
    """The change to a job file or an override.

    :ivar path: text, the file.
    :ivar before: bytes, its present content, or None for no file.
    :ivar after: bytes, its wanted content, or None to remove it.
    :ivar version: tuple, the release of Upstart that will read the file.
    :ivar override_before: bytes, the present content of the override that is removed with a job file, or None.
    :ivar values: dict, the job as the daemon will read it, with the override; None for a removed job, and for a
        restored file that the daemon will refuse.
    :ivar changed: bool, whether the task changes anything for this file.
    :ivar listed: bool, whether the manifest has recorded the file before the task.
    :ivar kept: bool, whether the file is kept although it is no longer wanted, because instances of the job run.
    :ivar backup: text, the copy of the old file, or None.
    :ivar crash_warning: text, a warning about a running definition that makes init crash, or None.
    :ivar stale: list of text, the names of stale instances, or None if unknown.
    :ivar stale_values: dict, the job as stale instances run it, or None.
    :ivar hidden_start_on: text, the condition that ``manual`` disables, or None.
    :ivar warnings: list of dict, the findings in the files.
    """

    def __init__(self, wanted, path, before, after, values, warnings=()):
        self.wanted = wanted
        self.path = path
        self.before = before
        self.after = after
        self.override_before = None
        self.version = parser.LATEST
        self.values = values
        self.changed = before != after
        self.kept = False
        self.listed = False
        self.hidden_start_on = None
        self._read_old = None
        self.backup = None
        self.crash_warning = None
        self.stale = []
        self.stale_values = None
        self.warnings = list(warnings)

    def previous(self):
        """Return the present file in the form of ``WantedFile.restore``; ``content`` is None for no file."""
        text = None if self.before is None else base64.b64encode(self.before).decode("ascii")
        return {"content": text, "listed": self.listed, "enabled": self._read_old and self._read_old().is_enabled()}

    def old_values(self):
        """Return the job as the daemon reads the present files, or None if unknown."""
        return self._read_old and self._read_old().values

    def with_old_definition(self, read_old):
        """Set the function that returns the job's definitions.Definition from before the change; return self."""
        self._read_old = read_old
        return self


def plan_all(wanted, conf_dir, version=parser.LATEST, known_jobs=None, log_dir=None):
    """Return the FilePlans for a list of WantedFiles. A job file and its override in the list are read together.

    :param known_jobs: iterable of text, names of the jobs of the daemon, to find conditions on unknown jobs; or None.
    :param log_dir: text, the daemon's log directory, to refuse names whose log file blocks init; or None.
    """
    if known_jobs is not None:
        known_jobs = set(known_jobs).union(file.name for file in wanted if file.state == "present")
    plans = []
    planned = {}
    for file in wanted:
        plans.append(plan(file, conf_dir, version, planned, known_jobs, log_dir))
        planned[plans[-1].path] = plans[-1].after
    return plans


def plan(wanted, conf_dir, version=parser.LATEST, planned=None, known_jobs=None, log_dir=None):
    """Return the FilePlan for a WantedFile; raise UpstartError if the daemon would refuse the job. Writes nothing.

    :param planned: dict of path to bytes (None for a removed file), the results of earlier plans.
    """
    job_names.check_job_name(wanted.name)
    base = os.path.join(conf_dir, wanted.name)
    paths = {"conf": base + ".conf", "override": base + ".override"}
    if wanted.override and version < OVERRIDES_SINCE:
        raise UpstartError("Upstart %s does not read override files, which need 1.3. Change the job file of %s instead."
                           % (parser.dotted(version), wanted.name), name=wanted.name)
    kind = "override" if wanted.override else "conf"
    if wanted.state == "present":
        job_names.check_file_name(wanted.name, conf_dir, "." + kind)
    files.check_target(paths[kind], removal=wanted.state == "absent")
    texts = {"conf": read_file(paths["conf"]), "override": read_override(paths["override"])}
    before, override_before = texts[kind], texts["override"]
    read_old = functools.partial(_definition, wanted, conf_dir, version, dict(texts))
    texts.update((key, planned[paths[key]]) for key in paths if key != kind and paths[key] in (planned or {}))
    if wanted.state == "absent":
        removal = FilePlan(wanted, paths[kind], before, None, None)
        removal.override_before = override_before
        removal.version = version
        removal.changed = bool(removed_paths(removal))
        return removal.with_old_definition(read_old)
    try:
        after = _restored(wanted) if wanted.restore is not None else _wanted_bytes(wanted, before, version)
        result = dict(texts, **{kind: after})
        if wanted.enabled is not None and wanted.override == (version >= OVERRIDES_SINCE):
            after = result[kind] = with_enabled(_definition(wanted, conf_dir, version, result), wanted.enabled)
        values, warnings = check.examine(wanted.name, result["conf"], result["override"], version, known_jobs)
    except JobFileError as error:
        if wanted.restore is not None:
            return FilePlan(wanted, paths[kind], before, after, None)
        raise _refused(wanted, error, paths)
    if log_dir and result["conf"] is not None:
        _check_log_path(wanted, log_dir, values, version)
    if before not in (None, after) and not (wanted.exact or wanted.restore) and _same(texts, result, version):
        after = before
        warnings = check.findings(texts["conf"], texts["override"], wanted.name, version, known_jobs)
    change = FilePlan(wanted, paths[kind], before, after, values if result["conf"] is not None else None, warnings)
    change.version = version
    contents = (result["conf"] or b"") + (result["override"] or b"")
    if change.values and change.values["start_on"] is None and b"manual" in contents:
        change.hidden_start_on = hidden_condition(_definition(wanted, conf_dir, version, result))
    return change.with_old_definition(read_old)


def _definition(wanted, conf_dir, version, texts):
    definition = Definition(wanted.name, conf_dir, version, read=False)
    definition.take(texts["conf"], texts["override"])
    return definition


def _check_log_path(wanted, log_dir, values, version):
    path = job_names.fatal_log_path(log_dir, wanted.name, "", values, version)
    if path is not None:
        raise job_names.log_path_error(wanted.name, "", path)


def _restored(wanted):
    try:
        return base64.b64decode(wanted.restore["content"].encode("ascii"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UpstartError("Job %s: restore must be the value of previous in the result of an earlier task."
                           % wanted.name, name=wanted.name)


def _wanted_bytes(wanted, before, version):
    try:
        return encode(_wanted_text(wanted, before, version))
    except UnicodeEncodeError:
        raise JobFileError("A text contains half a character (a lone surrogate)", hint="write valid UTF-8")


def _wanted_text(wanted, before, version):
    """Return the wanted text of the file."""
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
    """Raise JobFileError for a newer release's default, which is left out of files, if an older release differs."""
    if stanzas.get("console") == "log" and version < JOB_LOGS_SINCE:
        raise JobFileError("Upstart %s keeps no logs" % parser.dotted(version),
                           hint="console: log came with 1.4; redirect the output in a script", option="console")


def _read(texts, version):
    """Return the values of the job as the daemon reads it from both files."""
    if texts["conf"] is None:  # an override without a job file
        return parser.parse_job(texts["override"], None, version)
    return parser.parse_job(texts["conf"], texts["override"], version)


def _same(old, new, version):
    """Return whether the daemon would read the same job from both; False if it would refuse the old one."""
    try:
        if not same_job(_read(old, version), _read(new, version)):
            return False
        if old["conf"] != new["conf"]:  # an override may hide a difference, but not forever
            return same_job(parser.parse_job(old["conf"], None, version), parser.parse_job(new["conf"], None, version))
    except JobFileError:
        return False
    return old["override"] == new["override"] or _same_override(old["override"], new["override"], version)


def _same_override(old, new, version):
    """Return whether two overrides have the same effect on every job. Both are valid.

    The job that they are applied to has a ``start on``, because ``manual`` has no effect without it.
    """
    results = []
    for text in (old, new):
        values = new_values()
        values["start_on"] = [PLACEHOLDER]
        parser.apply(text, values, version)
        results.append(values)
    return same_job(*results)


def _refused(wanted, error, paths):
    """Return the UpstartError for a job that Upstart would refuse."""
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


def removed_paths(plan):
    """Return the existing files that a removal removes: with a job file also its override, unless it is restored."""
    if plan.kept:
        return []
    paths = [plan.path]
    if not plan.wanted.override and plan.wanted.restore is None:
        paths.append(plan.path[:-len(".conf")] + ".override")
    return [path for path in paths if planned_files.exists(path)]
