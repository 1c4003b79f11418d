# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices, files, sockets, D-Bus and own events."""

from __future__ import annotations

import pytest
from ansible_collections.sysinit.upstart.plugins.filter.to_systemd import to_systemd
from ansible_collections.sysinit.upstart.tests.unit.support.systemd_translation import UNITS, codes


def files(condition: str) -> dict[str, str]:
    result: dict[str, str] = to_systemd({"web": f"start on {condition}\nexec /x\n"})["files"]
    return result


@pytest.mark.parametrize(("condition", "rule"), [
    ("net-device-added INTERFACE=eth*", 'ACTION=="add", SUBSYSTEM=="net", ENV{INTERFACE}=="eth*", TAG+="systemd", '
     'ENV{SYSTEMD_WANTS}+="web.service"'),
    ("block-device-removed KERNEL!=sda", 'ACTION=="remove", SUBSYSTEM=="block", KERNEL!="sda", '
     'RUN+="/bin/systemctl --no-block start web.service"'),
])
def test_devices(condition: str, rule: str) -> None:
    assert files(condition)["/etc/udev/rules.d/90-upstart-web.rules"] == f"{rule}\n"


@pytest.mark.parametrize(("condition", "name", "line"), [
    ("file FILE=/x EVENT=create", "web.path", "PathExists=/x"),
    ("file FILE=/x/* EVENT=create", "web.path", "PathExistsGlob=/x/*"),
    ("file FILE=/x EVENT=modify", "web.path", "PathChanged=/x"),
    ("socket PROTO=inet PORT=80 ADDR=127.0.0.1", "web.socket", "ListenStream=127.0.0.1:80"),
    ("socket PROTO=unix SOCKET_PATH=/run/x", "web.socket", "ListenStream=/run/x"),
])
def test_triggers(condition: str, name: str, line: str) -> None:
    result = to_systemd({"web": f"start on {condition}\nexec /x\n"})
    assert line in result["files"][UNITS + name].splitlines()
    assert [path for path in result["links"] if path.endswith(name)]


def test_two_files_share_a_path_unit() -> None:
    lines = files("file FILE=/x EVENT=create or file FILE=/y EVENT=create")[UNITS + "web.path"].splitlines()
    assert {"PathExists=/x", "PathExists=/y"} <= set(lines)


def test_dbus() -> None:
    assert "Alias=dbus-org.x.service" in files("dbus-activation org.x")[UNITS + "web.service"]
    assert codes({"web": "start on dbus-activation\n"})["dbus-signal"] == "impossible"


def test_an_event_with_an_empty_value() -> None:
    assert codes({"web": "start on up A=\nexec /x\n"})["event-arguments"] == "impossible"


def test_the_failure_of_an_event() -> None:
    jobs = {"web": "start on up/failed\nexec /x\n", "db": "start on up\nexec /x\n"}
    assert codes(jobs)["event-failed"] == "impossible"
    assert not [text for text in to_systemd(jobs)["files"].values() if "OnFailure" in text]
