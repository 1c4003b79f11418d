# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instance caused an event that is not one of a job."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._last_boot.analysis import LastBoot

START = "{job} state changed from waiting to starting"
WORKS = "{job} state changed from starting to pre-start"
LOG = [(0.0, "Handling startup event"), (0.1, START.format(job="e")), (0.2, WORKS.format(job="e")),
       (0.3, START.format(job="f")), (0.4, WORKS.format(job="f")), (0.5, "Handling up event"),
       (0.6, START.format(job="a")), (0.7, START.format(job="g")), (0.8, WORKS.format(job="g"))]


@pytest.mark.parametrize(("emits", "events", "cause"), [
    ({"e": ["up"]}, [], "e"), ({"e": ["down"]}, [], None), ({"e": None}, [], None),
    ({"e": ["up"], "f": ["up"]}, [], "f"),
    ({}, [{"name": "up", "emitted_by": ["e"]}], "e"), ({}, [{"name": "up", "emitted_by": None}], None),
    ({"f": ["up"]}, [{"name": "up", "emitted_by": ["e"]}], "f"),
    ({"g": ["up"]}, [], None),  # it starts later
])
def test_the_latest_instance_that_emits_the_event(emits: dict[str, Any], events: list[Any], cause: str | None) -> None:
    jobs = [{"name": name, "start_on": "up" if name == "a" else "startup", "emits": emits.get(name)}
            for name in ("a", "e", "f", "g")]
    last = LastBoot({"jobs": jobs, "events": events, "boot": {
        "messages": [{"seconds": seconds, "text": text} for seconds, text in LOG], "processes": [],
        "clock": "kernel", "left_out": None}})
    entry = next(entry for entry in last.instances() if entry["name"] == "a")
    assert (entry["event"], entry["caused_by"]) == ("up", cause)
