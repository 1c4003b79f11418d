# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is certain about the order, the chains of jobs, and requests that may not be sent."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._events.visit_order import visit_order
from ansible_collections.sysinit.upstart.plugins.plugin_utils._boot.forecast import BootForecast
from ansible_collections.sysinit.upstart.tests.unit.support.boots import TASK, forecast_of, machine_of

A = "start on startup"


def before(forecast: BootForecast) -> set[str]:
    return {first + second for first in forecast.jobs for second in forecast.jobs
            if first != second and forecast.start_order.is_before(first, second)}


@pytest.mark.parametrize(("files", "pairs"), [
    ({"a": A, "b": "start on started a", "c": "start on started b"}, {"ab", "ac", "bc"}),
    ({"a": A, "b": "start on starting a"}, {"ab"}),
    ({"a": A, "b": "start on started a", "c": "start on started a and started b"}, {"ab", "ac", "bc"}),
    ({"a": f"{A}\n{TASK}", "b": f"{A}\n{TASK}", "c": "start on stopped a", "d": "start on stopped b"},
     {"ab", "ac", "bd", "ad"}),
    ({"a": A, "b": "start on never"}, set()),
])
def test_what_is_certain(files: dict[str, Any], pairs: set[str]) -> None:
    certain = before(forecast_of(files))
    siblings = {"ab", "ba"}  # their order depends on the hash of their names
    assert certain - siblings <= pairs | {"bc", "ad", "bd"} and pairs - siblings - {"ad"} <= certain


def test_siblings_that_wait_for_more_are_in_no_certain_order() -> None:
    forecast = forecast_of({"s": f"{A}\ntask\nexec /bin/s\n", "t": f"{A}\ntask\nexec /bin/t\n",
                            "a": "start on stopped s and stopped t", "b": "start on stopped s"})
    assert not {"ab", "ba"} & before(forecast)
    assert {"sa", "ta", "sb"} <= before(forecast)


@pytest.mark.parametrize(("first", "second", "is_certain"), [
    ("stopped s", "stopped s", True), ("stopped s and started x", "stopped s", False),
    ("stopped s", "stopped s and started x", True), ("stopped s", "stopped s or stopped u", False),
])
def test_jobs_that_one_event_starts(first: str, second: str, is_certain: bool) -> None:
    """They start in the order of the hash table, unless something else may delay the first or start the second."""
    early, late = visit_order(["a", "b"])
    forecast = forecast_of({"s": f"{A}\ntask\nexec sleep 5\n", "u": f"{A}\ntask\nexec sleep 50\n", "x": A,
                            early: f"start on {first}", late: f"start on {second}"})
    assert forecast.order.index(early) < forecast.order.index(late)
    assert forecast.start_order.is_before(early, late) == is_certain
    assert not forecast.start_order.is_before(late, early)


def test_the_daemon_visits_jobs_in_the_order_of_its_hash_table() -> None:
    names = [f"job{number}" for number in range(30)]
    world = machine_of(dict.fromkeys(names, A)).world()
    assert [definition.name for definition in world.definitions] == visit_order(sorted(names)) != sorted(names)


def test_alternatives_are_in_no_certain_order() -> None:
    forecast = forecast_of({"s": f"{A}\ntask\nexec /bin/s\n", "t": f"{A}\ntask\nexec /bin/t\n",
                            "a": "start on stopped s or stopped t"})
    assert not {"sa", "ta"} <= before(forecast)


@pytest.mark.parametrize("more", ["", "\ninstance $K"])
def test_several_events_that_may_start_a_job(more: str) -> None:
    """Nothing says which of two senders is faster, with one instance or with one for each event."""
    early, late = visit_order(["a", "b"])
    forecast = forecast_of({"s": f"{A}\ntask\nexec initctl emit up K=1\n",
                            "u": f"{A}\ntask\nscript\n  sleep 5\n  initctl emit up K=2\nend script\n",
                            early: "start on up K=1", late: f"start on up{more}"})
    assert forecast.order.index(early) < forecast.order.index(late)
    assert early + late not in before(forecast) and late + early not in before(forecast)
    assert f"s{early}" in before(forecast)


def test_chains() -> None:
    files = {"a": A, "b": "start on started a", "c": "start on started a and stopped t",
             "t": f"start on started b\n{TASK}"}
    forecast = forecast_of(files)
    assert forecast.jobs["c"].chain == [("a", "startup"), ("b", "started a"), ("t", "started b"),
                                        ("c", "stopped t RESULT=ok")]


def test_a_chain_names_who_held_the_sender_up() -> None:
    """The second event comes when the task that the first one starts has ended."""
    files = {"e": f"{A}\ntask\nscript\n  initctl emit one\n  initctl emit two\nend script\n",
             "t": f"start on one\n{TASK}", "b": "start on two"}
    assert forecast_of(files).jobs["b"].chain == [("e", "startup"), ("t", "one"), ("b", "two")]


def test_a_request_as_cause() -> None:
    files = {"e": f"{A}\ntask\nscript\n  start b\nend script\n", "b": "exec sleep 100000\n"}
    assert forecast_of(files).jobs["b"].because == "the main process of job e starts it"


@pytest.mark.parametrize("line", ["initctl emit go", "start b"])
def test_requests_that_matter(line: str) -> None:
    files = {"e": f"{A}\ntask\nscript\n  if x; then {line}; fi\nend script\n", "b": "start on go",
             "c": "start on started b", "d": "start on started e"}
    forecast = forecast_of(files)
    assert [name for name, job in forecast.jobs.items() if job.starts == "unsure"] == ["b", "c"]
    assert "some jobs depend on requests that job e may send to init" in forecast.jobs["c"].reasons


def test_declared_events_matter() -> None:
    forecast = forecast_of({"e": f"{A}\nemits go\nexec /usr/bin/e\n", "b": "start on go", "c": "start on started b"})
    assert [name for name, job in forecast.jobs.items() if job.starts == "unsure"] == ["b", "c"]
    assert forecast.reasons == ["the effects of this are not predicted: job e emits go, as its emits stanza says",
                                "some jobs depend on requests that job e may send to init"]
    assert all(forecast.jobs[name].reasons for name in "bc") and forecast.reasons[0] in forecast.jobs["b"].reasons


def test_requests_that_change_nothing() -> None:
    forecast = forecast_of({"e": f"{A}\ntask\nscript\n  if x; then initctl emit other; fi\nend script\n", "b": A})
    assert forecast.sure and {job.starts for job in forecast.jobs.values()} == {"yes"}


def test_the_variables_of_requests_that_matter() -> None:
    """A certain request of the same name does not hide another one that may be sent."""
    text = f"{A}\ntask\nscript\n  initctl emit go K=1\n  if x; then initctl emit go K=2; fi\nend script\n"
    forecast = forecast_of({"e": text, "b": "start on go K=1", "c": "start on go K=2", "d": "start on go K=3"})
    assert {name: job.starts for name, job in forecast.jobs.items()} == {
        "e": "yes", "b": "yes", "c": "unsure", "d": "no"}
    assert "some jobs depend on requests that job e may send to init" in forecast.jobs["c"].reasons
    assert forecast.reasons == ["some jobs depend on requests that job e may send to init"]
