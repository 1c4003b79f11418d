# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A daemon that answers an event with prepared batches of signals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Pending, Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import MANAGER_PATH, instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit

NEW, OLD = (1, 13, 2), (0, 6, 5)
START_ON = {"b": [["started", "a"]], "other": [["else"]]}
ANSWER = Signal("", "answer", [])  # stands for the reply to EmitEvent


def signal(member: str, value: Any, job: str = "a") -> Signal:
    return Signal(instance_path(job), member, [value])


LATE = Signal("", "late", [])  # begins a batch that comes only after a quiet time
UP = [signal("GoalChanged", "start"), signal("StateChanged", "starting"), signal("StateChanged", "running")]
NEXT = [signal("GoalChanged", "start", "b"), signal("StateChanged", "running", "b")]
FAILURE = [signal("GoalChanged", "start"), signal("Failed", 3), signal("GoalChanged", "stop")]
END = [signal("StateChanged", "waiting"), Signal(MANAGER_PATH, "EventEmitted", [
    "stopped", ["JOB=a", "INSTANCE=", "RESULT=failed", "PROCESS=main", "EXIT_STATUS=3"]])]


class FakeConnection:
    """Receives the next batch of signals with every wait."""

    def __init__(self, batches: list[list[Signal]], error: Exception | None) -> None:
        self.signals: list[Signal] = [signal("Failed", 9, "earlier")]
        self.pending = Pending("EmitEvent")
        self.forgotten: list[Pending] = []
        self._batches = batches
        self._error = error

    def wait(self, ready: Callable[[], bool], timeout: float) -> bool:
        while timeout and not ready() and self._batches:
            if self._batches[0][0] is LATE and timeout <= emit.QUIET_SECONDS:
                break
            for received in self._batches.pop(0):
                if received is ANSWER:
                    self.pending.settle([], self._error)
                elif received is not LATE:
                    self.signals.append(received)
        return bool(ready())

    def forget(self, pending: Pending) -> None:
        self.forgotten.append(pending)


class FakeClient:
    """A client of that daemon, which has the jobs a and b."""

    def __init__(self, *batches: list[Signal], error: Exception | None = None) -> None:
        self.connection = FakeConnection(list(batches), error)
        self.emitted: list[tuple[str, list[str], bool]] = []
        self.version: Callable[[], tuple[int, ...]] = lambda: NEW

    def emit(self, name: str, env: list[str], wait: bool) -> Pending:
        self.emitted.append((name, env, wait))
        return self.connection.pending

    def properties_of(self, names: list[str]) -> list[Any]:
        return [{"start_on": START_ON.get(name, [["go"]])} for name in names]

    def jobs(self) -> list[str]:
        return []

    def statuses(self, pairs: list[tuple[str, str]]) -> list[Any]:
        return [{"goal": "start", "state": "running", "processes": {}} if job in "ab" else None
                for job, _instance in pairs]


def presence(member: str, job: str) -> Signal:
    return Signal(f"/com/ubuntu/Upstart/jobs/{job}", member, [instance_path(job)])
