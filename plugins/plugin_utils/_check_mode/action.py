# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of the modules. In check mode it passes the predictions of earlier tasks to later tasks."""

from __future__ import annotations

import typing as t

from ansible import constants, context
from ansible.module_utils.parsing.convert_bool import BOOLEANS_TRUE, boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import filter_loader
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.planned_change import (
    boot_difference,
    earlier_changes,
    losses,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.journal import Journal, Record, encoded

Result = dict[str, t.Any]
OPTION = "_foreseen"  # option of the modules: the predictions of earlier tasks
INTERNAL = "_"  # the first letter of options that only an action plugin sets
FORECAST = "sysinit.upstart.boot_forecast"
# The options that the modules share with upstart_info, which reads the jobs for the forecast of the next boot.
INFO_OPTIONS = ("scope", "address", "conf_dir", "log_dir", "timeout", "dialect")
KEY = "_sysinit_upstart_foreseen"  # key in a module's result: its own predictions


class CheckModeAction(ActionBase):
    """Runs the module of the same name, as Ansible does without an action plugin.

    In check mode the module gets the predictions of earlier tasks for the same host, and its own are stored for later
    tasks. A task that changes the host gets no predictions. It invalidates those for the jobs that it changed.
    """

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        root: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]
        journal = Journal(root, self._host_name(task_vars or {}))
        arguments = self._arguments(task_vars or {})
        if self._task.check_mode:
            arguments[OPTION] = encoded(journal.records())
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=wrap_async))
        own = result.pop(KEY, None)
        if own and own.get("boot") and boolean(arguments.get("boot_forecast", True), strict=False):
            self._add_boot(result, own, journal, arguments, task_vars)
        shown = result.get("invocation", {}).get("module_args", {})
        for option in [option for option in shown if option.startswith(INTERNAL)]:
            del shown[option]
        if self._task.check_mode:
            if self._would_act():
                self._keep(journal, own, wrap_async)
        elif not journal.is_empty():
            forget(journal, result)
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _add_boot(self, result: Result, own: Record, journal: Journal, arguments: Result,
                  task_vars: dict[str, t.Any] | None) -> None:
        """Add what the task would make of the next boot, with a warning for each job that would no longer start."""
        if not boolean(arguments.get("load", True), strict=False):
            return  # the files are those of an image
        options = {key: arguments[key] for key in INFO_OPTIONS if key in arguments}
        info = self._execute_module("sysinit.upstart.upstart_info", {**options, "subset": ["stanzas"]},
                                    task_vars=task_vars)
        if info.get("failed"):
            warnings = [f"The next boot cannot be forecast: {info.get('msg')}"]
        else:
            earlier = earlier_changes(journal.records(), own["conf_dir"])
            result["boot"] = boot_difference(info, earlier, own["boot"], filter_loader.get(FORECAST).j2_function)
            warnings = losses(result["boot"], own["boot"])
        if warnings:
            result.setdefault("warnings", []).extend(warnings)

    def _arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the options for the module, without those that only this plugin sets."""
        return {key: value for key, value in self._task.args.items() if not key.startswith(INTERNAL)}

    def _host_name(self, task_vars: dict[str, t.Any]) -> str:
        return str(self._task.delegate_to or task_vars.get("inventory_hostname", ""))

    def _would_act(self) -> bool:
        """Return whether the task would change the host in a real run. With ``check_mode: true`` it never does."""
        own_check_mode = (self._task.get_ds() or {}).get("check_mode")
        return str(own_check_mode).lower() not in BOOLEANS_TRUE

    def _keep(self, journal: Journal, own: Record | None, wrap_async: bool) -> None:
        if wrap_async:  # Ansible does not pass the final result of such a task to this plugin
            journal.add({"doubt": f"a task of {self._task.action} runs with async, so its effects are unknown"})
        elif own:
            journal.add(own)


def forget(journal: Journal, result: Result) -> None:
    """Remove predictions that a task with real changes has invalidated.

    In a run with --check these are the predictions for its own jobs, or all if it does not report its jobs. In a real
    run these are all predictions.
    """
    if not context.CLIARGS.get("check"):
        journal.clear()
        return
    entries = [*result.get("jobs", ()), *result.get("instances", ())]
    names = sorted({entry["name"] for entry in entries if isinstance(entry, dict) and "name" in entry})
    if names or result.get("failed") or "ansible_job_id" in result or "runlevel" in result:
        journal.add({"forget": names or None})
