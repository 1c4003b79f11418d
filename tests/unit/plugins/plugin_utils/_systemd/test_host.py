# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The jobs of a host."""

from __future__ import annotations

from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import SystemdRelease
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.findings import TranslationOptions
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.host import NOTHING, UpstartHost
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs


def host(**texts: str) -> UpstartHost:
    return UpstartHost(read_jobs(texts), TranslationOptions(SystemdRelease(252)))


def test_units() -> None:
    jobs = host(web="exec /x\n", one="instance $N\n", ssh="exec /x\n", ureadahead="exec /x\n")
    assert [jobs.unit_of(name) for name in ("web", "one", "ssh", "ureadahead", "udev", "a/b")] == [
        "web.service", "one@.service", "ssh.service", NOTHING, "systemd-udevd.service", "a-b.service"]
    assert [jobs.is_known(name) for name in ("web", "ssh", "udev", "nobody", "ureadahead")] == [
        True, True, True, False, False]


def test_event_units_have_other_names_than_jobs() -> None:
    jobs = host(**{"event-own": "exec /x\n", "event-event-own": "instance $N\n"})
    assert jobs.event_unit("own", "1") == "event-event-event-own@1.service"


def test_event_units() -> None:
    assert host().event_unit("own") == "event-own.service"
    assert host().event_unit("own", "a/b") == "event-own@a-b.service"
    assert host().event_unit("a/b") == "event-a\\x2fb.service"


def test_a_job_before_an_early_one_is_early() -> None:
    jobs = host(a="start on startup\n", b="start on starting a\n", c="start on starting udev\n",
                d="start on started a\n",
                e="start on startup and runlevel 2\n")
    assert jobs.early == {"a", "b", "c"}


def test_variables_of_events() -> None:
    jobs = host(a="export A )x\nexec initctl emit own B=5 && C=6 x\n", d="start on own D=1 and other E!=2\n", bad="x\n")
    assert jobs.event_variables == {"A", "B", "D", "E"}
