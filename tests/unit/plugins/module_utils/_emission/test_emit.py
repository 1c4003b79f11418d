# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emitting an event: its effects, the cause of its failure, and the jobs that hold it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit as emission
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import holding, report, run
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import crash_guard
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.tests.unit.support.event_signals import (
    ANSWER,
    END,
    FAILURE,
    LATE,
    NEW,
    NEXT,
    OLD,
    UP,
    FakeClient,
    presence,
    signal,
)


@pytest.fixture(autouse=True)
def _every_job_has_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    original = crash_guard.ensure_safe_to_query

    def refuse(client: Any, conf_dir: str) -> Any:
        original(client, conf_dir)
        return SimpleNamespace(readable={*"abcdefghijklmnopqrstuvwxyz", "other"})

    monkeypatch.setattr(crash_guard, "ensure_safe_to_query", refuse)


def test_a_task_in_the_dialect_of_the_host(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_text("import A\ntask\nexec a\n")
    for version, expected in ((Release((1, 13, 2), "chromeos"), True), ((1, 13, 2), False)):
        known: dict[str, bool] = {}
        assert emission._is_task("web", ask(tmp_path), version, known) is expected
        assert known == {"web": expected}


def ask(folder: Path, wait: bool = True, stable_for: float = 0.0) -> emission.Emission:
    return emission.Emission(name="go", env=["A=1"], wait=wait, timeout=1.0, stable_for=stable_for,
                             log_dir=str(folder), conf_dir=str(folder))


class Report(NamedTuple):
    """The parts of a result that depend on the event's effects, and the warnings."""

    jobs: list[dict[str, Any]]
    settled: bool | None
    warnings: list[str]


def emit(client: FakeClient, wanted: emission.Emission, version: tuple[int, ...]) -> Report:
    """Run a task as upstart_event does."""
    warnings: list[str] = []
    module = SimpleNamespace(check_mode=False, warn=warnings.append)
    client.version = lambda: version
    result = run.run(module, client, wanted)
    return Report(result["jobs"], result["settled"], [text for text in warnings if text != LIMITATION])


LIMITATION = report.missing_knowledge(OLD)


def how(jobs: list[dict[str, Any]]) -> list[str]:
    return [f"{job['name']} {job['how']}" for job in jobs]


@pytest.mark.parametrize("batches", [
    [[*UP, ANSWER], NEXT], [[ANSWER, *UP], NEXT], [[*UP, *NEXT, ANSWER]], [[ANSWER, *UP, *NEXT]],
])
def test_jobs_of_further_events_are_followed(tmp_path: Path, batches: list[list[Signal]]) -> None:
    client = FakeClient(*batches)
    assert how(emit(client, ask(tmp_path), NEW).jobs) == ["a started", "b started"]
    assert client.emitted == [("go", ["A=1"], True)]


FAILED_LATER = [LATE, *FAILURE[1:], *END]
NEXT_FAILED = [signal(received.member, received.args[0], "b") for received in [*FAILURE, END[0]]]
RESPAWNED = [LATE, *(signal("StateChanged", state) for state in ("stopping", "post-stop", "starting", "running"))]
ILL = "The event go is over and did not fail, but these jobs failed or were respawned because of it: "


@pytest.mark.parametrize(("batches", "expected"), [
    ([[*UP, ANSWER], FAILED_LATER], "a failed: its main process exited with status 3"),
    ([[*UP, ANSWER], RESPAWNED], "a respawned"),
    ([[*UP, ANSWER], NEXT_FAILED], "b failed: one of its processes exited with status 3"),
])
def test_later_failures_cause_warnings(tmp_path: Path, batches: list[list[Signal]], expected: str) -> None:
    """Upstart reports that the event succeeded, so the task succeeds, too."""
    result = emit(FakeClient(*batches), ask(tmp_path, stable_for=60.0), NEW)
    assert result.warnings == [ILL + expected + "."] and result.settled
    assert expected in how(result.jobs)


def test_services_are_watched_for_the_requested_time(tmp_path: Path) -> None:
    assert how(emit(FakeClient([*UP, ANSWER], FAILED_LATER), ask(tmp_path), NEW).jobs) == ["a started"]
    old = [presence("InstanceAdded", "c"), ANSWER]
    removed = [LATE, presence("InstanceRemoved", "a")]
    added = [presence("InstanceAdded", "a"), ANSWER]
    watched = ask(tmp_path, stable_for=60.0)
    assert how(emit(FakeClient(added, removed), ask(tmp_path), OLD).jobs) == ["a started"]
    assert [entry["stopped"] for entry in emit(FakeClient(added, removed), watched, OLD).jobs] == [True]
    assert [entry["name"] for entry in emit(FakeClient(old, removed), watched, OLD).jobs] == ["c"]


def test_a_task_is_not_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emission, "SETTLE_SECONDS", 0.05)
    (tmp_path / "a.conf").write_text("task\nexec sleep 1\n")
    for first in ([*UP, ANSWER], [*UP, END[0], ANSWER]):
        result = emit(FakeClient(first, FAILED_LATER), ask(tmp_path, stable_for=60.0), NEW)
        assert result.jobs[0]["started"] and not result.jobs[0]["failed"]


def test_changing_jobs_cause_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emission, "SETTLE_SECONDS", 0.05)
    (tmp_path / "b.conf").write_text("task\nexec sleep 1000\n")
    result = emit(FakeClient([*UP, ANSWER], NEXT), ask(tmp_path), NEW)
    assert not result.settled and how(result.jobs) == ["a started", "b started"]
    assert result.warnings == ["The event go is over, but these jobs have not come to rest: b is in start/running. The "
                               "task stopped following them."]


def test_unavailable_conditions_cause_a_warning(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_bytes(b"description \xfc\n")
    result = emit(FakeClient([*UP, ANSWER]), ask(tmp_path), NEW)
    assert result.warnings == [
        f"Cannot tell which of these changes the event go caused: {tmp_path}/web.conf holds text that is not UTF-8, "
        "and Upstart would crash if it were asked for its state."]
    assert emit(FakeClient([ANSWER]), ask(tmp_path), NEW).warnings == []


@pytest.mark.parametrize("batches", [
    [[*FAILURE, *END, ANSWER]], [[ANSWER], FAILURE, END], [[*FAILURE, ANSWER], END], [FAILURE, [ANSWER], END],
    [[FAILURE[0], ANSWER], FAILURE[1:], END],
])
def test_a_failure_may_be_signalled_before_the_answer_or_after_it(tmp_path: Path, batches: list[list[Signal]]) -> None:
    (tmp_path / "a.log").write_text("before\n")
    client = FakeClient(*batches, error=errors.EventFailedError("Event failed"))
    with pytest.raises(UpstartError) as caught:
        emit(client, ask(tmp_path), NEW)
    assert caught.value.message == ("The event go was emitted, but a job that it concerns failed. "
                                    "a failed: its main process exited with status 3.")
    assert caught.value.facts["changed"] is True
    assert caught.value.facts["jobs"][0]["log_lines"] == []


OTHER = [signal("GoalChanged", "start", "other"), signal("Failed", 7, "other"), signal("GoalChanged", "stop", "other"),
         signal("StateChanged", "waiting", "other")]


def test_effects_of_another_event_are_left_out(tmp_path: Path) -> None:
    assert how(emit(FakeClient([*OTHER, *UP, ANSWER]), ask(tmp_path), NEW).jobs) == ["a started"]
    with pytest.raises(UpstartError) as caught:
        emit(
            FakeClient([*OTHER, *FAILURE, *END, ANSWER], error=errors.EventFailedError("x")), ask(tmp_path), NEW
        )
    assert caught.value.message == ("The event go was emitted, but a job that it concerns failed. "
                                    "a failed: its main process exited with status 3.")
    assert [job["name"] for job in caught.value.facts["jobs"]] == ["a"]


def test_a_job_of_another_event_that_is_on_its_way_is_not_waited_for(tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emission, "SETTLE_SECONDS", 300.0)
    client = FakeClient([signal("GoalChanged", "start", "other"), signal("StateChanged", "pre-start", "other"), *UP,
                         ANSWER])
    began = time.monotonic()
    assert how(emit(client, ask(tmp_path), NEW).jobs) == ["a started"]
    assert time.monotonic() - began < emission.SETTLE_SECONDS / 2


def test_without_conditions_no_job_is_blamed(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_bytes(b"description \xfc\n")
    with pytest.raises(UpstartError) as caught:
        client = FakeClient([*OTHER, *FAILURE, *END, ANSWER], error=errors.EventFailedError("x"))
        emit(client, ask(tmp_path), NEW)
    assert caught.value.message == (
        f"The event go was emitted, but it failed. Cannot tell which of these 2 failures it caused "
        f"({tmp_path}/web.conf holds text that is not UTF-8, and Upstart would crash if it were asked for "
        f"its state): other failed: one of its processes exited with status 7; a failed: its main process exited with "
        f"status 3.")


def test_a_failure_without_a_signal(tmp_path: Path) -> None:
    with pytest.raises(UpstartError, match="failed. Upstart does not report which.$"):
        emit(FakeClient([ANSWER], error=errors.EventFailedError("Event failed")), ask(tmp_path), NEW)


def test_no_job_is_affected(tmp_path: Path) -> None:
    """The answer comes after the direct effects of the event; later effects are not waited for."""
    assert emit(FakeClient([ANSWER]), ask(tmp_path), NEW) == ([], True, [])
    assert emit(FakeClient([ANSWER], UP), ask(tmp_path), NEW) == ([], True, [])


def test_nothing_is_known_without_waiting(tmp_path: Path) -> None:
    client = FakeClient([ANSWER, *UP])
    assert emit(client, ask(tmp_path, wait=False), NEW) == ([], None, [])
    assert client.emitted == [("go", ["A=1"], False)]


def test_the_daemon_refuses(tmp_path: Path) -> None:
    client = FakeClient([ANSWER], error=errors.InvalidArgumentsError("Name may not be empty string.", text="x"))
    with pytest.raises(UpstartError, match="Upstart refused the event go: Name may not be empty string.$"):
        emit(client, ask(tmp_path), NEW)


def test_the_daemon_is_lost(tmp_path: Path) -> None:
    with pytest.raises(UpstartError, match="gone"):
        emit(FakeClient([ANSWER], error=errors.ConnectionLostError("gone")), ask(tmp_path), NEW)


def test_an_event_that_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "holders", lambda *arguments: ["job a: waits", "job b: waits too"])
    client = FakeClient(UP)
    with pytest.raises(UpstartError) as caught:
        emit(client, ask(tmp_path), NEW)
    assert caught.value.message == (
        "The event go was emitted, but not over within 1 s: it is held by job a: waits; job b: waits too. Set wait: "
        "false if the task need not wait for it.")
    assert caught.value.facts["held_by"] == ["job a: waits", "job b: waits too"]
    assert how(caught.value.facts["jobs"]) == ["a started"]
    assert client.connection.forgotten == [client.connection.pending]


@pytest.mark.parametrize(("answers", "expected"), [
    (True, ("stop/pre-start", "on its way, now in stop/pre-start")), (False, (None, "on its way"))])
def test_the_status_of_a_job_without_a_state_signal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool,
                                                    expected: tuple[str | None, str]) -> None:
    def statuses(pairs: Any) -> list[Any]:
        if not answers:
            raise errors.NoReplyError("no answer within 1 s")
        return [{"goal": "stop", "state": "pre-start", "processes": {}} for _pair in pairs]

    monkeypatch.setattr(holding, "holders", lambda *arguments: [])
    client = FakeClient(UP[:1])
    monkeypatch.setattr(client, "statuses", statuses)
    with pytest.raises(UpstartError) as caught:
        emit(client, ask(tmp_path), NEW)
    assert [(entry["status"], entry["how"]) for entry in caught.value.facts["jobs"]] == [expected]


def test_unknown_holders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise UpstartError("The daemon hangs.")

    monkeypatch.setattr(holding, "holders", fail)
    with pytest.raises(UpstartError, match=r"within 1 s, and it is unknown who holds it: The daemon hangs. Set wait"):
        emit(FakeClient(UP), ask(tmp_path), NEW)


def test_before_0_6_7_only_appearing_and_disappearing_is_known(tmp_path: Path) -> None:
    """Unknown facts are null, not false, and jobs that other jobs start are followed too."""
    client = FakeClient([presence("InstanceAdded", "a"), ANSWER], [presence("InstanceAdded", "b")],
                        [presence("InstanceRemoved", "c")])
    jobs = emit(client, ask(tmp_path), OLD).jobs
    assert how(jobs) == ["a started", "b started", "c stopped"]
    assert [[entry[key] for key in ("restarted", "respawned", "failed")] for entry in jobs] == [[None] * 3] * 3


def test_before_0_6_7_a_failure_names_the_possible_jobs(tmp_path: Path) -> None:
    client = FakeClient([presence("InstanceAdded", "c"), presence("InstanceRemoved", "c"), ANSWER],
                        error=errors.EventFailedError("Event failed"))
    with pytest.raises(UpstartError, match="a job that it concerns failed. Upstart does not report which.$") as caught:
        emit(client, ask(tmp_path), OLD)
    assert [(entry["name"], entry["started"], entry["stopped"], entry["failed"], entry["how"])
            for entry in caught.value.facts["jobs"]] == [("c", None, True, None, "came and went")]


def test_before_0_6_7_endless_events_are_not_followed_forever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emission, "SETTLE_SECONDS", 0.05)
    client = FakeClient([presence("InstanceAdded", "a"), ANSWER])
    waits = 0

    def wait(ready: Callable[[], bool], timeout: float) -> bool:
        nonlocal waits
        waits += 1
        client.connection.pending.settle([], None)
        client.connection.signals.append(presence("InstanceAdded", "a"))
        time.sleep(0.001)
        return bool(ready())

    monkeypatch.setattr(client.connection, "wait", wait)
    assert how(emit(client, ask(tmp_path), OLD).jobs) == ["a started"]
    assert 1 < waits < 1000


@pytest.mark.parametrize(("version", "words"), [
    (OLD, "Upstart 0.6.5 signals only that instances appear and disappear, so jobs lacks restarts, respawns and "
          "failures, and includes effects of other events. Upstart 0.6.7 and later signal states and failures."),
    ((0, 6, 7), None), (NEW, None)])
def test_missing_knowledge_causes_a_warning(version: tuple[int, ...], words: str | None) -> None:
    assert report.missing_knowledge(version) == words


@pytest.mark.parametrize(("version", "keys"), [((1, 3), set()), ((1, 4), {"log_file", "log_lines"})])
def test_which_upstart_keeps_logs(tmp_path: Path, version: tuple[int, ...], keys: set[str]) -> None:
    client = FakeClient([*FAILURE, *END, ANSWER], error=errors.EventFailedError("Event failed"))
    with pytest.raises(UpstartError, match="a failed: its main process exited with status 3") as caught:
        emit(client, ask(tmp_path), version)
    assert {"log_file", "log_lines"} & set(caught.value.facts["jobs"][0]) == keys


def test_before_0_6_7_a_task_of_a_further_event_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No signal arrives while it runs, so its status is queried."""
    (tmp_path / "b.conf").write_text("task\nexec sleep 1\n")
    client = FakeClient([presence("InstanceAdded", "b"), ANSWER])
    statuses_left: list[Any] = [{"goal": "start", "state": "running", "processes": {}}] * 3 + [None] * 3

    def statuses(pairs: list[tuple[str, str]]) -> list[Any]:
        if len(statuses_left) == 4:
            client.connection.signals.extend([presence("InstanceRemoved", "b"), presence("InstanceAdded", "c")])
        return [statuses_left.pop(0) if statuses_left else None, *[None] * (len(pairs) - 1)]

    monkeypatch.setattr(client, "statuses", statuses)
    assert [entry["name"] for entry in emit(client, ask(tmp_path), OLD).jobs] == ["b", "c"]
    assert len(statuses_left) < 3


@pytest.mark.parametrize(("answers", "expected"), [
    (True, [("a", "start/running", "started"), ("c", "stop/waiting", "came and went")]),
    (False, [("a", None, "on its way"), ("c", "stop/waiting", "came and went")])])
def test_before_0_6_7_a_held_event_returns_the_status_of_jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                              answers: bool, expected: list[Any]) -> None:
    def silent(pairs: Any) -> list[Any]:
        raise errors.NoReplyError("no answer within 1 s")

    monkeypatch.setattr(holding, "holders", lambda *arguments: [])
    client = FakeClient([presence("InstanceAdded", "a"), presence("InstanceAdded", "c"),
                         presence("InstanceRemoved", "c")])
    if not answers:
        monkeypatch.setattr(client, "statuses", silent)
    with pytest.raises(UpstartError) as caught:
        emit(client, ask(tmp_path), OLD)
    assert [(entry["name"], entry["status"], entry["how"]) for entry in caught.value.facts["jobs"]] == expected


def test_a_daemon_that_answers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is unknown whether the daemon has received the event."""
    def fail(*arguments: Any) -> list[str]:
        raise errors.NoReplyError("The daemon hangs.")

    monkeypatch.setattr(holding, "holders", fail)
    with pytest.raises(UpstartError) as caught:
        emit(FakeClient(), ask(tmp_path), NEW)
    assert caught.value.message == (
        "Cannot tell whether the event go was emitted: no answer came within 1 s. The daemon hangs.")
    assert caught.value.facts["changed"] is True and caught.value.facts["jobs"] == []
    with pytest.raises(UpstartError, match="was emitted, but not over within"):
        emit(FakeClient(UP), ask(tmp_path), NEW)


def test_a_job_whose_file_cannot_be_read_counts_as_no_task(tmp_path: Path) -> None:
    (tmp_path / "a.conf").mkdir()
    assert how(emit(FakeClient([*UP, ANSWER]), ask(tmp_path), NEW).jobs) == ["a started"]


def test_no_folder_of_logs(tmp_path: Path) -> None:
    client, asked = FakeClient([*UP, ANSWER]), ask(tmp_path)._replace(log_dir="/no/folder")
    assert how(emit(client, asked, NEW).jobs) == ["a started"]
