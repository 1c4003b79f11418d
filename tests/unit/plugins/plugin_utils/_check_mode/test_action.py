# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugin passes to modules, keeps and forgets; real plays are in the target check_mode_play."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible import constants, context
from ansible.module_utils.common.collections import ImmutableDict
from ansible.plugins.action import ActionBase
from ansible_collections.sysinit.upstart.plugins.module_utils._host import check_mode
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode import action
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.action import CheckModeAction
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.journal import Journal

Result = dict[str, Any]
ACT = {"up": [["web", "", []]], "address": "a"}


class Task:
    """A run of the plugin; ``given`` are the arguments of its module."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, result: Result, check: bool = True, ds: Result | None = None,
                 host: str = "host", delegate_to: str | None = None, async_val: int = 0) -> None:
        self.given: Result = {}
        self.removed = 0
        monkeypatch.setattr(ActionBase, "run", lambda self, tmp=None, task_vars=None: {})
        plugin = CheckModeAction.__new__(CheckModeAction)
        plugin._task = SimpleNamespace(
            check_mode=check, args={"name": "web", action.OPTION: "forged"}, delegate_to=delegate_to,
            async_val=async_val, action="sysinit.upstart.upstart_service", get_ds=lambda: ds)
        plugin._connection = SimpleNamespace(has_native_async=False, _shell=SimpleNamespace(tmpdir="x"))

        def execute(module_args: Result, task_vars: Result, wrap_async: bool) -> Result:
            self.given = module_args
            return dict(result)

        def remove(path: str) -> None:
            self.removed += 1

        plugin._execute_module = execute
        plugin._remove_tmp_path = remove
        self.result = plugin.run(task_vars={"inventory_hostname": host})

    def records(self) -> list[Result]:
        found: list[Result] = check_mode.decode(self.given[action.OPTION])
        return found


@pytest.fixture(autouse=True)
def one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_LOCAL_TMP", str(tmp_path))
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(check=True))


def prediction(**more: Any) -> Result:
    return {"changed": True, action.KEY: ACT, **more}


def test_the_names_are_those_of_the_modules() -> None:
    assert (action.OPTION, action.KEY) == (check_mode.OPTION, check_mode.KEY)


def test_a_later_task_gets_what_an_earlier_one_predicts(monkeypatch: pytest.MonkeyPatch) -> None:
    invocation = {"invocation": {"module_args": {"name": "web", action.OPTION: "x"}}}
    first = Task(monkeypatch, prediction(**invocation))
    assert first.records() == []
    assert first.result == {"changed": True, "invocation": {"module_args": {"name": "web"}}}
    assert first.removed == 1
    assert Task(monkeypatch, prediction()).records() == [ACT]
    assert Task(monkeypatch, prediction(), host="other").records() == []
    assert Task(monkeypatch, prediction(), host="other", delegate_to="host").records() == [ACT, ACT]


def test_a_task_that_acts_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    Task(monkeypatch, prediction())
    assert Task(monkeypatch, {"changed": True}, check=False).given == {"name": "web"}


@pytest.mark.parametrize(("ds", "kept"), [
    (None, True), ({}, True), ({"check_mode": True}, False), ({"check_mode": "yes"}, False),
    ({"check_mode": "{{ ansible_check_mode }}"}, True)])
def test_a_task_that_never_acts_predicts_nothing(monkeypatch: pytest.MonkeyPatch, ds: Result | None,
                                                 kept: bool) -> None:
    Task(monkeypatch, prediction(), ds=ds)
    assert Task(monkeypatch, prediction()).records() == ([ACT] if kept else [])


@pytest.mark.parametrize(("result", "forgotten"), [
    ({"jobs": [{"name": "b"}, {"name": "a"}]}, [{"forget": ["a", "b"]}]),
    ({"instances": [{"name": "a"}]}, [{"forget": ["a"]}]),
    ({"failed": True}, [{"forget": None}]),
    ({"runlevel": "2"}, [{"forget": None}]),
    ({"jobs": []}, []),
])
def test_a_task_that_acts_in_a_run_with_check(monkeypatch: pytest.MonkeyPatch, result: Result,
                                              forgotten: list[Result]) -> None:
    Task(monkeypatch, prediction())
    Task(monkeypatch, result, check=False)
    assert Task(monkeypatch, prediction()).records() == [ACT, *forgotten]


def test_a_real_task_ends_a_rehearsal_in_a_real_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "CLIARGS", ImmutableDict(check=False))
    Task(monkeypatch, prediction())
    assert Task(monkeypatch, prediction()).records() == [ACT]
    Task(monkeypatch, {"jobs": []}, check=False)
    assert Task(monkeypatch, prediction()).records() == []


def test_a_task_with_async_leaves_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task(monkeypatch, {"ansible_job_id": "1"}, async_val=10)
    assert task.removed == 0
    (record,) = Journal(constants.DEFAULT_LOCAL_TMP, "host").records()
    assert "async" in record["doubt"]
