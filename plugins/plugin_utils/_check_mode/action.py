# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin behind the modules: in check mode, each task learns what earlier tasks would have done."""

from __future__ import annotations

import typing as t

from ansible import constants, context
from ansible.module_utils.parsing.convert_bool import BOOLEANS_TRUE
from ansible.plugins.action import ActionBase
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.journal import Journal, Record, encoded

Result = dict[str, t.Any]
OPTION = "_foreseen"  # of the modules: the earlier predictions
KEY = "_sysinit_upstart_foreseen"  # in a module's result: what it predicts itself


class CheckModeAction(ActionBase):
    """Runs the module of the same name, as Ansible would do without an action plugin.

    In check mode the module gets the predictions of earlier tasks for the same host, and its own are kept for later
    tasks. A task that really acts gets none; what it acted on is no longer predicted.
    """

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: t.Any = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        wrap_async = bool(self._task.async_val) and not self._connection.has_native_async
        root: str = constants.DEFAULT_LOCAL_TMP  # type: ignore[attr-defined]
        journal = Journal(root, self._host_name(task_vars or {}))
        arguments = {key: value for key, value in self._task.args.items() if key != OPTION}
        if self._task.check_mode:
            arguments[OPTION] = encoded(journal.records())
        result.update(self._execute_module(module_args=arguments, task_vars=task_vars, wrap_async=wrap_async))
        own = result.pop(KEY, None)
        result.get("invocation", {}).get("module_args", {}).pop(OPTION, None)
        if self._task.check_mode:
            if self._would_act():
                self._keep(journal, own, wrap_async)
        elif not journal.is_empty():
            forget(journal, result)
        if not wrap_async:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _host_name(self, task_vars: dict[str, t.Any]) -> str:
        return str(self._task.delegate_to or task_vars.get("inventory_hostname", ""))

    def _would_act(self) -> bool:
        """Return whether the task would act in a real run: one that says ``check_mode: true`` itself never does."""
        given = (self._task.get_ds() or {}).get("check_mode")
        return str(given).lower() not in BOOLEANS_TRUE

    def _keep(self, journal: Journal, own: Record | None, wrap_async: bool) -> None:
        if wrap_async:  # its result is known when the task is over, and nobody hands it to this plugin
            journal.add({"doubt": f"a task of {self._task.action} runs with async, and what it would do is not known"})
        elif own:
            journal.add(own)


def forget(journal: Journal, result: Result) -> None:
    """Have a task that has really acted outdate predictions.

    In a run with --check, it outdates those for its own jobs, or all where it does not tell which these are. In a real
    run, check mode is over with it.
    """
    if not context.CLIARGS.get("check"):
        journal.clear()
        return
    entries = [*result.get("jobs", ()), *result.get("instances", ())]
    names = sorted({entry["name"] for entry in entries if isinstance(entry, dict) and "name" in entry})
    if names or result.get("failed") or "ansible_job_id" in result or "runlevel" in result:
        journal.add({"forget": names or None})
