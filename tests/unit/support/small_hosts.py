# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with a few jobs, as input for the prediction of events."""

from __future__ import annotations

from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._events.model import (
    Present,
    SimulatedDefinition,
    World,
    ends,
    stays,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._events.predict import Prediction, predict
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text

WORDS = ("started", "stopped", "restarted", "respawned", "failed")
RUNS = {"main": stays(known=True)}
DONE = {"main": ends(0, 0.3, known=True)}
BROKEN = {"main": ends(3, 0.3, known=True)}
LATEST, SYNCHRONOUS, OLD = (1, 13, 2), (1, 12, 1), (1, 5)


def job(name: str, start: str = "", stop: str = "", **more: Any) -> SimulatedDefinition:
    more.setdefault("processes", RUNS)
    start_on, stop_on = (from_text(text) if text else None for text in (start, stop))
    return SimulatedDefinition(name, start_on=start_on, stop_on=stop_on, **more)


def task(name: str, start: str, **more: Any) -> SimulatedDefinition:
    more.setdefault("processes", DONE)
    return job(name, start, task=True, **more)


def up(name: str = "", **more: Any) -> list[Present]:
    return [Present(name, "start", "running", processes={"main": 7}, **more)]


def effects(prediction: Prediction) -> dict[str, str]:
    return {effect.job + (f"-{effect.instance}" if effect.instance else ""): " ".join(
        word for word in WORDS if getattr(effect, word)) for effect in prediction.effects}


def foresee(
    *jobs: SimulatedDefinition, env: tuple[str, ...] = (), version: tuple[int, ...] = LATEST, **more: Any
) -> Prediction:
    return predict(World(list(jobs), version=version, **more), "go", list(env), 60.0)
