# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task does about an instance that is not as requested at the end, and which error it reports."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils import _promise
from ansible_collections.sysinit.upstart.plugins.module_utils._services import verifying

UP = {"goal": "start", "state": "running", "processes": {"main": 7}}
STARTING = {"goal": "start", "state": "starting", "processes": {}}
ERRORS = {"failure_errors": ("not_stopped", "zombie_main", "no_process", "respawning", "not_finished", "not_restarted",
                             "no_longer_running"),
          "refusals": ("wedged", "other_variables", "old_definition")}


def target(after: dict[str, Any] | None = None, variables: tuple[str, ...] = (), env: tuple[str, ...] = (),
           complaint: str | None = None) -> Any:
    definition = SimpleNamespace(complaint=lambda: complaint, instance_variables=lambda: list(variables))
    return SimpleNamespace(
        job="web", instance_name="", env=list(env), definition=definition, plan=SimpleNamespace(kept_by=[], steps=[]),
        result=SimpleNamespace(after=after, error=None), wanted=SimpleNamespace(timeout=1.0, state="started"))


@pytest.mark.parametrize(("fault", "after", "error"), [
    (_promise.NOT_STOPPED, UP, "not_stopped"), (_promise.MAIN_ZOMBIE, UP, "zombie_main"),
    (_promise.NO_MAIN, UP, "no_process"), (_promise.RESPAWNED, UP, "respawning"), (_promise.YOUNG, UP, "respawning"),
    (_promise.NOT_FINISHED, STARTING, "not_finished"), (_promise.OTHER_ENV, UP, "other_variables"),
    (_promise.NOT_RESTARTED, UP, "not_restarted"), (_promise.OLD_DEFINITION, UP, "old_definition"),
    (_promise.NO_INSTANCE, None, "no_longer_running"), (_promise.STOPPING, STARTING, "no_longer_running"),
    ("another fault", STARTING, "timeout_error"), (_promise.OTHER_ENV, None, "wedged"),
])
def test_the_error_of_a_fault(monkeypatch: pytest.MonkeyPatch, fault: str, after: dict[str, Any] | None,
                              error: str) -> None:
    for module, names in ERRORS.items():
        for name in names:
            monkeypatch.setattr(getattr(verifying, module), name, lambda *_arguments, name=name: name)
    monkeypatch.setattr(verifying, "timeout_error", lambda *_arguments: "timeout_error")
    monkeypatch.setattr(verifying, "missing_main_pid", lambda _status: 5 if error == "wedged" else None)
    faulty = target(after)
    verifying.set_error(None, faulty, fault, None)
    assert faulty.result.error == error


@pytest.mark.parametrize(("fault", "facts", "was_stopped", "steps"), [
    (_promise.NO_INSTANCE, {}, True, ["start"]), (_promise.NO_INSTANCE, {}, False, []),
    (_promise.STOPPING, {"after": STARTING}, True, ["finish", "start"]),
    (_promise.NO_INSTANCE, {"variables": ("N",)}, True, []),
    (_promise.NO_INSTANCE, {"variables": ("N",), "env": ("N=1",)}, True, ["start"]),
    (_promise.OTHER_ENV, {}, False, ["start"]), (_promise.OTHER_ENV, {"after": UP}, False, ["stop", "start"]),
    (_promise.NOT_RESTARTED, {"after": UP}, False, ["stop", "start"]),
    (_promise.NOT_RESTARTED, {"after": UP, "complaint": "wrong"}, False, []),
    (_promise.OLD_DEFINITION, {"after": UP}, False, ["stop", "start"]),
    (_promise.OLD_DEFINITION, {"after": UP, "variables": ("N",)}, False, []),
    (_promise.YOUNG, {"after": UP}, False, []),
])
def test_steps_that_correct_a_fault(monkeypatch: pytest.MonkeyPatch, fault: str, facts: dict[str, Any],
                                    was_stopped: bool, steps: list[str]) -> None:
    monkeypatch.setattr(verifying.signal_history, "was_stopped", lambda *_arguments: was_stopped)
    monkeypatch.setattr(verifying, "missing_main_pid", lambda _status: None)
    client = SimpleNamespace(connection=SimpleNamespace(signals=[]), instances_of=lambda _jobs: [["", "other"]])
    faulty = target(**facts)
    assert verifying._steps_for(client, faulty, fault) == steps
    assert faulty.plan.kept_by == (["other"] if fault == _promise.OLD_DEFINITION and not steps else [])
