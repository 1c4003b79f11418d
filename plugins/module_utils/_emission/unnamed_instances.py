# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs that an event would start but for a variable of their instance's name, which it does not have."""

from __future__ import absolute_import, division, print_function

import os

from .._errors import UpstartError
from .._events.expand import ExpansionError, expand
from .._events.model import SimulatedEvent
from .._events.trees import Tree
from .._events.variables import OF_INIT, as_dict, merge
from .._host.definitions import Definition
from .._host.job_names import fatal_log_path, log_path_error
from .._host.planned_files import read_file
from .._host.releases import EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE
from .._text import decode, encode

__metaclass__ = type

UNKNOWN = "Unknown parameter: "
SHORTEST_WEDGING = 100  # characters of the log directory and of all variables, with which a path may be too long
CONF, INSTANCE = ".conf", b"instance"


def jobs_without_a_name(client, name, env, conf_dir, version):
    """Return a list of (job, Upstart's reason) in the order of the names, by the job files of loaded jobs.

    Where other events have to come first (``and``), the event alone does not start a job, and nothing is known.

    :param env: list of KEY=VALUE of the event.
    """
    found = []
    for job in _candidates(conf_dir, encode(name)):
        reason = _reason(job, SimulatedEvent(name, env), conf_dir, version)
        if reason is not None:
            found.append((job, reason))
    loaded = set(client.jobs()) if found else ()
    return [one for one in found if one[0] in loaded]


def refuse_wedging(name, env, conf_dir, log_dir, version):
    """Raise UpstartError for an event that would start an instance by the path of whose log init spins forever.

    Only jobs are looked at that the event starts by itself, and only where its values are long enough for such a path.

    :param env: list of KEY=VALUE of the event.
    """
    if len(log_dir) + sum(len(entry) for entry in env) < SHORTEST_WEDGING:
        return
    for job in _candidates(conf_dir, encode(name)):
        values = _values(job, conf_dir, version)
        try:
            instance = _instance_name(values, SimulatedEvent(name, env))
        except ExpansionError:
            continue
        path = instance and fatal_log_path(log_dir, job, instance, values, version)
        if path:
            error = log_path_error(job, instance, path)
            error.message = "The event %s was not emitted. %s" % (name, error.message)
            raise error


def notes(jobs):
    """Return what ``jobs_without_a_name`` returned in the words of a prediction."""
    return ["job %s gets no instance: %s" % one for one in jobs]


def sentences(name, jobs, version):
    """Return the warnings on what ``jobs_without_a_name`` returned for an event."""
    found = []
    for job, reason in jobs:
        if reason.startswith(UNKNOWN):
            why = "its instance name needs %s, which the event does not have" % reason[len(UNKNOWN):]
        else:
            why = "Upstart cannot make its instance name (%s)" % reason
        ends = version >= EVENT_ENDS_AT_UNNAMED_INSTANCE_SINCE
        found.append("The event %s started no instance of job %s: %s.%s" % (
            name, job, why, " Upstart 1.13 shows it to no further job then." if ends else ""))
    return found


def _candidates(conf_dir, name):
    """Return the sorted names of the jobs whose files mention an event and an instance."""
    found = []
    for folder, unused, files in os.walk(conf_dir):
        for entry in files:
            if entry.endswith(CONF) and len(entry) > len(CONF):
                path = os.path.join(folder, entry)
                texts = [_bytes(path), _bytes(path[:-len(CONF)] + ".override")]
                if any(name in text for text in texts) and any(INSTANCE in text for text in texts):
                    found.append(decode(os.path.relpath(path, conf_dir)[:-len(CONF)]))
    return sorted(found)


def _bytes(path):
    try:
        return read_file(path) or b""
    except UpstartError:
        return b""


def _values(job, conf_dir, version):
    try:
        return Definition(job, conf_dir, version).values
    except UpstartError:
        return None


def _reason(job, event, conf_dir, version):
    """Return why Upstart gets no instance of a job for an event that alone starts it, or None."""
    try:
        _instance_name(_values(job, conf_dir, version), event)
    except ExpansionError as error:
        return error.message
    return None


def _instance_name(values, event):
    """Return the name of the instance that an event alone starts, None where it starts none; raise ExpansionError."""
    if values is None or not values["start_on"] or not values["instance"]:
        return None
    tree = Tree(values["start_on"])
    tree.handle(event, None)
    if not tree.is_met():
        return None
    env = tree.environment(merge(list(OF_INIT), values["env"]), "UPSTART_EVENTS")
    return expand(values["instance"], as_dict(env))
