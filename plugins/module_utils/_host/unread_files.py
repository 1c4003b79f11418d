# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files that init has not read although they are in place.

Inotify reports nothing if the target of a link changes, if a file is changed through another of its names, or if a link
is created in place (ln, ln -s). Init then keeps using an older definition, or drops the job with its last instance.
"""

from __future__ import absolute_import, division, print_function

import os
import stat

from .._errors import UpstartError
from .._jobfile import parser
from .._jobfile.values import new_values, same_job
from . import daemon_state, loading
from .definitions import Definition

__metaclass__ = type


def ensure_files_are_read(client, conf_dir, definitions):
    """Reload init's configuration if init may not have read the present files of these jobs.

    Call this before a stop, because otherwise a job may be dropped with its last instance although its file is in
    place, and again before a start, because a file may change during the stop. The files are read anew. Jobs without a
    job file are skipped.

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
        errors.update((job.name, loading.not_loaded_error(job.name, job.conf)) for job in missing)
    return errors


def files_read(client, conf_dir, definitions):
    """Return whether init has read exactly the present files of jobs: a dict of name to True, False or None (unknown).

    :param definitions: list of definitions.Definition, just read, with valid files.
    """
    return files_read_by(client, state_or_none(client, conf_dir), definitions) if definitions else {}


def state_or_none(client, conf_dir):
    """Return init's state as daemon_state.read_state does, or None if it is not available."""
    try:
        return daemon_state.read_state(client, conf_dir)
    except daemon_state.StateUnavailableError:
        return None


def files_read_by(client, state, definitions):
    """Return what ``files_read`` does, for what ``state_or_none`` returned."""
    unreliable = unreliably_watched(client, definitions)
    if state is None:
        return dict((job.name, _read_by_signs(client, job, job.name in unreliable)) for job in definitions)
    classes = dict((held["name"], held) for held in state["job_classes"])
    paths = known_paths(state)
    return dict((job.name, _read_by_state(job, classes.get(job.name), job.conf in paths, job.name in unreliable))
                for job in definitions)


def _read_by_signs(client, job, is_unreliable):
    if not loading.is_known(client, job.name):
        return False
    return None if is_unreliable else True


def _read_by_state(job, held, path_known, is_unreliable):
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
    """Return whether a job class of the state has the definition of a job's files, ``start on`` included."""
    values = job.values
    if not _sets_console(job):  # the daemon's own default may be another
        values = dict(values, console=daemon_state.console_of(held))
    return same_job(daemon_state.values_of(held, values), values)


def _sets_console(job):
    values = dict(new_values(), console=None)
    for text in (job.text, job.override_text):
        if text is not None:
            parser.apply(text, values, job.version)
    return values["console"] is not None


def known_paths(state):
    """Return the paths of the job files that init has a definition from, a set of text.

    :param state: dict, as daemon_state.read_state returns it.
    """
    return set(entry["path"] for source in state.get("conf_sources") or [] for entry in source.get("conf_files") or []
               if entry.get("job_class"))


def unreliably_watched(client, definitions):
    """Return the names of jobs whose files may have changed without a report by inotify. The daemon is not queried.

    :param definitions: list of definitions.Definition, which may be unread.
    """
    watched = loading.watched_folders(client, [job.conf for job in definitions])
    return set(job.name for job in definitions
               if os.path.dirname(job.conf) not in watched or is_link(job.conf) or is_link(job.override))


def is_link(path):
    """Return whether there is a file that is a symbolic link or has more than one name."""
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISLNK(status.st_mode) or (stat.S_ISREG(status.st_mode) and status.st_nlink > 1)


def other_definition_error(job, path):
    """Return the error for a job whose loaded definition is not that of its files."""
    return UpstartError(
        "Upstart has another definition of job %s than %s, even after ReloadConfiguration. Remove the file of that "
        "name from its other directories." % (job, path), name=job, path=path)


def _invalid_file_error(job):
    return UpstartError("Job %s cannot be started: %s. Fix the file, then run the task again."
                        % (job.name, job.complaint()), name=job.name, **job.facts())
