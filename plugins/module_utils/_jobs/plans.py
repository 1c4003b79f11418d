# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done to a job file: the wanted text, checked by the daemon's rules, beside the present one."""

from __future__ import absolute_import, division, print_function

import base64
import collections
import functools
import os

from .._errors import UpstartError
from .._host import job_names, planned_files
from .._host.definitions import Definition, read_override
from .._host.enabling import NEVER, OVERRIDES, hidden_condition, with_enabled, with_manual
from .._host.planned_files import read_file
from .._jobfile import document, options, parser, render
from .._jobfile.checks import check
from .._jobfile.errors import JobFileError
from .._jobfile.values import new_values, same_job
from .._system import files
from .._text import decode, encode

__metaclass__ = type

# What one job shall be; ``stanzas`` are options of upstart_job, ``content`` a whole file's text instead of them,
# ``restore`` an earlier file as ``report`` tells it under ``previous``; with ``keep_running`` no file of a running job
# is removed; ``enabled`` as upstart_service has it, or None.
WantedFile = collections.namedtuple(
    "WantedFile", "name state override stanzas content restore merge exact backup keep_running validate enabled")


class FilePlan:
    """What is to be done to one file.

    :ivar path: text, the file.
    :ivar before: bytes, what it holds now, or None when there is none.
    :ivar after: bytes, what it shall hold, or None when it shall go.
    :ivar version: tuple, the release that the file is for.
    :ivar override_before: bytes, what the override holds now that goes with a removed job file, or None.
    :ivar values: dict, the job as the daemon will read it, override included; None for a removed job, and for a
        restored file that the daemon will not read.
    :ivar listed: bool, whether a manifest named the file before.
    :ivar kept: bool, whether the file of a job that shall go stays, since instances of it run.
    :ivar stale_values: dict, the job as its running instances follow it where that is an older one, or None.
    :ivar hidden_start_on: text, the condition that ``manual`` keeps from the job, or None.
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
        self._old = None
        self.backup = None
        self.alarm = None
        self.stale = []
        self.stale_values = None
        self.warnings = list(warnings)

    def previous(self):
        """Return what this replaces or removes, in the form of ``WantedFile.restore``; the text of no file is None."""
        text = None if self.before is None else base64.b64encode(self.before).decode("ascii")
        return {"content": text, "listed": self.listed, "enabled": self._old and self._old().is_enabled()}

    def old_values(self):
        """Return the job as the daemon read it before this, or None when it did not, or nobody kept that."""
        return self._old and self._old().values

    def remember(self, old):
        """Keep ``old``, a function that returns the job's definitions.Definition from before this."""
        self._old = old
        return self


def plan_all(wanted, conf_dir, version=parser.LATEST, known_jobs=None, log_dir=None):
    """Return the Plans for a list of Wanteds, a job file and its override in one list seen together.

    :param known_jobs: names of the jobs that the daemon has, to find conditions on jobs that do not exist; or None.
    :param log_dir: text, the directory of the daemon's logs, to refuse names whose log wedges it; or None.
    """
    if known_jobs is not None:
        known_jobs = set(known_jobs).union(each.name for each in wanted if each.state == "present")
    plans = []
    planned = {}
    for each in wanted:
        plans.append(plan(each, conf_dir, version, planned, known_jobs, log_dir))
        planned[plans[-1].path] = plans[-1].after
    return plans


def plan(wanted, conf_dir, version=parser.LATEST, planned=None, known_jobs=None, log_dir=None):
    """Return the FilePlan for a WantedFile; raise UpstartError for what the daemon would refuse. Writes nothing.

    :param planned: dict of path to bytes, or None for a file that goes: what other plans do to files.
    """
    job_names.check_job_name(wanted.name)
    base = os.path.join(conf_dir, wanted.name)
    paths = {"conf": base + ".conf", "override": base + ".override"}
    if wanted.override and version < (1, 3):
        raise UpstartError("Upstart %s does not read override files (they came with 1.3): change the job file of %s "
                           "itself." % (parser.dotted(version), wanted.name), name=wanted.name)
    kind = "override" if wanted.override else "conf"
    if wanted.state == "present":
        job_names.check_file_name(wanted.name, conf_dir, "." + kind)
    files.check_target(paths[kind], removal=wanted.state == "absent")
    texts = {"conf": read_file(paths["conf"]), "override": read_override(paths["override"])}
    before, override_before = texts[kind], texts["override"]
    old = functools.partial(_definition, wanted, conf_dir, version, dict(texts))
    texts.update((key, planned[paths[key]]) for key in paths if key != kind and paths[key] in (planned or {}))
    if wanted.state == "absent":
        removal = FilePlan(wanted, paths[kind], before, None, None)
        removal.override_before = override_before
        removal.version = version
        removal.changed = bool(belonging(removal))
        return removal.remember(old)
    try:
        after = _restored(wanted) if wanted.restore is not None else _wanted_bytes(wanted, before, version)
        result = dict(texts, **{kind: after})
        if wanted.enabled is not None and wanted.override == (version >= OVERRIDES):
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
    made = FilePlan(wanted, paths[kind], before, after, values if result["conf"] is not None else None, warnings)
    made.version = version
    if made.values and made.values["start_on"] is None and b"manual" in result["conf"] + (result["override"] or b""):
        made.hidden_start_on = hidden_condition(_definition(wanted, conf_dir, version, result))
    return made.remember(old)


def _definition(wanted, conf_dir, version, texts):
    definition = Definition(wanted.name, conf_dir, version, read=False)
    definition.take(texts["conf"], texts["override"])
    return definition


def _check_log_path(wanted, log_dir, values, version):
    path = job_names.log_path_wedges_init(log_dir, wanted.name, "", values, version)
    if path is not None:
        raise job_names.log_path_error(wanted.name, "", path)


def _restored(wanted):
    try:
        return base64.b64decode(wanted.restore["content"].encode("ascii"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UpstartError("Job %s: restore must be what an earlier task returned under previous." % wanted.name,
                           name=wanted.name)


def _wanted_bytes(wanted, before, version):
    try:
        return encode(_wanted_text(wanted, before, version))
    except UnicodeEncodeError:
        raise JobFileError("A text has half a character (a lone surrogate)", hint="use valid UTF-8")


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


def belonging(each):
    """Return the files that go with a removal: a job file takes its override along, one that was not there does not."""
    if each.kept:
        return []
    paths = [each.path]
    if not each.wanted.override and each.wanted.restore is None:
        paths.append(each.path[:-len(".conf")] + ".override")
    return [path for path in paths if planned_files.exists(path)]
