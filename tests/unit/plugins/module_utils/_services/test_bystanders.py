# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages about services that a task stopped, and the actions of a task depending on its targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._services import bystanders
from ansible_collections.sysinit.upstart.plugins.module_utils._services.targets import Target
from ansible_collections.sysinit.upstart.tests.unit.support.acting_client import target

WORDS_AT_MOST = 30


def loss(status: str = "stop/waiting", **more: Any) -> bystanders.Loss:
    made = bystanders.Loss("web", "", status)
    assert set(more) <= set(vars(made))
    vars(made).update(more)
    return made


BY_DB = "Job web stopped because of job db (stop on stopping db)."
NO_START_ON = "It has no start on, so no event starts it again."


@pytest.mark.parametrize(("made", "message"), [
    (loss(by_task=True, caused_by=["db"], event="stopping db", waits_for=["net-up"]),
     f"{BY_DB} It does not start again until net-up is emitted."),
    (loss(by_task=True, caused_by=["db"], event="stopping db", waits_for=["net-up", "disk-up"]),
     f"{BY_DB} It does not start again yet, because its start on waits for net-up, disk-up."),
    (loss(by_task=True, caused_by=["db"], waits_for=[]), f"Job web was stopped by a script of job db. {NO_START_ON}"),
    (loss(by_task=True, caused_by=["db"], event="stopping db", waits_for=[], reason="its main process exited"),
     f"{BY_DB} It is not running now: its main process exited."),
    (loss("start/starting", by_task=True, caused_by=["db", "lb"], event="stopping db", waits_for=["a"]),
     "Job web stopped because of jobs db and lb (stop on stopping db). It is in start/starting."),
    (loss(), "Job web was running before this task and is not running now. Cannot tell which events its start on still "
             "waits for."),
    (loss(waits_for=[], happened=["started db"]),
     "Job web was running before this task and is not running now. It was started again but does not run."),
    (loss(by_task=False, waits_for=[]), f"Job web stopped during this task, but not because of it. {NO_START_ON}"),
])
def test_a_warning_says_why(made: bystanders.Loss, message: str) -> None:
    """The remedy fits both a restart and a stop."""
    elsewhere = "Find out what else stopped it, then start it again."
    start = "If it must run, start it afterwards, or add it to jobs of this task with state: started."
    assert bystanders.warning(made) == f"{message} {elsewhere if made.by_task is False else start}"
    assert max(len(sentence.split()) for sentence in bystanders.warning(made).split(". ")) <= WORDS_AT_MOST


@pytest.mark.parametrize(("made", "message"), [
    (loss(by_task=True, caused_by=["db"], event="stopping db", waits_for=["net-up"]),
     "This task would stop job web (stop on stopping db). It would not start again until net-up is emitted."),
    (loss(by_task=True, caused_by=["db"], event="stopping db"),
     "This task would stop job web (stop on stopping db). It may not start again: cannot tell which events its start "
     "on waits for."),
    (loss(by_task=True, caused_by=["db"], waits_for=[]),
     f"This task would stop job web (by a script of job db). {NO_START_ON}"),
    (loss("start/starting", by_task=False),
     "Job web would not be running after this task. It would be in start/starting."),
    (loss(waits_for=[], happened=["started db"]),
     "Job web would not be running after this task. It would start again but not run."),
])
def test_a_prediction_says_when_it_is_not_sure(made: bystanders.Loss, message: str) -> None:
    assert bystanders.prediction(made) == (
        f"{message} If it must run, start it afterwards, or add it to jobs of this task with state: started.")


def planned(folder: Path, state: str, *steps: str, instance: str = "", **more: Any) -> Target:
    made = target(folder, state)
    made.instance, made.plan.steps = instance, list(steps)
    made.result.error, made.progress.sent = more.pop("error", None), more.pop("sent", set())
    vars(made).update(more)
    return made


def test_acts_come_from_the_steps_of_targets(tmp_path: Path) -> None:
    acts = bystanders.acts_of([
        planned(tmp_path, "restarted", "stop", "start", instance="1", env=["N=1"]),
        planned(tmp_path, "started", "free", "start", instance="2"),
        planned(tmp_path, "started", instance="3"),
        planned(tmp_path, "started", "start", instance="4", error=ValueError()),
        planned(tmp_path, "restarted", "stop", "start", instance="7", error=ValueError(), sent={"stop"}),
        planned(tmp_path, "started", "start", script=object()),
        planned(tmp_path, "stopped", "wait", instance="5"),
        planned(tmp_path, "stopped", "stop", instance="6"),
    ])
    assert acts.stops == [("web", "1"), ("web", "2"), ("web", "7"), ("web", "6")]
    assert acts.starts == [("web", "1", ["N=1"]), ("web", "2", [])]
    assert acts.down == {("web", "5"), ("web", "6")}
    assert acts.up == [("web", "1", ["N=1"]), ("web", "2", []), ("web", "3", [])]
