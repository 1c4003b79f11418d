# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which jobs should run: those that the boot certainly started, and nothing stopped."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import conditions
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.expected import jobs_down, with_jobs_down
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import state_of
from ansible_collections.sysinit.upstart.tests.unit.support.job_states import instance, job

RUNLEVEL = "runlevel [2345]"
NO_RUNLEVEL = "runlevel [!2345]"


def structure(text: str | None) -> Any:
    return None if text is None else conditions.to_structure(conditions.from_text(text))


def of(name: str, start_on: str | None, stop_on: str | None = None, **facts: Any) -> dict[str, Any]:
    return {**job(**facts), "name": name, "start_on": structure(start_on), "stop_on": structure(stop_on)}


def running(name: str, **facts: Any) -> dict[str, Any]:
    return of(name, "never", instances=[instance()], **facts)


OTHERS = [
    of("mountall", "startup", task=True, emits=["filesystem", "local-filesystems"]),
    of("rc", "runlevel [0123456]", "runlevel [!$RUNLEVEL]", task=True),
    of("odd", "never", task=True),
    running("dbus"),
    of("changing", "never", instances=[instance("stop/killed")]),
    of("idle", "never"),
]


def down(*jobs: dict[str, Any], runlevel: str | None = "2", previous: str | None = "N") -> dict[str, str]:
    return jobs_down({"jobs": [*OTHERS, *jobs], "runlevel": runlevel, "previous_runlevel": previous})


@pytest.mark.parametrize(("start_on", "stop_on"), [
    (RUNLEVEL, NO_RUNLEVEL),
    (RUNLEVEL, None),
    ("runlevel RUNLEVEL=[2345] PREVLEVEL=N", NO_RUNLEVEL),
    ("startup", None),
    ("filesystem", "runlevel [06]"),
    ("local-filesystems or never", None),
    (f"(filesystem and started dbus) or {RUNLEVEL}", f"stopping dbus or {NO_RUNLEVEL}"),
    ("starting dbus", "stopped dbus"),
    ("stopped rc", NO_RUNLEVEL),
    ("stopped rc RUNLEVEL=[2345]", NO_RUNLEVEL),
    ("stopped JOB=mountall", NO_RUNLEVEL),
])
def test_a_job_that_should_run(start_on: str, stop_on: str | None) -> None:
    assert list(down(of("web", start_on, stop_on))) == ["web"]
    assert down({**of("web", start_on, stop_on), "instances": [instance()]}) == {}


@pytest.mark.parametrize(("start_on", "stop_on"), [
    (None, None),
    ("runlevel [016]", None),
    ("runlevel [2345] PREVLEVEL=3", None),
    ("remote-filesystems", None),  # no job emits it
    ("never", None),
    (f"{RUNLEVEL} and never", None),
    ("started idle", None),
    ("started absent", None),
    ("started changing", None),
    ("started dbus INSTANCE=x", None),
    ("started tty*", None),
    ("stopping dbus", None),
    ("stopped odd", None),
    ("stopped rc RUNLEVEL=[06]", None),
    ("stopped rc RESULT=failed", None),
    ("startup X=1", None),
    (RUNLEVEL, "never"),
    (RUNLEVEL, "runlevel [2]"),
    (RUNLEVEL, "started dbus"),
    (RUNLEVEL, "stopping idle"),
    ("started web", None),
])
def test_a_job_that_nobody_expects(start_on: str | None, stop_on: str | None) -> None:
    assert down(of("web", start_on, stop_on)) == {}


@pytest.mark.parametrize("facts", [
    {"enabled": False}, {"enabled": None}, {"loaded": False}, {"task": True}, {"task": None},
    {"error": {"line": 1, "message": "x"}},
    {"stanzas": {"instance": "$N"}},
    {"stanzas": {"pre_start": {"script": "[ -x /usr/sbin/web ] || { stop; exit 0; }\n"}}},
    {"stanzas": {"pre_start": "initctl stop $UPSTART_JOB"}},
])
def test_jobs_that_are_not_expected_at_all(facts: dict[str, Any]) -> None:
    assert down(of("web", RUNLEVEL, **facts)) == {}
    assert down(of("web", RUNLEVEL, stanzas={"respawn": True, "exec": "exec web --do-not-stop"})) == {"web": RUNLEVEL}


def test_a_job_that_another_one_stops() -> None:
    assert down(of("web", RUNLEVEL), of("other", None, stanzas={"script": "stop web\n"})) == {}


@pytest.mark.parametrize("runlevel", [None, "", "unknown", "1", "S", "0"])
def test_without_a_runlevel_of_several_users_little_is_certain(runlevel: str | None) -> None:
    jobs = [of("web", RUNLEVEL), of("log", "filesystem"), of("bus", "started dbus")]
    assert list(down(*jobs, runlevel=runlevel)) == ["bus"]


def test_conditions_of_each_other_end() -> None:
    assert down(of("a", "stopped b", task=True), of("b", "stopped a", task=True), of("c", "stopped a")) == {}


def test_a_condition_that_cannot_be_read_is_unknown() -> None:
    assert down({**of("web", RUNLEVEL), "stop_on": {"bogus": 1}}) == {}


def test_the_graph_shows_it() -> None:
    info = {"jobs": [of("web", RUNLEVEL), running("dbus")], "runlevel": "2"}
    marked = with_jobs_down(info)["jobs"]
    assert [state_of(one) for one in marked] == [("trouble", "stopped, should run"), ("running", "running")]
    assert "down" not in info["jobs"][0]
