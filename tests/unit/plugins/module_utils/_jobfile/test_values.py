# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that describe the same job."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.values import new_values, same_job

EVENT_A = [{"event": "a", "args": []}]

SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"start_on": None}, {"start_on": []}),
    ({"stop_on": None}, {"stop_on": []}),
    ({"normal_exit": [0, 256, 0]}, {"normal_exit": [256, 0]}),
    ({"env": ["A=1", "B=2", "A=3"]}, {"env": ["A=3", "B=2"]}),
    ({"env": ["A"]}, {"env": ["A"]}),
]

DIFFERENT: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"description": "a"}, {"description": "b"}),
    ({"start_on": EVENT_A}, {"start_on": None}),
    ({"env": ["A=1", "B=2"]}, {"env": ["B=2", "A=1"]}),
    ({"env": ["A=1", "A"]}, {"env": ["A"]}),
    ({"env": ["A=1", "A=2", "B"]}, {"env": ["A=2", "B"]}),
    ({"export": ["A", "B"]}, {"export": ["B", "A"]}),
    ({"normal_exit": [0]}, {"normal_exit": [1]}),
    ({"process": {"main": {"script": False, "command": "a"}}}, {"process": {"main": {"script": True, "command": "a"}}}),
    ({"import": ["A"]}, {}),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_same(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert same_job(dict(new_values(), **first), dict(new_values(), **second))


@pytest.mark.parametrize(("first", "second"), DIFFERENT)
def test_different(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert not same_job(dict(new_values(), **first), dict(new_values(), **second))


def test_new_values_share_nothing() -> None:
    first = new_values()
    for key in ("env", "export", "emits", "normal_exit", "cgroup", "respawn_limit"):
        first[key].append("x")
    first["limits"]["cpu"] = [1, 1]
    first["process"]["main"] = {}
    second = new_values()
    assert second["respawn_limit"] == [10, 5]
    assert [second[key] for key in ("env", "export", "emits", "normal_exit", "cgroup")] == [[]] * 5
    assert (second["limits"], second["process"]) == ({}, {})
