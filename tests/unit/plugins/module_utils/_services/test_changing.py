# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order in which a task acts, looks for lost services and reads its targets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._services import bystanders, changing


def test_the_targets_are_read_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes time after the last reading, such as the explanation of a loss, would make the answer old."""
    calls: list[str] = []

    def record(name: str, result: Any = None) -> Any:
        def call(*_arguments: Any, **_options: Any) -> Any:
            calls.append(name)
            return result

        return call

    loss = bystanders.Loss("db", "", "stop/waiting")
    monkeypatch.setattr(changing.steps, "enable", record("enable"))
    monkeypatch.setattr(changing.steps, "act", record("act"))
    monkeypatch.setattr(changing.verifying, "verify", record("verify", False))
    for name, result in (("running_services", "before"), ("lost_services", [loss]), ("events_since", [])):
        monkeypatch.setattr(bystanders, name, record(name, result))
    client: Any = SimpleNamespace(version=lambda: (1, 13, 2))
    request: Any = SimpleNamespace(init_log="/nowhere", conf_dir="/nowhere", timeout=1.0)
    target: Any = SimpleNamespace(
        progress=SimpleNamespace(todo=["start"], sent=set()), plan=SimpleNamespace(change=None, steps=["start"]),
        env=[], result=SimpleNamespace(error=None), script=None, job="web", instance_name="", instance="",
        wanted=SimpleNamespace(state="started"), definition=SimpleNamespace(is_task=lambda: False))
    losses = changing.act_and_verify(client, [target], request, None, record("explain"))
    assert losses == [loss]
    assert calls == ["running_services", "enable", "act", "lost_services", "events_since", "explain", "verify"]
