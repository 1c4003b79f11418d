# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cause of a failure from signals, as text and with the end of the log."""

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
    # before 1.7 this number is all that is known
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
    # variables exported by the job come after the daemon's own and cannot hide them
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


MAIN_5, MAIN_KILLED = "web main process (7) terminated with status 5", "web main process (8) killed by signal 42"
POST_STOP = "web post-stop process (9) terminated with status 9"
PRE_START = "web pre-start process (6) killed by SEGV signal"
SPAWN = "Failed to spawn web main process: unable to execute: No such file or directory"
RESPAWN, TOO_FAST = "web main process ended, respawning", "web respawning too fast, stopped"
REFUSED = "/etc/init/web.conf:2: Unknown stanza"


@pytest.mark.parametrize(("messages", "process", "quoted"), [
    ([], "main", None),
    ([MAIN_5, RESPAWN, MAIN_KILLED, TOO_FAST], "respawn", MAIN_KILLED),
    ([MAIN_5, POST_STOP], "main", MAIN_5),
    ([MAIN_5, POST_STOP], "post-stop", POST_STOP),
    ([MAIN_5, POST_STOP], None, MAIN_5),
    ([PRE_START, POST_STOP], "pre-start", PRE_START),
    ([SPAWN, POST_STOP], "main", SPAWN),
    ([RESPAWN, TOO_FAST], "respawn", TOO_FAST),
    ([REFUSED, RESPAWN, TOO_FAST], "respawn", REFUSED),
    ([REFUSED], None, REFUSED),
    (["Failed to obtain web instance: Unknown parameter: N"], None,
     "Failed to obtain web instance: Unknown parameter: N"),
])
def test_the_message_with_the_cause(messages: list[str], process: str | None, quoted: str | None) -> None:
    assert failures.message_with_cause(messages, process) == quoted


@pytest.mark.parametrize(("messages", "end", "clean"), [
    ([], {}, False),
    ([MAIN_5, RESPAWN, MAIN_5, TOO_FAST], {"exit_status": 5}, False),
    ([MAIN_KILLED, RESPAWN], {"exit_signal": "42"}, False),
    ([RESPAWN, TOO_FAST], {"exit_status": 0}, True),
    ([RESPAWN, MAIN_5, TOO_FAST], {"exit_status": 5}, True),
    ([POST_STOP], {}, False),
])
def test_how_the_main_process_ended(messages: list[str], end: dict[str, Any], clean: bool) -> None:
    assert failures.last_main_process_end(messages) == end
    assert failures.has_clean_exit(messages) is clean


def test_processes_in_messages() -> None:
    assert failures.failed_process([MAIN_5, POST_STOP]) == {"process": "main"}
    assert failures.failed_process([REFUSED]) == failures.failed_process([]) == {}
    assert failures.spawn_error([SPAWN], "main") == "unable to execute: No such file or directory"
    assert failures.spawn_error([MAIN_5], "main") is failures.spawn_error([], None) is None
    assert failures.without_ends_of([MAIN_5, MAIN_KILLED], [7, 77]) == [MAIN_KILLED]


def test_quotes() -> None:
    facts = {"process": "respawn", "init_messages": [RESPAWN, TOO_FAST], "log_file": "/l", "log_lines": []}
    assert failures.quotes(facts) == f" Init says: {TOO_FAST}."
    unknown = dict(facts, process=None, init_messages=[MAIN_5, RESPAWN, MAIN_5, TOO_FAST])  # as before 0.6.7
    assert failures.quotes(unknown) == f" Init says: {MAIN_5}; {TOO_FAST}."
    assert failures.quotes(unknown, respawn_known=True) == f" Init says: {MAIN_5}."
    assert failures.quotes(dict(facts, init_messages=[])) == ""
    assert failures.failure_message("web", "", "did not stay up", facts, "Fix it.") == (
        "Job web did not stay up: it ended again and again and Upstart stopped respawning it. Fix it.")
    facts = {"process": "main", "failed_status": -1, "init_messages": [SPAWN], "log_file": "/l", "log_lines": []}
    assert failures.failure_message("web", "", "failed to start", facts) == (
        f"Job web failed to start: its main process could not be run. Init says: {SPAWN}.")


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
