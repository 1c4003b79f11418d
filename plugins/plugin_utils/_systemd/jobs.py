# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The input of the translator: the jobs of a host with their values and the places of their stanzas."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import structure
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.document import Document
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.stanzas import EVERY_STANZA, OVERRIDES_SINCE

Values = dict[str, t.Any]
FOLDER = "/etc/init/"
NOT_UTF_8 = "\ufffd"  # what readers put in place of a byte that is not UTF-8
LONE_BYTE = re.compile("[\udc80-\udcff]")  # what Python puts there for file names


class InputError(Exception):
    """The input of the translator has another form than it reads."""


@dataclass(frozen=True)
class StanzaPlace:
    """A stanza as written.

    :ivar line: number of its first line from 1, or None if the file is not known.
    """

    name: str
    detail: str | None
    file: str
    line: int | None
    text: str
    is_override: bool


@dataclass
class HostJob:
    """A job of a host.

    :ivar values: what Upstart reads from both files.
    :ivar conf_values: what it reads from the job file alone; the same dict if there is no override.
    :ivar error: why it cannot be translated, or None; then there are no values.
    """

    name: str
    file: str
    values: Values = field(default_factory=dict)
    conf_values: Values = field(default_factory=dict)
    places: list[StanzaPlace] = field(default_factory=list)
    error: str | None = None
    error_file: str = ""
    error_line: int | None = None

    @property
    def has_override(self) -> bool:
        return self.values is not self.conf_values

    @property
    def is_manual(self) -> bool:
        """Whether the last stanza about its start is manual."""
        names = [place.name for place in self.places if place.name in ("start on", "manual")]
        return names[-1:] == ["manual"]

    def process(self, name: str) -> Mapping[str, t.Any] | None:
        """Return a process that has a command."""
        process: Mapping[str, t.Any] | None = self.values["process"].get(name)
        return process if process and process["command"] is not None else None


def read_jobs(source: t.Any, version: tuple[int, ...] = EVERY_STANZA) -> list[HostJob]:
    """Return the jobs, sorted by name.

    :param source: a result of upstart_info, or a mapping of a name to a text, or to a mapping with conf and override.
    :param version: the release of Upstart that reads the files.
    :raises InputError: for another form.
    """
    if not isinstance(source, Mapping):
        raise InputError(f"needs a dictionary of job files, or the result of upstart_info, not {type(source).__name__}")
    if isinstance(source.get("jobs"), Sequence) and not isinstance(source["jobs"], str):
        jobs = [_from_info(job) for job in source["jobs"] if isinstance(job, Mapping) and not job.get("orphan")]
    elif source.get("failed") or source.get("unreachable"):
        raise InputError(f"the input has no jobs: {source.get('msg', 'the task failed')}")
    else:
        jobs = [_from_texts(str(name), texts, version) for name, texts in source.items()]
    return sorted(jobs, key=lambda job: job.name)


def _from_texts(name: str, texts: t.Any, version: tuple[int, ...]) -> HostJob:
    conf, override = (texts, None) if isinstance(texts, str) else _pair(name, texts)
    return _parse(HostJob(name, f"{FOLDER}{name}.conf"), conf, override, f"{FOLDER}{name}.override", True, version)


def _pair(name: str, texts: t.Any) -> tuple[str, str | None]:
    if not isinstance(texts, Mapping) or not isinstance(texts.get("conf"), str) \
            or set(texts) - {"conf", "override"} or not isinstance(texts.get("override"), (str, type(None))):
        raise InputError(f"job {name} must be a text, or a dictionary with the texts conf and, perhaps, override")
    return texts["conf"], texts.get("override")


def _from_info(job: Mapping[str, t.Any]) -> HostJob:
    name = str(job.get("name"))
    if "stanzas" not in job:
        raise InputError(f"job {name} has no stanzas; call upstart_info with the subset stanzas")
    result = HostJob(name, str(job.get("path") or f"{FOLDER}{name}.conf"))
    if job.get("error"):
        error = job["error"] if isinstance(job["error"], Mapping) else {"message": job["error"]}
        result.error, result.error_file, result.error_line = (
            str(error.get("message")), str(error.get("file") or result.file), error.get("line"))
        return result
    if not isinstance(job["stanzas"], Mapping):
        raise InputError(f"the stanzas of job {name} must be a dictionary, not {type(job['stanzas']).__name__}")
    try:
        text = structure.write(dict(job["stanzas"]), EVERY_STANZA)
    except UpstartError as exc:
        result.error, result.error_file = str(exc), result.file
        return result
    return _parse(result, text, None, "", False)


def _parse(job: HostJob, conf: str, override: str | None, override_file: str, has_lines: bool,
           version: tuple[int, ...] = EVERY_STANZA) -> HostJob:
    conf = LONE_BYTE.sub(NOT_UTF_8, conf)
    override = None if override is None else LONE_BYTE.sub(NOT_UTF_8, override)
    try:
        job.conf_values = job.values = parse_job(conf, None, version)
        job.places = _places(conf, job.file, has_lines, False)
        if override is not None and version >= OVERRIDES_SINCE:
            job.values = parse_job(conf, override, version)
            job.places += _places(override, override_file, has_lines, True)
    except UpstartError as exc:
        facts = exc.facts
        job.error = str(facts.get("text"))
        job.error_file = override_file if facts.get("file") == "override" else job.file
        job.error_line = facts.get("line")
    return job


def _places(text: str, file: str, has_lines: bool, is_override: bool) -> list[StanzaPlace]:
    document = Document(text, EVERY_STANZA)
    return [StanzaPlace(span.name, span.detail, file, span.line if has_lines else None,
                        document.text[span.start:span.end], is_override) for span in document.stanzas]
