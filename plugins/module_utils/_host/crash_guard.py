# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the daemon must not be asked what it holds: it crashes of telling text that is not UTF-8."""

from __future__ import absolute_import, division, print_function

import json
import os
import re
import time

from .._errors import UpstartError
from .._jobfile import parser
from .._jobfile.values import new_values
from .._system.reading import read_file
from .._text import decode, encode, has_stray_bytes
from .definitions import Definition
from .status import process_age

__metaclass__ = type

SUFFIXES = (".conf", ".override")
# What backups, packagers and editors make of NAME.conf or NAME.override; NAME is the group.
COPY = re.compile(r"(?!.*\.(?:conf|override)$)\.?(.+?)\.(?:conf|override)[^A-Za-z0-9]")
TELLS_STATE = (1, 6, 1)


class StateUnavailableError(UpstartError):
    """The daemon cannot be asked what it holds; the message is a clause that says why."""


class UnsafeToQueryError(StateUnavailableError):
    """The daemon might crash if it were asked."""


class DirectoryScan:
    """What the files below a directory tell of what the daemon may hold, from one walk.

    :ivar jobs: set of the names of the jobs whose files can be read, as ``told_names`` gives them.
    :ivar harmful: text, path of a file whose name or values are not UTF-8, or None; comments do no harm.
    :ivar harmful_jobs: set of the names of the jobs that such files belong to, as ``told_names`` gives them.
    :ivar copies: dict of job name to the path of a copy of its file or override that gives values which are not UTF-8.
    """

    def __init__(self, conf_dir):
        self.jobs = set()
        self.harmful = None
        self.harmful_jobs = set()
        self.copies = {}
        closed = set()
        for folder, unused, names in os.walk(conf_dir):
            below = os.path.relpath(folder, conf_dir)
            for name in names:
                self._look_at(folder, "" if below == os.curdir else below, name, closed)
        self.jobs -= closed

    def _look_at(self, folder, below, name, closed):
        path = os.path.join(folder, name)
        copied = harmful_copy(folder, name)
        if copied:
            self.copies[os.path.join(decode(below), copied)] = decode(path)
        if not name.endswith(SUFFIXES):
            return
        stem, unused, suffix = name.rpartition(".")
        job = reported_names(decode(os.path.join(below, stem)))
        try:
            data = read_file(path)
        except UpstartError:
            data = None
            if suffix == "override":
                closed.update(job)
        if has_stray_bytes(decode(name)) or is_harmful_text(data or b""):
            self.harmful = self.harmful or decode(path)
            self.harmful_jobs.update(job)
        if suffix == "conf" and data is not None:
            self.jobs.update(job)

    def are_safe(self, name):
        """Return whether nothing here gives the daemon text for a job of which it would crash if it told of that job.

        A name that is not ASCII is not safe either: the daemon makes a wrong path of it.
        """
        return (name in self.jobs and name not in self.harmful_jobs and name not in self.copies
                and max(bytearray(encode(name)) or [0]) < 128)


def harmful_copy(folder, name):
    """Return the name, in its folder, of the job whose file with values that are not UTF-8 this copies, or None."""
    found = COPY.match(name)
    return decode(found.group(1)) if found and is_harmful_file(os.path.join(folder, name)) else None


def reported_names(name):
    """Return the names under which the daemon may tell of a job: its own, and what a wrong path makes of it.

    Of one that is not ASCII the daemon makes a path of D-Bus with one byte in place of all others.
    """
    raw = bytearray(encode(name))
    if max(raw or [0]) < 128:
        return [name]
    return [name, bytes(bytearray(byte if byte < 128 else 255 for byte in raw)).decode("utf-8", "replace")]


def ensure_safe_to_query(client, conf_dir):
    """Raise UnsafeToQueryError where the daemon may hold text of which it would crash if it were asked for its state.

    :param conf_dir: text, the directory of the job files.
    :returns: Files, of that directory.
    """
    files = DirectoryScan(conf_dir)
    ensure_file_is_safe(files.harmful)
    ensure_loaded_definitions_are_safe(client, conf_dir, files.copies)
    ensure_all_jobs_have_files(client, conf_dir, files.jobs)
    return files


def is_reportable(client, conf_dir):
    """Return the set of the names of the jobs of which the daemon tells their properties without crashing.

    :raises UnsafeToQueryError: where none of its jobs has a file below ``conf_dir``.
    """
    try:
        return ensure_safe_to_query(client, conf_dir).jobs
    except UnsafeToQueryError:
        files = DirectoryScan(conf_dir)
        if files.jobs.isdisjoint(client.jobs()):
            raise
        return set(name for name in files.jobs if files.are_safe(name))


def ensure_file_is_safe(harmful):
    """Raise UnsafeToQueryError for the path of a file that gives the daemon text which is not UTF-8; None is none."""
    if harmful:
        raise UnsafeToQueryError(
            "%s holds text that is not UTF-8, and Upstart would crash if it were asked for its state" % harmful,
            path=harmful,
        )


def is_harmful_file(path):
    """Return whether there is a file which gives the daemon values that are not UTF-8."""
    try:
        return is_harmful_text(read_file(path) or b"")
    except UpstartError:  # a dangling link, a directory: no job file
        return False


def is_harmful_text(data):
    """Return whether a file of these bytes gives the daemon values that are not UTF-8."""
    try:
        data.decode("utf-8")
        return False
    except UnicodeDecodeError:
        values = new_values()
        parser.apply(decode(data), values)
        return has_stray_bytes(json.dumps(values, ensure_ascii=False))


def ensure_loaded_definitions_are_safe(client, conf_dir, copies):
    """Raise UnsafeToQueryError when a job may still run by text that is not UTF-8 although its file was put right.

    Upstart holds such text until the last instance of then is gone, and tells nobody of it without crashing. So a
    copy of the old file beside the new one is the only sign; ``jobs.act`` keeps one for this.

    :param copies: see Files.
    """
    jobs = sorted(copies)
    for job, instances in zip(jobs, client.instances_of(jobs) if jobs else []):
        for status in client.statuses([(job, instance) for instance in instances]):
            if not _is_younger(client, Definition(job, conf_dir), status, copies[job]):
                raise UnsafeToQueryError(
                    "job %s may still run by text that is not UTF-8 (%s is a copy of it), and Upstart would crash if "
                    "it were asked for its state. Restart job %s and delete the copy" % (job, copies[job], job),
                    path=copies[job], name=job)


def _is_younger(client, definition, status, copy):
    """Return whether an instance surely began after ``copy`` was made; a respawn keeps the old definition."""
    pid = (status or {}).get("processes", {}).get("main")
    if pid is None or definition.values is None or definition.values["respawn"]:
        return False
    return 0 < process_age(client.connection.peer["pid"], pid) < time.time() - os.stat(copy).st_ctime


def ensure_all_jobs_have_files(client, conf_dir, jobs):
    """Raise UnsafeToQueryError when the daemon has a job whose text cannot be looked at in a file of its own.

    :param jobs: set of names as of Files, of the jobs whose files were just read.
    """
    loaded = set(client.jobs())
    if loaded.issubset(jobs) or client.version() < TELLS_STATE:
        return
    files = DirectoryScan(conf_dir)  # files may have come and gone meanwhile
    ensure_file_is_safe(files.harmful)
    loaded = set(client.jobs())
    strangers = sorted(loaded - files.jobs)
    if not strangers:
        return
    name = strangers[0]
    if loaded.isdisjoint(files.jobs):
        raise UnsafeToQueryError(
            "neither job %s nor any other that Upstart has is in a file below %s that can be read, and "
            "Upstart might crash if it were asked for its state. Name the directory of this daemon in "
            "conf_dir" % (name, conf_dir),
            name=name,
            path=conf_dir,
        )
    remedy = "stop job %s" % name if client.instances_of([name])[0] else "have the configuration reloaded"
    raise UnsafeToQueryError(
        "job %s has no file below %s that can be read, and Upstart might crash if it were asked for its state. If the "
        "file is gone, %s" % (name, conf_dir, remedy), name=name, path=conf_dir)
