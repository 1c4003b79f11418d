# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init's own messages, from the kernel's log or a file of syslog."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import init_log

MESSAGE = "web main process (7) terminated with status 1"


@pytest.mark.parametrize(("line", "job", "instance", "is_about"), [
    ("init: " + MESSAGE, "web", "", True),
    ("Nov 21 03:00:00 host init: " + MESSAGE, "web", "", True),
    ("Nov 21 03:00:00 host init[1]: " + MESSAGE, "web", "", True),
    ("init: Failed to spawn web main process: unable to execute: No such file or directory", "web", "", True),
    ("init: /etc/init/web.conf:2: Unknown stanza", "web", "", True),
    ("init: tty (1) main process (7) killed by KILL signal", "tty", "1", True),
    ("init: tty (1) main process (7) killed by KILL signal", "tty", "2", False),
    ("init: Failed to obtain tty instance: Unknown parameter: N", "tty", "", True),
    ("init: webmail main process (7) terminated with status 1", "web", "", False),
    ("init: web goal changed from stop to start", "web", "", False),
    ("init: web main process (7)", "web", "", False),
    ("kernel: " + MESSAGE, "web", "", False),
    ("init: " + MESSAGE, "w.b", "", False),
])
def test_messages_about_a_job(tmp_path: Path, line: str, job: str, instance: str, is_about: bool) -> None:
    path = tmp_path / "messages"
    path.write_text("init: " + MESSAGE + " (yesterday)\n")
    log = init_log.InitLog(str(path))
    assert log.about("web") == []
    with path.open("a") as stream:
        stream.write(line + "\ninit: half a li")
    assert len(log.about(job, instance)) == is_about
    with path.open("a") as stream:
        stream.write("ne\n")
    assert len(log.about(job, instance)) == is_about
    log.close()


def test_a_log_that_lags_behind_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "messages"
    path.touch()
    log = init_log.InitLog(str(path))
    writer = threading.Timer(0.05, path.write_text, ["init: " + MESSAGE + "\n"])
    writer.start()
    assert log.about("web", expected=True) == [MESSAGE]
    writer.join()


def test_a_log_that_was_rotated_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "messages"
    path.write_text("x" * 1000)
    log = init_log.InitLog(str(path))
    path.write_text("init: " + MESSAGE + "\n")
    assert log.about("web") == [MESSAGE]


def test_a_removed_log_has_no_messages(tmp_path: Path) -> None:
    path = tmp_path / "messages"
    path.touch()
    log = init_log.InitLog(str(path))
    path.unlink()
    assert log.about("web", expected=True) == []
    path.write_text("init: " + MESSAGE + "\n")
    assert log.about("web") == [MESSAGE], "syslog has begun another"


@pytest.mark.parametrize("kind", ["missing", "directory", "fifo"])
def test_a_log_that_cannot_be_read_has_no_messages(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(init_log, "SYSLOG_DELAY_SECONDS", 120)
    path = tmp_path / "log"
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    log = init_log.InitLog(str(path))
    begin = time.monotonic()
    assert log.about("web", expected=True) == []
    assert time.monotonic() - begin < 60
    log.close()


def test_records_of_the_kernel_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = init_log.InitLog(str(tmp_path))
    records = [b"6,1,2,-;init: %s\n" % MESSAGE.encode(), BrokenPipeError(32, "overwritten"),
               b"6,2,3,-;init: web respawning too fast, stopped\n SUBSYSTEM=x\n", BlockingIOError(11, "no more")]

    def read(handle: int, size: int) -> bytes:
        record = records.pop(0)
        if isinstance(record, Exception):
            raise record
        return record

    monkeypatch.setattr(log, "_handle", os.open("/dev/null", os.O_RDONLY))
    monkeypatch.setattr(init_log.os, "read", read)
    assert log.about("web") == [MESSAGE, "web respawning too fast, stopped"]
    log.close()


def test_older_records_of_the_kernel_log_are_not_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands for the device; its first records are those since the boot."""
    path = tmp_path / "kmsg"
    path.write_text("6,1,2,-;init: web main process (3) terminated with status 9\n")
    monkeypatch.setattr(init_log.stat, "S_ISCHR", lambda mode: True)
    log = init_log.InitLog(str(path))
    with path.open("a") as stream:
        stream.write("6,2,3,-;init: %s\n" % MESSAGE)
    assert log.about("web") == [MESSAGE]
    log.close()


def test_a_failed_post_start() -> None:
    messages = ["web post-start process (7) terminated with status 1",
                "Failed to spawn web post-start process: unable to execute: No such file or directory", MESSAGE]
    assert init_log.failed_after_start(messages) == messages[:2]
