# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The analysis of boots: the recorded log of a real init, and logs that are cut, coarse or missing."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._last_boot import analysis, plot

# Upstart 1.13.2 as PID 1 of namespaces, with --verbose and six jobs.
RECORDING = json.loads((Path(__file__).resolve().parents[4] / "data" / "last_boot.json").read_text())


def boot(log: str = "", jobs: dict[str, dict[str, Any]] | None = None, **more: Any) -> analysis.LastBoot:
    """Return the last boot from lines of SECONDS TEXT."""
    entries = [{"seconds": float(line.split()[0]), "text": line.strip().split(None, 1)[1]}
               for line in log.strip().splitlines()]
    return analysis.LastBoot({
        "boot": {"messages": entries, "processes": [], "clock": "kernel", "left_out": None, **more},
        "jobs": [{"name": name, "start_on": None, "task": False, "emits": [], **job}
                 for name, job in (jobs or {}).items()]})


def up(name: str, began: float, own: float, wait: float = 0.0) -> str:
    """Return the lines of a service that waits, then comes up."""
    return f"""
        {began} {name} state changed from waiting to starting
        {began} Handling starting event
        {began + wait} {name} state changed from starting to pre-start
        {began + wait + own} {name} state changed from post-start to running
        {began + wait + own} Handling started event"""


def by_name(last: analysis.LastBoot) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in last.instances()}


def names(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["name"] for entry in entries]


def test_own_time_and_waiting_time_of_a_recording() -> None:
    last = analysis.LastBoot(RECORDING)
    found = by_name(last)
    assert list(found) == ["mountall", "b", "a", "slow", "inst", "bad"]
    assert 0.4 < found["a"]["waiting_seconds"] < 0.6 and 0.2 < found["a"]["own_seconds"] < 0.3
    assert found["a"]["waited_for"] == ["slow"] and found["slow"]["waiting_seconds"] < 0.01
    assert last.notes() == []
    assert names(analysis.blame(last.instances()))[:3] == ["mountall", "slow", "a"]


def test_causes_of_a_recording() -> None:
    found = by_name(analysis.LastBoot(RECORDING))
    assert {name: (entry["event"], entry["caused_by"]) for name, entry in found.items()} == {
        "mountall": ("startup", None), "b": ("startup", None), "a": ("filesystem", "mountall"),
        "slow": ("starting", "a"), "inst": ("started", "a"), "bad": ("started", "a")}


def test_a_failure_of_a_recording() -> None:
    found = by_name(analysis.LastBoot(RECORDING))
    assert found["bad"]["failure"] == "pre-start process terminated with status 1" and found["bad"]["ready"] is None
    assert [entry["failure"] for name, entry in found.items() if name != "bad"] == [None] * 5


@pytest.mark.parametrize(("key", "chain"), [
    (("a", ""), ["mountall", "slow", "a"]),
    (("inst", "a"), ["mountall", "slow", "a", "inst"]),
    (("b", ""), ["b"]),
    (("none", ""), []),
])
def test_the_chain_to_a_job(key: tuple[str, str], chain: list[str]) -> None:
    assert names(analysis.LastBoot(RECORDING).chain(key)) == chain


def test_the_chain_ends_in_a_circle_of_jobs() -> None:
    last = boot("0.0 Handling startup event" + up("a", 0.1, 0.1) + up("b", 0.2, 0.1), {
        "a": {"start_on": "started b"}, "b": {"start_on": "started a"}})
    assert names(last.chain(("b", ""))) == ["a", "b"]


def test_a_start_by_a_program_has_no_event() -> None:
    last = boot("0.0 Handling startup event" + up("a", 0.1, 0.1), {"a": {"start_on": "runlevel [2345]"}})
    assert by_name(last)["a"]["event"] is None and last.last() is None


def test_a_respawn_does_not_change_the_first_start() -> None:
    again = up("a", 5.0, 1.0).replace("waiting to starting", "post-stop to starting")
    last = boot("0.0 Handling startup event" + up("a", 0.1, 0.2) + """
        1.0 a main process (7) killed by KILL signal
        1.0 a state changed from running to stopping""" + again, {"a": {"start_on": "startup"}})
    entry = by_name(last)["a"]
    assert (entry["own_seconds"], entry["failure"]) == (pytest.approx(0.2), "main process killed by KILL signal")


def test_starts_are_counted() -> None:
    last = boot("0.0 Handling startup event" + up("a", 0.1, 0.2) + """
        1.0 a state changed from running to stopping
        1.1 a state changed from post-stop to waiting""" + up("a", 2.0, 9.0), {"a": {"start_on": "startup"}})
    entry = by_name(last)["a"]
    assert (entry["starts"], entry["own_seconds"], entry["stopped"]) == (2, pytest.approx(0.2), 1.1)


def test_a_log_that_is_cut_has_no_causes() -> None:
    whole = copy.deepcopy(RECORDING)
    del whole["boot"]["messages"][:4]
    last = analysis.LastBoot(whole)
    assert last.notes() == [analysis.CUT]
    assert {entry["caused_by"] for entry in last.instances()} <= {None, "mountall"}


def test_without_verbose_only_the_processes_are_known() -> None:
    process = {"name": "cron", "instance": "", "pid": 812, "seconds": 3.2}
    last = boot(processes=[process])
    assert last.notes() == [analysis.NOT_VERBOSE]
    entry, = last.instances()
    assert (entry["label"], entry["began"], entry["own_seconds"]) == ("cron", 3.2, None)
    assert analysis.blame(last.instances()) == [] and last.last() is None


def test_what_is_not_known_is_said() -> None:
    assert boot(left_out="/dev/kmsg cannot be read: no").notes() == ["/dev/kmsg cannot be read: no"]
    assert boot("0.0 Handling startup event", clock="syslog").notes() == [analysis.COARSE]


def rectangles(svg: str) -> list[tuple[float, ...]]:
    return [tuple(float(part) for part in re.findall(r' (?:x|y|width|height)="([0-9.]+)"', line))
            for line in svg.splitlines() if line.startswith("<rect")]


def test_the_picture_of_a_recording() -> None:
    last = analysis.LastBoot(RECORDING)
    svg = plot.to_svg(last.instances(), last.chain(("a", "")))
    assert svg == plot.to_svg(last.instances(), last.chain(("a", "")))
    assert len(re.findall('class="chain"', svg)) == 3 and len(re.findall('<rect class="failed"', svg)) == 1
    boxes = rectangles(svg)
    assert all(x >= plot.LABEL and x + width <= plot.WIDTH for x, _y, width, _height in boxes)
    for number, (x, y, width, _height) in enumerate(boxes):
        for other_x, other_y, _width, _other in boxes[number + 1:]:
            assert y != other_y or other_x >= x + width - 0.11


@pytest.mark.parametrize("end", [0.0, 0.003, 1.0, 9.9, 50.0, 1000.0])
def test_the_axis_has_a_few_round_ticks(end: float) -> None:
    name = "<a & b>" * 9
    entry = {"name": name, "label": name, "instance": "", "began": 0.0, "waiting_seconds": 0.0, "own_seconds": end,
             "failure": None}
    svg = plot.to_svg([entry])
    assert 2 <= len(re.findall('class="tick"', svg)) <= plot.MOST_TICKS + 1
    assert "<a" not in svg and "&lt;a &amp; b&gt;" in svg
