# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The logs of jobs: their paths and their last lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import job_logs


@pytest.mark.parametrize(("job", "instance", "name"), [
    ("web", "", "web.log"), ("net/web", "", "net_web.log"), ("tty", "tty1", "tty-tty1.log"), ("a", "b/c", "a-b_c.log"),
])
def test_log_paths(job: str, instance: str, name: str) -> None:
    assert job_logs.log_path("/var/log/upstart", job, instance) == "/var/log/upstart/" + name


def test_the_tail_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    assert job_logs.log_tail(str(log)) == [] and job_logs.log_size(str(log)) == 0
    log.write_bytes(b"old\n")
    mark = job_logs.log_size(str(log))
    assert mark == 4
    with log.open("ab") as stream:
        stream.write(b"new 1\nnew \xff\n")
    assert job_logs.log_tail(str(log)) == ["old", "new 1", "new \N{REPLACEMENT CHARACTER}"]
    assert job_logs.log_tail(str(log), mark) == ["new 1", "new \N{REPLACEMENT CHARACTER}"]
    log.write_bytes(b"x\n")  # rotated meanwhile
    assert job_logs.log_tail(str(log), mark) == ["x"]


def test_only_the_end_of_a_long_log(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("".join("line %d\n" % number for number in range(100000)))
    assert job_logs.log_tail(str(log)) == ["line %d" % number for number in range(99990, 100000)]
    log.write_text("x" * 100000)
    assert job_logs.log_tail(str(log)) == ["x" * job_logs.LOG_BYTES]
