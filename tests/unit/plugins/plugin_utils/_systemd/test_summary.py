# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The summary."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd


def test_summary() -> None:
    lines = to_systemd({"web": "export A\nexec /x\n", "ssh": "exec /x\n", "bad": "nonsense\n"})["summary"]
    assert lines[0] == "1 jobs translated, 1 replaced by the distribution, 1 rejected by Upstart"
    assert lines[1].startswith("findings: ") and lines[1].endswith("2 impossible")
    assert [line for line in lines if line.startswith("impossible: web: /etc/init/web.conf:1: export A: No other job")]


def test_what_all_jobs_have_is_there_once() -> None:
    lines = to_systemd({"web": "exec /x\n", "db": "exec /x\n"})["summary"]
    assert len([line for line in lines if "LANG" in line]) == 1
