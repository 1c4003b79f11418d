# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans for job files: the wanted content, checked by Upstart's rules, next to the present content."""

from __future__ import absolute_import, division, print_function

import base64
import functools
import os

from .._errors import UpstartError
from .._host import job_names, planned_files
from .._host.definitions import Definition, read_override
from .._host.enabling import PLACEHOLDER, hidden_condition, with_enabled, with_manual
from .._host.init_defaults import CONSOLE, console_of_files
from .._host.planned_files import read_file
from .._host.releases import JOB_LOGS_SINCE, MANUAL_SINCE, OVERRIDES_SINCE
from .._jobfile import document, options, parser, render
from .._jobfile.checks import check
from .._jobfile.errors import JobFileError
from .._jobfile.similar_names import KnownNames
from .._jobfile.stanzas import dotted
from .._jobfile.values import new_values, same_job
from .._system import files
from .._system.search_path import next_file
from .._text import decode, encode
from .wanted_file import is_removed_job

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Collection, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple  # noqa: F401
    from .._host.accounts import Accounts  # noqa: F401
    from .._host.program_search import HostPrograms  # noqa: F401
    from .wanted_file import WantedFile  # noqa: F401

__metaclass__ = type


FLAGS = ("debug", "respawn", "task")  # options whose stanza an override can add, but not remove


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
    :ivar fallback: text, the job file in a directory after that of ``path``, see search_path.SearchPath; or None.
    :ivar kept: bool, whether the file is kept although it is no longer wanted, because instances of the job run.
    :ivar backup: text, the copy of the old file, or None.
    :ivar crash_warning: text, a warning about a running definition that makes init crash, or None.
    :ivar stale: list of text, the names of stale instances, or None if unknown.
    :ivar stale_values: dict, the job as stale instances run it, or None.
    :ivar hidden_start_on: text, the condition that ``manual`` disables, or None.
    :ivar warnings: list of dict, the findings in the files.
    """

    def __init__(
        self,
        wanted,  # type: WantedFile
        path,  # type: str
        before,  # type: Optional[bytes]
        after,  # type: Optional[bytes]
        values,  # type: Optional[Dict[str, Any]]
        warnings=(),  # type: Iterable[Dict[str, Any]]
    ):
        # type: (...) -> None
        self.wanted = wanted
        self.path = path
        self.before = before
        self.after = after
        self.override_before = None  # type: Optional[bytes]
        self.version = parser.LATEST  # type: Tuple[int, ...]
        self.values = values
        self.changed = before != after
        self.fallback = None  # type: Optional[str]
        self.kept = False
        self.listed = False
        self.hidden_start_on = None  # type: Optional[str]
        self._read_old = None  # type: Optional[Callable[[], Definition]]
        self.backup = None  # type: Optional[str]
        self.crash_warning = None  # type: Optional[str]
        self.stale = []  # type: Optional[List[str]]
        self.stale_values = None  # type: Optional[Dict[str, Any]]
        self.warnings = list(warnings)

    def previous(self):
        # type: () -> Dict[str, Any]
        """Return the present file in the form of ``WantedFile.restore``; ``content`` is None for no file."""
        text = None if self.before is None else base64.b64encode(self.before).decode("ascii")
        return {"content": text, "listed": self.listed, "enabled": self._read_old and self._read_old().is_enabled()}

    def old_values(self):
        # type: () -> Optional[Dict[str, Any]]
        """Return the job as the daemon reads the present files, or None if unknown."""
        return self._read_old and self._read_old().values

    def with_old_definition(self, read_old):
        # type: (Callable[[], Definition]) -> FilePlan
        """Set the function that returns the job's definitions.Definition from before the change; return self."""
        self._read_old = read_old
        return self


def plan_all(
    wanted,  # type: Sequence[WantedFile]
    conf_dir,  # type: str
    version=parser.LATEST,  # type: Tuple[int, ...]
    known_jobs=None,  # type: Optional[Iterable[str]]
    log_dir=None,  # type: Optional[str]
    programs=None,  # type: Optional[HostPrograms]
    accounts=None,  # type: Optional[Accounts]
    console=CONSOLE,  # type: str
):
    # type: (...) -> List[FilePlan]
    """Return the FilePlans for a list of WantedFiles: those of all job files, then those of overrides.

    A job file and its override in the list are read together: the plan of the override has the values of both.

    :param known_jobs: iterable of text, names of the jobs of the daemon, to find conditions on unknown jobs; or None.
    :param log_dir: text, the daemon's log directory, to refuse names whose log file blocks init; or None.
    :param programs: HostPrograms of the daemon, to find programs that do not exist; or None.
    :param accounts: accounts.Accounts of the host, to find users and groups that do not exist; or None.
    :param console: text, the default of init, see init_defaults.default_console.
    """
    if known_jobs is not None:
        known_jobs = KnownNames(set(known_jobs).union(file.name for file in wanted if file.state == "present"))
    plans = []
    planned = {}  # type: Dict[str, Optional[bytes]]
    for file in sorted(wanted, key=lambda file: file.override):
        plans.append(plan(file, conf_dir, version, planned, known_jobs, log_dir, programs, accounts,
                          console))
        planned[plans[-1].path] = plans[-1].after
    return plans


def plan(
    wanted,  # type: WantedFile
    conf_dir,  # type: str
    version=parser.LATEST,  # type: Tuple[int, ...]
    planned=None,  # type: Optional[Mapping[str, Optional[bytes]]]
    known_jobs=None,  # type: Optional[Collection[str]]
    log_dir=None,  # type: Optional[str]
    programs=None,  # type: Optional[HostPrograms]
    accounts=None,  # type: Optional[Accounts]
    console=CONSOLE,  # type: str
):
    # type: (...) -> FilePlan
    """Return the FilePlan for a WantedFile; raise UpstartError if the daemon would refuse the job. Writes nothing.

    :param planned: dict of path to bytes (None for a removed file), the results of earlier plans.
    """
    base = os.path.join(conf_dir, wanted.name)
    paths = {"conf": base + ".conf", "override": base + ".override"}
    kind = "override" if wanted.override else "conf"
    _check_target(wanted, conf_dir, kind, version)
    texts = {
        "conf": read_file(paths["conf"]), "override": read_override(paths["override"]),
    }  # type: Dict[str, Optional[bytes]]
    before, override_before = texts[kind], texts["override"]
    fallback = next_file(conf_dir, wanted.name + ".conf")
    if wanted.override and texts["conf"] is None and fallback:
        paths["conf"], texts["conf"] = fallback, read_file(fallback)
    read_old = functools.partial(_definition, wanted, conf_dir, version, dict(texts))
    texts.update((key, planned[paths[key]])  # type: ignore[index]  # planned is not None where it holds a path
                 for key in paths if key != kind and paths[key] in (planned or {}))
    if wanted.state == "absent":
        removal = _removal(wanted, paths[kind], before, override_before)
        removal.version, removal.fallback = version, fallback
        return removal.with_old_definition(read_old)
    try:
        after = _wanted_bytes(wanted, conf_dir, before, version)
        result = dict(texts, **{kind: after})
        if wanted.enabled is not None and wanted.override == (version >= OVERRIDES_SINCE):
            after = result[kind] = with_enabled(_definition(wanted, conf_dir, version, result), wanted.enabled)
        values, warnings = check.examine(
            wanted.name, result["conf"], result["override"], version, known_jobs, programs, accounts)
    except JobFileError as error:
        if wanted.restore is not None:
            return FilePlan(wanted, paths[kind], before, after, None)
        raise _refused(wanted, error, paths)
    values = dict(values, console=console_of_files(result["conf"], result["override"], version, console))
    if result["conf"] is not None:
        _check_flags(wanted, paths["conf"], values)
        _check_log_path(wanted, log_dir, values, version)
    comparable = before not in (None, after) and not (wanted.exact or wanted.restore)
    if before is not None and comparable and _same(texts, result, version, console) and _hides_same_condition(
            wanted, conf_dir, version, texts, result):
        after = before
        warnings = check.findings(texts["conf"], texts["override"], wanted.name, version, known_jobs,
                                  programs=programs, accounts=accounts)
    change = FilePlan(wanted, paths[kind], before, after, values if result["conf"] is not None else None, warnings)
    change.version, change.fallback = version, fallback
    if change.values and change.values["start_on"] is None and _mentions_manual(result):
        change.hidden_start_on = hidden_condition(_definition(wanted, conf_dir, version, result))
    return change.with_old_definition(read_old)


def _removal(wanted, path, before, override_before):
    # type: (WantedFile, str, Optional[bytes], Optional[bytes]) -> FilePlan
    removal = FilePlan(wanted, path, before, None, None)
    removal.override_before = None if wanted.keep_override else override_before
    removal.changed = bool(removed_paths(removal))
    return removal


def _check_target(wanted, conf_dir, kind, version):
    # type: (WantedFile, str, str, Tuple[int, ...]) -> None
    """Raise UpstartError unless the daemon reads a file of that name, and the task can write it."""
    job_names.check_job_name(wanted.name)
    if wanted.override and version < OVERRIDES_SINCE:
        raise UpstartError("Upstart %s does not read override files, which need 1.3. Change the job file of %s instead."
                           % (dotted(version), wanted.name), name=wanted.name)
    if wanted.state == "present":
        job_names.check_file_name(wanted.name, conf_dir, "." + kind)
    files.check_target(os.path.join(conf_dir, wanted.name) + "." + kind, removal=wanted.state == "absent")


def _definition(wanted, conf_dir, version, texts):
    # type: (WantedFile, str, Tuple[int, ...], Mapping[str, Optional[bytes]]) -> Definition
    definition = Definition(wanted.name, conf_dir, version, read=False)
    definition.take(texts["conf"], texts["override"])
    return definition


def _check_flags(wanted, conf, values):
    # type: (WantedFile, str, Dict[str, Any]) -> None
    """Raise UpstartError for an override that is to unset a stanza without arguments, which only adds to the file."""
    for flag in FLAGS if wanted.override else ():
        if wanted.stanzas.get(flag) is False and values[flag]:
            raise UpstartError("Job %s: an override cannot unset %s, which %s sets. Change the job file instead, for "
                               "example with merge: true. Nothing was written." % (wanted.name, flag, conf),
                               name=wanted.name, path=conf)


def _check_log_path(wanted, log_dir, values, version):
    # type: (WantedFile, Optional[str], Dict[str, Any], Tuple[int, ...]) -> None
    path = job_names.fatal_log_path(log_dir, wanted.name, "", values, version) if log_dir else None
    if path is not None:
        raise job_names.log_path_error(wanted.name, "", path)


def _restored(wanted):
    # type: (WantedFile) -> bytes
    try:
        return base64.b64decode(wanted.restore["content"].encode("ascii"))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise UpstartError("Job %s: restore must be the value of previous in the result of an earlier task."
                           % wanted.name, name=wanted.name)


def _wanted_bytes(wanted, conf_dir, before, version):
    # type: (WantedFile, str, Optional[bytes], Tuple[int, ...]) -> bytes
    if wanted.restore is not None:
        return _restored(wanted)
    if before is not None and wanted.force is False:
        return before
    try:
        data = encode(_wanted_text(wanted, before, version))
        manual = wanted.stanzas.get("manual")
        if manual and not wanted.override and version < MANUAL_SINCE:  # the condition becomes a comment
            texts = {"conf": data, "override": None}  # type: Dict[str, Optional[bytes]]
            data = with_enabled(_definition(wanted, conf_dir, version, texts), False)
        return data
    except UnicodeEncodeError:
        raise JobFileError("A text contains half a character (a lone surrogate)", hint="write valid UTF-8")


def _wanted_text(wanted, before, version):
    # type: (WantedFile, Optional[bytes], Tuple[int, ...]) -> str
    """Return the wanted text of the file."""
    if wanted.content is not None:
        return decode(wanted.content)  # text, or on Python 2 its bytes
    _check_defaults(wanted.stanzas, version)
    manual = wanted.stanzas.get("manual")
    values = options.to_values(dict(wanted.stanzas, manual=None))  # the file keeps the condition, for enabled: true
    given = options.keys_of(wanted.stanzas)
    explicit = given if wanted.override else options.keys_to_write(wanted.stanzas, values, version)
    if wanted.merge and before is not None:
        text = document.merge(decode(before), values, given, version=version, explicit=explicit)
    else:
        text = render.render(values, version, explicit=explicit)
    if manual is not None and version >= MANUAL_SINCE:
        text = with_manual(text, manual, version)
    return text


def _check_defaults(stanzas, version):
    # type: (Dict[str, Any], Tuple[int, ...]) -> None
    """Raise JobFileError for a default that an older release does not have, because defaults are not written."""
    if stanzas.get("console") == "log" and version < JOB_LOGS_SINCE:
        raise JobFileError("Upstart %s keeps no logs" % dotted(version),
                           hint="console: log came with 1.4; redirect the output in a script", option="console")


def _read(texts, version, console):
    # type: (Mapping[str, Optional[bytes]], Tuple[int, ...], str) -> Dict[str, Any]
    """Return the values of the job as the daemon reads it from both files."""
    if texts["conf"] is None:  # an override without a job file
        values = parser.parse_job(texts["override"], None, version)  # type: ignore[arg-type]  # one of the two exists
    else:
        values = parser.parse_job(texts["conf"], texts["override"], version)
    return dict(values, console=console_of_files(texts["conf"], texts["override"], version, console))


def _same(old, new, version, console):
    # type: (Mapping[str, Optional[bytes]], Mapping[str, Optional[bytes]], Tuple[int, ...], str) -> bool
    """Return whether the daemon would read the same job from both; False if it would refuse the old one."""
    try:
        if not same_job(_read(old, version, console), _read(new, version, console)):
            return False
        if old["conf"] != new["conf"]:  # an override may hide a difference, but not forever
            old, new = dict(old, override=None), dict(new, override=None)
            return same_job(_read(old, version, console), _read(new, version, console))
    except JobFileError:
        return False
    return old["override"] == new["override"] or _same_override(
        old["override"], new["override"], version)  # type: ignore[arg-type]  # plan compares two that exist


def _mentions_manual(texts):
    # type: (Mapping[str, Optional[bytes]]) -> bool
    return any(b"manual" in (texts[kind] or b"") for kind in ("conf", "override"))


def _hides_same_condition(wanted, conf_dir, version, old, new):
    # type: (WantedFile, str, Tuple[int, ...], Mapping[str, Optional[bytes]], Mapping[str, Optional[bytes]]) -> bool
    """Return whether each condition that ``manual`` hides in the new files is hidden in the old ones, too.

    An override may have a condition of its own, so the job file is also compared without it.
    """
    if new["conf"] is None or not _mentions_manual(new):
        return True
    for kinds in (("conf", "override"), ("conf",)):
        old_texts, new_texts = [dict((kind, texts[kind] if kind in kinds else None) for kind in ("conf", "override"))
                                for texts in (old, new)]
        hidden = hidden_condition(_definition(wanted, conf_dir, version, new_texts))
        if hidden is not None and hidden != hidden_condition(_definition(wanted, conf_dir, version, old_texts)):
            return False
    return True


def _same_override(old, new, version):
    # type: (bytes, bytes, Tuple[int, ...]) -> bool
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
    # type: (WantedFile, JobFileError, Dict[str, str]) -> UpstartError
    """Return the UpstartError for a job that Upstart would refuse."""
    facts = dict(error.facts, name=wanted.name)
    where = u"Job %s" % decode(wanted.name)
    if error.file is not None:
        facts["path"] = paths[error.file]
        readable = error.facts.get("code", "syntax") == "syntax"
        verdict = "Upstart would refuse" if readable else "This would harm Upstart or the job:"
        where = u"%s %s" % (verdict, decode(paths[error.file]))
        if error.line is not None:
            where += ":%d" % error.line
    text = u"%s: %s%s. Nothing was written." % (where, error.text, " (%s)" % error.hint if error.hint else "")
    return UpstartError(text, **facts)


def removed_paths(plan):
    # type: (FilePlan) -> List[str]
    """Return the existing files that a removal removes: with a job file also its override, unless that is kept."""
    if plan.kept:
        return []
    paths = [plan.path]
    if is_removed_job(plan.wanted) and not plan.wanted.keep_override:
        paths.append(plan.path[:-len(".conf")] + ".override")
    return [path for path in paths if planned_files.exists(path)]
