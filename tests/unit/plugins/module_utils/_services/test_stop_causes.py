# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stops that a task has caused, according to the order of the signals."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.shell import init_commands
from ansible_collections.sysinit.upstart.plugins.module_utils._services.stop_causes import (
    Links,
    MoveCause,
    causes_of_moves,
    links_of,
)

Move = tuple[str, str, str, str]
DB = ("db", "")
STATES = ("pre-stop", "stopping", "killed", "post-stop", "waiting")


def stop(job: str, instance: str = "", states: tuple[str, ...] = STATES) -> list[Move]:
    return [(job, instance, "GoalChanged", "stop")] + [(job, instance, "StateChanged", state) for state in states]


def links(job: str = "shop", start: str = "", stop_on: str = "", emits: tuple[str, ...] = (),
          script: str = "") -> dict[str, Links]:
    conditions = [from_text(text) if text else None for text in (start, stop_on)]
    return {job: links_of(job, conditions[0], conditions[1], list(emits), init_commands.read_init_commands(script))}


def stops(moves: list[Move], *known: dict[str, Links]) -> dict[tuple[str, str], list[MoveCause]]:
    links_by_job = {name: job_links for links_ in known for name, job_links in links_.items()}
    return causes_of_moves(moves, {DB}, links_by_job)


def test_a_job_that_stops_with_the_job_of_the_task() -> None:
    moves = stop("db", states=STATES[:2]) + stop("shop") + stop("db", states=STATES[2:])
    assert stops(moves, links(stop_on="stopping db")) == {("shop", ""): [MoveCause("stop", DB, "stopping db")]}


def test_a_job_that_stopped_earlier_is_not_caused_by_the_task() -> None:
    assert stops(stop("shop") + stop("db"), links(stop_on="stopping db")) == {}


def test_a_job_that_follows_another_job_is_not_caused_by_the_task() -> None:
    assert stops(stop("db") + stop("shop"), links(stop_on="stopping mail")) == {}


def test_a_job_without_known_conditions_is_not_caused_by_the_task() -> None:
    assert stops(stop("db") + stop("shop")) == {}


def test_a_chain_ends_at_the_job_of_the_task() -> None:
    moves = stop("db") + stop("app") + stop("shop")
    causes = stops(moves, links("app", stop_on="stopping db"), links("shop", stop_on="stopped app"))
    assert causes["shop", ""] == [MoveCause("stop", DB, "stopped app")]


def test_a_pattern_and_a_variable_may_mean_the_job_of_the_task() -> None:
    moves = stop("db") + stop("shop", "1")
    for text in ("stopping JOB=d*", "stopping", "stopping JOB!=mail", "stopping $OF"):
        assert list(stops(moves, links(stop_on=text))) == [("shop", "1")], text
    for text in ("stopping JOB=m*", "stopping db INSTANCE=3", "stopping JOB!=db"):
        assert stops(moves, links(stop_on=text)) == {}, text


def test_scripts_of_the_job_stop_others_and_emit_events() -> None:
    moves = stop("db") + stop("shop")
    by_command = stops(moves, links("db", script="stop shop"), links())
    assert by_command == {("shop", ""): [MoveCause("stop", DB, None)]}
    by_event = stops(moves, links("db", script="initctl emit db-gone"), links(stop_on="db-gone or stopping mail"))
    assert by_event["shop", ""] == [MoveCause("stop", DB, "db-gone")]
    declared = stops(moves, links("db", emits=("db-*",)), links(stop_on="db-gone"))
    assert declared["shop", ""] == [MoveCause("stop", DB, "db-gone")]


def test_starts_and_stops_are_distinguished() -> None:
    moves = stop("db") + [("shop", "", "GoalChanged", "start"), ("shop", "", "GoalChanged", "stop")]
    causes = stops(moves, links(start="stopped db"))
    assert causes == {("shop", ""): [MoveCause("start", DB, "stopped db")]}
