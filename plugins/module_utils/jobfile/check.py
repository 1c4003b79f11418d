# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is dangerous or probably wrong in a job file that Upstart would read."""

from __future__ import absolute_import, division, print_function

import re

from . import check_commands, check_conditions, check_stanzas
from .check_codes import BY_CODE, ERROR
from .check_job import NOWHERE, Job, Place, Problem, required_variables
from .check_stanzas import GREATEST_SIGNAL
from .errors import JobFileError
from .signals import number_of
from .stanzas import LATEST, OVERRIDES_SINCE
from .textio import STRAY_BYTES, decode

__metaclass__ = type

NOT_ASCII = re.compile(u"[^\\x00-\\x7f]")
KILL_TIMEOUT_ABORTS_SINCE = (1, 6)
KILL_SIGNAL_NUMBERS_ABORT_BEFORE = (1, 6)
FILE_ORDER = {"conf": 0, "override": 1, None: -1}


def refuse(name, conf_text, override_text=None, version=LATEST, dialect="stock"):
    """Raise JobFileError, with ``code`` in its facts, for files that would kill, wedge or confuse the daemon.

    :param name: the job's name, or None to leave it unchecked.
    :param conf_text: text or bytes of NAME.conf; None when only the override is at hand.
    :param override_text: text or bytes of NAME.override, or None.
    """
    texts = _texts(conf_text, override_text, version)
    _refuse(Job(texts, name, version, dialect=dialect), texts)


def _refuse(job, texts):
    problems = _unreadable(job.name, texts)
    if job.error and not problems:
        raise JobFileError(job.error.text, job.error.line, job.error.file, job.error.hint, code="syntax")
    for problem in problems or _fatal(job):
        row = BY_CODE[problem.code]
        raise JobFileError(
            row.message % problem.details, line=problem.place.line, file=problem.place.file, hint=row.remedy,
            code=row.code,
        )


def examine(name, conf_text, override_text=None, version=LATEST, known_jobs=None):
    """Do what ``refuse`` and ``findings`` do, reading the files once; return (values, findings)."""
    texts = _texts(conf_text, override_text, version)
    job = Job(texts, name, version, known_jobs)
    _refuse(job, texts)
    return job.values, _findings(job, texts, override_text)


def findings(conf_text, override_text=None, name=None, version=LATEST, known_jobs=None, known_events=None,
             dialect="stock"):
    """Return what is wrong or doubtful, in the order of the lines.

    :param known_jobs: names of the jobs that exist, or None to leave conditions on jobs unchecked.
    :param known_events: names of events that something on the host emits, beside the usual ones; None to leave
        the names of events unchecked.
    :returns: list of dicts with ``code``, ``severity`` ("error", "warning", "hint"), ``file`` ("conf", "override",
        None), ``line`` (from 1, or None), ``message`` and ``remedy``. Errors are what ``refuse`` refuses.
    """
    texts = _texts(conf_text, override_text, version)
    return _findings(Job(texts, name, version, known_jobs, known_events, dialect), texts, override_text)


def _findings(job, texts, override_text):
    problems = _unreadable(job.name, texts)
    if override_text is not None and job.version < OVERRIDES_SINCE:
        problems.append(Problem("override-ignored", Place("override", None), ()))
    for rule in RULES_FOR_BROKEN_FILES if job.error else RULES:
        problems.extend(rule(job))
    problems.sort(key=lambda problem: (FILE_ORDER[problem.place.file], problem.place.line or 0))
    found = [_as_finding(problem) for problem in problems]
    if job.error:
        place = Place(job.error.file, job.error.line)
        found.append(_finding("syntax", ERROR, place, job.error.text, job.error.hint))
    return found


def _texts(conf_text, override_text, version):
    texts = [("conf", u"" if conf_text is None else decode(conf_text))]
    if override_text is not None and version >= OVERRIDES_SINCE:
        texts.append(("override", decode(override_text)))
    return texts


def _unreadable(name, texts):
    """Return the problems of the job's name and of bytes that are not text."""
    problems = []
    name = name if name is None else decode(name)
    if name is not None and (NOT_ASCII.search(name) or "" in name.split("/")):
        problems.append(Problem("job-name", NOWHERE, (name or "(empty)",)))
    for label, text in texts:
        stray = STRAY_BYTES.search(text)
        if stray:
            problems.append(Problem("not-utf-8", Place(label, 1 + text.count("\n", 0, stray.start())), ()))
    return problems


def _fatal(job):
    values = job.values
    if values["kill_timeout"] == 0 and job.version >= KILL_TIMEOUT_ABORTS_SINCE:
        yield Problem("kill-timeout-zero", job.place("kill timeout"), ())
    if not 0 < values["kill_signal"] <= GREATEST_SIGNAL:
        yield Problem("kill-signal-impossible", job.place("kill signal"), (values["kill_signal"],))
    elif job.version < KILL_SIGNAL_NUMBERS_ABORT_BEFORE:
        for stanza in job.all("kill signal")[-1:]:
            word = stanza.text.split()[-1].strip("\"'")
            if number_of(word) is None:
                yield Problem("kill-signal-number", stanza.place, (word,))
    instance = values["instance"] or u""
    used = [pair for pair in values["env"] if pair.partition("=")[0] in required_variables(instance)]
    if any(NOT_ASCII.search(text) for text in [instance] + used):
        yield Problem("instance-not-ascii", job.place("instance"), (instance,))


def _as_finding(problem):
    row = BY_CODE[problem.code]
    return _finding(row.code, row.severity, problem.place, row.message % problem.details, row.remedy)


def _finding(code, severity, place, message, remedy):
    return {
        "code": code, "severity": severity, "file": place.file, "line": place.line, "message": message,
        "remedy": remedy,
    }


RULES_FOR_BROKEN_FILES = (check_stanzas.written_badly, check_commands.scripts)
RULES = (_fatal,) + check_stanzas.RULES + check_conditions.RULES + check_commands.RULES
