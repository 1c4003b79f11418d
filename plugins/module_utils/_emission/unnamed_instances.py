# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that an event does not start because it lacks a variable of their instance name."""

from __future__ import absolute_import, division, print_function


from .._errors import UpstartError
from .._events.expand import ExpansionError, expand_instance_name
from .._events.model import SimulatedEvent
from .._events.trees import environment_started_by
from .._events.variables import OF_INIT, merge
from .._host.definitions import Definition, paths_of
from .._host.job_names import fatal_log_path, log_path_error
from .._host.planned_files import read_file
from .._host.releases import EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE
from .._jobfile.directories import jobs_below
from .._system.search_path import directories_of
from .._text import decode, encode

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .emit import Emission  # noqa: F401

__metaclass__ = type

UNKNOWN_PARAMETER = "Unknown parameter: "
MIN_WEDGING_LENGTH = 100  # characters of the log directory and of all variables: shorter ones make no path too long
INSTANCE = b"instance"


def jobs_without_a_name(client, emission, version):
    # type: (Upstart, Emission, Tuple[int, ...]) -> List[Tuple[str, str]]
    """Return a list of (job, Upstart's reason), sorted by job, judged by the job files of loaded jobs.

    A job that needs other events first (``and``) is not started by this event alone, and its instance name is unknown.

    :param emission: emit.Emission.
    """
    unnamed_jobs = []
    for job in _candidates(emission.conf_dir, encode(emission.name)):
        try:
            _instance_started_by(emission, _values(job, emission.conf_dir, version))
        except ExpansionError as error:
            unnamed_jobs.append((job, error.message))
    loaded = set(client.jobs()) if unnamed_jobs else ()
    return [(job, reason) for job, reason in unnamed_jobs if job in loaded]


def refuse_wedging(emission, version):
    # type: (Emission, Tuple[int, ...]) -> None
    """Raise UpstartError for an event that would start an instance whose log has a path that makes init spin forever.

    Only jobs that the event starts by itself are checked, and only if its values are long enough for such a path.
    """
    if len(emission.log_dir) + sum(len(entry) for entry in emission.env) < MIN_WEDGING_LENGTH:
        return
    for job in _candidates(emission.conf_dir, encode(emission.name)):
        values = _values(job, emission.conf_dir, version)
        try:
            instance = _instance_started_by(emission, values)
        except ExpansionError:
            continue
        path = instance and fatal_log_path(emission.log_dir, job, instance, values, version)
        if path:
            # There is a path, so there is an instance.
            error = log_path_error(job, instance, path)  # type: ignore[arg-type]
            error.message = "The event %s was not emitted. %s" % (emission.name, error.message)
            raise error


def notes(unnamed_jobs):
    # type: (Iterable[Tuple[str, str]]) -> List[str]
    """Return notes on what ``jobs_without_a_name`` returned, in the words of a prediction."""
    return ["job %s gets no instance: %s" % (job, reason) for job, reason in unnamed_jobs]


def sentences(name, unnamed_jobs, version):
    # type: (str, Iterable[Tuple[str, str]], Tuple[int, ...]) -> List[str]
    """Return warnings about what ``jobs_without_a_name`` returned for an event."""
    texts = []
    for job, reason in unnamed_jobs:
        if reason.startswith(UNKNOWN_PARAMETER):
            cause = "its instance name needs %s, which the event does not set" % reason[len(UNKNOWN_PARAMETER):]
        else:
            cause = "Upstart cannot expand its instance name (%s)" % reason
        ends = version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE
        texts.append("The event %s started no instance of job %s: %s.%s" % (
            name, job, cause, " Upstart 1.13 then shows the event to no further job." if ends else ""))
    return texts


def _candidates(conf_dir, name):
    # type: (str, bytes) -> List[str]
    """Return the sorted names of the jobs whose files contain the name of the event and the word instance.

    :param name: bytes.
    """
    jobs = set(job for top in directories_of(conf_dir) for job in jobs_below(top))
    candidates = []
    for job in jobs:
        conf, override, unused = paths_of(job, conf_dir)
        texts = [_bytes(conf), _bytes(override)]
        if any(name in text for text in texts) and any(INSTANCE in text for text in texts):
            candidates.append(decode(job))
    return sorted(candidates)


def _bytes(path):
    # type: (str) -> bytes
    try:
        return read_file(path) or b""
    except UpstartError:
        return b""


def _values(job, conf_dir, version):
    # type: (str, str, Tuple[int, ...]) -> Optional[Dict[str, Any]]
    try:
        return Definition(job, conf_dir, version).values
    except UpstartError:
        return None


def _instance_started_by(emission, values):
    # type: (Emission, Optional[Mapping[str, Any]]) -> Optional[str]
    """Return the name of the instance that an event starts by itself, or None if it starts none.

    :param values: dict, the stanzas of the job; None if they cannot be read.
    :raises ExpansionError: when Upstart cannot expand the name.
    """
    if values is None or not values["start_on"] or not values["instance"]:
        return None
    event = SimulatedEvent(emission.name, emission.env)
    env = environment_started_by(event, values["start_on"], merge(list(OF_INIT), values["env"]))
    return None if env is None else expand_instance_name(values["instance"], env)
