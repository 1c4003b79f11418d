# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The D-Bus objects of jobs and instances."""

from __future__ import annotations

import os
from typing import Any

from .. import collection, environment, states
from ..conditions import as_dbus
from ..context import Context
from ..instance import Instance
from ..jobclass import JobClass
from ..versions import Version
from .dispatch import DEFERRED, INVALID_ARGS, Call, CallError, Interface, Method, Pending, Property
from .paths import INSTANCE, JOB

_FAILURES = {
    states.START: "Job failed to start", states.STOP: "Job failed while stopping", "restart": "Job failed to restart",
}


class JobObject:
    """The D-Bus object of a job class."""

    def __init__(self, context: Context, job: JobClass) -> None:
        self.context = context
        self.job = job

    def check_env(self, env: list[str]) -> None:
        if not environment.acceptable(env, self.context.version.strict_environment_names):
            raise CallError(INVALID_ARGS, "Env must be KEY=VALUE pairs")

    def instance_name(self, env: list[str], usage: bool) -> str:
        """Return the instance's name; with ``usage``, the error includes the job's usage text."""
        try:
            return self.job.instance_name(env)
        except collection.UnsetVariableError as error:
            text = str(error)
            if usage and self.job.values["usage"] is not None:
                text = "%s\nUsage: %s" % (text, self.job.values["usage"])
            raise CallError(INVALID_ARGS, text) from error

    def existing(self, env: list[str], usage: bool = False) -> Instance:
        self.check_env(env)
        return self.named(self.instance_name(self.job.environment(self.job.imported(env)), usage))

    def named(self, name: str) -> Instance:
        instance = self.job.instances.get(name)
        if instance is None:
            raise CallError("UnknownInstance", "Unknown instance: %s" % name)
        return instance

    def start(self, call: Call, env: list[str], wait: bool) -> Any:
        self.check_env(env)
        full = self.job.environment(self.job.imported(env))
        name = self.instance_name(full, usage=True)
        present = self.job.instances.get(name)
        if present is not None:
            refuse_start(present)
        instance = self.context.registry.instance(self.job, name)
        instance.start_env = full
        return request(instance, states.START, call, wait, gives_path=True)

    def stop(self, call: Call, env: list[str], wait: bool) -> Any:
        instance = self.existing(env)
        refuse_stop(instance, instance.label)
        instance.stop_env = self.job.imported(env)
        return request(instance, states.STOP, call, wait)

    def restart(self, call: Call, env: list[str], wait: bool) -> Any:
        instance = self.existing(env)
        refuse_stop(instance, instance.name)
        instance.start_env = self.job.environment(self.job.imported(env))
        instance.stop_env = None
        return request(instance, "restart", call, wait, gives_path=True)


def refuse_start(instance: Instance) -> None:
    if instance.goal == states.START:
        raise CallError("AlreadyStarted", "Job is already running: %s" % instance.label)


def refuse_stop(instance: Instance, label: str) -> None:
    if instance.goal == states.STOP:
        raise CallError("AlreadyStopped", "Job has already been stopped: %s" % label)


def request(instance: Instance, goal: str, call: Call, wait: bool, gives_path: bool = False) -> Any:
    """Change an instance's goal; reply at once, or with ``wait`` when the instance has settled."""
    signature, body = ("o", (instance.path,)) if gives_path else ("", ())
    if not wait:
        instance.request(goal)
        return body
    instance.request(goal, Pending(call, "JobFailed", _FAILURES[goal], signature, body))
    return DEFERRED


def instance_start(instance: Instance, call: Call, wait: bool) -> Any:
    refuse_start(instance)
    instance.start_env = None
    return request(instance, states.START, call, wait)


def instance_stop(instance: Instance, call: Call, wait: bool) -> Any:
    refuse_stop(instance, instance.label)
    instance.stop_env = None
    return request(instance, states.STOP, call, wait)


def instance_restart(instance: Instance, call: Call, wait: bool) -> Any:
    refuse_stop(instance, instance.label)
    instance.start_env = instance.stop_env = None
    return request(instance, "restart", call, wait)


def instance_reload(instance: Instance, _call: Call) -> None:
    pid = instance.pids.get(states.MAIN)
    if pid is None:
        raise CallError("NotRunning", "Job is not running: %s" % instance.label)
    try:
        os.kill(pid, instance.job.values["reload_signal"])
    except OSError as error:
        raise CallError("org.freedesktop.DBus.Error.Failed", error.strerror or str(error)) from error


def _text(key: str) -> Property:
    return Property("s", lambda target: target.job.values[key] or "")


_JOB_PROPERTIES = {
    "name": Property("s", lambda target: target.job.name),
    "description": _text("description"),
    "author": _text("author"),
    "version": _text("version"),
    "usage": _text("usage"),
    "start_on": Property("aas", lambda target: as_dbus(target.job.values["start_on"])),
    "stop_on": Property("aas", lambda target: as_dbus(target.job.values["stop_on"])),
    "emits": Property("as", lambda target: list(target.job.values["emits"])),
}

_ENV_WAIT = (("env", "as"), ("wait", "b"))
_PATH = (("instance", "o"),)
_JOB_METHODS = {
    "GetInstance": Method(lambda job, _call, env: (job.existing(env, usage=True).path,), (("env", "as"),), _PATH),
    "GetInstanceByName": Method(lambda job, _call, name: (job.named(name).path,), (("name", "s"),), _PATH),
    "GetAllInstances": Method(
        lambda job, _call: ([instance.path for instance in job.job.ordered_instances()],), (), (("instances", "ao"),)),
    "Start": Method(JobObject.start, _ENV_WAIT, _PATH),
    "Stop": Method(JobObject.stop, _ENV_WAIT),
    "Restart": Method(JobObject.restart, _ENV_WAIT, _PATH),
}
_INSTANCE_METHODS = {
    "Start": Method(instance_start, (("wait", "b"),)),
    "Stop": Method(instance_stop, (("wait", "b"),)),
    "Restart": Method(instance_restart, (("wait", "b"),)),
    "Reload": Method(instance_reload),
}


def _processes(instance: Instance) -> list[tuple[str, int]]:
    return [(name, instance.pids[name]) for name in states.PROCESS_NAMES if name in instance.pids]


_INSTANCE_PROPERTIES = {
    "name": Property("s", lambda instance: instance.name),
    "goal": Property("s", lambda instance: instance.goal),
    "state": Property("s", lambda instance: instance.state),
    "processes": Property("a(si)", _processes),
}
_INSTANCE_SIGNALS = {
    "GoalChanged": (("goal", "s"),), "StateChanged": (("state", "s"),), "Failed": (("status", "i"),),
}


def job_interface(version: Version) -> Interface:
    """Return the interface of jobs in a release."""
    properties = {name: _JOB_PROPERTIES[name] for name in version.job_properties}
    signals = {"InstanceAdded": (("instance", "o"),), "InstanceRemoved": (("instance", "o"),)}
    return Interface(JOB, _JOB_METHODS, signals, properties)


def instance_interface(version: Version) -> Interface:
    """Return the interface of instances in a release."""
    methods = {name: method for name, method in _INSTANCE_METHODS.items() if name in version.instance_methods}
    signals = _INSTANCE_SIGNALS if version.instance_signals else {}
    return Interface(INSTANCE, methods, signals, _INSTANCE_PROPERTIES)
