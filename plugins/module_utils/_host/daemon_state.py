# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions that the daemon holds, out of its GetState dump (Upstart 1.6.1 and later, measured)."""

from __future__ import absolute_import, division, print_function

import json
import os
import time

from .._daemon.errors import DaemonError, NotFoundError
from .._daemon.names import instance_name, instance_path
from .._jobfile.values import same_job
from . import crash_guard
from .crash_guard import StateUnavailableError

__metaclass__ = type

SAME_NAMES = (
    "description", "author", "version", "usage", "instance", "env", "export", "emits", "kill_timeout", "kill_signal",
    "reload_signal", "umask", "oom_score_adj", "chroot", "chdir", "setuid", "setgid", "apparmor_switch",
)
PROCESSES = ("main", "pre-start", "post-start", "pre-stop", "post-stop", "security")
RESOURCES = (
    "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile", "memlock", "as", "locks", "sigpending",
    "msgqueue", "nice", "rtprio", "rttime",
)
OPERATORS = {"EVENT_AND": "and", "EVENT_OR": "or"}
NICE_UNSET = -21
CLOCK_STEP = 0.05  # seconds; the age of a process is known in hundredths
OWN_VARIABLES = ("UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_EVENTS", "UPSTART_FDS", "PATH", "TERM")


def read_job_classes(client, conf_dir):
    """Return what the daemon holds of its jobs, a list of dicts as GetState gives them; see ``state``."""
    return read_state(client, conf_dir)["job_classes"]


def read_state(client, conf_dir):
    """Return all that the daemon holds, a dict as GetState gives it.

    :param conf_dir: text, the directory of the job files.
    :raises StateUnavailableError: before Upstart 1.6.1, and where the question might crash the daemon.
    """
    crash_guard.ensure_safe_to_query(getattr(client, "real", client), conf_dir)
    return state_in(client.state)


def classes_in(answer):
    """Return the job classes in the JSON text of GetState that ``answer()`` returns; raise StateUnavailableError."""
    return state_in(answer)["job_classes"]


def state_in(answer):
    """Return the JSON text of GetState that ``answer()`` returns as a dict; raise StateUnavailableError."""
    try:
        return json.loads(answer())
    except NotFoundError:
        raise StateUnavailableError("Upstart tells its definitions only since 1.6.1")
    except (DaemonError, ValueError) as error:
        raise StateUnavailableError("Upstart did not tell its state (%s)" % error)


def changed_since(definition, age):
    """Return which file of a job was changed after a process of ``age`` seconds began, by the clock of now, or None."""
    if age == float("inf"):
        return None  # there is no process
    for path in (definition.conf, definition.override):
        try:
            if time.time() - age + CLOCK_STEP < os.stat(path).st_ctime:
                return path
        except OSError:
            pass  # there is none
    return None


class Snapshot:
    """The daemon's definitions and instances at one moment: when they are first asked for, as that is expensive."""

    def __init__(self, client, conf_dir):
        self._client = client
        self._conf_dir = conf_dir
        self._reason = None
        self._instances = None
        self._evidence = None

    @property
    def reason(self):
        """Why Upstart was not asked for its definitions, a clause; None when it was. See ``reason_for``."""
        self._look()
        return self._reason

    @property
    def _found(self):
        self._look()
        return self._instances

    def _look(self):
        if self._instances is not None:
            return
        self._instances = {}
        try:
            classes = read_job_classes(self._client, self._conf_dir)
        except StateUnavailableError as error:
            self._reason = error.message
            if isinstance(error, crash_guard.UnsafeToQueryError):
                from . import orphans
                self._evidence = orphans.evidence(self._client, self._conf_dir, error)
            return
        for job_class in classes:
            for job in job_class.get("jobs") or []:
                self._instances[job["path"]] = (job_class, job)

    def is_stale(self, definition, instance):
        """Return whether an instance follows another definition than the files hold now; None when that is unknown."""
        if definition.values is None:
            return True
        found = self._found.get(instance_path(definition.name, instance))
        if found is not None:
            return not follows(found[0], definition.values)
        return None if self._evidence is None else self._evidence.judge(definition, instance)[0]

    def reason_for(self, definition, instance):
        """Return a clause on why ``is_stale`` knows nothing of an instance, None where the daemon was asked."""
        if self.reason is None or self._evidence is None:
            return self.reason
        return self._evidence.judge(definition, instance)[1]

    def environment(self, job, instance):
        """Return the variables that an instance was started with, a list of KEY=VALUE; None when they are unknown."""
        found = self._entries(job, instance)
        return None if found is None else started_with(*found)

    def _entries(self, job, instance):
        """Return all variables of an instance and those of its definition, lists of KEY=VALUE; None when unknown."""
        found = self._found.get(instance_path(job, instance))
        if found is not None:
            return found[1].get("env") or [], found[0].get("env") or []
        return None if self._evidence is None else self._evidence.entries(job, instance or "")

    def kill_timeout(self, job, instance):
        """Return the kill timeout in seconds of the definition that an instance follows; None when that is unknown."""
        found = self._found.get(instance_path(job, instance))
        return None if found is None else found[0].get("kill_timeout")

    def differing(self, job, instance, env):
        """Return the names of those variables in ``env`` that an instance has another value of, or none."""
        found = self._entries(job, instance)
        if found is None:
            return []
        has = dict(entry.partition("=")[::2] for entry in found[0])
        given = dict(entry.partition("=")[::2] for entry in env)
        return sorted(name for name in given if has.get(name) != given[name])


def started_with(entries, own):
    """Return the variables that an instance was started with, out of all that it has and those of its definition."""
    own = set(own)
    return [entry for entry in entries if entry not in own and entry.partition("=")[0] not in OWN_VARIABLES]


def snapshot_of(client, conf_dir):
    """Return the Snapshot of what a client tells; one that knows the play in check mode has a kind of its own."""
    return getattr(client, "snapshot_class", Snapshot)(client, conf_dir)


def follows(job_class, values):
    """Return whether the instances of a job of the dump follow ``values``.

    What starts a job that has one instance concerns that instance no more.
    """
    held = values_of(job_class, values)
    if not values["instance"]:
        held["start_on"] = values["start_on"]
    return same_job(held, values)


def values_of(job_class, like):
    """Return a job of the dump as values of jobfile.

    :param like: values to take what the dump does not tell from (cgroup, debug, limits of 0).
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


def word(constant):
    """Return what D-Bus says for a goal or state of the dump: JOB_PRE_START is pre-start."""
    return constant[len("JOB_"):].lower().replace("_", "-")


def expect_of(job_class):
    return job_class["expect"][len("EXPECT_"):].lower()


def console_of(job_class):
    return job_class["console"][len("CONSOLE_"):].lower()


def _condition(items):
    rpn = []
    for item in items or []:
        if item["type"] in OPERATORS:
            rpn.append({"op": OPERATORS[item["type"]]})
        else:
            rpn.append({"event": item["name"], "args": item.get("env") or []})
    return rpn or None


def _limits(pairs, like):
    """The dump shows a limit that is not set as 0 and 0, so one of 0 is taken from ``like``."""
    limits = dict((name, bounds) for name, bounds in like.items() if list(bounds) == [0, 0])
    for name, pair in zip(RESOURCES, pairs):
        bounds = [pair["rlim_cur"], pair["rlim_max"]]
        if bounds != [0, 0]:
            limits[name] = ["unlimited" if bound == -1 else bound for bound in bounds]
    return limits


def _processes(items):
    return dict((name, {"script": bool(item["script"]), "command": item["command"]})
                for name, item in zip(PROCESSES, items) if item["command"] is not None)


def followed_values(classes, name, like):
    """Return what a job's instances follow as values of jobfile, or None when it has none.

    :param classes: what ``job_classes`` returned.
    :param like: as of ``values_of``.
    """
    held = [job_class for job_class in classes if job_class["name"] == name and job_class["jobs"]]
    return values_of(held[0], like) if held else None


def stale_instances(classes, name, values):
    """Return the names of a job's instances that follow another definition than ``values``.

    :param classes: what ``job_classes`` returned.
    """
    return sorted(
        instance_name(job["path"])
        for job_class in classes if job_class["name"] == name and not follows(job_class, values)
        for job in job_class["jobs"])
