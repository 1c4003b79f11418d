# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests that are refused, unanswered or cut off: each is reported, and nothing is done twice."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.connection import Signal
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import (
    AlreadyStartedError,
    ConnectionLostError,
    JobFailedError,
    PermissionDeniedError,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.names import instance_path
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._services import (
    steps as service_steps,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._services import (
    unwedge,
    verifying,
    watching,
)
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support import fake_client
from ansible_collections.sysinit.upstart.tests.unit.support.acting_client import NEW, OLD, Client, act, target
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import DOWN, SERVICE, TASK, UP

pytestmark = pytest.mark.usefixtures("all_folders_are_watched")


@pytest.mark.parametrize(("state", "step", "before"), [
    ("started", "start", DOWN), ("stopped", "stop", UP), ("reloaded", "reload", UP)])
def test_a_request_that_is_refused(tmp_path: Path, state: str, step: str, before: Any) -> None:
    client = Client([PermissionDeniedError("only root may.", error="x.PermissionDenied")], [before])
    error = act(client, target(tmp_path, state, step, before=before))
    assert error is not None
    assert error.message == f"Upstart refused to {step} web: only root may."
    assert error.facts == {"name": "web", "error": "x.PermissionDenied"}


def test_a_request_that_is_not_answered_is_not_waited_for_later(tmp_path: Path) -> None:
    client = Client([None], [fake_client.COMING])
    one = target(tmp_path, "started", "start")
    one.wanted = one.wanted._replace(timeout=0.05)
    error = act(client, one)
    assert error is not None and error.message.startswith("Job web was not started within 0.05 s: it is in start/pre-")
    assert [pending.member for pending in client.connection.forgotten] == ["Start"]


def test_a_job_that_fails_while_it_is_started(tmp_path: Path) -> None:
    client = Client([JobFailedError("Job failed to start")], [DOWN])
    error = act(client, target(tmp_path, "started", "start"))
    assert error is not None and error.message == "Job web failed to start."
    assert error.facts["log_file"] == f"{tmp_path}/web.log"


def test_a_service_that_starts_without_its_process(tmp_path: Path) -> None:
    error = act(Client([[]], [fake_client.NO_MAIN]), target(tmp_path, "started", "start"))
    assert error is not None
    assert error.message == ("Job web has no main process although Upstart calls it running: the process could not be "
                             "run.")


def test_an_instance_that_fails_while_it_is_started(tmp_path: Path) -> None:
    """Its own failure is reported, not that of another instance."""
    client = Client([JobFailedError("Job failed to start")], [])
    client.known = {"web": {"1": [DOWN]}}
    client.connection.signals = [Signal(instance_path("web", name), "Failed", [status])
                                 for name, status in (("1", 3), ("2", 4), ("", 5))]
    one = target(tmp_path, "started", "start", text="instance $N\nexec a\n")
    one.instance = "1"
    error = act(client, one)
    assert error is not None
    assert error.message == "Job web (1) failed to start: one of its processes exited with status 3."
    assert error.facts["log_file"] == f"{tmp_path}/web-1.log"


@pytest.mark.parametrize(("signals", "said"), [
    ([], None), ([("Failed", 3)], "Job web ran and failed: one of its processes exited with status 3.")])
def test_a_task_that_is_over(tmp_path: Path, signals: list[tuple[str, int]], said: str | None) -> None:
    client = Client([[instance_path("web")]], [DOWN])
    client.connection.signals = [Signal(instance_path("web"), member, [status]) for member, status in signals]
    error = act(client, target(tmp_path, "started", "start", text=TASK))
    assert (error.message if error else None) == said


def test_a_task_that_takes_too_long(tmp_path: Path) -> None:
    client = Client([None], [UP])
    one = target(tmp_path, "started", "start", text=TASK)
    one.wanted = one.wanted._replace(timeout=0.05)
    error = act(client, one)
    assert error is not None
    assert error.message == (
        f"Task job web was still running after 0.05 s and keeps running as process {os.getpid()}. Set a longer "
        "timeout.")


def test_a_job_that_comes_back_after_its_stop(tmp_path: Path) -> None:
    client = Client([[]], [fake_client.status("start", "running", os.getppid())])
    one = target(tmp_path, "stopped", "stop", before=UP)
    assert act(client, one) is None
    verifying.verify(client, [one], one.wanted, one.progress.init_log)
    assert one.result.error is not None
    assert one.result.error.message == (
        "Job web was stopped, but something started it again at once. Check its start on condition and what else "
        "manages it.")


@pytest.mark.parametrize(("state", "steps", "held", "reads"), [
    ("started", ["start"], [fake_client.held("old")], True),
    ("restarted", ["stop", "start"], [fake_client.held("old")], True),
    ("started", ["start"], [fake_client.held("a")], False),
    ("started", ["start"], [{**fake_client.held("old"), "deleted": 1}], True),
    ("started", ["start"], [{**fake_client.held("old"), "name": "other"}], True),
    ("started", ["start"], None, False),
    ("stopped", ["stop"], [fake_client.held("old")], True),
])
def test_a_file_that_the_daemon_has_not_noticed(tmp_path: Path, state: str, steps: list[str],
                                                held: list[dict[str, Any]] | None, reads: bool) -> None:
    """A job that is started or stopped has its file read again if the daemon has not read it."""
    before = DOWN if steps == ["start"] else UP
    client = Client([[] for _step in steps], [DOWN if state == "stopped" else UP])
    client.held = held
    one = target(tmp_path, state, *steps, before=before)
    if state == "restarted":
        client.known["web"][""] = [DOWN, UP]
    assert act(client, one) is None
    requests = [[*["ReloadConfiguration"] * reads, step.capitalize()] for step in steps]
    assert client.asked == [request for each in requests for request in each]


def test_a_job_that_something_else_started_is_fine(tmp_path: Path) -> None:
    client = Client([AlreadyStartedError("Job is already running: web")], [UP])
    assert act(client, target(tmp_path, "started", "start")) is None


def test_a_service_whose_start_was_cut_off_is_not_started_twice(tmp_path: Path) -> None:
    client = Client([ConnectionLostError("broke")], [UP])
    assert act(client, target(tmp_path, "started", "start")) is None
    assert client.asked == ["Start"]
    assert len(client.connection.reopened) == 1


def test_a_service_that_did_not_start_is_started_again(tmp_path: Path) -> None:
    client = Client([ConnectionLostError("broke"), ["/com/ubuntu/Upstart/jobs/web/_"]], [DOWN, UP])
    assert act(client, target(tmp_path, "started", "start")) is None
    assert client.asked == ["Start", "Start"]


def test_a_restart_that_was_cut_off_goes_on_where_it_was(tmp_path: Path) -> None:
    client = Client([ConnectionLostError("broke"), [], ["/com/ubuntu/Upstart/jobs/web/_"]], [UP, DOWN, UP])
    assert act(client, target(tmp_path, "restarted", "stop", "start", before=UP)) is None
    assert client.asked == ["Stop", "Stop", "Start"]


def test_a_task_that_was_cut_off_is_not_run_twice(tmp_path: Path) -> None:
    client = Client([ConnectionLostError("broke")], [DOWN])
    error = act(client, target(tmp_path, "started", "start", text=TASK))
    assert error is not None
    assert error.message == (
        "Cannot tell whether the task job web succeeded: init was re-executed while it ran. Check its work.")
    assert client.asked == ["Start"]


def test_a_reload_that_was_cut_off_is_not_sent_twice(tmp_path: Path) -> None:
    client = Client([ConnectionLostError("broke")], [UP])
    assert act(client, target(tmp_path, "reloaded", "reload", before=UP)) is None
    assert client.asked == ["Reload"]


@pytest.mark.parametrize("number", [NEW, OLD])
def test_a_service_that_is_stopped_before_its_reload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                     number: tuple[int, ...]) -> None:
    """No request is sent for it. It is started again when all targets are verified."""
    client = Client([["/com/ubuntu/Upstart/jobs/web/_"]], [], number)
    stopped = [Signal(instance_path("web"), "StateChanged", [state]) for state in ("running", "pre-stop", "waiting")]

    def statuses(pairs: list[tuple[str, str]]) -> list[Any]:
        client.connection.signals = stopped
        return [UP if client.asked else DOWN for _pair in pairs]

    monkeypatch.setattr(client, "statuses", statuses)
    one = target(tmp_path, "reloaded", "wait", "reload", before=fake_client.COMING, number=number)
    assert act(client, one) is None
    assert client.asked == []
    assert verifying.verify(client, [one], one.wanted, one.progress.init_log, may_act=True)
    assert (client.asked, one.result.error) == (["Start"], None)


def test_an_init_that_forgets_its_jobs(tmp_path: Path) -> None:
    client = Client([ConnectionLostError("broke")], [DOWN], OLD)
    reason = "This release of Upstart forgets its jobs when that happens, but their processes are still running"
    with pytest.raises(UpstartError, match=reason):
        act(client, target(tmp_path, "started", "start"))
    assert client.asked == ["Start"]


@pytest.mark.parametrize("step", ["free", "clean"])
def test_what_cannot_be_freed_or_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def fail(*arguments: Any) -> None:
        raise errors[0]

    left = [{"pid": 7, "command": "sleep"}]
    monkeypatch.setattr(unwedge, "unwedge", fail)
    monkeypatch.setattr(unwedge, "end_leftovers", fail)
    monkeypatch.setattr(unwedge, "leftovers", lambda client, job, instance: left)
    errors: list[Exception] = [UpstartError("Process 7 (sleep) cannot be ended.")]
    client = Client([], [UP])
    one = target(tmp_path, "started", step, "start", before=UP)
    assert act(client, one) is errors[0]
    assert client.asked == [], "nothing is started on top of it"
    assert one.result.leftovers == (left if step == "free" else [])
    errors[0] = ConnectionLostError("broke")
    again = target(tmp_path, "started", step, before=UP)
    with pytest.raises(ConnectionLostError):
        {steps[0]: take for steps, take in service_steps.PHASES}[step](client, [again], again.wanted, Deadline(1))
    assert again.result.error is None


def test_a_connection_that_breaks_while_jobs_are_enabled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are in place; the module checks that the daemon has loaded the jobs again."""
    from ansible_collections.sysinit.upstart.plugins.module_utils._host import enabling

    def lose(client: Client, changes: list[Any], attributes: Any, conf_dir: str) -> None:
        raise ConnectionLostError("broke")

    monkeypatch.setattr(enabling, "act", lose)
    looked_up: list[str] = []
    client = Client([], [UP])
    monkeypatch.setattr(client, "find_job", looked_up.append)
    one = target(tmp_path, "started")
    one.plan.change = "a change"
    service_steps.enable(client, [one], None, str(tmp_path))
    assert (len(client.connection.reopened), looked_up) == (1, ["web"])


@pytest.mark.parametrize(("number", "said"), [
    (errno.EPERM, "Job web was not reloaded: this user may not signal process %d. Run the task as root."),
    (errno.ESRCH, None)])
def test_a_reload_by_signal_that_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int,
                                            said: str | None) -> None:
    """There is no method for it before 1.10; a process that has just ended is noticed later."""
    def refuse(pid: int, sent: int) -> None:
        raise OSError(number, os.strerror(number))

    one = target(tmp_path, "reloaded", "reload", before=UP)
    monkeypatch.setattr(watching.os, "kill", refuse)
    assert watching.send_reload(Client([], [UP], OLD), one) is None
    assert (one.result.error.message if one.result.error else None) == (said % os.getpid() if said else None)


def test_no_signal_is_sent_where_the_daemons_pids_mean_other_processes(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = target(tmp_path, "reloaded", "reload", before=UP)
    client = Client([], [UP], OLD)
    client.connection.peer = {"pid": 0, "uid": 0, "gid": 0}
    monkeypatch.setattr(watching.os, "kill", lambda pid, sent: pytest.fail(f"a signal for process {pid}"))
    assert watching.send_reload(client, one) is None
    assert one.result.error is not None and one.result.error.message == (
        "Job web was not reloaded: before 1.10, a reload is a signal to the main process, and the processes of this "
        "Upstart are not visible from here. Run the task where Upstart runs, with /proc mounted.")


@pytest.mark.parametrize(("number", "asked"), [((1, 9), []), ((1, 10), ["Reload"])])
def test_which_upstart_has_a_method_to_reload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                              number: tuple[int, ...], asked: list[str]) -> None:
    signals: list[tuple[int, int]] = []
    monkeypatch.setattr(watching.os, "kill", lambda pid, sent: signals.append((pid, sent)))
    client = Client([[]], [UP], number)
    watching.send_reload(client, target(tmp_path, "reloaded", "reload", before=UP))
    assert client.asked == asked
    assert signals == ([] if asked else [(os.getpid(), signal.SIGHUP)])


@pytest.mark.parametrize(("before", "after", "said"), [
    (UP, UP, None),
    (UP, fake_client.status("start", "running", os.getppid()),
     "Job web does not stay up and is being respawned."),
    (UP, DOWN, "Job web ended right after it was started: its main process exited without an error."),
    (UP, fake_client.NO_MAIN, "Job web does not stay up and is being respawned."),
])
def test_a_started_job_is_watched(tmp_path: Path, before: Any, after: Any, said: str | None) -> None:
    one = target(tmp_path, "started", text="respawn\n" + SERVICE, before=before)
    watching.watch(Client([], [after]), [one], one.wanted, Deadline(1))
    assert (one.result.error is None) is (said is None)
    assert one.result.error is None or one.result.error.message.startswith(str(said))


def test_nothing_to_watch() -> None:
    watching.watch(None, [], None, None)


def test_a_job_that_cannot_be_stopped_does_not_hide_another(tmp_path: Path) -> None:
    """The first instance is already gone and needs no request."""
    first, second = (target(tmp_path, "stopped", "stop", before=status) for status in (DOWN, UP))
    client = Client([PermissionDeniedError("only root may.")], [UP])
    client.known = {"web": {"": [UP], "gone": [DOWN]}}
    first.instance = "gone"
    service_steps.act(client, [first, second], first.wanted)
    assert first.result.error is None
    assert (
        second.result.error is not None and second.result.error.message == "Upstart refused to stop web: only root may."
    )


def test_nothing_is_started_in_place_of_an_instance_that_does_not_stop(tmp_path: Path) -> None:
    """Upstart would start it with the older definition."""
    client = Client([PermissionDeniedError("no", error="x.PermissionDenied")], [UP])
    one = target(tmp_path, "stopped", "stop", before=UP)
    other = target(tmp_path, "restarted", "start")
    other.instance = "1"
    one.plan.group = other.plan.group = [one, other]
    service_steps.act(client, [one, other], one.wanted)
    assert client.asked == ["Stop"]
    assert other.result.error is not None and other.result.error.message == (
        "Job web (1) was not started with the new definition: instance web is still running, and Upstart keeps the old "
        "one until all are gone. Run the task again.")
