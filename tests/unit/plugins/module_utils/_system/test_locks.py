# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lock files: one process at a time, also after one was killed, and none of them is left over."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._system import locks
from ansible_collections.sysinit.upstart.tests.unit.support import waiting

FORK = multiprocessing.get_context("fork")


def hold(path: Path, seconds: float) -> None:
    with locks.held([str(path)], 60):
        (path.parent.parent / "held").touch()
        time.sleep(seconds)


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    return tmp_path / "lists" / ".shop.lock"


def held_elsewhere(lock: Path, seconds: float) -> multiprocessing.process.BaseProcess:
    """Return another process that holds a lock."""
    process = FORK.Process(target=hold, args=(lock, seconds))
    process.start()
    waiting.wait_for((lock.parent.parent / "held").exists, "the other process has no lock")
    return process


def test_a_lock_is_one_file_that_goes_with_its_empty_directory(lock: Path) -> None:
    with locks.held([str(lock), str(lock), str(lock.with_name(".mail.lock"))], 60):
        assert sorted(path.name for path in lock.parent.iterdir()) == [".mail.lock", ".shop.lock"]
        assert (lock.read_text(), lock.stat().st_mode & 0o777) == (f"{os.getpid()}\n", 0o600)
    assert not lock.parent.exists()


def test_others_wait(lock: Path) -> None:
    process = held_elsewhere(lock, 0.3)
    with locks.held([str(lock)], 60):
        process.join(60)
        assert process.exitcode == 0 and lock.read_text() == f"{os.getpid()}\n"
    assert not lock.exists()


def test_others_do_not_wait_forever(lock: Path) -> None:
    process = held_elsewhere(lock, 60)
    with pytest.raises(UpstartError, match=f"still held by process {process.pid} after 0.1 s"), \
            locks.held([str(lock)], 0.1):
        pass
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join(60)
    with locks.held([str(lock)], 60):
        assert lock.read_text() == f"{os.getpid()}\n"
    assert not lock.exists()


@pytest.mark.parametrize("place", ["/proc/no/.shop.lock", "/dev/null/.shop.lock"])
def test_where_no_file_can_be_written_there_is_no_lock(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "POLL_INTERVAL", 0.0)
    with locks.held([place], 60):
        pass


def test_a_link_in_the_place_of_a_lock_file_is_not_followed(lock: Path) -> None:
    lock.parent.mkdir()
    target = lock.parent / "other"
    target.write_text("text")
    lock.symlink_to(target)
    with locks.held([str(lock)], 60):
        assert target.read_text() == "text"
