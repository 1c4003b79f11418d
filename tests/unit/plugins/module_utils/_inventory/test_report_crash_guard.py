# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of upstart_info if a full answer would crash the daemon."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import runlevel
from ansible_collections.sysinit.upstart.tests.unit.support.fake_host import FakeHost

VERSIONS = [(0, 6, 5), (1, 5), (1, 12, 1), (1, 13, 2)]


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


@pytest.fixture(autouse=True)
def known_runlevel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runlevel, "read", lambda: ("2", "N"))


@pytest.mark.parametrize(("runs", "remedy"), [(True, "stop job gone"), (False, "reload the configuration")])
def test_the_text_of_an_orphan_may_crash_the_daemon(host: FakeHost, runs: bool, remedy: str) -> None:
    """Its contents are unknown, and reporting them might crash the daemon."""
    host.deploy("web")
    host.hold("gone", "description Bücher\nexec a\n".encode("latin-1"))
    if runs:
        host.run("gone")
    reason = (f"job gone has no readable file below {host.files}, and Upstart might crash if it were asked for its "
              f"state. If the file was removed, {remedy}.")
    unknown = "Which instances of gone are stale; the env of the instances of gone; which" if runs else "Which"
    assert host.info()["left_out"] == [
        unknown + " jobs without instances are outdated: " + reason,
        "The stanzas of jobs without a readable file (gone): " + reason]
    assert host.connection.asked == 0


def test_a_file_that_appears_meanwhile(host: FakeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """The directory is searched once more."""
    read_jobs, texts = host.jobs, {"new": b"exec a\n", "bad": b"env A=\xe4\n"}
    host.deploy("web")

    def jobs() -> list[str]:
        host.write(name, texts[name])
        host.hold(name, texts[name])
        return read_jobs()

    monkeypatch.setattr(host, "jobs", jobs)
    for name in ("new", "bad"):
        left_out = host.info("definitions")["left_out"]
        assert [name == "bad"] == ["bad.conf holds text that is not UTF-8" in " ".join(left_out)], left_out
        assert host.connection.asked == 1


@pytest.mark.parametrize("version", VERSIONS, ids=str)
def test_text_that_is_not_utf_8_is_not_queried(tmp_path: Path, version: tuple[int, ...]) -> None:
    host = FakeHost(tmp_path, version)
    host.deploy("web", "description Bücher\nexec a\n".encode("latin-1"))
    host.run("web")
    host.deploy("other", "# Bücher\nexec a\n".encode("latin-1"))
    info = host.info()
    assert host.connection.asked == 0
    unknown = "Which instances are stale and the env of the instances"
    if version >= (1, 6, 1):
        unknown = ("Which instances of web are stale; the env of the instances of web; which jobs without instances "
                   "are outdated")
    assert info["left_out"] == [
        f"{unknown}: {tmp_path}/web.conf holds text that is not "
        "UTF-8, and Upstart would crash if it were asked for its state."]
    other, web = info["jobs"]
    assert web["description"] == "B\ufffdcher"
    assert web["instances"][0]["status"] == "start/running"
    (finding,) = [finding for finding in info["findings"] if finding["job"] == "web"]
    assert (finding["code"], finding["line"]) == ("not-utf-8", 1)
    assert "if the job runs, stop it too" in finding["remedy"]


def test_a_name_that_is_not_ascii(host: FakeHost) -> None:
    """In the daemon's path, each byte that is not ASCII is replaced with byte 255."""
    host.write("net/café", "exec a\n")
    host.hold("net/caf\ufffd\ufffd")
    for subset in ("all", "min"):
        info = host.info(subset)
        assert [(job["name"], job["loaded"]) for job in info["jobs"]] == [("net/café", True)]
    assert info["left_out"] == [
        "The instances of net/café: Upstart makes a wrong D-Bus path from a name that is not ASCII."]


@pytest.mark.parametrize(("version", "is_known"), [((1, 5), False), ((1, 13, 2), True)])
def test_an_instance_whose_name_is_not_ascii(tmp_path: Path, version: tuple[int, ...], is_known: bool) -> None:
    host = FakeHost(tmp_path, version)
    host.deploy("tty", "instance $N\nexec a\n")
    host.run("tty", "1")
    host.run("tty", "é" if is_known else "\ufffd", main=None)
    assert [instance["instance"] for instance in host.job("tty")["instances"]] == (["1", "é"] if is_known else ["1"])
    assert host.info()["left_out"][1:] == ([] if is_known else [
        "The instances of tty: Upstart makes a wrong D-Bus path from a name that is not ASCII."])


def test_a_file_name_that_is_not_utf_8(host: FakeHost) -> None:
    host.deploy("web")
    with open(os.fsencode(host.files) + b"/b\xfc.conf", "wb"):
        pass
    assert [job["name"] for job in host.info()["jobs"]] == ["b\ufffd", "web"]
    assert host.connection.asked == 0
    assert "job-name" in host.codes("b\ufffd")
