# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The World for the prediction of events: from the daemon's state dump, else from its answers and the job files."""

from __future__ import absolute_import, division, print_function

import os

from .._daemon.errors import DaemonError, NotFoundError
from .._errors import UpstartError
from .._events.expand import variable_behind
from .._events.model import Present, SimulatedDefinition, World, stanzas_of
from .._events.variables import OF_INIT, merge
from .._jobfile.expression import dbus_to_rpn
from .._jobfile.values import new_values
from . import crash_guard, daemon_state
from .check_mode_world import world_after
from .definitions import Definition as FileDefinition
from .job_directory import JobDirectory
from .programs import Programs
from .releases import CONDITIONS_READABLE_SINCE, STATE_DUMP_SINCE

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Dict, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .._events.model import Behaviour  # noqa: F401
    from .check_mode_client import CheckModeClient  # noqa: F401

__metaclass__ = type

NO_SESSION = 0  # the session of a job that belongs to no chroot and no user


class LazyBehaviours:
    """The Behaviours of a job's processes by name, each determined at its first use."""

    def __init__(self, programs, values):
        # type: (Programs, Dict[str, Any]) -> None
        self._programs = programs
        self._values = values
        self._behaviours = {}  # type: Dict[str, Behaviour]

    def __contains__(self, process):
        # type: (str) -> bool
        return process in self._values["process"]

    def __getitem__(self, process):
        # type: (str) -> Behaviour
        if process not in self._behaviours:
            self._behaviours[process] = self._programs.behaviour(self._values, process)
        return self._behaviours[process]


class NextDefinitions:
    """The definitions that jobs get when the last instance with their old definition has stopped.

    A call with a job's name returns what World.successor returns.
    """

    def __init__(self, client, conf_dir, version):
        # type: (Upstart, str, Tuple[int, ...]) -> None
        self._programs = Programs(client.connection.peer["pid"])
        self._conf_dir = conf_dir
        self._version = version
        self._definitions = {}  # type: Dict[str, Tuple[Optional[SimulatedDefinition], Optional[str]]]

    def __call__(self, name):
        # type: (str) -> Tuple[Optional[SimulatedDefinition], Optional[str]]
        if name not in self._definitions:
            self._definitions[name] = self._read(name)
        return self._definitions[name]

    def _read(self, name):
        # type: (str) -> Tuple[Optional[SimulatedDefinition], Optional[str]]
        try:
            values = FileDefinition(name, self._conf_dir, self._version).values
        except UpstartError as error:
            return None, "the new job file of %s cannot be read: %s" % (name, error.message)
        if values is None:
            return None, None
        return SimulatedDefinition(name, processes=LazyBehaviours(self._programs, values), **stanzas_of(values)), None


def read_world(client, conf_dir):
    # type: (Upstart, str) -> Tuple[World, Optional[str]]
    """Return (events.model.World, reason why less is known than this release can report, or None).

    The daemon is not asked for its state and its conditions if it may have text that is not UTF-8: it would crash.

    :param conf_dir: text, the directory of the job files.
    """
    if hasattr(client, "foreseen"):  # a client of check mode that knows the play
        return _after_earlier_tasks(client, conf_dir)  # type: ignore[arg-type]  # it is a CheckModeClient
    programs = Programs(client.connection.peer["pid"])
    version = client.version()
    try:
        return _from_dump(daemon_state.read_state(client, conf_dir), version, programs), None
    except crash_guard.StateUnavailableError as error:
        unsafe = isinstance(error, crash_guard.UnsafeToQueryError)
        world, unknown = _from_calls(client, conf_dir, version, programs, query_conditions=not unsafe)
        return world, error.message if unsafe or version >= STATE_DUMP_SINCE else unknown


def _after_earlier_tasks(client, conf_dir):
    # type: (CheckModeClient, str) -> Tuple[World, Optional[str]]
    """Return what read_world does, for the host as earlier check-mode tasks of the play would have left it."""
    world, unknown = read_world(client.real, conf_dir)
    programs = Programs(client.connection.peer["pid"])

    def definition_of(name, values):
        # type: (str, Dict[str, Any]) -> SimulatedDefinition
        return SimulatedDefinition(name, processes=LazyBehaviours(programs, values), **stanzas_of(values))

    return world_after(world, client.foreseen, conf_dir, definition_of), unknown


# -- from the dump -------------------------------------------------------------------------------------------------
def _from_dump(dump, version, programs):
    # type: (Dict[str, Any], Tuple[int, ...], Programs) -> World
    definitions = [_definition(job_class, programs) for job_class in dump["job_classes"]
                   if job_class.get("session", NO_SESSION) == NO_SESSION]
    events = [(event["name"], event.get("env") or [], event["progress"][len("EVENT_"):].lower(),
               bool(event.get("failed")), event.get("blockers", 0)) for event in dump.get("events") or []]
    return World(definitions, events, version, dump.get("job_environment") or OF_INIT)


def _definition(job_class, programs):
    # type: (Dict[str, Any], Programs) -> SimulatedDefinition
    values = daemon_state.values_of(job_class, new_values())
    return SimulatedDefinition(
        job_class["name"], start_met=_met(job_class.get("start_on")), processes=LazyBehaviours(programs, values),
        instances=[_present(job, values) for job in job_class.get("jobs") or []],
        is_replaced=bool(job_class.get("deleted")), **stanzas_of(values))


def _met(items):
    # type: (Optional[List[Dict[str, Any]]]) -> List[Tuple[bool, Optional[int]]]
    """Return for each item of a condition whether it is met, and the index of the event that it holds."""
    return [(bool(item.get("value")), _index(item.get("event"))) for item in items or ()]


def _index(number):
    # type: (Optional[int]) -> Optional[int]
    return None if number is None or number < 0 else number


def _present(job, values):
    # type: (Dict[str, Any], Dict[str, Any]) -> Present
    blocking = [_index((item.get("data") or {}).get("index")) for item in job.get("blocking") or []
                if item.get("type") == "BLOCKED_EVENT"]
    pids = dict((name, pid) for name, pid in zip(daemon_state.PROCESSES, job.get("pid") or []) if pid > 0)
    return Present(
        job["name"], daemon_state.dbus_word(job["goal"]), daemon_state.dbus_word(job["state"]),
        env=job.get("env") or [],
        stop_met=_met(job.get("stop_on")) if values["stop_on"] else None, blocker=_index(job.get("blocker")),
        blocking=[index for index in blocking if index is not None], processes=pids)


# -- from calls and files ------------------------------------------------------------------------------------------
def _from_calls(client, conf_dir, version, programs, query_conditions):
    # type: (Upstart, str, Tuple[int, ...], Programs, bool) -> Tuple[World, Optional[str]]
    """Return (World, clause about jobs whose definition is unknown, or None).

    The conditions of a job without a readable file are not queried: they may hold text that crashes the daemon.
    """
    folder = JobDirectory(conf_dir, version)
    folder.parse()
    names = client.jobs()
    readable = [name for name in names if name in folder.readable]
    conditions = _conditions(client, readable) if query_conditions and version >= CONDITIONS_READABLE_SINCE else {}
    instances = dict(zip(names, client.instances_of(names)))
    pairs = [(name, instance) for name in names for instance in instances[name]]
    statuses = dict(zip(pairs, client.statuses(pairs)))  # type: Dict[Tuple[str, str], Any]
    environment = _environment(client)
    definitions, notes, doubts, unknown = [], {}, [], []  # type: List[Any], Dict[str, List[str]], List[str], List[str]
    for name in names:
        files = folder.jobs.get(name)
        values = files.values if files is not None and files.values is not None else None
        if values is None:
            values = new_values()
            if name in conditions:
                notes.setdefault(name, []).append(
                    "only the conditions of job %s are known, because it has no valid job file" % name)
            else:
                unknown.append("nothing is known about job %s, because it has no valid job file in %s" % (
                    name, conf_dir))
        is_replaced = bool(instances[name]) and any(
            (values[key] or []) != (rpn or []) for key, rpn in conditions.get(name, {}).items())
        if name in conditions:
            values = dict(values, **conditions[name])
        elif instances[name] and _may_be_stale(
                client, conf_dir, name, [statuses[name, instance] for instance in instances[name]]):
            doubts.append("job %s may still run with its old job file, whose conditions are unknown" % name)
        present = [_guessed(instance, statuses[name, instance], values, environment) for instance in instances[name]
                   if statuses[name, instance] is not None]
        definitions.append(SimulatedDefinition(name, processes=LazyBehaviours(programs, values), instances=present,
                                               is_replaced=is_replaced, **stanzas_of(values)))
    world = World(definitions, (), version, environment, conditions_known=False, notes=notes, doubts=doubts)
    return world, (unknown or [None])[0]  # type: ignore[list-item]


def _may_be_stale(client, conf_dir, name, statuses):
    # type: (Upstart, str, str, List[Optional[Dict[str, Any]]]) -> bool
    """Return whether the files of a job were changed or removed after some process of the job began."""
    files = FileDefinition(name, conf_dir, read=False)
    peer_pid = client.connection.peer["pid"]
    pids = [pid for status in statuses if status is not None for pid in status["processes"].values()]
    return not os.path.exists(files.conf) or any(daemon_state.changed_since(files, peer_pid, pid) for pid in pids)


def _conditions(client, names):
    # type: (Upstart, List[str]) -> Dict[str, Dict[str, Optional[List[Dict[str, Any]]]]]
    """Return a dict of job name to its conditions, as the daemon has them."""
    conditions = {}
    for name in names:
        try:
            properties = client.job_properties(name)
        except NotFoundError:
            continue  # removed since the jobs were listed
        conditions[name] = dict((key, dbus_to_rpn(properties.get(key) or [])) for key in ("start_on", "stop_on"))
    return conditions


def _environment(client):
    # type: (Upstart) -> List[str]
    try:
        return client.job_environment()
    except DaemonError:
        return list(OF_INIT)


def _guessed(name, status, values, environment):
    # type: (str, Dict[str, Any], Dict[str, Any], List[str]) -> Present
    """Return an instance whose environment is unknown, except for the variable whose value is its name."""
    env = merge(list(environment), values["env"])
    merge(env, variable_behind(values["instance"], name))
    return Present(name, status["goal"], status["state"], env=env, env_known=False, processes=status["processes"])
