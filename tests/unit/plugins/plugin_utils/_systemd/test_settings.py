# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stanzas as settings."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.directive_table import SystemdRelease
from ansible_collections.sysinit.upstart.plugins.plugin_utils._systemd.settings import (
    cgroup_setting,
    limit_is_valid,
    signal_is_valid,
)
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import unit_lines


@pytest.mark.parametrize(("text", "lines"), [
    ("exec /x", ["Type=exec", "TimeoutStopSec=5", "KillSignal=SIGTERM", "StartLimitIntervalSec=0", "UMask=0022"]),
    ("task\nexec /x", ["Type=oneshot"]), ("nice 5", ["Type=oneshot", "RemainAfterExit=yes", "Nice=5"]),
    ("expect fork\nexec /x --pidfile /run/x", ["Type=forking", "PIDFile=/run/x", "TimeoutStartSec=90"]),
    ("respawn\nexec /x", ["Restart=always", "RestartSec=0", "StartLimitBurst=11", "StartLimitIntervalSec=5",
                          "RestartPreventExitStatus=200 203 205 210 216 217"]),
    ("respawn\nrespawn limit unlimited\nexec /x", ["StartLimitIntervalSec=0"]),
    ("task\nrespawn\nexec /x", ["Restart=on-failure"]),
    ("respawn\nnormal exit 0 TERM\nexec /x", ["SuccessExitStatus=0 SIGTERM",
                                              "RestartPreventExitStatus=0 SIGTERM 200 203 205 210 216 217"]),
    ("limit nofile 10 unlimited", ["LimitNOFILE=10:infinity"]), ("limit nice 5 unlimited", ["LimitNICE=5:40"]),
    ("console none", ["StandardInput=null", "StandardOutput=null"]), ("console owner", ["StandardInput=tty-force"]),
    ("oom never", ["OOMScoreAdjust=-1000"]), ("chdir /a\nchroot /b", ["WorkingDirectory=/a", "RootDirectory=/b"]),
    ("setuid a\nsetgid b", ["User=a", "Group=b"]), ('env A="b c"\nenv D', ['Environment="A=b c"', "PassEnvironment=D"]),
    ("env A=1\nenv A=2", ["Environment=A=2"]), ("kill timeout 9999999999", ["TimeoutStopSec=infinity"]),
    ("kill timeout 0", ["TimeoutStopSec=1ms"]), ("chdir /a\\ \\ b%c", ["WorkingDirectory=/a  b%%c"]),
    ("apparmor switch /p", ["AppArmorProfile=/p"]), ("umask 077", ["UMask=0077"]),
])
def test_settings(text: str, lines: list[str]) -> None:
    assert set(lines) <= set(unit_lines({"web": f"{text}\n"}))


@pytest.mark.parametrize(("text", "setting"), [
    ("setuid a/b", "User="), ("env 9=x", "9=x"), ("limit core 9 1", "LimitCORE="), ("kill signal 0", "KillSignal="),
    ("chdir x", "WorkingDirectory="), ("chdir /a/../b", "WorkingDirectory="), ("chroot '/a '", "RootDirectory="),
])
def test_refused_values_are_left_out(text: str, setting: str) -> None:
    assert not [line for line in unit_lines({"web": f"{text}\n"}) if setting in line]


def test_log_files() -> None:
    assert "StandardOutput=append:/logs/web.log" in unit_lines({"web": "exec /x\n"}, log="files", log_dir="/logs/")


def test_instances() -> None:
    lines = unit_lines({"one": "instance tty$N\nexec /x\n"}, "one@.service")
    assert {'Environment="UPSTART_INSTANCE=tty%I"', 'Environment="N=%I"'} <= set(lines)


def test_the_file_of_an_instance_with_an_odd_name() -> None:
    lines = unit_lines({'a$b "c': "instance $A-$B\nexec /x\n"}, "a\\x24b\\x20\\x22c@.service")
    assert 'EnvironmentFile=/etc/default/upstart-instances/a$b "c/%i' in lines


@pytest.mark.parametrize(("group", "setting"), [
    (["memory", None, "limit_in_bytes", "-1"], ("MemoryMax", "infinity")
     ), (["cpu", "x", "cpu.shares", "512"], ("CPUWeight", "50")),
    (["pids", None, "max", "5"], ("TasksMax", "5")), (["freezer", None, None, None], None),
    (["cpu", None, "quota", "1"], None),
])
def test_cgroups(group: list[str | None], setting: tuple[str, str] | None) -> None:
    assert cgroup_setting(group, SystemdRelease(252)) == setting


def test_valid_values() -> None:
    assert limit_is_valid("core", [0, "unlimited"]) and not limit_is_valid("nice", [1, 41])
    assert signal_is_valid(64) and not signal_is_valid(65)
