# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of job files for dangerous and for probably unintended content."""

from __future__ import absolute_import, division, print_function

import re
from itertools import chain

from ..._text import STRAY_BYTES, decode, has_stray_bytes
from ..errors import JobFileError
from ..signals import number_of
from ..stanzas import KILL_SIGNAL_NUMBERS_SINCE, LATEST, OVERRIDES_SINCE, ZERO_KILL_TIMEOUT_ABORTS_SINCE
from . import chromeos, commands, conditions, missing, missing_programs, pre_start, stanzas, tracking
from .codes import BY_CODE, ERROR
from .job import NOWHERE, CheckedJob, Place, Problem, required_variables
from .stanzas import GREATEST_SIGNAL

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Collection, Dict, Iterator, List, Optional, Tuple, Union  # noqa: F401

__metaclass__ = type

NOT_ASCII = re.compile(u"[^\\x00-\\x7f]")
CUT_CONTINUATION = "\\\r\n"
FILE_ORDER = {"conf": 0, "override": 1, None: -1}


def refuse(name, conf_text, override_text=None, version=LATEST):
    # type: (Optional[str], Union[str, bytes, None], Union[str, bytes, None], Tuple[int, ...]) -> None
    """Raise JobFileError, with the fact ``code``, for files that would crash or hang the daemon or that it refuses.

    :param name: text, the name of the job, or None to skip its check.
    :param conf_text: text or bytes of NAME.conf; None if only the override is available.
    :param override_text: text or bytes of NAME.override, or None.
    """
    _refuse(load(name, conf_text, override_text, version))


def _refuse(job):
    # type: (CheckedJob) -> None
    problems = _unreadable(job)
    if job.error and not problems:
        raise JobFileError(job.error.text, job.error.line, job.error.file, _hint(job), code="syntax")
    for problem in problems or _fatal(job):
        row = BY_CODE[problem.code]
        raise JobFileError(
            row.message % problem.details, line=problem.place.line, file=problem.place.file, hint=row.remedy,
            code=row.code,
        )


def _hint(job):
    # type: (CheckedJob) -> Optional[str]
    """Return the remedy for the error of a job that cannot be read."""
    error = job.error
    if any(CUT_CONTINUATION in text for label, text in job.texts
           if label == error.file):  # type: ignore[union-attr]  # there is one
        return "save the file with Unix line endings: a backslash before a carriage return does not continue the line"
    return error.hint  # type: ignore[union-attr]


def examine(
    name,  # type: Optional[str]
    conf_text,  # type: Union[str, bytes, None]
    override_text=None,  # type: Union[str, bytes, None]
    version=LATEST,  # type: Tuple[int, ...]
    known_jobs=None,  # type: Optional[Collection[str]]
    programs=None,  # type: Optional[Any]
    accounts=None,  # type: Optional[Any]
):
    # type: (...) -> Tuple[Dict[str, Any], List[Dict[str, Any]]]
    """Check like ``refuse`` and ``findings``, but read the files only once; return (values, findings).

    :param accounts: see job.CheckedJob.
    """
    job = load(name, conf_text, override_text, version)
    job.known_jobs, job.programs, job.accounts = known_jobs, programs, accounts
    _refuse(job)
    return job.values, findings_of(job)


def findings(
    conf_text,  # type: Union[str, bytes, None]
    override_text=None,  # type: Union[str, bytes, None]
    name=None,  # type: Optional[str]
    version=LATEST,  # type: Tuple[int, ...]
    known_jobs=None,  # type: Optional[Collection[str]]
    known_events=None,  # type: Optional[Collection[str]]
    programs=None,  # type: Optional[Any]
    accounts=None,  # type: Optional[Any]
):
    # type: (...) -> List[Dict[str, Any]]
    """Return the findings in job files, in the order of the lines.

    :param known_jobs: names of the jobs that exist, or None to skip the check of names of jobs.
    :param known_events: names of the events that something on the host emits, besides the usual events, or None to
        skip the check of names of events.
    :param programs: _host.program_search.HostPrograms of the host of the job, or None to skip the check of programs.
    :returns: list of dicts with ``code``, ``severity`` ("error", "warning", "hint"), ``file`` ("conf", "override",
        None), ``line`` (from 1, or None), ``message`` and ``remedy``. ``refuse`` refuses files with errors.
    """
    job = load(name, conf_text, override_text, version)
    job.known_jobs, job.known_events, job.programs, job.accounts = known_jobs, known_events, programs, accounts
    return findings_of(job)


def load(name, conf_text, override_text=None, version=LATEST):
    # type: (Optional[str], Union[str, bytes, None], Union[str, bytes, None], Tuple[int, ...]) -> CheckedJob
    """Return the job.CheckedJob of files, for ``findings_of``. The parameters are those of ``refuse``."""
    texts = [("conf", u"" if conf_text is None else decode(conf_text))]
    unread = []  # type: List[Tuple[str, str]]
    if override_text is not None:
        (texts if version >= OVERRIDES_SINCE else unread).append(("override", decode(override_text)))
    return CheckedJob(texts, name, version, unread=[label for label, _text in unread],
                      has_conf=conf_text is not None)


def findings_of(job, remedy=None):
    # type: (CheckedJob, Optional[Callable[[Problem], Optional[str]]]) -> List[Dict[str, Any]]
    """Return the same as ``findings`` for a job from ``load``.

    :param remedy: function (Problem) -> text, or None for the remedy of the table.
    """
    problems = _unreadable(job)
    problems.extend(Problem("override-ignored", Place(label, None), ()) for label in job.unread)
    for rule in RULES_FOR_BROKEN_FILES if job.error else RULES:
        problems.extend(rule(job))
    problems.sort(key=lambda problem: (FILE_ORDER[problem.place.file], problem.place.line or 0))
    result = [_as_finding(problem, remedy and remedy(problem) or conditions.remedy(problem)) for problem in problems]
    if job.error:
        place = Place(job.error.file, job.error.line)
        result.append(_finding("syntax", ERROR, place, job.error.text, _hint(job)))
    return result


def _unreadable(job):
    # type: (CheckedJob) -> List[Problem]
    """Return the Problems of the name of the job and of bytes that are not UTF-8."""
    problems = []
    name = job.name if job.name is None else decode(job.name)
    if name is not None and (NOT_ASCII.search(name) or "" in name.split("/")):
        problems.append(Problem("job-name", NOWHERE, (name or "(empty)",)))
    for label, text in job.texts:
        stray = STRAY_BYTES.search(text) if has_stray_bytes(text) else None
        if stray:
            problems.append(Problem("not-utf-8", Place(label, 1 + text.count("\n", 0, stray.start())), ()))
    return problems


def _fatal(job):
    # type: (CheckedJob) -> Iterator[Problem]
    return chain(_fatal_values(job), missing.respawn_without_process(job))


def _fatal_values(job):
    # type: (CheckedJob) -> Iterator[Problem]
    values = job.values
    if values["kill_timeout"] == 0 and job.version >= ZERO_KILL_TIMEOUT_ABORTS_SINCE:
        yield Problem("kill-timeout-zero", job.place("kill timeout"), ())
    if not 0 < values["kill_signal"] <= GREATEST_SIGNAL:
        yield Problem("kill-signal-impossible", job.place("kill signal"), (values["kill_signal"],))
    elif job.version < KILL_SIGNAL_NUMBERS_SINCE:
        for stanza in job.all("kill signal")[-1:]:
            word = stanza.text.split()[-1].strip("\"'")
            if number_of(word) is None:
                yield Problem("kill-signal-number", stanza.place, (word,))
    instance = values["instance"] or u""
    used = [pair for pair in values["env"] if pair.partition("=")[0] in required_variables(instance)]
    if any(NOT_ASCII.search(text) for text in [instance] + used):
        yield Problem("instance-not-ascii", job.place("instance"), (instance,))


def _as_finding(problem, remedy):
    # type: (Problem, Optional[str]) -> Dict[str, Any]
    row = BY_CODE[problem.code]
    return _finding(row.code, row.severity, problem.place, row.message % problem.details, remedy or row.remedy)


def _finding(code, severity, place, message, remedy):
    # type: (str, str, Place, str, Optional[str]) -> Dict[str, Any]
    return {
        "code": code, "severity": severity, "file": place.file, "line": place.line, "message": message,
        "remedy": remedy,
    }


RULES_FOR_BROKEN_FILES = (stanzas.misread_text, stanzas.line_ends, commands.scripts)
RULES = ((_fatal,) + stanzas.RULES + missing.RULES + conditions.RULES + commands.RULES + tracking.RULES
         + pre_start.RULES + missing_programs.RULES + chromeos.RULES)
