# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The effects derived from the signals of instances."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.effects import Effect, fold

UP = "G:start starting pre-start spawned post-start running"
DOWN = "G:stop pre-stop stopping killed post-stop waiting"
AROUND = "stopping killed post-stop starting spawned running"
CASES = [
    (UP, "started"),
    (DOWN, "stopped"),
    (f"{UP} {DOWN}", "started stopped"),
    ("G:start starting F:-1 G:stop stopping waiting", "stopped failed"),
    ("G:start starting pre-start spawned G:stop stopping killed post-stop waiting", "started stopped"),
    ("G:start starting pre-start spawned F:1 G:stop stopping killed post-stop waiting", "stopped failed"),
    ("G:start starting pre-start G:stop stopping post-stop waiting", "stopped"),
    ("G:start starting", ""),
    (AROUND, "started respawned"),
    ("G:respawn stopping killed post-stop G:start starting running", "started respawned"),
    (f"G:stop stopping G:start {AROUND[9:]}", "started restarted"),
    (f"{AROUND} {DOWN}", "started stopped respawned"),
    (f"{UP} {AROUND}", "started respawned"),
    ("G:stop pre-stop G:start running", ""),
    (f"G:stop stopping G:start {AROUND[9:]} {AROUND}", "started restarted respawned"),
]
WORDS = ("started", "stopped", "restarted", "respawned", "failed")


def effect(text: str) -> Effect:
    trace: list[tuple[str, str, str, object]] = []
    for word in text.split():
        kind, _colon, value = word.rpartition(":")
        member = {"G": "GoalChanged", "F": "Failed", "": "StateChanged"}[kind]
        trace.append(("j", "", member, int(value) if kind == "F" else value))
    (outcome,) = fold(trace)
    return outcome


@pytest.mark.parametrize(("text", "words"), CASES)
def test_a_single_instance(text: str, words: str) -> None:
    outcome = effect(text)
    assert [word for word in WORDS if getattr(outcome, word)] == words.split()


@pytest.mark.parametrize(("text", "turns"), [
    (UP, ["started"]), (f"{UP} {DOWN}", ["started", "stopped"]), (f"{DOWN} {UP}", ["stopped", "started"]),
    (f"{UP} {AROUND} {AROUND}", ["started"]), ("G:start starting F:-1 G:stop stopping waiting", ["stopped"])])
def test_turns_are_kept_in_their_order(text: str, turns: list[str]) -> None:
    assert effect(text).turns == turns


def test_the_failure_and_the_end_are_kept() -> None:
    outcome = effect("G:start starting F:2304 G:stop stopping")
    assert (outcome.failed_status, outcome.goal, outcome.state) == (2304, "stop", "stopping")


@pytest.mark.parametrize(("text", "rests", "task_rests"), [
    (UP, True, False), (DOWN, True, True), ("G:start starting", False, False), ("G:stop stopping", False, False),
    ("running G:stop", False, False), ("G:stop", True, True),
])
def test_whether_it_rests(text: str, rests: bool, task_rests: bool) -> None:
    assert (effect(text).rests(), effect(text).rests(task=True)) == (rests, task_rests)


def test_instances_keep_their_order() -> None:
    trace = [("b", "1", "GoalChanged", "start"), ("a", "", "GoalChanged", "stop"), ("b", "2", "Failed", 1),
             ("b", "1", "StateChanged", "running")]
    assert [(outcome.job, outcome.instance, outcome.started, outcome.failed) for outcome in fold(trace)] == [
        ("b", "1", True, False), ("a", "", False, False), ("b", "2", False, True)]


def test_nothing() -> None:
    assert fold([]) == []
