# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is said of services that a task took down, and what a task does by the plan of its targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils.converge import others
from ansible_collections.sysinit.upstart.plugins.module_utils.converge.targets import Target
from ansible_collections.sysinit.upstart.tests.unit.support.acting_client import target

BEGIN = "Job web was running before this task and is not running now: "
WORDS_AT_MOST = 30


def loss(status: str = "stop/waiting", **more: Any) -> others.Loss:
    made = others.Loss("web", "", status)
    vars(made).update(more)
    return made


@pytest.mark.parametrize(("made", "why"), [
    (loss(ours=True, caused_by=["db"], event="stopping db", waits_for=["net-up", "disk-up"]),
     "it stops on stopping db, and its start on still waits for net-up and disk-up"),
    (loss(ours=True, caused_by=["db"], waits_for=[]), "a script of job db stops it, and it has no start on"),
    (loss(ours=True, caused_by=["db"], event="stopping db", waits_for=[], reason="its main process exited"),
     "it stops on stopping db, and its main process exited"),
    (loss("start/starting", ours=True, caused_by=["db"], event="stopping db", waits_for=["a"]),
     "it stops on stopping db, and it is in start/starting"),
    (loss(), "what its start on waits for is not known"),
    (loss(waits_for=[], happened=["started db"]), "it was started but does not run"),
    (loss(ours=False, waits_for=[]), "it was not this task that stopped it, and it has no start on"),
])
def test_a_warning_says_why(made: others.Loss, why: str) -> None:
    remedy = "Look at who else manages it." if made.ours is False else "Start it, or list it in this task."
    assert others.warning(made) == f"{BEGIN}{why}. {remedy}"
    assert others.error(made).startswith(f"{BEGIN}{why}. ")
    assert max(len(part.split()) for part in others.warning(made).split(". ")) <= WORDS_AT_MOST


def test_a_prediction_says_when_it_is_not_sure() -> None:
    sure = loss(ours=True, caused_by=["db"], event="stopping db", waits_for=["net-up"])
    unsure = loss(ours=True, caused_by=["db"], event="stopping db")
    assert others.prediction(sure) == (
        "Job web is running and would not run after this task: it stops on stopping db, and its start on would still "
        "wait for net-up. Start it afterwards, or list it in this task.")
    assert "may not run after this task: it stops on stopping db, and what its" in others.prediction(unsure)


def planned(folder: Path, state: str, *steps: str, instance: str = "", **more: Any) -> Target:
    made = target(folder, state)
    made.instance, made.steps = instance, list(steps)
    vars(made).update(more)
    return made


def test_what_a_task_does_is_read_from_its_targets(tmp_path: Path) -> None:
    acts = others.acts_of([
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
