# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The actions and messages for each status and each requested state."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._lsb import service as lsb_service
from ansible_collections.sysinit.upstart.tests.unit.support import child_processes
from ansible_collections.sysinit.upstart.tests.unit.support.command_deadlines import time_out_at
from ansible_collections.sysinit.upstart.tests.unit.support.control_script import Control
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE

OK, WARNING = "web: OK, ", "web: WARNING, "
RUNS, RESTS = OK + "running, as expected", OK + "not running, as expected"
DIRTY = [1, 2, 4, 5, 99, 150, 254]

# status before, requested state, actions, line of a check before and after
MATRIX = [
    (0, "running", ["status"], RUNS, RUNS),
    (3, "running", ["status", "start", "status"], WARNING + "not running, not expected", RUNS),
    *[(code, "running", ["status", "stop", "status", "start", "status"], f'{WARNING}in "dirty" state: {code}', RUNS)
      for code in DIRTY],
    (0, "stopped", ["status", "stop", "status"], WARNING + "found running, not expected", RESTS),
    (3, "stopped", ["status"], RESTS, RESTS),
    *[(code, "stopped", ["status", "stop", "status"], f'{WARNING}in "dirty" state: {code}', RESTS) for code in DIRTY],
    (0, "restarted", ["status", "stop", "status", "start", "status"], RUNS, RUNS),
    (3, "restarted", ["status", "start", "status"], WARNING + "not running, not expected", RUNS),
    *[(code, "restarted", ["status", "stop", "status", "start", "status"], f'{WARNING}in "dirty" state: {code}', RUNS)
      for code in DIRTY],
]


@pytest.mark.parametrize(("code", "state", "calls", "check", "afterwards"), MATRIX)
@pytest.mark.parametrize("careful", [True, False])
def test_the_matrix(tmp_path: Path, code: int, state: str, calls: list[str], check: str, afterwards: str,
                    careful: bool) -> None:
    control = Control(tmp_path, code)
    actions = [call for call in calls if call != "status"]
    word = {0: "running", 3: "stopped"}.get(code, "dirty")
    wanted = ("stopped", 3) if state == "stopped" else ("running", 0)

    predicted = control.converge(state, check_mode=True, careful=careful)
    assert control.calls() == ["status"]
    assert predicted["check"] == check

    result = control.converge(state, careful=careful)
    assert control.calls() == calls
    assert result["check"] == afterwards
    assert {**result, "check": check, "outputs": []} == predicted
    assert [output["action"] for output in result["outputs"]] == result["actions"]
    assert {key: result[key] for key in ("name", "state", "before", "actions", "changed")} == {
        "name": "web", "state": state, "before": word, "actions": actions, "changed": bool(actions)}
    assert (result["status"], result["status_code"]) == wanted
    assert result["diff"]["before"].startswith(f"web: {word} ({code})")
    assert result["diff"]["after"] == "web: %s (%d)\n" % wanted

    again = control.converge(state, careful=careful)
    assert again["changed"] is (state == "restarted")
    assert set(again) == set(result)


def test_started_is_running(tmp_path: Path) -> None:
    control = Control(tmp_path, 3)
    assert control.converge("started")["actions"] == ["start"]
    assert control.converge("started")["changed"] is False


@pytest.mark.parametrize(("restart", "calls"), [
    (None, ["status", "stop", "status", "start", "status"]),
    ("stop+start", ["status", "stop", "status", "start", "status"]),
    ("control", ["status", "restart", "status"]),
    ("{path} restart gracefully", ["status", "restart gracefully", "status"]),
])
def test_restart(tmp_path: Path, restart: str | None, calls: list[str]) -> None:
    control = Control(tmp_path, 0)
    result = control.converge("restarted", restart=restart and restart.format(path=control.path))
    assert control.calls() == calls
    assert result["actions"] == [call.split()[0] for call in calls if call != "status"]


@pytest.mark.parametrize(("code", "actions"), [(3, ["start"]), (1, ["stop", "start"])])
def test_a_stopped_service_is_not_restarted_with_its_command(tmp_path: Path, code: int, actions: list[str]) -> None:
    assert Control(tmp_path, code).converge("restarted", restart="control")["actions"] == actions


FAIL = "echo said; echo 'no such luck.' >&2; exit 7"
FAILED = "exited with status 7: no such luck"
IS_DIRTY = "Its status is dirty, which is neither running (0) nor stopped (3): "
# status, requested state, behaviour of the actions, actions, status afterwards, rc, message
FAILURES: list[tuple[int, str, dict[str, str], list[str], int, int, str]] = [
    (3, "running", {"start": FAIL}, ["start"], 3, 7,
     "Service web: start failed: '{path} start' " + FAILED + ". Its status is stopped (3)."),
    (3, "running", {"start": "exit 0"}, ["start"], 3, 3,
     "Service web: it is not running 6 s after the start. Its status is stopped (3)."),
    (3, "running", {"start": "echo 1 > code; exit 0"}, ["start"], 1, 1,
     "Service web: it is not running 6 s after the start. " + IS_DIRTY
     + "code 1, dead, but its pid file exists."),
    (3, "running", {"start": "echo 0 > code; kill -9 $$"}, ["start"], 0, -9,
     "Service web: start failed: '{path} start' was killed by signal 9. Its status is running (0)."),
    (0, "stopped", {"stop": FAIL}, ["stop"], 0, 7,
     "Service web: stop failed: '{path} stop' " + FAILED + ". Its status is running (0)."),
    (0, "stopped", {"stop": "exit 0"}, ["stop"], 0, 0,
     "Service web: it is not stopped 6 s after the stop. Its status is running (0)."),
    (0, "stopped", {"stop": "echo 2 > code; exit 0"}, ["stop"], 2, 2,
     "Service web: it is not stopped 6 s after the stop. " + IS_DIRTY
     + "code 2, dead, but its lock file exists."),
    (4, "stopped", {"stop": FAIL}, ["stop"], 4, 7,
     "Service web: it is not stopped 6 s after the stop, and '{path} stop' " + FAILED
     + ". " + IS_DIRTY + "code 4, unknown."),
    (0, "restarted", {"stop": FAIL}, ["stop"], 0, 7,
     "Service web: stop failed: '{path} stop' " + FAILED + ". Its status is running (0)."),
    (0, "restarted", {"stop": "exit 0"}, ["stop"], 0, 0,
     "Service web: it is not stopped 6 s after the stop. Its status is running (0)."),
    (0, "restarted", {"start": FAIL}, ["stop", "start"], 3, 7,
     "Service web: start failed: '{path} start' " + FAILED + ". Its status is stopped (3)."),
    (99, "running", {"stop": FAIL, "start": FAIL}, ["stop", "start"], 99, 7,
     "Service web: start failed: '{path} start' " + FAILED + ". " + IS_DIRTY + "code 99."),
]


@pytest.mark.parametrize(("code", "state", "behaviour", "actions", "after", "rc", "message"), FAILURES)
def test_failures(tmp_path: Path, code: int, state: str, behaviour: dict[str, str], actions: list[str], after: int,
                  rc: int, message: str) -> None:
    control = Control(tmp_path, code)
    for action, text in behaviour.items():
        control.behave(action, text)
    # A failure that is only known at the end of the timeout has a short one.
    said, facts = control.failure(state, timeout=6 if " 6 s after " in message else PATIENCE)
    assert said == message.format(path=control.path)
    assert (facts["actions"], facts["changed"], facts["status_code"], facts["rc"]) == (actions, True, after, rc)
    assert facts["cmd"] == f"{control.path} {actions[-1] if rc in (7, -9) else 'status'}"
    assert (facts["stdout"], facts["stderr"]) == (("said\n", "no such luck.\n") if rc == 7 else ("", ""))
    assert set(facts) == set(Control(tmp_path, 0).converge("running")) | {"cmd", "rc", "stdout", "stderr"}


@pytest.mark.parametrize(("state", "calls"), [("running", ["stop", "start"]), ("stopped", ["stop"])])
def test_the_stop_for_cleaning_may_fail(tmp_path: Path, state: str, calls: list[str]) -> None:
    control = Control(tmp_path, 1)
    control.behave("stop", "echo 3 > code; exit 1")
    assert control.converge(state)["actions"] == calls


def test_a_start_may_clean_up_what_the_stop_could_not(tmp_path: Path) -> None:
    control = Control(tmp_path, 1)
    control.behave("stop", "exit 1")
    began = time.monotonic()
    assert control.converge("running", timeout=2 * PATIENCE)["actions"] == ["stop", "start"]
    assert time.monotonic() - began < PATIENCE


READINGS = 4  # of the status until the service is in the wanted state
LATER = ("(while [ $(grep -c status calls) -lt %d ]; do sleep 0.05; done; echo {code} > code) >/dev/null 2>&1 & exit 0"
         % READINGS)


@pytest.mark.parametrize(("state", "code", "action"), [("running", 3, "start"), ("stopped", 0, "stop"),
                                                       ("stopped", 1, "stop"), ("restarted", 0, "stop")])
def test_careful_waits_for_a_service_that_takes_its_time(tmp_path: Path, state: str, code: int, action: str) -> None:
    control = Control(tmp_path, code)
    control.behave(action, LATER.format(code=0 if action == "start" else 3))
    began = time.monotonic()
    result = control.converge(state, timeout=2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert result["actions"] == (["stop", "start"] if state == "restarted" else [action])
    calls = control.calls()
    assert calls[:2] == ["status", action]
    assert calls.count("status") >= READINGS


@pytest.mark.parametrize(("state", "code", "action"), [("running", 3, "start"), ("stopped", 0, "stop"),
                                                       ("restarted", 0, "stop")])
def test_without_careful_the_status_is_read_once(tmp_path: Path, state: str, code: int, action: str) -> None:
    control = Control(tmp_path, code)
    control.behave(action, "exit 0")
    began = time.monotonic()
    said, facts = control.failure(state, careful=False, timeout=2 * PATIENCE)
    assert time.monotonic() - began < PATIENCE
    assert said.startswith(f"Service web: it is not {'running' if action == 'start' else 'stopped'} right after the")
    assert control.calls() == ["status", action, "status"]
    assert facts["actions"] == [action]


@pytest.mark.parametrize(("state", "check"), [("running", "timeout"), ("stopped", "timeout")])
def test_a_status_that_does_not_end_is_dirty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str,
                                             check: str) -> None:
    control = Control(tmp_path, 0)
    status = f"sh -c '[ -e {tmp_path}/clean ] || {{ touch {tmp_path}/hung; sleep 1000; }}; exec {control.path} status'"
    control.behave("stop", "touch clean")
    time_out_at(monkeypatch, tmp_path / "hung")
    service = control.service(status=status, timeout=0.5)
    predicted = lsb_service.converge(service, state, True)
    assert predicted["before"] == "dirty"
    assert predicted["check"] == 'web: WARNING, in "dirty" state: timeout'
    assert predicted["diff"]["before"] == "web: dirty (timeout)\n"
    result = lsb_service.converge(service, state)
    assert result["actions"] == (["stop", "start"] if state == "running" else ["stop"])


def test_an_action_that_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    control = Control(tmp_path, 3)
    control.behave("start", "echo working; touch working; sleep 1000")
    time_out_at(monkeypatch, tmp_path / "working")
    said, facts = control.failure("running", timeout=0.5)
    assert said == (f"Service web: start failed: '{control.path} start' timed out after 0.5 s (all its processes "
                    "were ended): working. Its status is stopped (3).")
    assert (facts["rc"], facts["stdout"]) == (None, "working\n")


@pytest.mark.parametrize("state", ["running", "stopped", "restarted"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_status_command_that_is_missing_changes_nothing(tmp_path: Path, state: str, check_mode: bool) -> None:
    control = Control(tmp_path, 0)
    said, facts = control.failure(state, status="/no/such/status", check_mode=check_mode)
    assert said == ("Service web: its status cannot be read, so nothing was done: /no/such/status does not exist. Its "
                    "status is dirty, which is neither running (0) nor stopped (3): not found.")
    assert control.calls() == []
    assert {key: facts[key] for key in ("status", "status_code", "changed", "rc", "check")} == {
        "status": "dirty", "status_code": None, "changed": False, "rc": None,
        "check": 'web: WARNING, in "dirty" state: not found'}


@pytest.mark.parametrize(("code", "state", "options", "verb"), [
    (0, "restarted", {"start": "nope"}, "started"),
    (1, "running", {"start": "nope"}, "started"),
    (3, "running", {"start": "nope"}, "started"),
    (0, "stopped", {"stop": "nope"}, "stopped"),
    (0, "restarted", {"restart": "nope"}, "started"),
])
@pytest.mark.parametrize("check_mode", [False, True])
def test_an_action_that_cannot_be_finished_is_not_started(tmp_path: Path, code: int, state: str,
                                                          options: dict[str, Any], verb: str, check_mode: bool) -> None:
    control = Control(tmp_path, code)
    said, facts = control.failure(state, check_mode=check_mode, **options)
    assert said == f"Service web cannot be {verb}: nope was not found in PATH. Nothing was done."
    assert control.calls() == ["status"]
    assert facts["changed"] is False and facts["cmd"] == "nope"


def test_held_output_causes_a_warning(tmp_path: Path) -> None:
    control = Control(tmp_path, 3)
    control.behave("start", "echo 0 > code; sleep 1000 & exit 0")
    service = control.service()
    with child_processes.all_ended(str(tmp_path)):
        assert lsb_service.converge(service, "running")["changed"] is True
    assert len(service.warnings) == 1
    assert "still has its output open" in service.warnings[0]
