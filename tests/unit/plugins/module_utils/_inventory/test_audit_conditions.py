# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings about names in conditions: events and jobs that nothing on the host provides."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.tests.unit.support.fake_host import FakeHost


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


def remedies(host: FakeHost, code: str) -> list[str]:
    return [finding["remedy"] for finding in host.findings() if finding["code"] == code]


def messages(host: FakeHost, code: str) -> list[str]:
    return [finding["message"] for finding in host.findings() if finding["code"] == code]


@pytest.mark.parametrize(("event", "nearest"), [
    ("filesystm", "filesystem"), ("runlevle", "runlevel"), ("stoped db", "stopped"), ("startde db", "started"),
    ("web-raedy", "web-ready"), ("web_ready", "web-ready"), ("net-device_up", "net-device-up"),
    ("local-filesytems", "local-filesystems")])
def test_misspelt_events(host: FakeHost, event: str, nearest: str) -> None:
    host.deploy("web", "emits web-ready\nexec a\nstop on runlevel 0\n")
    host.deploy("db", f"start on {event}\nstop on runlevel 0\nexec a\n")
    assert messages(host, "misspelt-event") == [
        f"start on names the event {event.split()[0]}, probably instead of {nearest}"]
    assert {"unknown-event", "condition-impossible"} & set(host.codes()) == set()


@pytest.mark.parametrize(("event", "remedy"), [
    ("file-systems-up", "did you mean filesystem?"), ("deployed", None), ("x", None),
    ("web-is-ready", "did you mean web-ready?"), ("web", "did you mean started web?")])
def test_unknown_events(host: FakeHost, event: str, remedy: str | None) -> None:
    host.deploy("web", "emits web-ready\nexec a\nstop on runlevel 0\n")
    host.deploy("db", f"start on {event}\nstop on runlevel 0\nexec a\n")
    assert remedies(host, "unknown-event") == [
        remedy or "check the spelling; if it is correct, emit the event yourself, for example with upstart_event"]
    assert {"misspelt-event", "condition-impossible"} & set(host.codes()) == set()


@pytest.mark.parametrize("event", [
    "startup", "net-device-up IFACE=eth0", "block-device-added", "socket PROTO=inet PORT=80", "tty1-device-removed",
    ":sys:power", "mounted MOUNTPOINT=/srv", "runlevel [2345]", "filesystem", "web-ready", "web-ready/failed",
    "starting/failed", "scripted", "usb-thing-plugged", "fedora.serial-console-available DEV=*",
    "splash-request IMMEDIATE=1", "graphics-device-added PRIMARY_DEVICE_FOR_DISPLAY=1", "device-not-ready"])
def test_events_of_init_its_bridges_and_other_jobs_are_known(host: FakeHost, event: str) -> None:
    """initctl check-config reports most of these as errors."""
    host.deploy("web", "emits web-ready usb-*-plugged\nscript\n  initctl --quiet emit --no-wait 'scripted' A=1\n"
                "end script\n")
    host.deploy("db", f"start on {event}\n")
    assert {"unknown-event", "condition-impossible"} & set(host.codes()) == set()


def test_misspelt_jobs(host: FakeHost) -> None:
    host.deploy_all(**{"team/db": "exec a\n", "postgresql": "exec a\n"},
                    web="start on started postgersql or started db or started post-gres or started nothing-like-it\n")
    assert messages(host, "misspelt-job") == [
        "start on names the job postgersql, which does not exist, probably instead of postgresql",
        "start on names the job db, which does not exist, probably instead of team/db"]
    assert remedies(host, "unknown-job") == ["did you mean postgresql?", "check the spelling, or install the job"]
    assert "condition-impossible" in host.codes()
    host.hold("nothing-like-it")
    assert remedies(host, "unknown-job") == [], "the other one is enough"
    assert len(messages(host, "misspelt-job")) == 2


@pytest.mark.parametrize(("version", "emits", "impossible"), [
    ((0, 6, 5), "x", False), ((1, 3), "x", True), ((1, 13, 2), "started JOB=messagebus", False)])
def test_a_service_of_rc_is_not_a_job_but_starts_jobs(tmp_path: Path, version: tuple[int, ...], emits: str,
                                                      impossible: bool) -> None:
    """On RHEL 6, init reloads on started messagebus, which is a script there."""
    host = FakeHost(tmp_path, version)
    host.deploy_all(reload="task\nstart on started messagebus\nexec a\n", other=f"exec initctl emit {emits}\n")
    assert ("condition-impossible" in host.codes("reload")) is impossible
    assert "unknown-job" in host.codes("reload")


@pytest.mark.parametrize(("condition", "unknown", "impossible"), [
    ("starting gdm or starting kdm or starting web or starting xdm", [], False),
    ("(starting gdm and runlevel 2) or starting web", [], False),
    ("starting web or (starting gdm and starting kdm)", [], False),
    ("starting gdm and starting web", ["gdm"], True),
    ("(starting gdm or starting kdm) and starting web", ["gdm", "kdm"], True),
    ("starting gdm or deployed", ["gdm"], False),
    ("starting gdm or runlevel 23", ["gdm"], True),
    ("starting gdm or (starting kdm and starting web)", ["gdm", "kdm"], True),
])
def test_a_job_among_several_alternatives(host: FakeHost, condition: str, unknown: list[str],
                                          impossible: bool) -> None:
    host.deploy_all(web="exec a\n", splash=f"start on {condition}\nstop on runlevel 0\nexec a\n")
    names = [entry["message"].split()[5].rstrip(",") for entry in host.findings() if entry["code"] == "unknown-job"]
    assert names == unknown
    assert ("condition-impossible" in host.codes()) is impossible
