# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The D-Bus object of the manager."""

from __future__ import annotations

import os
from typing import Any, Callable

from .. import environment
from ..context import Context
from ..messages import PRIORITIES
from ..versions import Version
from .dispatch import DEFERRED, INVALID_ARGS, STANDARD_ERROR, Call, CallError, Interface, Method, Pending, Property
from .paths import MANAGER

_NOT_FOR_PID_1 = "Not permissible to modify PID 1 job environment"


class Manager:
    """The D-Bus object of the daemon; ``restart`` drops all connections and reads every file again."""

    def __init__(self, context: Context, restart: Callable[[], None], write_logs: Callable[[], int]) -> None:
        self.context = context
        self.restart = restart
        self.write_logs = write_logs

    def reload(self, _call: Call) -> None:
        self.context.messages.info("Reloading configuration")
        self.context.configuration.reload()

    def job_by_name(self, _call: Call, name: str) -> Any:
        if not name:
            raise CallError(INVALID_ARGS, "Name may not be empty string")
        return (self._job(name).path,)

    def _job(self, name: str) -> Any:
        job = self.context.registry.classes.get(name)
        if job is None:
            raise CallError("UnknownJob", "Unknown job: %s" % name)
        return job

    def all_jobs(self, _call: Call) -> Any:
        return ([job.path for job in self.context.registry.ordered()],)

    def emit(self, call: Call, name: str, env: list[str], wait: bool, file: Any = None) -> Any:
        if not name:
            raise CallError(INVALID_ARGS, "Name may not be empty string")
        if not environment.acceptable(env, self.context.version.strict_environment_names):
            raise CallError(INVALID_ARGS, "Env must be KEY=VALUE pairs")
        descriptor = None
        if file is not None:
            descriptor = file.to_raw_fd() if hasattr(file, "to_raw_fd") else os.dup(file)
        event = self.context.queue.emit(name, env, descriptor)
        if not wait:
            return ()
        event.waiters.append(Pending(call, "EventFailed", "Event failed"))
        return DEFERRED

    def disk_writeable(self, _call: Call) -> None:
        error = self.write_logs()
        if error:
            raise CallError(STANDARD_ERROR + "Failed", os.strerror(error))

    def state(self, _call: Call) -> Any:
        from ..state import dump

        return (dump(self.context),)

    def reexec(self, _call: Call) -> Any:
        self.restart()
        return DEFERRED

    def _table(self, details: list[str]) -> list[str]:
        """Return the environment table for ``details``: [] or [job, instance]."""
        if not details:
            return self.context.job_environment
        if not details[0]:
            raise CallError(INVALID_ARGS, "Job may not be empty string")
        job = self._job(details[0])
        name = details[1] if len(details) > 1 else ""
        if name not in job.instances:
            raise CallError("UnknownJobInstance", "Unknown instance: %s of job %s" % (name or "(null)", details[0]))
        env: list[str] = job.instances[name].env
        return env

    def get_env(self, _call: Call, details: list[str], name: str) -> Any:
        self._refuse_nameless(name)
        entry = environment.get(self._table(details), name)
        if entry is None:
            raise CallError(INVALID_ARGS, "No such variable: %s" % name)
        return (entry.partition("=")[2],)

    def list_env(self, _call: Call, details: list[str]) -> Any:
        return (list(self._table(details)),)

    @staticmethod
    def _refuse_nameless(name: str) -> None:
        if not name:
            raise CallError(INVALID_ARGS, "Variable may not be empty string")

    def _own_tables(self, details: list[str]) -> list[list[str]]:
        """Return the tables that a change for ``details`` applies to; [] includes those of all running instances."""
        self._refuse_for_pid_1(details)
        if details:
            return [self._table(details)]
        jobs = self.context.registry.classes.values()
        return [self.context.job_environment] + [instance.env for job in jobs for instance in job.instances.values()]

    def _refuse_for_pid_1(self, details: list[str]) -> None:
        if not self.context.settings.user and not (details and self.context.version.job_tables_writable):
            raise CallError("PermissionDenied", _NOT_FOR_PID_1)

    def set_env(self, call: Call, details: list[str], entry: str, replace: bool) -> None:
        self._refuse_for_pid_1(details)
        if not self.context.version.takes_nameless_variables:
            self._refuse_nameless(entry)
        self.set_env_list(call, details, [entry], replace)

    def set_env_list(self, _call: Call, details: list[str], entries: list[str], replace: bool) -> None:
        for table in self._own_tables(details):
            for entry in entries:
                environment.put(table, entry if "=" in entry else entry + "=", replace)

    def unset_env(self, call: Call, details: list[str], name: str) -> None:
        if not self.context.version.takes_nameless_variables:
            self._refuse_nameless(name)
        self.unset_env_list(call, details, [name])

    def unset_env_list(self, _call: Call, details: list[str], names: list[str]) -> None:
        for table in self._own_tables(details):
            for name in names:
                environment.remove(table, name)

    def reset_env(self, _call: Call, details: list[str]) -> None:
        self._refuse_for_pid_1(details)
        if details:
            self._table(details)[:] = self._job(details[0]).environment()
        else:
            self.context.job_environment[:] = environment.of_init(self.context.settings.user)

    def refuse_address(self, _call: Call, _address: str) -> None:
        raise CallError("PermissionDenied", "Not permissible to notify D-Bus address for PID 1")

    def nothing(self, _call: Call, *_arguments: Any) -> None:
        return None

    def set_priority(self, value: str) -> None:
        if value not in PRIORITIES:
            raise CallError(INVALID_ARGS, "The log priority given was not recognised")
        self.context.messages.priority = value


_DETAILS = ("job_details", "as")
_EVENT = (("name", "s"), ("env", "as"), ("wait", "b"))
_METHODS = {
    "ReloadConfiguration": Method(Manager.reload),
    "GetJobByName": Method(Manager.job_by_name, (("name", "s"),), (("job", "o"),)),
    "GetAllJobs": Method(Manager.all_jobs, (), (("jobs", "ao"),)),
    "GetState": Method(Manager.state, (), (("state", "s"),)),
    "Restart": Method(Manager.reexec),
    "GetEnv": Method(Manager.get_env, (_DETAILS, ("name", "s")), (("value", "s"),)),
    "SetEnv": Method(Manager.set_env, (_DETAILS, ("var", "s"), ("replace", "b"))),
    "SetEnvList": Method(Manager.set_env_list, (_DETAILS, ("vars", "as"), ("replace", "b"))),
    "UnsetEnv": Method(Manager.unset_env, (_DETAILS, ("name", "s"))),
    "UnsetEnvList": Method(Manager.unset_env_list, (_DETAILS, ("name", "as"))),
    "ListEnv": Method(Manager.list_env, (_DETAILS,), (("env", "as"),)),
    "ResetEnv": Method(Manager.reset_env, (_DETAILS,)),
    "EmitEvent": Method(Manager.emit, _EVENT),
    "EmitEventWithFile": Method(Manager.emit, _EVENT + (("file", "h"),)),
    "NotifyDiskWriteable": Method(Manager.disk_writeable),
    "NotifyDBusAddress": Method(Manager.refuse_address, (("address", "s"),)),
    "NotifyCGroupManagerAddress": Method(Manager.nothing, (("address", "s"),)),
    "EndSession": Method(Manager.nothing),
}
_PROPERTIES = {
    "version": Property("s", lambda manager: "init (upstart %s)" % manager.context.version.name),
    "log_priority": Property("s", lambda manager: manager.context.messages.priority, Manager.set_priority),
}


def manager_interface(version: Version) -> Interface:
    """Return the interface of the manager in a release."""
    signals = {"JobAdded": (("job", "o"),), "JobRemoved": (("job", "o"),)}
    if version.event_signals:
        signals.update({"EventEmitted": (("name", "s"), ("env", "as")), "Restarted": ()})  # type: ignore[dict-item]
    methods = {name: method for name, method in _METHODS.items() if name in version.manager_methods}
    return Interface(MANAGER, methods, signals, _PROPERTIES)
