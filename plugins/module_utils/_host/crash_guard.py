# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the daemon must not be asked for its state: Upstart crashes when it has to report text that is not UTF-8."""

from __future__ import absolute_import, division, print_function

import os
import time

from .._errors import UpstartError
from .definitions import Definition
from .harmful_files import DirectoryScan
from .releases import STATE_DUMP_SINCE
from .status import process_age

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Optional, Set  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type


class StateUnavailableError(UpstartError):
    """The daemon cannot report its state; the message is a clause with the reason."""


class UnsafeToQueryError(StateUnavailableError):
    """The daemon might crash if it were asked."""


def ensure_safe_to_query(client, conf_dir):
    # type: (Upstart, str) -> DirectoryScan
    """Raise UnsafeToQueryError if the daemon may hold text that would crash it when it is asked for its state.

    :param conf_dir: text, the directory of the job files.
    :returns: harmful_files.DirectoryScan of that directory.
    """
    scan = DirectoryScan(conf_dir)
    ensure_file_is_safe(scan.harmful_file)
    ensure_loaded_definitions_are_safe(client, conf_dir, scan.copies)
    ensure_all_jobs_have_files(client, conf_dir, scan.readable)
    return scan


def names_safe_to_query(client, conf_dir):
    # type: (Upstart, str) -> Set[str]
    """Return the names of the jobs whose properties the daemon can report without a crash, a set of text.

    :raises UnsafeToQueryError: if none of the daemon's jobs has a file below ``conf_dir``.
    """
    try:
        return ensure_safe_to_query(client, conf_dir).readable
    except UnsafeToQueryError:
        scan = DirectoryScan(conf_dir)
        if scan.readable.isdisjoint(client.jobs()):
            raise
        return set(name for name in scan.readable if scan.is_safe(name))


def ensure_file_is_safe(path):
    # type: (Optional[str]) -> None
    """Raise UnsafeToQueryError for the path of a file that gives the daemon text which is not UTF-8; None is safe."""
    if path:
        raise UnsafeToQueryError(
            "%s holds text that is not UTF-8, and Upstart would crash if it were asked for its state" % path,
            path=path,
        )


def ensure_loaded_definitions_are_safe(client, conf_dir, copies):
    # type: (Upstart, str, Dict[str, str]) -> None
    """Raise UnsafeToQueryError if a job may still run with text that is not UTF-8 although its file was fixed.

    Upstart keeps such text until the last instance of the old definition has ended, and cannot report it without a
    crash. A copy of the old file beside the new one is the only sign of it; ``jobs.act`` keeps a copy for this.

    :param copies: dict of job name to path, see harmful_files.DirectoryScan.
    """
    jobs = sorted(copies)
    for job, instances in zip(jobs, client.instances_of(jobs) if jobs else []):
        for status in client.statuses([(job, instance) for instance in instances]):
            if not _is_younger(client, Definition(job, conf_dir, client.version()), status, copies[job]):
                raise UnsafeToQueryError(
                    "job %s may still run with text that is not UTF-8 (%s is a copy of it), and Upstart would crash if "
                    "it were asked for its state. Restart job %s and delete the copy" % (job, copies[job], job),
                    path=copies[job], name=job)


def _is_younger(client, definition, status, copy):
    # type: (Upstart, Definition, Optional[Dict[str, Any]], str) -> bool
    """Return whether an instance surely began after ``copy`` was made; a respawn keeps the old definition."""
    pid = (status or {}).get("processes", {}).get("main")
    if pid is None or definition.values is None or definition.values["respawn"]:
        return False
    now = time.time()  # before the age: a delay between the two may only make the process older
    return 0 < process_age(client.connection.peer["pid"], pid) < now - os.stat(copy).st_ctime


def ensure_all_jobs_have_files(client, conf_dir, readable):
    # type: (Upstart, str, Set[str]) -> None
    """Raise UnsafeToQueryError if the daemon has a job without a readable file: nothing shows whether it is UTF-8.

    :param readable: set of the names of the jobs whose files were just read, see harmful_files.DirectoryScan.
    """
    loaded = set(client.jobs())
    if loaded.issubset(readable) or client.version() < STATE_DUMP_SINCE:
        return
    scan = DirectoryScan(conf_dir)  # files may have been added and removed since
    ensure_file_is_safe(scan.harmful_file)
    loaded = set(client.jobs())
    without_file = sorted(loaded - scan.readable)
    if not without_file:
        return
    name = without_file[0]
    if loaded.isdisjoint(scan.readable):
        raise UnsafeToQueryError(
            "none of Upstart's jobs (such as %s) has a readable file below %s, and Upstart might crash if it were "
            "asked for its state. Set conf_dir to the job directory of this daemon" % (name, conf_dir),
            name=name,
            path=conf_dir,
        )
    remedy = "stop job %s" % name if client.instances_of([name])[0] else "reload the configuration"
    raise UnsafeToQueryError(
        "job %s has no readable file below %s, and Upstart might crash if it were asked for its state. If the file was "
        "removed, %s" % (name, conf_dir, remedy), name=name, path=conf_dir)
