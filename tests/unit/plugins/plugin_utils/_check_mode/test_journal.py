# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Predictions of check mode are kept per host and in order, and only their user can read them."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from ansible_collections.sysinit.upstart.plugins.module_utils._host import check_mode
from ansible_collections.sysinit.upstart.plugins.plugin_utils._check_mode.journal import Journal, encoded


def test_records_come_back_in_order_for_their_host_only(tmp_path: Path) -> None:
    journal, other = Journal(str(tmp_path), "one"), Journal(str(tmp_path), "../other")
    assert journal.is_empty() and journal.records() == []
    journal.add({"up": [["web", "", []]]})
    journal.add({"doubt": "ü"})
    other.add({"down": []})
    assert Journal(str(tmp_path), "one").records() == [{"up": [["web", "", []]]}, {"doubt": "ü"}]
    assert other.records() == [{"down": []}]
    journal.clear()
    assert journal.is_empty() and journal.records() == []
    journal.clear()
    assert not other.is_empty()


def test_nobody_else_can_read_them(tmp_path: Path) -> None:
    Journal(str(tmp_path), "host").add({"doubt": "secret"})
    (folder,) = tmp_path.iterdir()
    (file,) = folder.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


def add_many(root: str, name: str) -> None:
    for number in range(50):
        Journal(root, "host").add({"doubt": f"{name}{number}" * 500})


def test_workers_may_add_at_the_same_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=add_many, args=(str(tmp_path), name)) for name in "abc"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(Journal(str(tmp_path), "host").records()) == 150


def test_the_modules_decode_what_the_controller_encodes() -> None:
    records = [{"unknown": {"wüb": "why"}}, {"forget": None}]
    assert check_mode.decode(encoded(records)) == records
    assert len(encoded([])) > 8  # a no_log option: a short value would be masked in other texts
