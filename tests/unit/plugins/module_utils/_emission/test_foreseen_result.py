# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fields of a foreseen result: the order of its reasons, and notes on events that move no job."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit, forecast
from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    SimulatedDefinition,
    World,
    stanzas_of,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job

NOTE = "no job waits for the event go with these variables: a waits for go V=7"
HARM = "the instance name of job a (\u00fc) is not ASCII, which corrupts Upstart's memory"


def fields(text: str, *env: str, unavailable: str | None = None) -> dict[str, Any]:
    asked = emit.Emission(name="go", env=list(env), wait=True, timeout=60.0, stable_for=1.0, log_dir="/log",
                          conf_dir="/etc/init")
    values = parse_job(text)
    world = World([SimulatedDefinition("a", processes={}, **stanzas_of(values))], (), (1, 13, 2), [])
    made: dict[str, Any] = forecast.result_fields(world, forecast.foresee(world, asked), asked, unavailable)
    return made


@pytest.mark.parametrize(("text", "env", "notes"), [
    ("start on go V=7\n", ["W=1"], [NOTE]), ("start on go V=7\n", ["V=7"], []), ("start on go\n", ["W=1"], []),
    ("start on stop\n", [], ["no job waits for the event go"]),
])
def test_notes(text: str, env: list[str], notes: list[str]) -> None:
    assert fields(text, *env)["notes"] == notes


def test_the_first_reason_is_what_was_unavailable() -> None:
    text = "start on go\ninstance $N\n"
    assert fields(text, "N=\u00fc", unavailable="No GetState.")["reasons"] == [
        "No GetState: the prediction uses the job files instead", HARM]
    assert fields(text, "N=u")["reasons"] == []


def test_a_job_that_starts_needs_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast.unheard, "note_on_variables", lambda *_arguments: "a note")
    assert fields("start on go\n")["notes"] == [] and fields("start on go V=7\n", "W=1")["notes"] == ["a note"]
