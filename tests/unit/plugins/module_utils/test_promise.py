# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The faults of a claim, as a table."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _promise

UP: dict[str, Any] = {
    "goal": "start", "state": "running", "main": (7, 100), "main_defined": True, "main_state": "S", "age": 5.0,
    "current": True, "respawned": False, "env_as_asked": True, "finished": None}
OLD = _promise.ObservedInstance(**{**UP, "main": (6, 50), "current": None})
TASK = {**UP, "goal": "stop", "state": "waiting", "main": None, "age": float("inf")}


def faults(state: str, now: dict[str, Any] | None, before: _promise.ObservedInstance | None = None, task: bool = False,
           current: bool = True) -> list[str]:
    asked = _promise.Expectation(state, task, current, 1.0)
    return list(_promise.instance_faults(asked, before, None if now is None else _promise.ObservedInstance(**now)))


@pytest.mark.parametrize(("change", "fault"), [
    ({}, None),
    ({"goal": "stop"}, _promise.STOPPING),
    ({"state": "pre-start"}, _promise.NOT_UP),
    ({"main": None}, _promise.NO_MAIN),
    ({"main": None, "main_defined": False}, None),
    ({"main": None, "main_defined": None}, None),
    ({"main_state": ""}, _promise.MAIN_LOST),
    ({"main_state": None}, None),
    ({"main_state": "Z"}, _promise.MAIN_ZOMBIE),
    ({"main_state": "T"}, _promise.MAIN_SUSPENDED),
    ({"main_state": "t"}, _promise.MAIN_SUSPENDED),
    ({"respawned": True}, _promise.RESPAWNED),
    ({"age": 0.9}, _promise.YOUNG),
    ({"age": 0.96}, None),  # the clock of /proc has hundredths
    ({"current": False}, _promise.OLD_DEFINITION),
    ({"current": None}, None),
])
@pytest.mark.parametrize("state", ["started", "restarted", "reloaded"])
def test_a_job_that_must_run(state: str, change: dict[str, Any], fault: str | None) -> None:
    assert faults(state, {**UP, **change}) == [fault] * (fault is not None)


def test_a_job_that_must_run_but_does_not_exist() -> None:
    assert faults("started", None) == [_promise.NO_INSTANCE]


def test_a_job_that_must_be_stopped() -> None:
    assert faults("stopped", None) == []
    assert faults("stopped", {**UP, "goal": "stop", "state": "killed"}) == [_promise.NOT_STOPPED]


def test_a_restart_needs_another_process() -> None:
    assert faults("restarted", UP, OLD) == []
    assert faults("restarted", {**UP, "main": OLD.main}, OLD) == [_promise.NOT_RESTARTED]
    assert faults("restarted", {**UP, "main": (OLD.main[0], 51)}, OLD) == []  # the pid is used again
    assert faults("restarted", {**UP, "main": None, "main_defined": False}, OLD._replace(main=None)) == []
    assert faults("started", {**UP, "main": OLD.main}, OLD) == []


def test_the_definition_only_counts_if_requested() -> None:
    assert faults("started", {**UP, "current": False}, current=False) == []


def test_the_variables_only_count_if_the_task_starts_the_job() -> None:
    other = {**UP, "env_as_asked": False}
    assert faults("restarted", other, OLD) == [_promise.OTHER_ENV]
    assert faults("started", other) == []  # it was already running and keeps its environment
    assert faults("started", {**TASK, "env_as_asked": False}, task=True) == [_promise.OTHER_ENV]


@pytest.mark.parametrize(("finished", "fault"), [(True, None), (None, None), (False, _promise.NOT_FINISHED)])
def test_a_task_has_to_run_to_its_end(finished: bool | None, fault: str | None) -> None:
    assert faults("started", {**TASK, "finished": finished}, task=True) == [fault] * (fault is not None)
    assert faults("started", None, task=True) == []


def test_the_most_serious_comes_first() -> None:
    now = {**UP, "main_state": "T", "respawned": True, "age": 0.1, "current": False}
    assert faults("restarted", now) == [
        _promise.MAIN_SUSPENDED, _promise.RESPAWNED, _promise.YOUNG, _promise.OLD_DEFINITION]
    assert _promise.WARNINGS == (_promise.MAIN_SUSPENDED,)


@pytest.mark.parametrize(("asked", "now", "fault"), [
    (True, True, None), (True, False, _promise.NOT_ENABLED), (False, True, _promise.NOT_ENABLED), (None, False, None),
    (True, None, None)])
def test_whether_a_job_starts_by_itself(asked: bool | None, now: bool | None, fault: str | None) -> None:
    assert _promise.enabled_faults(asked, now) == [fault] * (fault is not None)
