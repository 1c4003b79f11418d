# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files that init has not read although they are in place.

Inotify reports nothing in three cases: the target of a link changes, a file is changed through another of its names, or
a link is created in place (ln, ln -s). Init then keeps using an older definition, or drops the job with its last
instance.
"""

from __future__ import absolute_import, division, print_function

import os
import stat

from .._errors import UpstartError
from .._jobfile.values import same_job
from . import daemon_state, loading
from .definitions import Definition
from .init_defaults import console_of_files

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Set  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401

__metaclass__ = type


def ensure_files_are_read(client, conf_dir, definitions):
    # type: (Upstart, str, List[Definition]) -> Dict[str, UpstartError]
    """Reload init's configuration if init may not have read the present files of these jobs.

    Call this before a stop: otherwise a job may be dropped with its last instance although its file is in place. Call
    it again before a start, because a file may change during the stop. It reads the files again, and skips jobs without
    a job file.

    It reloads only in doubt: a reload makes a running job forget which part of its ``start on`` has happened.

    :param definitions: list of definitions.Definition, of the jobs that are about to be stopped or started.
    :returns: dict of job name to UpstartError, for each job that init cannot load from its present files.
    """
    present = dict((definition.name, Definition(definition.name, conf_dir, definition.version))
                   for definition in definitions if definition.text is not None)
    errors = dict((name, _invalid_file_error(job)) for name, job in present.items() if job.complaint())
    valid = [job for name, job in sorted(present.items()) if name not in errors]
    if not all(files_read(client, conf_dir, valid).values()):
        client.reload_configuration()
        missing = [job for job in valid if not loading.is_known(client, job.name)]
        errors.update((job.name, loading.not_loaded_error(job.name, job.conf, job.version)) for job in missing)
    return errors


def files_read(client, conf_dir, definitions):
    # type: (Upstart, str, List[Definition]) -> Dict[str, Optional[bool]]
    """Return whether init has read exactly the present files of jobs: a dict of name to True, False or None (unknown).

    :param definitions: list of definitions.Definition, just read, with valid files.
    """
    return files_read_by(client, state_or_none(client, conf_dir), definitions) if definitions else {}


def state_or_none(client, conf_dir):
    # type: (Upstart, str) -> Optional[Dict[str, Any]]
    """Return init's state as daemon_state.read_state does, or None if it is not available."""
    try:
        return daemon_state.read_state(client, conf_dir)
    except daemon_state.StateUnavailableError:
        return None


def files_read_by(client, state, definitions):
    # type: (Upstart, Optional[Dict[str, Any]], List[Definition]) -> Dict[str, Optional[bool]]
    """Return what ``files_read`` does, for a state that ``state_or_none`` returned."""
    unreliable = unreliably_watched(client, definitions)
    if state is None:
        return dict((job.name, _read_by_signs(client, job, job.name in unreliable)) for job in definitions)
    classes = dict((held["name"], held) for held in state["job_classes"])
    paths = known_paths(state)
    return dict((job.name, _read_by_state(job, classes.get(job.name), job.conf in paths, job.name in unreliable))
                for job in definitions)


def _read_by_signs(client, job, is_unreliable):
    # type: (Upstart, Definition, bool) -> Optional[bool]
    if not loading.is_known(client, job.name):
        return False
    return None if is_unreliable else True


def _read_by_state(job, held, path_known, is_unreliable):
    # type: (Definition, Optional[Dict[str, Any]], bool, bool) -> Optional[bool]
    """Judge by the job class that init has registered.

    A class that is marked as deleted lives on in its instances only. The state does not show its successor; init has
    one if it knows the job file.
    """
    if held is None:
        return False
    if held.get("deleted"):
        if not path_known:
            return False
        return None if is_unreliable else True
    return holds(held, job)


def holds(held, job):
    # type: (Dict[str, Any], Definition) -> bool
    """Return whether a job class of the state has the definition of a job's files, ``start on`` included."""
    values = job.values  # type: Dict[str, Any]  # type: ignore[assignment]  # the files are valid
    default = daemon_state.console_of(held)  # the daemon's own may be another than the usual one
    values = dict(values, console=console_of_files(job.text, job.override_text, job.version, default))
    return same_job(daemon_state.values_of(held, values), values)


def known_paths(state):
    # type: (Dict[str, Any]) -> Set[str]
    """Return the paths of the job files that init has a definition from, a set of text.

    :param state: dict, as daemon_state.read_state returns it.
    """
    return set(entry["path"] for source in state.get("conf_sources") or [] for entry in source.get("conf_files") or []
               if entry.get("job_class"))


def unreliably_watched(client, definitions):
    # type: (Upstart, List[Definition]) -> Set[str]
    """Return the names of jobs whose files may have changed without a report by inotify. The daemon is not queried.

    :param definitions: list of definitions.Definition, which may be unread.
    """
    watched = loading.watched_folders(client, [job.conf for job in definitions])
    return set(job.name for job in definitions
               if os.path.dirname(job.conf) not in watched or is_link(job.conf) or is_link(job.override))


def is_link(path):
    # type: (str) -> bool
    """Return whether there is a file that is a symbolic link or has more than one name."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISLNK(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink > 1)


def other_definition_error(job, path):
    # type: (str, str) -> UpstartError
    """Return the error for a job whose loaded definition is not that of its files."""
    return UpstartError(
        "Upstart has another definition of job %s than %s, even after ReloadConfiguration. Remove the file of that "
        "name from its other directories." % (job, path), name=job, path=path)


def _invalid_file_error(job):
    # type: (Definition) -> UpstartError
    return UpstartError("Job %s cannot be started: %s. Fix the file, then run the task again."
                        % (job.name, job.complaint()), name=job.name, **job.facts())
