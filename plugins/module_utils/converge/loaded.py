# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions that the daemon holds, out of its GetState dump (Upstart 1.6.1 and later, measured)."""

from __future__ import absolute_import, division, print_function

import json
import os
import re
import time

from ..daemon.errors import Absent, DaemonError
from ..daemon.names import instance_name, instance_path
from ..errors import UpstartError
from ..jobfile import parser
from ..jobfile.textio import decode
from ..jobfile.values import new_values, same_job
from .definitions import Definition, read_file
from .waiting import age

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


NOT_UTF_8 = re.compile(u"[\udc80-\udcff]")  # a byte that is not UTF-8, as jobfile.textio decodes it
# What backups, packagers and editors make of NAME.conf or NAME.override; NAME is the group.
COPY = re.compile(r"(?!.*\.(?:conf|override)$)\.?(.+?)\.(?:conf|override)[^A-Za-z0-9]")
CLOCK_STEP = 0.05  # seconds; the age of a process is known in hundredths
OWN_VARIABLES = ("UPSTART_JOB", "UPSTART_INSTANCE", "UPSTART_EVENTS", "UPSTART_FDS", "PATH", "TERM")


class NotTold(UpstartError):
    """The daemon cannot be asked what it holds; the message is a clause that says why."""


class Deadly(NotTold):
    """The daemon would crash if it were asked."""


def job_classes(client, conf_dir):
    """Return what the daemon holds of its jobs, a list of dicts as GetState gives them; see ``state``."""
    return state(client, conf_dir)["job_classes"]


def state(client, conf_dir):
    """Return all that the daemon holds, a dict as GetState gives it.

    :param conf_dir: text, the directory of the job files; one that is not UTF-8 makes the question deadly.
    :raises NotTold: before Upstart 1.6.1, and where the question would crash the daemon.
    """
    refuse(not_utf_8(conf_dir))
    refuse_held(client, conf_dir)
    return state_in(client.state)


def refuse(harmful):
    """Raise Deadly for a path that ``not_utf_8`` found."""
    if harmful:
        raise Deadly("%s holds text that is not UTF-8, and Upstart would crash if it were asked for its state"
                     % harmful, path=harmful)


def classes_in(answer):
    """Return the job classes in what the function ``answer`` returns, the JSON text of GetState; raise NotTold."""
    return state_in(answer)["job_classes"]


def state_in(answer):
    """Return what the function ``answer`` returns, the JSON text of GetState, as a dict; raise NotTold."""
    try:
        return json.loads(answer())
    except Absent:
        raise NotTold("Upstart tells its definitions only since 1.6.1")
    except (DaemonError, ValueError) as error:
        raise NotTold("Upstart did not tell its state (%s)" % error)


def not_utf_8(conf_dir):
    """Return the path of a job file whose name or values are not UTF-8, or None; comments do no harm."""
    for folder, unused, names in os.walk(conf_dir):
        for name in names:
            if not name.endswith((".conf", ".override")):
                continue
            path = os.path.join(folder, name)
            if _is_harmful(name, path):
                return path
    return None


def _is_harmful(name, path):
    return NOT_UTF_8.search(decode(name)) is not None or is_harmful_file(path)


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
        return bool(NOT_UTF_8.search(json.dumps(values, ensure_ascii=False)))


def refuse_held(client, conf_dir):
    """Raise Deadly when a job may still run by text that is not UTF-8 although its file was put right.

    Upstart holds such text until the last instance of then is gone, and tells nobody of it without crashing. So a
    copy of the old file beside the new one is the only sign; ``jobs.act`` keeps one for this.
    """
    copies = _bad_copies(conf_dir)
    jobs = sorted(copies)
    for job, instances in zip(jobs, client.instances_of(jobs) if jobs else []):
        for status in client.statuses([(job, instance) for instance in instances]):
            if not _is_younger(client, Definition(job, conf_dir), status, copies[job]):
                raise Deadly("job %s may still run by text that is not UTF-8 (%s is a copy of it), and Upstart would "
                             "crash if it were asked for its state. Restart job %s and delete the copy"
                             % (job, copies[job], job), path=copies[job], name=job)


def _bad_copies(conf_dir):
    """Return a dict of job name to the path of a copy of its file or override that gives values which are not UTF-8."""
    found = {}
    for folder, unused, names in os.walk(conf_dir):
        for name, match in ((name, COPY.match(name)) for name in names):
            path = os.path.join(folder, name)
            if match and is_harmful_file(path):
                found[decode(os.path.relpath(os.path.join(folder, match.group(1)), conf_dir))] = decode(path)
    return found


def _is_younger(client, definition, status, copy):
    """Return whether an instance surely began after ``copy`` was made; a respawn keeps the old definition."""
    pid = (status or {}).get("processes", {}).get("main")
    if pid is None or definition.values is None or definition.values["respawn"]:
        return False
    return 0 < age(client.connection.peer["pid"], pid) < time.time() - os.stat(copy).st_ctime


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

    @property
    def reason(self):
        """Why the definitions are not known, a clause; None when they are."""
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
            classes = job_classes(self._client, self._conf_dir)
        except NotTold as error:
            self._reason = error.message
            return
        for job_class in classes:
            for job in job_class.get("jobs") or []:
                self._instances[job["path"]] = (job_class, job)

    def is_stale(self, definition, instance):
        """Return whether an instance follows another definition than the files hold now; None when that is unknown."""
        if definition.values is None:
            return True
        found = self._found.get(instance_path(definition.name, instance))
        if found is None:
            return None
        return not follows(found[0], definition.values)

    def environment(self, job, instance):
        """Return the variables that an instance was started with, a list of KEY=VALUE; None when they are unknown."""
        found = self._found.get(instance_path(job, instance))
        if found is None:
            return None
        own = set(found[0].get("env") or [])
        return [entry for entry in found[1].get("env") or []
                if entry not in own and entry.partition("=")[0] not in OWN_VARIABLES]

    def differing(self, job, instance, env):
        """Return the names of those variables in ``env`` that an instance has another value of, or none."""
        found = self._found.get(instance_path(job, instance))
        if found is None:
            return []
        has = dict(entry.partition("=")[::2] for entry in found[1].get("env") or [])
        given = dict(entry.partition("=")[::2] for entry in env)
        return sorted(name for name in given if has.get(name) != given[name])


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
        expect=job_class["expect"][len("EXPECT_"):].lower(),
        console=console_of(job_class),
        nice=None if job_class["nice"] == NICE_UNSET else job_class["nice"],
        limits=_limits(job_class["limits"], like["limits"]),
        process=_processes(job_class["process"]),
    )
    return values


def word(constant):
    """Return what D-Bus says for a goal or state of the dump: JOB_PRE_START is pre-start."""
    return constant[len("JOB_"):].lower().replace("_", "-")


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


def stale_instances(classes, name, values):
    """Return the names of a job's instances that follow another definition than ``values``.

    :param classes: what ``job_classes`` returned.
    """
    return sorted(
        instance_name(job["path"])
        for job_class in classes if job_class["name"] == name and not follows(job_class, values)
        for job in job_class["jobs"])
