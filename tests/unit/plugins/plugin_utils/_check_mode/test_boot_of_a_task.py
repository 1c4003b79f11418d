# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin adds to a result about the next boot."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants, context
from ansible.module_utils.common.collections import ImmutableDict
from ansible.plugins.action import ActionBase
from ansible_collections.sysinit.upstart.plugins.filter.boot_forecast import boot_forecast
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode import action
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.journal import Journal

Result = dict[str, Any]
DB, WEB = {"start_on": "startup", "exec": "a"}, {"start_on": "started db", "exec": "b"}
INFO = {"version": "1.13.2", "jobs": [{"name": "db", "stanzas": DB}, {"name": "web", "stanzas": WEB}]}
REASON = "started db never comes: there is no job db"
OPTIONS = {"name": "db", "scope": "session", "address": "a", "conf_dir": "/c", "log_dir": "/l", "timeout": 5,
           "dialect": "stock"}


@pytest.fixture(autouse=True)
def one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(check=True))
    monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
    monkeypatch.setattr(action.filter_loader, "get", {
        "sysinit.upstart.boot_forecast": SimpleNamespace(j2_function=boot_forecast)}.__getitem__)


class Task:
    """A task that removes the job db; ``infos`` are the options with which it runs upstart_info."""

    def __init__(self, info: Result | None = None, own: Result | None = None, **options: Any) -> None:
        info = INFO if info is None else info
        self.infos: list[Result] = []
        plugin = action.CheckModeAction.__new__(action.CheckModeAction)
        plugin._task = SimpleNamespace(check_mode=True, args={**OPTIONS, **options}, delegate_to=None, async_val=0,
                                       action="sysinit.upstart.upstart_job", get_ds=dict)
        plugin._connection = SimpleNamespace(has_native_async=False, _shell=SimpleNamespace(tmpdir="x"))

        def execute(module_name: str = "", module_args: Result | None = None, task_vars: Result | None = None,
                    wrap_async: bool = False) -> Result:
            assert task_vars == {"inventory_hostname": "host"} and not wrap_async
            if not module_name:
                return {"changed": True, "warnings": ["w"],
                        action.KEY: {"boot": {"db": None}, "conf_dir": "/c"} if own is None else own}
            assert module_name == "sysinit.upstart.upstart_info" and module_args is not None
            self.infos.append(module_args)
            return info

        plugin._execute_module = execute
        plugin._remove_tmp_path = lambda path: None
        self.result = plugin.run(task_vars={"inventory_hostname": "host"})


def test_a_job_that_the_task_takes_with_it() -> None:
    task = Task()
    assert task.infos == [{key: value for key, value in OPTIONS.items() if key != "name"} | {"subset": ["stanzas"]}]
    assert task.result["warnings"] == ["w", f"At the next boot, job web will no longer start: {REASON}."]
    assert set(task.result["boot"]["no_longer"]) == {"db", "web"} and task.result["boot"]["profile"] == "plain"
    assert action.KEY not in task.result


def test_earlier_tasks_count() -> None:
    Journal(constants.DEFAULT_LOCAL_TMP, "host").add({"boot": {"web": None}, "conf_dir": "/c"})
    task = Task()
    assert task.result["warnings"] == ["w"] and set(task.result["boot"]["no_longer"]) == {"db"}


def test_a_host_whose_jobs_cannot_be_read() -> None:
    task = Task({"failed": True, "msg": "No Upstart."})
    assert task.result["warnings"] == ["w", "The next boot cannot be forecast: No Upstart."]
    assert "boot" not in task.result


@pytest.mark.parametrize("options", [
    {"boot_forecast": False}, {"boot_forecast": "no"}, {"load": False}, {"load": "no"}])
def test_a_task_that_wants_no_forecast(options: Result) -> None:
    task = Task(**options)
    assert task.infos == [] and task.result == {"changed": True, "warnings": ["w"]}


@pytest.mark.parametrize("options", [{"boot_forecast": True, "load": True}, {"boot_forecast": "x", "load": "yes"}])
def test_a_task_that_wants_a_forecast(options: Result) -> None:
    assert ("boot" in Task(**options).result) == (options["boot_forecast"] is True)


@pytest.mark.parametrize("own", [{}, {"boot": {}, "conf_dir": "/c"}, {"up": []}])
def test_a_task_that_changes_no_boot(own: Result) -> None:
    assert Task(own=own).infos == []
