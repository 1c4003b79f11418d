# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Emitting an event: what it did, why it failed, and who holds it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon import errors
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Pending, Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import MANAGER_PATH, instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import emit as emission
from ansible_collections.sysinit.upstart.plugins.module_utils._emission import holding
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import crash_guard

NEW, OLD = (1, 13, 2), (0, 6, 5)
START_ON = {"b": [["started", "a"]], "other": [["else"]]}
ANSWER = Signal("", "answer", [])  # stands for the reply to EmitEvent


def signal(member: str, value: Any, job: str = "a") -> Signal:
    return Signal(instance_path(job), member, [value])


LATE = Signal("", "late", [])  # opens a batch that comes only when all has been quiet for a while
UP = [signal("GoalChanged", "start"), signal("StateChanged", "starting"), signal("StateChanged", "running")]
NEXT = [signal("GoalChanged", "start", "b"), signal("StateChanged", "running", "b")]
FAILURE = [signal("GoalChanged", "start"), signal("Failed", 3), signal("GoalChanged", "stop")]
END = [signal("StateChanged", "waiting"), Signal(MANAGER_PATH, "EventEmitted", [
    "stopped", ["JOB=a", "INSTANCE=", "RESULT=failed", "PROCESS=main", "EXIT_STATUS=3"]])]


class FakeConnection:
    """Has the next of some batches of signals come in with each wait."""

    def __init__(self, batches: list[list[Signal]], error: Exception | None) -> None:
        self.signals: list[Signal] = [signal("Failed", 9, "earlier")]
        self.pending = Pending("EmitEvent")
        self.forgotten: list[Pending] = []
        self._batches = batches
        self._error = error

    def wait(self, ready: Callable[[], bool], timeout: float) -> bool:
        while timeout and not ready() and self._batches:
            if self._batches[0][0] is LATE and timeout <= emission.QUIET_SECONDS:
                break
            for each in self._batches.pop(0):
                if each is ANSWER:
                    self.pending.settle([], self._error)
                elif each is not LATE:
                    self.signals.append(each)
        return bool(ready())

    def forget(self, pending: Pending) -> None:
        self.forgotten.append(pending)


class FakeClient:
    def __init__(self, *batches: list[Signal], error: Exception | None = None) -> None:
        self.connection = FakeConnection(list(batches), error)
        self.emitted: list[tuple[str, list[str], bool]] = []

    def emit(self, name: str, env: list[str], wait: bool) -> Pending:
        self.emitted.append((name, env, wait))
        return self.connection.pending

    def properties_of(self, names: list[str]) -> list[Any]:
        return [{"start_on": START_ON.get(name, [["go"]])} for name in names]

    def jobs(self) -> list[str]:
        return []

    def statuses(self, pairs: list[tuple[str, str]]) -> list[Any]:
        return [{"goal": "start", "state": "running", "processes": {}} if job in "ab" else None for job, _one in pairs]


@pytest.fixture(autouse=True)
def _every_job_has_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = crash_guard.ensure_safe_to_query

    def refuse(client: Any, conf_dir: str) -> Any:
        looked(client, conf_dir)
        return SimpleNamespace(readable={*"abcdefghijklmnopqrstuvwxyz", "other"})

    monkeypatch.setattr(crash_guard, "ensure_safe_to_query", refuse)


def ask(folder: Path, wait: bool = True, stable_for: float = 0.0) -> emission.Emission:
    return emission.Emission(name="go", env=["A=1"], wait=wait, timeout=1.0, stable_for=stable_for,
                             log_dir=str(folder), conf_dir=str(folder))


def how(jobs: list[dict[str, Any]]) -> list[str]:
    return [f"{job['name']} {job['how']}" for job in jobs]


@pytest.mark.parametrize("batches", [
    [[*UP, ANSWER], NEXT], [[ANSWER, *UP], NEXT], [[*UP, *NEXT, ANSWER]], [[ANSWER, *UP, *NEXT]],
])
def test_jobs_further_on_are_followed(tmp_path: Path, batches: list[list[Signal]]) -> None:
    client = FakeClient(*batches)
    assert how(emission.emit(client, ask(tmp_path), NEW).jobs) == ["a started", "b started"]
    assert client.emitted == [("go", ["A=1"], True)]


FAILED_LATER = [LATE, *FAILURE[1:], *END]
NEXT_FAILED = [signal(one.member, one.args[0], "b") for one in [*FAILURE, END[0]]]
RESPAWNED = [LATE, *(signal("StateChanged", state) for state in ("stopping", "post-stop", "starting", "running"))]
ILL = "The event go is over and did not fail, but not all is well that it has set in motion: "


@pytest.mark.parametrize(("batches", "told"), [
    ([[*UP, ANSWER], FAILED_LATER], "a failed: its main process exited with status 3"),
    ([[*UP, ANSWER], RESPAWNED], "a respawned"),
    ([[*UP, ANSWER], NEXT_FAILED], "b failed: one of its processes exited with status 3"),
])
def test_what_fails_later_or_further_on_is_told(tmp_path: Path, batches: list[list[Signal]], told: str) -> None:
    """For Upstart the event did not fail, and nor does the task."""
    found = emission.emit(FakeClient(*batches), ask(tmp_path, stable_for=60.0), NEW)
    assert found.warnings == [ILL + told + "."] and found.settled
    assert told in how(found.jobs)


def test_services_are_watched_for_as_long_as_was_asked(tmp_path: Path) -> None:
    assert how(emission.emit(FakeClient([*UP, ANSWER], FAILED_LATER), ask(tmp_path), NEW).jobs) == ["a started"]
    old = [presence("InstanceAdded", "c"), ANSWER]
    gone = [LATE, presence("InstanceRemoved", "a")]
    came = [presence("InstanceAdded", "a"), ANSWER]
    watched = ask(tmp_path, stable_for=60.0)
    assert how(emission.emit(FakeClient(came, gone), ask(tmp_path), OLD).jobs) == ["a started"]
    assert [one["stopped"] for one in emission.emit(FakeClient(came, gone), watched, OLD).jobs] == [True]
    assert [one["name"] for one in emission.emit(FakeClient(old, gone), watched, OLD).jobs] == ["c"]


def test_a_task_is_not_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emission, "SETTLE_SECONDS", 0.05)
    (tmp_path / "a.conf").write_text("task\nexec sleep 1\n")
    for first in ([*UP, ANSWER], [*UP, END[0], ANSWER]):
        found = emission.emit(FakeClient(first, FAILED_LATER), ask(tmp_path, stable_for=60.0), NEW)
        assert found.jobs[0]["started"] and not found.jobs[0]["failed"]


def test_what_is_still_on_its_way_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emission, "SETTLE_SECONDS", 0.05)
    (tmp_path / "b.conf").write_text("task\nexec sleep 1000\n")
    found = emission.emit(FakeClient([*UP, ANSWER], NEXT), ask(tmp_path), NEW)
    assert not found.settled and how(found.jobs) == ["a started", "b started"]
    assert found.warnings == ["The event go is over, but not yet all that it has set in motion: b is in start/running. "
                              "That was followed no further."]


def test_where_conditions_cannot_be_asked_for_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_bytes(b"description \xfc\n")
    found = emission.emit(FakeClient([*UP, ANSWER]), ask(tmp_path), NEW)
    assert found.warnings == [
        f"Cannot tell which of these changes the event go caused: {tmp_path}/web.conf holds text that is not UTF-8, "
        "and Upstart would crash if it were asked for its state."]
    assert emission.emit(FakeClient([ANSWER]), ask(tmp_path), NEW).warnings == []


@pytest.mark.parametrize("batches", [
    [[*FAILURE, *END, ANSWER]], [[ANSWER], FAILURE, END], [[*FAILURE, ANSWER], END], [FAILURE, [ANSWER], END],
    [[FAILURE[0], ANSWER], FAILURE[1:], END],
])
def test_the_failure_may_be_told_before_the_answer_or_after_it(tmp_path: Path, batches: list[list[Signal]]) -> None:
    (tmp_path / "a.log").write_text("before\n")
    client = FakeClient(*batches, error=errors.EventFailedError("Event failed"))
    with pytest.raises(UpstartError) as caught:
        emission.emit(client, ask(tmp_path), NEW)
    assert caught.value.message == ("The event go was emitted, but a job that it concerns failed. "
                                    "a failed: its main process exited with status 3.")
    assert caught.value.facts["changed"] is True
    assert caught.value.facts["jobs"][0]["log_lines"] == []


OTHER = [signal("GoalChanged", "start", "other"), signal("Failed", 7, "other"), signal("GoalChanged", "stop", "other"),
         signal("StateChanged", "waiting", "other")]


def test_what_another_event_did_meanwhile_is_none_of_it(tmp_path: Path) -> None:
    assert how(emission.emit(FakeClient([*OTHER, *UP, ANSWER]), ask(tmp_path), NEW).jobs) == ["a started"]
    with pytest.raises(UpstartError) as caught:
        emission.emit(
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
    assert how(emission.emit(client, ask(tmp_path), NEW).jobs) == ["a started"]
    assert time.monotonic() - began < emission.SETTLE_SECONDS / 2


def test_where_conditions_cannot_be_asked_for_nobody_is_blamed(tmp_path: Path) -> None:
    (tmp_path / "web.conf").write_bytes(b"description \xfc\n")
    with pytest.raises(UpstartError) as caught:
        client = FakeClient([*OTHER, *FAILURE, *END, ANSWER], error=errors.EventFailedError("x"))
        emission.emit(client, ask(tmp_path), NEW)
    assert caught.value.message == (
        f"The event go was emitted, but it failed. 2 jobs failed meanwhile, because of it or not, as conditions cannot "
        f"be asked for ({tmp_path}/web.conf holds text that is not UTF-8, and Upstart would crash if it were asked for "
        f"its state): other failed: one of its processes exited with status 7; a failed: its main process exited with "
        f"status 3.")


def test_a_failure_that_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(UpstartError, match="failed. Upstart does not tell which.$"):
        emission.emit(FakeClient([ANSWER], error=errors.EventFailedError("Event failed")), ask(tmp_path), NEW)


def test_nobody_is_concerned(tmp_path: Path) -> None:
    """The answer comes after what the event itself moves; what may come later is not waited for."""
    assert emission.emit(FakeClient([ANSWER]), ask(tmp_path), NEW) == ([], True, [])
    assert emission.emit(FakeClient([ANSWER], UP), ask(tmp_path), NEW) == ([], True, [])


def test_nothing_is_known_without_waiting(tmp_path: Path) -> None:
    client = FakeClient([ANSWER, *UP])
    assert emission.emit(client, ask(tmp_path, wait=False), NEW) == ([], None, [])
    assert client.emitted == [("go", ["A=1"], False)]


def test_the_daemon_refuses(tmp_path: Path) -> None:
    client = FakeClient([ANSWER], error=errors.InvalidArgumentsError("Name may not be empty string.", text="x"))
    with pytest.raises(UpstartError, match="Upstart refused the event go: Name may not be empty string.$"):
        emission.emit(client, ask(tmp_path), NEW)


def test_the_daemon_is_lost(tmp_path: Path) -> None:
    with pytest.raises(UpstartError, match="gone"):
        emission.emit(FakeClient([ANSWER], error=errors.ConnectionLostError("gone")), ask(tmp_path), NEW)


def test_an_event_that_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "holders", lambda *arguments: ["job a: waits", "job b: waits too"])
    client = FakeClient(UP)
    with pytest.raises(UpstartError) as caught:
        emission.emit(client, ask(tmp_path), NEW)
    assert caught.value.message == (
        "The event go was emitted, but not all that it causes was over within 1 s. It is held: job a: waits; job b: "
        "waits too. Set wait to false if that is meant to go on.")
    assert caught.value.facts["held_by"] == ["job a: waits", "job b: waits too"]
    assert how(caught.value.facts["jobs"]) == ["a started"]
    assert client.connection.forgotten == [client.connection.pending]


@pytest.mark.parametrize(("answers", "told"), [
    (True, ("stop/pre-start", "on its way, now in stop/pre-start")), (False, (None, "on its way"))])
def test_where_a_job_stands_of_which_no_state_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: bool,
                                                       told: tuple[str | None, str]) -> None:
    def statuses(pairs: Any) -> list[Any]:
        if not answers:
            raise errors.NoReplyError("no answer within 1 s")
        return [{"goal": "stop", "state": "pre-start", "processes": {}} for _pair in pairs]

    monkeypatch.setattr(holding, "holders", lambda *arguments: [])
    client = FakeClient(UP[:1])
    monkeypatch.setattr(client, "statuses", statuses)
    with pytest.raises(UpstartError) as caught:
        emission.emit(client, ask(tmp_path), NEW)
    assert [(one["status"], one["how"]) for one in caught.value.facts["jobs"]] == [told]


def test_nobody_can_tell_who_holds_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: Any) -> None:
        raise UpstartError("The daemon hangs.")

    monkeypatch.setattr(holding, "holders", fail)
    with pytest.raises(UpstartError, match=r"within 1 s. Who holds it cannot be told: The daemon hangs. Set wait"):
        emission.emit(FakeClient(UP), ask(tmp_path), NEW)


def presence(member: str, job: str) -> Signal:
    return Signal(f"/com/ubuntu/Upstart/jobs/{job}", member, [instance_path(job)])


def test_before_0_6_7_only_what_comes_and_goes_is_told(tmp_path: Path) -> None:
    """What is not known is no ``false``, and jobs further on are followed all the same."""
    client = FakeClient([presence("InstanceAdded", "a"), ANSWER], [presence("InstanceAdded", "b")],
                        [presence("InstanceRemoved", "c")])
    found = emission.emit(client, ask(tmp_path), OLD).jobs
    assert how(found) == ["a started", "b started", "c stopped"]
    assert [[one[key] for key in ("restarted", "respawned", "failed")] for one in found] == [[None] * 3] * 3


def test_before_0_6_7_a_failure_names_those_that_it_may_be(tmp_path: Path) -> None:
    client = FakeClient([presence("InstanceAdded", "c"), presence("InstanceRemoved", "c"), ANSWER],
                        error=errors.EventFailedError("Event failed"))
    with pytest.raises(UpstartError, match="a job that it concerns failed. Upstart does not tell which.$") as caught:
        emission.emit(client, ask(tmp_path), OLD)
    assert [(one["name"], one["started"], one["stopped"], one["failed"], one["how"])
            for one in caught.value.facts["jobs"]] == [("c", None, True, None, "came and went")]


def test_before_0_6_7_events_without_end_are_not_followed_for_ever(tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert how(emission.emit(client, ask(tmp_path), OLD).jobs) == ["a started"]
    assert 1 < waits < 1000


@pytest.mark.parametrize(("version", "words"), [
    (OLD, "Upstart 0.6.5 tells only which instances come and go, states and failures since 0.6.7: jobs lacks what was "
          "restarted or respawned, has what other events did meanwhile, and does not say what failed."),
    ((0, 6, 7), None), (NEW, None)])
def test_what_is_not_told_is_said(version: tuple[int, ...], words: str | None) -> None:
    assert emission.missing_knowledge(version) == words


@pytest.mark.parametrize(("version", "keys"), [((1, 3), set()), ((1, 4), {"log_file", "log_lines"})])
def test_which_upstart_keeps_logs(tmp_path: Path, version: tuple[int, ...], keys: set[str]) -> None:
    client = FakeClient([*FAILURE, *END, ANSWER], error=errors.EventFailedError("Event failed"))
    with pytest.raises(UpstartError, match="a failed: its main process exited with status 3") as caught:
        emission.emit(client, ask(tmp_path), version)
    assert {"log_file", "log_lines"} & set(caught.value.facts["jobs"][0]) == keys


def test_before_0_6_7_a_task_further_on_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is signalled while it runs, so that it is looked at."""
    (tmp_path / "b.conf").write_text("task\nexec sleep 1\n")
    client = FakeClient([presence("InstanceAdded", "b"), ANSWER])
    looks: list[Any] = [{"goal": "start", "state": "running", "processes": {}}] * 3 + [None] * 3

    def statuses(pairs: list[tuple[str, str]]) -> list[Any]:
        if len(looks) == 4:
            client.connection.signals.extend([presence("InstanceRemoved", "b"), presence("InstanceAdded", "c")])
        return [looks.pop(0) if looks else None, *[None] * (len(pairs) - 1)]

    monkeypatch.setattr(client, "statuses", statuses)
    assert [one["name"] for one in emission.emit(client, ask(tmp_path), OLD).jobs] == ["b", "c"]
    assert len(looks) < 3


@pytest.mark.parametrize(("answers", "told"), [
    (True, [("a", "start/running", "started"), ("c", "stop/waiting", "came and went")]),
    (False, [("a", None, "on its way"), ("c", "stop/waiting", "came and went")])])
def test_before_0_6_7_a_held_event_tells_where_jobs_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          answers: bool, told: list[Any]) -> None:
    def silent(pairs: Any) -> list[Any]:
        raise errors.NoReplyError("no answer within 1 s")

    monkeypatch.setattr(holding, "holders", lambda *arguments: [])
    client = FakeClient([presence("InstanceAdded", "a"), presence("InstanceAdded", "c"),
                         presence("InstanceRemoved", "c")])
    if not answers:
        monkeypatch.setattr(client, "statuses", silent)
    with pytest.raises(UpstartError) as caught:
        emission.emit(client, ask(tmp_path), OLD)
    assert [(one["name"], one["status"], one["how"]) for one in caught.value.facts["jobs"]] == told


def test_a_daemon_that_answers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows then whether it has even read the event."""
    def fail(*arguments: Any) -> list[str]:
        raise errors.NoReplyError("The daemon hangs.")

    monkeypatch.setattr(holding, "holders", fail)
    with pytest.raises(UpstartError) as caught:
        emission.emit(FakeClient(), ask(tmp_path), NEW)
    assert caught.value.message == (
        "Whether the event go was emitted is not known, as no answer came within 1 s. The daemon hangs.")
    assert caught.value.facts["changed"] is True and caught.value.facts["jobs"] == []
    with pytest.raises(UpstartError, match="was emitted, but not all that it causes"):
        emission.emit(FakeClient(UP), ask(tmp_path), NEW)


def test_a_job_whose_file_cannot_be_read_counts_as_no_task(tmp_path: Path) -> None:
    (tmp_path / "a.conf").mkdir()
    assert how(emission.emit(FakeClient([*UP, ANSWER]), ask(tmp_path), NEW).jobs) == ["a started"]


def test_no_folder_of_logs(tmp_path: Path) -> None:
    client, asked = FakeClient([*UP, ANSWER]), ask(tmp_path)._replace(log_dir="/no/folder")
    assert how(emission.emit(client, asked, NEW).jobs) == ["a started"]
