# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The comparison of both sides finds what differs, and needs a finding for it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from comparison.compare import Difference, differences
from comparison.declared import judge
from comparison.play import Snapshot
from comparison.side import JobStates
from comparison.story import PlacedStory, Story, emit, main, start, stop

STORY = Story("x", (), {"@web": main("web"), "@db": "start on started @web\n" + main("db")},
              (start("@web"), emit("@up"), stop("@web")))
PLACED = PlacedStory(STORY, "s1_", Path("/nowhere"))


def snapshot(**changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "step": STORY.steps[0], "states": {"@web": JobStates(("up",))}, "begun": Counter({"web.main": 1}),
        "ended": Counter(), "sequences": {"web": ("web.pre-start begin", "web.main begin")}, "alive": {"web.main": 1},
        "answers": ("ok",), "traits": {"web.main": {"umask": "0022"}}}
    return Snapshot(**{**values, **changes})


def kinds(upstart: list[Snapshot], systemd: list[Snapshot]) -> list[tuple[str, str]]:
    return [(difference.job, difference.kind) for difference in differences(STORY, upstart, systemd)]


def test_the_same_is_no_difference() -> None:
    assert kinds([snapshot()], [snapshot()]) == []


@pytest.mark.parametrize(("changes", "kind"), [
    ({"states": {"@web": JobStates()}, "alive": {}}, ("@web", "state up/down")),
    ({"states": {"@web": JobStates(("up",), has_failed=True)}}, ("@web", "failed")),
    ({"begun": Counter({"web.main": 2})}, ("@web", "runs more")),
    ({"begun": Counter()}, ("@web", "runs less")),
    ({"sequences": {"web": ("web.main begin", "web.pre-start begin")}}, ("@web", "sequence")),
    ({"alive": {}}, ("@web", "alive less")),
    ({"alive": {"web.main": 2}}, ("@web", "alive more")),
    ({"answers": ("failed",)}, ("@web", "answer start ok/failed")),
    ({"answers": ("ok", "waits")}, ("", "answer emit ok/waits")),
    ({"traits": {"web.main": {"umask": "0077"}}}, ("@web", "umask")),
    ({"traits": {"web.main": {"umask": "0022", "env A": "1"}}}, ("@web", "env A")),
])
def test_a_difference(changes: dict[str, Any], kind: tuple[str, str]) -> None:
    first = snapshot(answers=("ok", "ok")) if len(changes.get("answers", ())) == 2 else snapshot()
    assert kinds([first], [snapshot(**changes)]) == [kind]


def test_what_comes_in_another_step_is_only_late() -> None:
    none = snapshot(begun=Counter(), alive={}, sequences={})
    assert kinds([snapshot(), snapshot()], [none, snapshot()])[0] == ("@web", "later")
    assert kinds([none, snapshot()], [snapshot(), snapshot()])[0] == ("@web", "sooner")


def test_post_start_has_no_fixed_order() -> None:
    first, second = (snapshot(sequences={"web": words}) for words in (
        ("web.main begin", "web.post-start begin"), ("web.post-start begin", "web.main begin")))
    assert kinds([first], [second]) == []


def difference(job: str = "@web", kind: str = "state up/down", index: int = 0) -> Difference:
    return Difference(job, kind, index, "start @web", "up", "down")


def finding(code: str, job: str = "s1_web", verdict: str = "near") -> dict[str, Any]:
    return {"code": code, "job": job, "verdict": verdict}


def test_a_finding_of_the_job_declares_it() -> None:
    [judgement] = judge([difference()], [finding("started")], PLACED)
    assert (judgement.code, judgement.follows) == ("started", False)


@pytest.mark.parametrize("findings", [
    [], [finding("started", verdict="exact")], [finding("started", job="s1_db")], [finding("console-log")],
])
def test_other_findings_do_not(findings: list[dict[str, Any]]) -> None:
    assert [judgement.code for judgement in judge([difference()], findings, PLACED)] == [None]


def test_a_job_follows_another_one() -> None:
    found = [difference(), difference("@db", "runs less", 1)]
    judgements = judge(found, [finding("started")], PLACED)
    assert [(judgement.code, judgement.follows) for judgement in judgements] == [("started", False), ("started", True)]


def test_a_job_does_not_follow_what_comes_later() -> None:
    found = [difference(index=1), difference("@db", "runs less", 0)]
    assert [judgement.code for judgement in judge(found, [finding("started")], PLACED)] == ["started", None]


def test_what_a_process_inherits_never_follows() -> None:
    found = [difference(), difference("@db", "umask")]
    assert [judgement.code for judgement in judge(found, [finding("started")], PLACED)] == ["started", None]
