# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions of upstart_event in check mode come true: sets of jobs with random conditions.

UPSTART_BOOT runs these tests on a real daemon; see tests/tools/with_daemon.py.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.client import Upstart
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Connection
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import EventFailedError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import job_effects
from ansible_collections.sysinit.upstart.plugins.module_utils._host.status import state_text
from ansible_collections.sysinit.upstart.tests.conformance import replay
from ansible_collections.sysinit.upstart.tests.unit.support import job_sets, many_modules

SETS = int(os.environ.get("PREDICTION_SETS", "80"))
FIRST_SEED = int(os.environ.get("PREDICTION_SEED", "1000"))
QUIET_SECONDS, MAX_WAIT = 2.0, 300.0  # required time without a signal; limit for reaching it
TIMEOUT = 120.0
NOT_EXECUTED = 255  # exit status of a process that could not execute its program
AT_ONCE = 16  # sets whose events are emitted together
UNSURE_AT_MOST = 0.15  # share of the sets
UNSURE_WITHOUT_CONDITIONS = 0.5  # the same if the daemon does not report which conditions are met
CHAIN = 3  # length of a chain of jobs that start each other

Outcome = dict[tuple[str, str], dict[str, Any]]
CAUSE = ("process", "exit_status", "exit_signal")
COMPARED = ("started", "stopped", "restarted", "respawned", "failed", "status", *CAUSE)


@dataclass
class Case:
    """The prediction for a set, and the real effects."""

    made: job_sets.JobSet
    predicted: dict[str, Any]
    happened: Outcome
    held: bool
    failed: bool


def outcome(jobs: list[dict[str, Any]]) -> Outcome:
    observed = {(job["name"], job["instance"]): {key: job.get(key) for key in COMPARED} for job in jobs}
    for job in observed.values():
        if job["exit_status"] == NOT_EXECUTED:  # 1.13 may notice the end before it knows the cause
            job["exit_status"] = None
    return observed


def differences(predicted: Outcome, happened: Outcome) -> list[str]:
    """Return a text for each difference. The exit of a process is signalled only when its events are over."""
    texts = []
    for key in sorted(set(predicted) | set(happened)):
        first, second = predicted.get(key, {}), happened.get(key, {})
        names = COMPARED if second.get("process") else COMPARED[:-len(CAUSE)]
        different = [name for name in names if first.get(name) != second.get(name)]
        texts += [f"{key}: {name} predicted {first.get(name)}, was {second.get(name)}" for name in different]
    return texts


def until(happened: Callable[[], object], message: str) -> None:
    deadline = time.monotonic() + MAX_WAIT
    while not happened():
        assert time.monotonic() < deadline, message
        time.sleep(0.05)


def let_it_settle(client: Upstart, daemon: with_daemon.Daemon) -> None:
    """Wait until no signal has arrived for a while, and neither the daemon nor a process of a job has work left.

    No job here starts itself forever.
    """
    deadline = time.monotonic() + MAX_WAIT
    while True:
        seen = len(client.connection.signals)
        client.connection.wait(lambda: False, QUIET_SECONDS)
        if len(client.connection.signals) == seen and not replay.has_work(daemon.process.pid):
            return
        assert time.monotonic() < deadline, client.connection.signals[-5:]


def statuses(client: Upstart, pairs: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    return {pair: state_text(status)
            for pair, status in zip(pairs, client.statuses(pairs))}


def all_statuses(client: Upstart) -> dict[tuple[str, str], str]:
    names = client.jobs()
    return statuses(client, [(job, instance) for job, instances in zip(names, client.instances_of(names))
                             for instance in instances])


def prepare(client: Upstart, daemon: with_daemon.Daemon, sets: list[job_sets.JobSet]) -> None:
    for made in sets:
        for name, text in made.files.items():
            (daemon.conf / f"{name}.conf").write_text(text)
    names = {name for made in sets for name in made.files}
    until(lambda: names <= set(client.jobs()), "the jobs are not loaded")
    for made in sets:
        for job, env in made.starts:
            client.request("Start", job, env, wait=False)
    let_it_settle(client, daemon)
    for number in range(max(len(made.before) for made in sets)):
        for made in sets:
            if len(made.before) > number:
                client.emit(*made.before[number], wait=False)
        let_it_settle(client, daemon)


def check(daemon: with_daemon.Daemon, made: job_sets.JobSet) -> dict[str, Any]:
    return {"address": daemon.address, "conf_dir": str(daemon.conf), "log_dir": str(daemon.log), "timeout": TIMEOUT,
            "name": made.event[0], "env": made.event[1], "_ansible_check_mode": True}


def happenings(client: Upstart, mark: int, made: job_sets.JobSet) -> Outcome:
    jobs = job_effects.from_signals(client.connection.signals[mark:], "/nonexistent")
    jobs = [job for job in jobs if job["name"] in made.files]
    now = statuses(client, [(job["name"], job["instance"]) for job in jobs])
    return outcome([{**job, "status": now[job["name"], job["instance"]]} for job in jobs])


def play(daemon: with_daemon.Daemon, sets: list[job_sets.JobSet]) -> Iterator[Case]:
    """Predict the event of each set, then emit it."""
    connection = Connection(daemon.address).open(MAX_WAIT)
    client = Upstart(connection, MAX_WAIT)
    prepare(client, daemon, sets)
    before = all_statuses(client)
    ended = many_modules.run("upstart_event", [check(daemon, made) for made in sets], 2)
    assert before == all_statuses(client), "the prediction has changed something"
    for first in range(0, len(sets), AT_ONCE):
        mark = len(connection.signals)
        pendings = [client.emit(*made.event) for made in sets[first:first + AT_ONCE]]
        let_it_settle(client, daemon)
        for made, end, pending in zip(sets[first:], ended[first:], pendings):
            failed = isinstance(pending.error, EventFailedError)
            yield Case(made, end.result(), happenings(client, mark, made), not pending.done, failed)
    connection.close()


def races() -> list[job_sets.JobSet]:
    return [job_sets.race(name, f"r{number}") for number, name in enumerate(job_sets.RACES)]


@pytest.fixture(scope="module")
def cases() -> Iterator[list[Case]]:
    sets = [job_sets.make(FIRST_SEED + number, f"s{number:02}") for number in range(SETS)] + races()
    with with_daemon.running() as daemon:
        yield list(play(daemon, sets))
        assert daemon.process.poll() is None, "the daemon has died"
    assert with_daemon.no_process_left(daemon.scratch)


def compare(case: Case) -> None:
    assert not case.predicted.get("failed"), case.predicted.get("msg")
    if case.predicted["sure"]:
        assert differences(outcome(case.predicted["jobs"]), case.happened) == [], case.made.show()
        assert bool(case.predicted["held_by"]) == case.held, (case.predicted["held_by"], case.made.show())
        assert case.predicted["fails"] == (case.failed or case.held), case.made.show()


@pytest.mark.parametrize("number", range(SETS + len(races())))
def test_what_is_predicted_happens(cases: list[Case], number: int) -> None:
    compare(cases[number])


def test_most_predictions_are_sure(cases: list[Case]) -> None:
    """Nearly all predictions are sure, and every kind of effect occurs."""
    cases = cases[:SETS]
    unsure = [case.predicted["reasons"] for case in cases if not case.predicted["sure"]]
    earlier_unknown = any("earlier events are unknown" in reason for reasons in unsure for reason in reasons)
    assert len(unsure) <= (UNSURE_WITHOUT_CONDITIONS if earlier_unknown else UNSURE_AT_MOST) * len(cases), unsure
    jobs = [(case.made, *key, observed) for case in cases if case.predicted["sure"]
            for key, observed in case.happened.items()]
    for word in ("started", "stopped", "restarted", "respawned", "failed"):
        assert any(observed[word] for *_key, observed in jobs), word
    assert any(instance for _made, _job, instance, _observed in jobs)
    started = [(made, job) for made, job, _instance, observed in jobs if observed["started"]]
    assert any(" and " in made.start_on(job) for made, job in started), "a half that came with the other one"
    assert max(made.depth(job, {name for other, name in started if other is made}) for made, job in started) >= CHAIN
    assert {case.held for case in cases} == {case.failed for case in cases} == {True, False}
