# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rare forms of names, conditions and scripts."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.conditions import from_text
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.jobs import read_jobs
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.leaves import (
    read_leaf,
    start_on_boot,
    stop_on_boot,
)
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.names import unit_stems
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import codes, unit_lines


def test_a_name_that_another_job_has_already() -> None:
    assert unit_stems(["upstart-rescue", "rescue"]) == {
        "rescue": "upstart-rescue", "upstart-rescue": "upstart-upstart-rescue"}


@pytest.mark.parametrize(("text", "names"), [
    ("mounted TYPE=nfs", ["mount-unknown"]), ("mounted MOUNTPOINT=srv", ["mount-unknown"]),
    ("mounted none /srv", ["mounted"]), ("mounted MOUNTPOINT=/usr", ["mounted"]),
    ("net-device-down", ["network-down"]), ("xsession", ["session"]),
])
def test_start_on(text: str, names: list[str]) -> None:
    plan = start_on_boot(read_leaf(from_text(text)[0], {}), False)
    assert plan is not None and plan.codes == names


@pytest.mark.parametrize(("text", "name"), [
    ("deconfiguring-networking", "network-deconfiguring"), ("net-device-down", "network-down"),
    ("unmounted-remote-filesystems", "runlevel-stop"), ("session-end", "stop-other"), ("xsession", "stop-other"),
    ("dbus", "dbus-signal"), (":sys:dbus", "dbus-signal"), ("file", "stop-other"), ("socket", "stop-other"),
    ("dbus-activation", "stop-other"), ("net-device-removed", "stop-other"), ("startup", "stop-at-boot"),
])
def test_stop_on(text: str, name: str) -> None:
    plan = stop_on_boot(read_leaf(from_text(text)[0], {}))
    assert plan is not None and plan.codes == [name]


@pytest.mark.parametrize("condition", ["net-device-added eth0", "net-device-added INTERFACE='a\"b'"])
def test_a_device_that_no_rule_can_name(condition: str) -> None:
    assert codes({"web": f"start on {condition}\nexec /x\n"})["event-arguments"] == "impossible"


def test_the_score_of_the_out_of_memory_killer() -> None:
    text = "oom score 5\noom score -7\nexec /x\n"
    assert "OOMScoreAdjust=-7" in unit_lines({"web": text})
    assert "overruled" in codes({"web": text})


def test_stanzas_that_upstart_info_did_not_return() -> None:
    (job,) = read_jobs({"jobs": [{"name": "web", "path": "/etc/init/web.conf", "stanzas": {"nice": "x"}}]})
    assert job.error is not None and job.error_file == "/etc/init/web.conf"
