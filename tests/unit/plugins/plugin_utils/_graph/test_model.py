# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nodes and arrows for conditions and states."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile import conditions
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph import model
from ansible_collections.sysinit.upstart.plugins.plugin_utils._graph.model import EventCause, Leaf, cause_of, state_of
from ansible_collections.sysinit.upstart.tests.unit.support.job_states import STATES


def drawn(start_on: str, stop_on: str | None = None, emitters: tuple[str, ...] = ("one",), **job: Any) -> list[str]:
    """Return the arrows of a job ``web`` with these conditions, as SOURCE -RELATION:LABEL-> TARGET."""
    edges = [
        {"event": item["event"], "args": item["args"], "job": "web", "stanza": stanza, "emitters": list(emitters)}
        for stanza, text in (("start_on", start_on), ("stop_on", stop_on)) if text
        for item in conditions.from_text(text) if "event" in item]
    structures = {"start_on": conditions.to_structure(conditions.from_text(start_on)),
                  "stop_on": conditions.to_structure(conditions.from_text(stop_on)) if stop_on else None}
    info = {"jobs": [{"name": "web", **structures, **job}, {"name": "one"}], "edges": edges, "events": []}
    graph = model.Builder(info, True).draw({"web", "one"})
    return [f"{edge.source} -{edge.relation}:{edge.label}-> {edge.target}" for edge in graph.edges]


@pytest.mark.parametrize(("start_on", "arrows"), [
    ("a", ["event a -start:-> job web", "job one -emit:-> event a"]),
    ("a X=1 Y!=2", ["event a -start:X=1 Y!=2-> job web", "job one -emit:-> event a"]),
    ("started one", ["job one -start:started-> job web"]),
    ("stopped JOB=one RESULT=failed", ["job one -start:stopped RESULT=failed-> job web"]),
    ("stopped RESULT=failed JOB=one", ["job one -start:stopped RESULT=failed-> job web"]),
    ("started", ["event started (any job) -start:-> job web"]),
    ("started JOB!=web", ["event started JOB!=web -start:-> job web"]),
    ("stopping tty* main", ["event stopping tty* -start:main-> job web", "job one -emit:-> event stopping tty*"]),
    ("started $X", ["event started $X -start:-> job web", "job one -emit:-> event started $X"]),
])
def test_one_event(start_on: str, arrows: list[str]) -> None:
    assert drawn(start_on) == arrows


@pytest.mark.parametrize(("start_on", "arrows"), [
    ("a or b", ["event a -start:-> job web", "event b -start:-> job web"]),
    ("a and b", ["gate web start 1 -start:-> job web", "event a -start:-> gate web start 1",
                 "event b -start:-> gate web start 1"]),
    ("a and b and c", ["gate web start 1 -start:-> job web", "event a -start:-> gate web start 1",
                       "event b -start:-> gate web start 1", "event c -start:-> gate web start 1"]),
    ("a and (b or c)", ["gate web start 1 -start:-> job web", "event a -start:-> gate web start 1",
                        "gate web start 2 -start:-> gate web start 1", "event b -start:-> gate web start 2",
                        "event c -start:-> gate web start 2"]),
    ("(a and b) or c", ["gate web start 1 -start:-> job web", "event a -start:-> gate web start 1",
                        "event b -start:-> gate web start 1", "event c -start:-> job web"]),
])
def test_joined_events(start_on: str, arrows: list[str]) -> None:
    assert drawn(start_on, emitters=()) == arrows


def test_stop_arrows_are_labelled_stop() -> None:
    assert drawn("a", "b X=1 or stopping one or c", emitters=())[1:] == [
        "event b -stop:stop: X=1-> job web", "job one -stop:stop: stopping-> job web", "event c -stop:stop-> job web"]
    assert drawn("a", "b and c", emitters=())[1] == "gate web stop 1 -stop:stop-> job web"


def test_a_deep_condition() -> None:
    text = "(" * 2000 + "a" + " and b) or c)" * 1000
    assert len(drawn(text, emitters=())) > 2000


def test_empty_words_and_blanks_are_seen() -> None:
    assert model.words(["a", "", "b c"]) == 'a "" "b c"'


@pytest.mark.parametrize(("leaf", "cause"), [
    (Leaf("net-device-up", ("IFACE=lo",)), EventCause("net-device-up", ("IFACE=lo",))),
    (Leaf("started", ("dbus", "main")), EventCause("started", ("main",), job="dbus")),
    (Leaf("started", ("INSTANCE=1",)), EventCause("started", ("INSTANCE=1",), job_pattern="(any job)", any_job=True)),
    (Leaf("started/failed", ("dbus",)), EventCause("started/failed", ("dbus",))),
])
def test_whose_event(leaf: Leaf, cause: EventCause) -> None:
    assert cause_of(leaf) == cause


@pytest.mark.parametrize(("job", "state"), STATES)
def test_states(job: dict[str, Any], state: tuple[str, str]) -> None:
    assert state_of(job) == state
