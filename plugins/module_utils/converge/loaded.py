# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions that the daemon holds, out of its GetState dump (Upstart 1.6.1 and later, measured)."""

from __future__ import absolute_import, division, print_function

import json

from ..daemon.errors import Absent
from ..daemon.names import instance_name
from ..jobfile.values import same_job

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


def job_classes(client):
    """Return what the daemon holds of its jobs, a list of dicts as GetState gives them; [] before 1.6.1."""
    try:
        return json.loads(client.state())["job_classes"]
    except Absent:
        return []


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
        console=job_class["console"][len("CONSOLE_"):].lower(),
        nice=None if job_class["nice"] == NICE_UNSET else job_class["nice"],
        limits=_limits(job_class["limits"], like["limits"]),
        process=_processes(job_class["process"]),
    )
    return values


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
        for job_class in classes if job_class["name"] == name and not same_job(values_of(job_class, values), values)
        for job in job_class["jobs"])
