# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A deployment that is killed at any moment leaves complete files, and the next run completes it.

The environment variable KILLS sets at how many moments upstart_deploy is killed.
"""

from __future__ import annotations

import base64
import json
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support.killed_runs import Call, Moment, Run, Runner

SEED, KILLS = 7, 50
KILLS_OF_DEPLOY = int(os.environ.get("KILLS", "30"))
EVERY = 5  # number of kills between checks that a third run changes nothing
LOADED = (".conf", ".override")
Files = dict[str, bytes]
Manifest = dict[str, Any]

LINE = "# a line that makes the file longer than one buffer\n"


def job(name: str, generation: int) -> dict[str, Any]:
    return {"name": name, "env": {"GENERATION": generation}, "exec": "sleep 1000"}


@dataclass
class Deployment:
    """A set of jobs that all change with each generation; two of them take turns."""

    daemon: with_daemon.Daemon
    kills = KILLS
    proves = False  # upstart_job drops an earlier text only in a run after the job has been up for a while

    def calls(self, generation: int) -> list[Call]:
        """Return the calls for a generation: stop the removed jobs, write the files, start the others."""
        gone, running, jobs = self.jobs(generation)
        place = self.place()
        return [
            ("upstart_service", {**place, "jobs": [{"name": gone, "state": "stopped"}], "must_exist": False}),
            ("upstart_job", {**place, "jobs": jobs, "manifest": str(self.manifest), "prune": True}),
            ("upstart_service", {**place, "jobs": [{"name": name} for name in running], "state": "started",
                                 "definition": "current", "stable_for": 0}),
        ]

    def jobs(self, generation: int) -> tuple[str, list[str], list[dict[str, Any]]]:
        """Return the job that goes, those that run, and the options of upstart_job for all."""
        here, gone = ("even", "odd")[::1 - 2 * (generation % 2)]
        running = ["web", "db", "sub/cache", here]
        jobs = [job(name, generation) for name in (*running, "idle-1", "idle-2", "idle-3")]
        jobs += [{"name": "large", "content": f"env GENERATION={generation}\n{LINE * 2000}exec sleep 1000\n"},
                 {"name": "web", "override": True, "description": f"generation {generation}"},
                 {"name": "db", "override": True, "nice": generation % 20}]
        return gone, running, jobs

    def place(self) -> dict[str, Any]:
        return {"address": self.daemon.address, "conf_dir": str(self.daemon.conf), "log_dir": str(self.daemon.log),
                "timeout": 120}

    def states(self, run: Run) -> list[tuple[str, bool]]:
        """Return the status of each running job after a run, and whether it is stale."""
        return [(one["status"], one["stale"]) for one in run.results[2]["instances"]]

    @property
    def manifest(self) -> Path:
        return self.daemon.scratch / "lists" / "default.json"

    def listed(self) -> Manifest:
        return dict(json.loads(self.manifest.read_text()))

    def files(self) -> Files:
        return {str(path.relative_to(self.daemon.conf)): path.read_bytes()
                for path in self.daemon.conf.rglob("*") if path.is_file()}


class OneRun(Deployment):
    """The same with upstart_deploy: a task, and a handler for the restarts."""

    kills = KILLS_OF_DEPLOY
    proves = True

    def calls(self, generation: int) -> list[Call]:
        _gone, running, jobs = self.jobs(generation)
        jobs = [{**entry, "state": "started" if entry["name"] in running else "present"} for entry in jobs]
        place = {**self.place(), "manifest_dir": str(self.manifest.parent)}
        return [("upstart_deploy", {**place, "jobs": jobs, "prune": True, "stable_for": 0}),
                ("upstart_deploy", {**place, "pending": True})]

    def states(self, run: Run) -> list[tuple[str, bool]]:
        last = {entry["name"]: instance for result in run.results for entry in result["jobs"]
                for instance in entry["instances"] if instance["action"] != "stopped"}
        return [(instance["status"], instance["stale"]) for instance in last.values()]


@dataclass
class Seen:
    """The files before a run, right after its kill, and after the next run, which ended like ``next``."""

    moment: Moment
    killed: bool
    old: Files
    left: Files
    listed: Manifest
    new: Files
    new_listed: Manifest
    next: Run
    states: list[tuple[str, bool]]
    third: Run | None
    proves: bool

    def how_many_new(self) -> int:
        return sum(self.left.get(name) == self.new.get(name) for name in self.both())

    def both(self) -> list[str]:
        return sorted(name for name in {**self.old, **self.new} if self.old.get(name) != self.new.get(name))


def moments(whole: Run, count: int) -> Iterator[Moment]:
    """Return moments spread over a run: by system calls, by those that change files, and by time."""
    chance = random.Random(SEED)
    for number in range(count):
        share = (number + chance.random()) / count
        if number % 5 == 4:
            yield Moment(seconds=max(0.01, share * whole.seconds))
        else:
            kind = ("any", "files")[number % 2]
            yield Moment(kind, 1 + int(share * whole.calls[kind]))


@pytest.fixture(scope="module", params=[Deployment, OneRun])
def kills(request: pytest.FixtureRequest) -> Iterator[list[Seen]]:
    with with_daemon.running() as daemon, Runner("upstart_job", "upstart_service", "upstart_deploy") as runner:
        deployment = request.param(daemon)
        runner.run(deployment.calls(0))
        whole = runner.run(deployment.calls(1), counted=True)
        assert whole.status == 0, whole.results
        seen = []
        for number, moment in enumerate(moments(whole, deployment.kills)):
            calls, old = deployment.calls(number + 2), deployment.files()
            killed = runner.run(calls, moment)
            left, listed = deployment.files(), deployment.listed()
            then = runner.run(calls)
            third = runner.run(calls) if number % EVERY == 0 else None
            seen.append(Seen(moment, killed.status == -9, old, left, listed, deployment.files(), deployment.listed(),
                             then, deployment.states(then) if then.status == 0 else [], third,
                             deployment.proves))
        yield seen
    assert with_daemon.no_process_left(daemon.scratch)


def test_the_moments_are_spread_over_the_run(kills: list[Seen]) -> None:
    assert len(kills) in (KILLS, KILLS_OF_DEPLOY)
    counted = [each for each in kills if each.moment.number]  # a run may end before a moment that is a time
    assert sum(each.killed for each in counted) > 0.8 * len(counted)
    shares = [each.how_many_new() / len(each.both()) for each in kills if each.killed]
    assert min(shares) == 0 and max(shares) == 1
    assert any(0 < share < 1 for share in shares)
    assert any(set(each.left) - set(each.old) - set(each.new) for each in kills)


def test_every_file_is_the_old_or_the_new_one(kills: list[Seen]) -> None:
    for each in kills:
        for name in each.both():
            assert each.left.get(name) in (each.old.get(name), each.new.get(name)), (name, each.moment)


def test_nothing_that_the_daemon_would_load_is_left_over(kills: list[Seen]) -> None:
    for each in kills:
        others = set(each.left) - set(each.old) - set(each.new)
        assert [name for name in others if name.endswith(LOADED)] == [], each.moment


def names(manifest: Manifest) -> set[str]:
    return {f"{name}.conf" for name in manifest["jobs"]} | {f"{name}.override" for name in manifest["overrides"]}


def test_the_manifest_names_every_file_that_is_there(kills: list[Seen]) -> None:
    for each in kills:
        there = {name for name in each.left if name.endswith(LOADED)}
        assert there <= names(each.listed), each.moment
        assert names(each.new_listed) == set(each.new), each.moment


def generation(text: bytes) -> int:
    line = re.search(rb"GENERATION=(\d+)", text)
    assert line
    return int(line[1])


def test_the_manifest_keeps_the_old_text_until_the_job_runs_with_the_new_file(kills: list[Seen]) -> None:
    for each in kills:
        for job in ("web", "db"):
            kept = {entry["override"]: entry["previous"]["content"] for entry in each.listed.get("unproven", [])
                    if entry["name"] == job}
            changed = each.left[f"{job}.conf"] != each.old[f"{job}.conf"]
            if changed and kept:
                newer = generation(each.old[f"{job}.conf"]) - generation(base64.b64decode(kept[False]))
                assert newer == 0 or (newer > 0 and not each.proves), each.moment
            assert not changed or kept or each.left == each.new, each.moment
        assert not each.proves or not {"web", "db"} & {entry["name"] for entry in each.new_listed.get("unproven", [])}


def test_the_next_run_converges_and_leaves_no_litter(kills: list[Seen]) -> None:
    for each in kills:
        assert each.next.status == 0, (each.moment, each.next.results)
        assert [name for name in each.new if not name.endswith(LOADED)] == [], each.moment
        assert len(each.new) == 10
        assert each.states == [("start/running", False)] * 4, each.moment


def test_the_run_after_that_changes_nothing(kills: list[Seen]) -> None:
    runs = [each.third for each in kills if each.third]
    assert len(runs) == len(kills) / EVERY
    assert {result["changed"] for run in runs for result in run.results} == {False}
