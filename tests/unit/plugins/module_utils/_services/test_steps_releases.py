# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports under an older Upstart, which sends fewer signals or treats ends differently."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._daemon.errors import AlreadyStartedError, JobFailedError
from ansible_collections.sysinit.upstart.plugins.module_utils._host.init_log import InitLog
from ansible_collections.sysinit.upstart.plugins.module_utils._services import failure_errors, watching
from ansible_collections.sysinit.upstart.plugins.module_utils._system.deadline import Deadline
from ansible_collections.sysinit.upstart.tests.unit.support.acting_client import OLD, SILENT, Client, act, target
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import DOWN, SERVICE, TASK, UP, status

pytestmark = pytest.mark.usefixtures("all_folders_are_watched")

REASON = " Upstart reports the reason only since 0.6.7; set init_log to the syslog file, where init writes it."
SAID = "init: web main process (7) terminated with status 3\n"


@pytest.mark.parametrize(("number", "said", "words"), [
    (SILENT, "", "Job web failed to start." + REASON),
    (SILENT, SAID, "Job web failed to start. Init says: web main process (7) terminated with status 3."),
    ((0, 6, 7), "", "Job web failed to start."),
])
def test_a_failure_without_a_signalled_reason(tmp_path: Path, number: tuple[int, ...], said: str, words: str) -> None:
    (tmp_path / "syslog").write_text("")
    one = target(tmp_path, "started", number=number)
    one.wanted = one.wanted._replace(init_log=str(tmp_path / "syslog"))
    one.progress.init_log = InitLog(one.wanted.init_log)
    (tmp_path / "syslog").write_text(said)
    assert failure_errors.failure(Client([], [DOWN], number), one, one.wanted).message == words


def test_before_0_6_7_the_reason_of_an_end_is_unknown(tmp_path: Path) -> None:
    """It would be a guess that the process exited without an error."""
    one = target(tmp_path, "started", before=UP, number=SILENT)
    watching.watch(Client([], [DOWN], SILENT), [one], one.wanted, Deadline(1))
    assert one.result.error is not None
    assert one.result.error.message == "Job web ended, or was stopped, right after it was started." + REASON


@pytest.mark.parametrize(
    ("number", "answer", "fails"),
    [
        (SILENT, AlreadyStartedError("Job is already running: web"), True),
        (SILENT, ["/com/ubuntu/Upstart/jobs/web/_"], False),
        ((0, 6, 7), AlreadyStartedError("Job is already running: web"), False),
    ],
)
def test_a_task_that_something_else_started_before_0_6_7(tmp_path: Path, number: tuple[int, ...], answer: Any,
                                                         fails: bool) -> None:
    """Upstart reports success only to the client that starts the task."""
    error = act(Client([answer], [DOWN], number), target(tmp_path, "started", "start", text=TASK, number=number))
    assert (error is not None) is fails
    assert error is None or error.message == (
        "Cannot tell whether the task job web succeeded: it was running already, and Upstart before 0.6.7 reports that "
        "to its starter only. Check its work, or run the task again.")


@pytest.mark.parametrize(("number", "name"), [((1, 3), None), ((1, 4), "web.log")])
def test_which_upstart_has_a_log_for_a_job(tmp_path: Path, number: tuple[int, ...], name: str | None) -> None:
    one = target(tmp_path, "started", number=number)
    (tmp_path / "web.log").write_text("unrelated\n")
    one.mark_log(str(tmp_path))
    assert (one.log_file(str(tmp_path)), one.progress.log_mark) == ((str(tmp_path / name), 10) if name else (None, 0))


PRE_STOP = "pre-stop exec b\n" + SERVICE
POST_STOP = "post-stop exec c\n"
FAILED = "failed while stopping"
AGAIN = status("start", "running", os.getppid())


@pytest.mark.parametrize(("text", "number", "after", "error", "warning"), [
    (PRE_STOP, (1, 10), DOWN, None, None),
    (PRE_STOP + POST_STOP, (1, 10), DOWN, None, FAILED),
    (POST_STOP + SERVICE, (1, 10), DOWN, FAILED, None),
    (PRE_STOP, (1, 11), DOWN, FAILED, None),
    (PRE_STOP, (1, 10), AGAIN, "something started it again at once", None),
    ("respawn\n" + PRE_STOP, (1, 10), AGAIN, "Upstart before 1.11 respawns a job whose main process ends", None),
    ("respawn\n" + PRE_STOP, (1, 11), UP, FAILED, None),
])
def test_a_stop_that_counts_as_failed(tmp_path: Path, text: str, number: tuple[int, ...], after: Any,
                                      error: str | None, warning: str | None) -> None:
    """Before 1.11 it fails if the main process ends during pre-stop, which is the purpose of many a pre-stop."""
    one = target(tmp_path, "stopped", "stop", text=text, before=UP, number=number)
    found = act(Client([JobFailedError("Job failed while stopping")], [after], number), one)
    assert (found is None) is (error is None)
    assert found is None or str(error) in found.message
    assert len(one.result.warnings) == bool(warning) and all(str(warning) in text for text in one.result.warnings)


def test_a_restart_goes_on_after_a_stop_that_counts_as_failed(tmp_path: Path) -> None:
    client = Client([JobFailedError("Job failed while stopping"), ["/com/ubuntu/Upstart/jobs/web/_"]], [DOWN, UP], OLD)
    one = target(tmp_path, "restarted", "stop", "start", text=PRE_STOP, before=UP, number=OLD)
    assert act(client, one) is None
    assert client.asked == ["Stop", "Start"]
