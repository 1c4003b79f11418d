# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cause of a failure from signals, in words, and with the end of the log."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import MANAGER_PATH, instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._host import failures


def failed(status: int, job: str = "web", instance: str = "") -> Signal:
    return Signal(instance_path(job, instance), "Failed", [status])


def event(name: str, *variables: str, job: str = "web", instance: str = "") -> Signal:
    return Signal(MANAGER_PATH, "EventEmitted", [name, ["JOB=" + job, "INSTANCE=" + instance, *variables]])


BAD = ("RESULT=failed", "PROCESS=pre-start", "EXIT_STATUS=3")
SIGNALS: list[tuple[list[Signal], dict[str, Any]]] = [
    ([], {}),
    # before 1.7 the number is all there is
    ([failed(3)], {"failed_status": 3, "exit_status": 3}),
    ([failed(2304)], {"failed_status": 2304, "exit_signal": "KILL"}),
    ([failed(256 * 42)], {"failed_status": 256 * 42, "exit_signal": "42"}),
    ([failed(0)], {"failed_status": 0}),
    ([failed(-1)], {"failed_status": -1}),
    ([failed(3), event("stopping", *BAD)], {"failed_status": 3, "process": "pre-start", "exit_status": 3}),
    ([event("stopped", *BAD)], {"process": "pre-start", "exit_status": 3}),
    ([event("stopped", "RESULT=failed", "PROCESS=main", "EXIT_SIGNAL=KILL")],
     {"process": "main", "exit_signal": "KILL"}),
    ([failed(-1), event("stopped", "RESULT=failed", "PROCESS=main")], {"failed_status": -1, "process": "main"}),
    ([event("stopped", "RESULT=failed", "PROCESS=respawn")], {"process": "respawn"}),
    ([event("stopped", "RESULT=ok")], {}),
    ([event("started", *BAD)], {}),
    ([failed(3, job="other"), event("stopped", *BAD, job="other")], {}),
    ([failed(3, instance="a"), event("stopped", *BAD, instance="a")], {}),
    # what the job exports comes after the daemon's own variables and cannot hide them
    ([event("stopped", *BAD, "EXIT_STATUS=9", "JOB=x", "word")], {"process": "pre-start", "exit_status": 3}),
    ([Signal(instance_path("web"), "StateChanged", ["running"])], {}),
]


@pytest.mark.parametrize(("signals", "expected"), SIGNALS)
def test_from_signals(signals: list[Signal], expected: dict[str, Any]) -> None:
    assert failures.from_signals(signals, "web") == expected


def test_an_instance_has_its_own_signals() -> None:
    signals = [failed(1, "tty", "1"), failed(2, "tty", "2"), event("stopped", *BAD, job="tty", instance="2")]
    assert failures.from_signals(signals, "tty", "1") == {"failed_status": 1, "exit_status": 1}
    assert failures.from_signals(signals, "tty", "2") == {"failed_status": 2, "process": "pre-start", "exit_status": 3}


@pytest.mark.parametrize(("number", "cause"), [(255, {"exit_status": 255}), (256, {"exit_signal": "HUP"})])
def test_from_the_raw_number(number: int, cause: dict[str, Any]) -> None:
    assert failures.from_signals([failed(number)], "web") == {"failed_status": number, **cause}


COULD_NOT = "could not be run (no such program, user, group or directory, or a limit was refused)"
WORDS: list[tuple[dict[str, Any], str | None]] = [
    ({}, None),
    ({"process": "pre-start", "exit_status": 3, "failed_status": 3}, "its pre-start process exited with status 3"),
    ({"process": "main", "exit_status": 0}, "its main process exited with status 0"),
    ({"process": "main", "exit_signal": "KILL", "failed_status": 2304}, "its main process was killed by signal KILL"),
    ({"process": "main", "failed_status": -1}, "its main process " + COULD_NOT),
    ({"process": "main"}, "its main process " + COULD_NOT),
    ({"process": "respawn"}, "it ended again and again and Upstart stopped respawning it"),
    ({"failed_status": 0}, "it ended again and again and Upstart stopped respawning it"),
    ({"failed_status": 5, "exit_status": 5}, "one of its processes exited with status 5"),
    ({"failed_status": 2304, "exit_signal": "KILL"}, "one of its processes was killed by signal KILL"),
    ({"failed_status": -1}, "one of its processes " + COULD_NOT),
]


@pytest.mark.parametrize(("cause", "words"), WORDS)
def test_describe(cause: dict[str, Any], words: str | None) -> None:
    assert failures.describe(cause) == words


def test_failure_message() -> None:
    cause = {"process": "main", "exit_status": 1, "log_file": "/l/tty-1.log", "log_lines": ["a", "b", "c", "d"]}
    end = " Last lines of /l/tty-1.log: b | c | d"
    messages = ["tty (1) main process (7) terminated with status 1"]
    text = "Job tty (1) failed to start: its main process exited with status 1."
    assert failures.failure_message("tty", "1", "failed to start", cause) == text + end
    assert failures.failure_message("tty", "1", "failed to start", dict(cause, init_messages=messages)) == (
        text + " Init says: tty (1) main process (7) terminated with status 1." + end)
    assert failures.failure_message("web", "", "did not stay up", {"log_lines": []}) == "Job web did not stay up."
