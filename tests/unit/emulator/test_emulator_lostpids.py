# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lost pid that is used again counts as ended when its new owner ends as an orphan, and only then."""

from __future__ import annotations

import pytest
from emulator import lostpids

PID = 4711
GONE = None
MIDDLE, HELPER = 100, 200


@pytest.mark.parametrize("parents, child, ended", [
    ([GONE, MIDDLE, 1, GONE], False, 1),
    ([GONE, 1, GONE], False, 1),
    ([GONE, MIDDLE, HELPER, GONE], False, 1),
    ([GONE, MIDDLE, GONE], False, 0),
    ([GONE, GONE, GONE], False, 0),
    ([MIDDLE, MIDDLE, MIDDLE], False, 0),
    ([GONE, 1, GONE], True, 0),
    ([GONE, 1, 1], False, 0),
])
def test_new_owners(
    monkeypatch: pytest.MonkeyPatch, parents: list[int | None], child: bool, ended: int,
) -> None:
    seen = iter(parents)
    monkeypatch.setattr(lostpids, "parent_of", lambda _pid: next(seen))
    monkeypatch.setattr(lostpids, "is_child", lambda _pid: child)
    told: list[int] = []
    lost = lostpids.LostPids(lambda: [PID], told.append, lambda _seconds, _function: None)
    for _parent in parents:
        lost.look()
    assert told == [PID] * ended


def test_without_candidates_nobody_looks() -> None:
    times: list[float] = []
    lost = lostpids.LostPids(lambda: [], lambda _pid: None, lambda seconds, _function: times.append(seconds))
    lost.start()
    lost.start()
    assert times == [lostpids.SEARCH]
    lost.look()
    assert times == [lostpids.SEARCH]
    lost.start()
    assert times == [lostpids.SEARCH] * 2
