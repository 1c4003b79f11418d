# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job files of a machine: a directory on the controller, texts, or the result of upstart_info."""

from __future__ import annotations

import os
import typing as t

from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.job_texts import texts_below
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import HostJob, read_jobs


def read_sources(source: t.Any, version: tuple[int, ...]) -> list[HostJob]:
    """Return the jobs of a source, sorted by name.

    :param source: the path of a directory, or what _systemd.jobs.read_jobs takes.
    :param version: the release of Upstart that reads the files.
    :raises InputError: for another form, and for a directory that cannot be read.
    """
    return read_jobs(texts_below(source, "surrogateescape") if isinstance(source, str) else source, version)


def start_places(jobs: t.Iterable[HostJob]) -> dict[str, dict[str, t.Any]]:
    """Return where the files say when each job starts, as file name and line.

    This is the last ``start on`` or ``manual``, or the fault of a file that Upstart rejects. Jobs without such a place,
    and jobs whose texts are not known, are left out.
    """
    places = {}
    for job in jobs:
        written = [(place.file, place.line) for place in job.places if place.name in ("start on", "manual")]
        if job.error is not None:
            written = [(job.error_file, job.error_line)]
        file, line = written[-1] if written else ("", None)
        if line is not None:
            places[job.name] = {"file": f"{job.name}{os.path.splitext(file)[1]}", "line": line}
    return places
