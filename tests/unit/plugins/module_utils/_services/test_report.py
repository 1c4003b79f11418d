# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The message of a task in which many instances failed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import report


def sentences(count: int) -> str:
    return " ".join("Job a%d failed." % number for number in range(count))


@pytest.mark.parametrize(("failed", "message"), [
    (1, "Job a0 failed."),
    (5, sentences(5)),
    (7, sentences(5) + " 2 more failed: a5, a6. See instances."),
    (30, sentences(5) + " 25 more failed: %s and others. See instances."
     % ", ".join("a%d" % number for number in range(5, 25))),
])
def test_the_message(monkeypatch: pytest.MonkeyPatch, failed: int, message: str) -> None:
    for name in ("instance_entries", "differences"):
        monkeypatch.setattr(report, name, lambda *arguments: [])
    monkeypatch.setattr(report.summary, "lines", lambda *arguments: [])
    targets: list[Any] = [SimpleNamespace(label="a%d" % number, result=SimpleNamespace(
        error=UpstartError("Job a%d failed." % number) if number < failed else None)) for number in range(failed + 1)]
    with pytest.raises(UpstartError) as caught:
        report.result(targets, SimpleNamespace(jobs=[], state="started", enabled=None), [])  # type: ignore[arg-type]
    assert caught.value.message == message
