# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions and instances that the daemon holds, from its GetState dump (Upstart 1.6.1 and later, measured)."""

from __future__ import absolute_import, division, print_function

import json
import os

from .._daemon.errors import DaemonError, NoReplyError, NotFoundError
from .._daemon.names import MANAGER, MANAGER_PATH, instance_name, instance_path
from .._jobfile.values import same_job
from .._system import processes
from . import crash_guard, process_times
from .crash_guard import StateUnavailableError
from .init_defaults import console_of_files, default_console

MYPY = False  # mypy takes it for true
if MYPY:
    from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple  # noqa: F401
    from .._daemon.client import Upstart  # noqa: F401
    from .definitions import Definition  # noqa: F401
    from .orphans import Evidence  # noqa: F401

__metaclass__ = type

NO_SESSION = 0  # the index of a job that belongs to no chroot and to no user's session
# Values with the same name in the dump and in _jobfile.
SAME_NAMES = (
    "description", "author", "version", "usage", "instance", "env", "export", "emits", "kill_timeout", "kill_signal",
    "reload_signal", "umask", "oom_score_adj", "chroot", "chdir", "setuid", "setgid", "apparmor_switch",
)
# The order of processes and of limits in the dump.
PROCESSES = ("main", "pre-start", "post-start", "pre-stop", "post-stop", "security")
RESOURCES = (
    "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
    "msgqueue", "nice", "rtprio", "rttime",
)
OPERATORS = {"EVENT_AND": "and", "EVENT_OR": "or"}
NICE_UNSET = -21
# Variables that Upstart adds to the environment of every instance.
OWN_VARIABLES = ("UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_EVENTS", "UPSTART_FDS", "PATH", "TERM")


def read_job_classes(client, conf_dir):
    # type: (Upstart, str) -> List[Dict[str, Any]]
    """Return the daemon's job classes, a list of dicts as in the dump; see ``read_state``."""
    return read_state(client, conf_dir)["job_classes"]


def read_state(client, conf_dir):
    # type: (Upstart, str) -> Dict[str, Any]
    """Return the daemon's whole state, a dict as in the dump.

    :param conf_dir: text, the directory of the job files.
    :raises StateUnavailableError: before Upstart 1.6.1, and if the query might crash the daemon.
    """
    crash_guard.ensure_safe_to_query(getattr(client, "real", client), conf_dir)
    return _parse_state(client.state)


class PendingState:
    """The pending answer to a GetState call, for callers with other work in the meantime.

    The caller has checked what ``crash_guard.ensure_safe_to_query`` checks, except for ``harmful_file``.

    :param harmful_file: path of a file that makes the query unsafe, or None.
    :raises UnsafeToQueryError: for a ``harmful_file``; nothing is sent.
    """

    def __init__(self, client, harmful_file):
        # type: (Upstart, Optional[str]) -> None
        crash_guard.ensure_file_is_safe(harmful_file)
        self._connection = client.connection
        self._timeout = client.bulk_timeout
        self._pending = client.connection.send(MANAGER_PATH, MANAGER, "GetState")

    def read_system_classes(self):
        # type: () -> Dict[str, Dict[str, Any]]
        """Return the result of ``system_classes`` as a dict by name; raise StateUnavailableError."""
        return dict((job_class["name"], job_class) for job_class in system_classes(_parse_state(self._text)))

    def _text(self):
        # type: () -> str
        if not self._connection.wait(lambda: self._pending.done, self._timeout):
            self._connection.forget(self._pending)
            raise NoReplyError("no answer within %g s" % self._timeout)
        return self._pending.result()[0]


def _parse_state(read_text):
    # type: (Callable[[], str]) -> Dict[str, Any]
    """Return the JSON text that ``read_text()`` returns as a dict; raise StateUnavailableError."""
    try:
        return json.loads(read_text())
    except NotFoundError:
        raise StateUnavailableError("Upstart reports its definitions only since 1.6.1")
    except (DaemonError, ValueError) as error:
        raise StateUnavailableError("Upstart did not report its state (%s)" % error)


def system_classes(state):
    # type: (Dict[str, Any]) -> List[Dict[str, Any]]
    """Return the job classes of a dump without those of chroots and of users' sessions, a list."""
    return [job_class for job_class in state["job_classes"] if job_class.get("session", NO_SESSION) == NO_SESSION]


def changed_since(definition, peer_pid, pid):
    # type: (Definition, int, Optional[int]) -> Optional[str]
    """Return the path of a job's file that was changed after a process began, or None.

    :param peer_pid: int, the daemon's process; ``pid`` belongs to its PID namespace, None for no process.
    """
    began = None if pid is None else process_times.period(processes.start_ticks(peer_pid, pid))
    if began is None:
        return None
    for path in (definition.conf, definition.override):
        try:
            if began[1] < os.stat(path).st_ctime:
                return path
        except OSError:
            pass  # there is no such file
    return None


class Snapshot:
    """The daemon's definitions and instances. They are read only once, at the first use: the dump is expensive."""

    def __init__(self, client, conf_dir):
        # type: (Upstart, str) -> None
        self._client = client
        self._conf_dir = conf_dir
        self._reason = None  # type: Optional[str]
        self._instances = None  # type: Optional[Dict[str, Tuple[Dict[str, Any], Dict[str, Any]]]]
        self._evidence = None  # type: Optional[Evidence]
        self._default_console = None  # type: Optional[str]  # once it is needed

    @property
    def reason(self):
        # type: () -> Optional[str]
        """The reason why the dump is not available, a clause; None when it is. See ``reason_for``."""
        self._load()
        return self._reason

    def _instance(self, job, instance):
        # type: (str, str) -> Optional[Tuple[Dict[str, Any], Dict[str, Any]]]
        """Return (job class, instance) as in the dump, or None."""
        self._load()
        return self._instances.get(instance_path(job, instance))  # type: ignore[union-attr]  # set by _load

    def _load(self):
        # type: () -> None
        if self._instances is not None:
            return
        self._instances = {}
        try:
            classes = read_job_classes(self._client, self._conf_dir)
        except StateUnavailableError as error:
            self._reason = error.message
            if isinstance(error, crash_guard.UnsafeToQueryError):
                from . import orphans  # only for a host with such a file (saves 3 ms)
                self._evidence = orphans.evidence(self._client, self._conf_dir, error)
            return
        for job_class in classes:
            for job in job_class.get("jobs") or []:
                self._instances[job["path"]] = (job_class, job)

    def is_stale(self, definition, instance):
        # type: (Definition, str) -> Optional[bool]
        """Return whether an instance runs with a definition other than the present files; None when unknown."""
        if definition.values is None:
            return True
        entry = self._instance(definition.name, instance)
        if entry is not None:
            if self._default_console is None:
                self._default_console = default_console(self._client.connection.peer["pid"])
            return not follows(entry[0], definition.values, console_of_files(
                definition.text, definition.override_text, definition.version, self._default_console))
        return None if self._evidence is None else self._evidence.judge(definition, instance)[0]

    def reason_for(self, definition, instance):
        # type: (Definition, str) -> Optional[str]
        """Return the reason why ``is_stale`` is None for an instance, a clause; None when the dump is available."""
        if self.reason is None or self._evidence is None:
            return self.reason
        return self._evidence.judge(definition, instance)[1]

    def environment(self, job, instance):
        # type: (str, str) -> Optional[List[str]]
        """Return the variables that an instance was started with, a list of KEY=VALUE; None when unknown."""
        entries = self._entries(job, instance)
        return None if entries is None else started_with(*entries)

    def _entries(self, job, instance):
        # type: (str, str) -> Optional[Tuple[List[str], List[str]]]
        """Return all variables of an instance and those of its definition, lists of KEY=VALUE; None when unknown."""
        entry = self._instance(job, instance)
        if entry is not None:
            return entry[1].get("env") or [], entry[0].get("env") or []
        return None if self._evidence is None else self._evidence.entries(job, instance or "")

    def kill_timeout(self, job, instance):
        # type: (str, str) -> Optional[int]
        """Return the kill timeout in seconds of the definition that an instance runs with; None when unknown."""
        entry = self._instance(job, instance)
        return None if entry is None else entry[0].get("kill_timeout")

    def differing(self, job, instance, env):
        # type: (str, str, Iterable[str]) -> List[str]
        """Return the sorted names of the variables in ``env`` that an instance lacks or has with another value."""
        entries = self._entries(job, instance)
        if entries is None:
            return []
        has = dict(entry.partition("=")[::2] for entry in entries[0])
        given = dict(entry.partition("=")[::2] for entry in env)
        return sorted(name for name in given if has.get(name) != given[name])


def started_with(entries, own):
    # type: (Iterable[str], Iterable[str]) -> List[str]
    """Return the variables that an instance was started with.

    :param entries: list of KEY=VALUE, all variables of the instance.
    :param own: list of KEY=VALUE, the variables of its definition.
    """
    own = set(own)
    return [entry for entry in entries if entry not in own and entry.partition("=")[0] not in OWN_VARIABLES]


def snapshot_of(client, conf_dir):
    # type: (Upstart, str) -> Snapshot
    """Return a Snapshot; a client for check mode that knows the play has a Snapshot class of its own."""
    return getattr(client, "snapshot_class", Snapshot)(client, conf_dir)


def follows(job_class, values, console=None):
    # type: (Dict[str, Any], Dict[str, Any], Optional[str]) -> bool
    """Return whether the instances of a job class of the dump run with ``values``.

    The start on of a job without an instance stanza does not count: its instance has been started already.

    :param console: text, the console in place of that in ``values``, see init_defaults; None for that.
    """
    values = dict(values, console=console or values["console"])
    held = values_of(job_class, values)
    if not values["instance"]:
        held["start_on"] = values["start_on"]
    return same_job(held, values)


def values_of(job_class, like):
    # type: (Dict[str, Any], Dict[str, Any]) -> Dict[str, Any]
    """Return a job class of the dump as values of _jobfile.

    :param like: values that replace what the dump lacks (cgroup, debug, limits of 0).
    """
    values = dict(like)
    values.update((name, job_class.get(name, like[name])) for name in SAME_NAMES)
    values.update(
        start_on=_condition(job_class.get("start_on")),
        stop_on=_condition(job_class.get("stop_on")),
        task=bool(job_class["task"]),
        respawn=bool(job_class["respawn"]),
        respawn_limit=[job_class["respawn_limit"], job_class["respawn_interval"]],
        normal_exit=job_class["normalexit"],
        expect=expect_of(job_class),
        console=console_of(job_class),
        nice=None if job_class["nice"] == NICE_UNSET else job_class["nice"],
        limits=_limits(job_class["limits"], like["limits"]),
        process=_processes(job_class["process"]),
    )
    return values


def dbus_word(constant):
    # type: (str) -> str
    """Return the D-Bus word for a goal or state of the dump, such as pre-start for JOB_PRE_START."""
    return constant[len("JOB_"):].lower().replace("_", "-")


def expect_of(job_class):
    # type: (Dict[str, Any]) -> str
    return job_class["expect"][len("EXPECT_"):].lower()


def console_of(job_class):
    # type: (Dict[str, Any]) -> str
    return job_class["console"][len("CONSOLE_"):].lower()


def _condition(items):
    # type: (Optional[List[Dict[str, Any]]]) -> Optional[List[Dict[str, Any]]]
    rpn = []  # type: List[Dict[str, Any]]
    for item in items or []:
        if item["type"] in OPERATORS:
            rpn.append({"op": OPERATORS[item["type"]]})
        else:
            rpn.append({"event": item["name"], "args": item.get("env") or []})
    return rpn or None


def _limits(pairs, like):
    # type: (Iterable[Dict[str, Any]], Dict[str, Any]) -> Dict[str, Any]
    """Return the limits of a job class; those of 0 come from ``like``, because the dump shows an unset limit as 0."""
    limits = dict((name, bounds) for name, bounds in like.items() if list(bounds) == [0, 0])
    for name, pair in zip(RESOURCES, pairs):
        bounds = [pair["rlim_cur"], pair["rlim_max"]]
        if bounds != [0, 0]:
            limits[name] = ["unlimited" if bound == -1 else bound for bound in bounds]
    return limits


def _processes(items):
    # type: (Iterable[Dict[str, Any]]) -> Dict[str, Dict[str, Any]]
    return dict((name, {"script": bool(item["script"]), "command": item["command"]})
                for name, item in zip(PROCESSES, items) if item["command"] is not None)


def followed_values(classes, name, like):
    # type: (Iterable[Dict[str, Any]], str, Dict[str, Any]) -> Optional[Dict[str, Any]]
    """Return the values that a job's instances run with, or None if it has no instances.

    :param classes: list of job classes, see ``read_job_classes``.
    :param like: as in ``values_of``.
    """
    held = [job_class for job_class in classes if job_class["name"] == name and job_class["jobs"]]
    return values_of(held[0], like) if held else None


def stale_instances(classes, name, values):
    # type: (Iterable[Dict[str, Any]], str, Dict[str, Any]) -> List[str]
    """Return the sorted names of a job's instances that run with a definition other than ``values``.

    :param classes: list of job classes, see ``read_job_classes``.
    """
    return sorted(
        instance_name(job["path"])
        for job_class in classes if job_class["name"] == name and not follows(job_class, values)
        for job in job_class["jobs"])
