# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lost pid that is used again counts as ended when its new owner ends as an orphan, but not before."""

from __future__ import annotations

import errno
import os
import select
import subprocess
from collections.abc import Callable, Iterator

import pytest
from ansible_collections.sysinit.upstart.tests.unit.support.child_processes import open_descriptors
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import PATIENCE
from emulator import lostpids

PID = 4711
NO_PROCESS = None
MIDDLE, HELPER = 100, 200


@pytest.mark.parametrize("parents, child, ended", [
    ([NO_PROCESS, MIDDLE, 1, NO_PROCESS], False, 1),
    ([NO_PROCESS, 1, NO_PROCESS], False, 1),
    ([NO_PROCESS, MIDDLE, HELPER, NO_PROCESS], False, 1),
    ([NO_PROCESS, MIDDLE, NO_PROCESS], False, 0),
    ([NO_PROCESS, NO_PROCESS, NO_PROCESS], False, 0),
    ([MIDDLE, MIDDLE, MIDDLE], False, 0),
    ([NO_PROCESS, 1, NO_PROCESS], True, 0),
    ([NO_PROCESS, 1, 1], False, 0),
])
def test_new_owners(
    monkeypatch: pytest.MonkeyPatch, parents: list[int | None], child: bool, ended: int,
) -> None:
    seen = iter(parents)
    monkeypatch.setattr(lostpids, "parent_of", lambda _pid: next(seen))
    monkeypatch.setattr(lostpids, "is_child", lambda _pid: child)
    reported: list[int] = []
    lost = Watched([PID], reported)
    for _parent in parents:
        lost.pids.check_all()
    assert reported == [PID] * ended


class Watched:
    """LostPids with records of its requests: the times of its timers, and its descriptors with their callbacks."""

    def __init__(self, candidates: list[int], reported: list[int] | None = None) -> None:
        self.times: list[float] = []
        self.watches: dict[int, Callable[[], None]] = {}
        self.pids = lostpids.LostPids(
            lambda: candidates, (reported if reported is not None else []).append,
            lambda seconds, _function: self.times.append(seconds),
            self.watches.__setitem__, self.watches.pop)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as running:
        yield running
        running.kill()


def test_the_end_of_a_followed_process_is_announced(process: subprocess.Popen[bytes]) -> None:
    lost = Watched([])
    lost.pids.follow(process.pid)
    ((descriptor, function),) = list(lost.watches.items())
    assert lost.times == []
    assert select.select([descriptor], [], [], 0)[0] == []
    process.kill()
    assert select.select([descriptor], [], [], PATIENCE)[0] == [descriptor]
    function()
    assert (lost.times, lost.watches) == ([0], {})
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
    lost.pids.check_all()
    assert lost.times == [0]


def test_a_process_that_has_already_ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    lost = Watched([])
    lost.pids.follow(process.pid)
    assert (lost.times, lost.watches) == ([0], {})


def test_the_same_number_again(process: subprocess.Popen[bytes]) -> None:
    lost = Watched([])
    lost.pids.follow(process.pid)
    descriptors = open_descriptors()
    lost.pids.follow(process.pid)
    assert len(lost.watches) == 1
    assert open_descriptors() <= descriptors


def test_a_lost_pid_is_checked_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lostpids, "parent_of", lambda _pid: NO_PROCESS)
    monkeypatch.setattr(lostpids, "is_child", lambda _pid: False)
    lost = Watched([PID])
    lost.pids.check_all()
    lost.pids.check_all()
    assert lost.times == [lostpids.CHECK_INTERVAL] * 2


def test_without_pidfds_it_searches_for_lost_pids(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_pid: int) -> int:
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", unknown)
    monkeypatch.setattr(lostpids, "parent_of", lambda _pid: MIDDLE)
    candidates = [PID]
    lost = Watched(candidates)
    lost.pids.follow(PID)
    lost.pids.follow(PID)
    assert lost.times == [lostpids.SEARCH_INTERVAL]
    lost.pids.check_all()
    assert lost.times == [lostpids.SEARCH_INTERVAL] * 2
    candidates.clear()
    lost.pids.check_all()
    assert lost.times == [lostpids.SEARCH_INTERVAL] * 2
