# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary of upstart_info."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory.summary import INSTANCE_FAULTS, lines


def instance(name: str = "", main: int | None = 7, status: str = "start/running",
             **faults: bool | None) -> dict[str, Any]:
    found: dict[str, Any] = dict.fromkeys((key for key, _text in INSTANCE_FAULTS), False)
    found.update(faults, instance=name, status=status, processes={"main": main} if main else {})
    return found


def job(*instances: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "web", "loaded": True, "orphan": False, "error": None, "instances": list(instances), **more}


REFUSED = {"file": "/etc/init/web.conf", "line": 3, "message": "Unknown stanza"}
LINES = [
    (job(), ["web stop/waiting"]),
    (job(instance()), ["web start/running, process 7"]),
    (job(instance("a"), instance("b", 8)), ["web (a) start/running, process 7", "web (b) start/running, process 8"]),
    (job(instance(status="stop/killed", wedged=True)),
     ["web stop/killed, process 7 -- Upstart tracks a process that does not exist"]),
    (job(instance(main=None, hollow=True, stale=True), orphan=True), [
        "web start/running -- it has no job file any more; it has no main process; it runs with an older definition"]),
    (job(instance(stale=None)), ["web start/running, process 7"]),
    (job(loaded=False, error=REFUSED), ["web not loaded -- Upstart refuses /etc/init/web.conf:3: Unknown stanza"]),
    (job(loaded=False, error={**REFUSED, "line": None}),
     ["web not loaded -- Upstart refuses /etc/init/web.conf: Unknown stanza"]),
]


@pytest.mark.parametrize(("found", "expected"), LINES)
def test_lines(found: dict[str, Any], expected: list[str]) -> None:
    assert lines([found, {**job(), "name": "other"}]) == [*expected, "other stop/waiting"]
