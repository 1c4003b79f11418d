# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts and the jobs of a host that upstart_info reports on request."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import instances, runlevel
from ansible_collections.sysinit.upstart.plugins.module_utils._inventory import request
from ansible_collections.sysinit.upstart.plugins.module_utils._system import reading
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import NO_PROCESS
from ansible_collections.sysinit.upstart.tests.unit.support.fake_host import ALIVE, FakeHost

WEB = """\
description "a web server"
start on started db and runlevel [2345]
stop on runlevel [!2345]
env PORT=80
emits web-ready
respawn
exec /usr/sbin/web --port $PORT
"""


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path)


@pytest.fixture(autouse=True)
def known_runlevel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runlevel, "read", lambda: ("2", "N"))


@pytest.mark.parametrize(("subset", "sections"), [
    (["all"], {"stanzas", "audit", "graph", "environment", "definitions"}),
    ([], {"stanzas", "audit", "graph", "environment", "definitions"}),
    (["min"], set()),
    (["summary"], set()),
    (["summary", "definitions"], {"definitions"}),
    (["!all"], set()),
    (["!all", "graph"], {"graph"}),
    (["graph"], {"graph"}),
    (["min", "graph", "audit"], {"graph", "audit"}),
    (["!stanzas", "!audit"], {"graph", "environment", "definitions"}),
    (["all", "!graph"], {"stanzas", "audit", "environment", "definitions"}),
    (["audit", "!audit"], set()),
])
def test_subsets(subset: list[str], sections: set[str]) -> None:
    assert request.selected_sections(subset) == sections
    assert set(subset) <= set(request.SUBSETS)


@pytest.mark.parametrize("subset", [["min"], ["summary"], ["stanzas"], ["!all"], ["all"], []])
def test_what_is_stale_needs_the_definitions(subset: list[str]) -> None:
    sections = request.selected_sections(subset, ["running", "stale"])
    assert sections == request.selected_sections(subset) | {"definitions"}


def test_what_is_stale_without_the_definitions() -> None:
    with pytest.raises(UpstartError) as caught:
        request.selected_sections(["!definitions"], ["stale"])
    assert caught.value.message == ("state has stale, and subset excludes the definitions, which say what is stale. "
                                    "Leave out one of them.")
    assert "definitions" not in request.selected_sections(["!definitions"], ["running"])


def test_sections_outside_the_subset(host: FakeHost) -> None:
    host.deploy("web", WEB)
    host.run("web")
    info = host.info("min")
    assert not {"events", "edges", "findings"} & set(info)
    assert "stanzas" not in info["jobs"][0] and info["jobs"][0]["start_on"]
    assert info["jobs"][0]["instances"][0]["env"] is None
    assert host.connection.asked == 0 and info["left_out"] == []
    assert set(host.info("graph")) - set(info) == {"events", "edges"}
    assert set(host.info("audit")) - set(info) == {"findings"}
    assert host.info("environment")["jobs"][0]["instances"][0]["stale"] is None
    assert host.info("definitions")["jobs"][0]["instances"][0]["env"] is None
    assert "stanzas" in host.info("stanzas")["jobs"][0]


def test_the_summary_alone(host: FakeHost) -> None:
    host.deploy("web", WEB)
    host.deploy("db")
    host.run("web")
    expected = ["db stop/waiting", f"web start/running, process {ALIVE}"]
    assert (host.info("min")["summary"], len(host.info("min")["jobs"])) == (expected, 2)
    alone = host.info("summary")
    assert (alone["summary"], alone["jobs"]) == (expected, [])
    assert host.info("summary", names=("d*",))["summary"] == expected[:1]


def test_a_job_whose_output_is_not_logged(host: FakeHost) -> None:
    host.deploy("web", "console none\nexec a\n")
    host.run("web")
    assert host.job("web")["instances"][0]["log_file"] is None


def test_manual_is_a_stanza(host: FakeHost) -> None:
    host.deploy("web", "start on a\nexec a\nmanual\n")
    host.deploy("on", "manual\nstart on a\n")
    assert host.job("web")["stanzas"] == {"exec": "a", "manual": True}
    assert host.job("web")["enabled"] is False
    assert host.job("on")["stanzas"] == {"start_on": "a"}


@pytest.fixture
def mixed(host: FakeHost) -> FakeHost:
    host.deploy("up")
    host.deploy("down", "start on started up or a\nexec a\n")
    host.deploy("slow", "pre-start exec a\nexec a\n")
    host.deploy("net/wedged")
    host.deploy("hollow")
    host.deploy("stale")
    host.write("refused", "frob\n")
    for name in ("up", "stale"):
        host.run(name)
    host.run("slow", status="stop/pre-start", main=None)
    host.run("net/wedged", status="stop/killed", main=NO_PROCESS)
    host.run("hollow", main=None)
    host.write("stale", "exec b\n")
    return host


@pytest.mark.parametrize(("states", "names"), [
    ([], ["down", "hollow", "net/wedged", "refused", "slow", "stale", "up"]),
    (["running"], ["hollow", "stale", "up"]),
    (["stopped"], ["down", "refused"]),
    (["changing"], ["net/wedged", "slow"]),
    (["stale"], ["stale"]),
    (["wedged"], ["net/wedged"]),
    (["hollow"], ["hollow"]),
    (["refused"], ["refused"]),
    (["stale", "refused"], ["refused", "stale"]),
])
def test_states(mixed: FakeHost, states: list[str], names: list[str]) -> None:
    info = mixed.info(states=tuple(states))
    assert [job["name"] for job in info["jobs"]] == names
    assert {finding["job"] for finding in info["findings"]} <= set(names)


def test_the_state_of_an_orphan(mixed: FakeHost) -> None:
    mixed.hold("orphan")
    mixed.run("orphan")
    assert [job["name"] for job in mixed.info(states=("orphan",))["jobs"]] == ["orphan"]
    assert [job["name"] for job in mixed.info(states=("running",))["jobs"]] == ["hollow", "orphan", "stale", "up"]


@pytest.mark.parametrize(("patterns", "names"), [
    (["up"], ["up"]), (["*d*"], ["down", "net/wedged", "refused"]), (["net/*"], ["net/wedged"]), (["none"], []),
    (["s*", "u?"], ["slow", "stale", "up"]), (["[!a-t]*"], ["up"])])
@pytest.mark.parametrize("subset", ["all", "min"])
def test_names(mixed: FakeHost, patterns: list[str], names: list[str], subset: str) -> None:
    info = mixed.info(subset, names=tuple(patterns))
    assert [job["name"] for job in info["jobs"]] == names
    assert {finding["job"] for finding in info.get("findings", [])} <= set(names)


def test_findings_and_edges_of_some_jobs(mixed: FakeHost) -> None:
    mixed.write("lone", "exec a\n", ".override")
    info = mixed.info(names=("up", "lone"))
    assert [edge["job"] for edge in info["edges"]] == ["down"]
    assert [finding["code"] for finding in info["findings"]] == ["override-without-job"]
    assert mixed.info(names=("slow",))["edges"] == []
    assert mixed.info(names=("lone",), states=("stopped",))["findings"] == []


def test_a_job_file_that_fails_to_be_read(tmp_path: Path) -> None:
    host = FakeHost(tmp_path)
    host.hold("web")
    (tmp_path / "web.conf").symlink_to("/proc/self/mem")
    path = f"{tmp_path}/web.conf"
    info = host.info()
    assert info["left_out"][0] == f"The file {path}: Cannot read {path}: Input/output error."
    (job,) = info["jobs"]
    assert (job["path"], job["orphan"]) == (path, False)


def test_when_processes_began() -> None:
    clock = instances.Clock(os.getpid())
    assert clock.works is True
    began = clock.read(os.getpid())[0]
    assert began is not None and clock.read(1)[0] <= began <= time.time() + 1
    assert clock.read(NO_PROCESS) == (None, None)


@pytest.mark.parametrize("peer_pid", [0, -1])
def test_a_daemon_whose_processes_cannot_be_seen(peer_pid: int) -> None:
    assert instances.Clock(peer_pid).works is False


def test_a_kernel_without_a_boot_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "read_bytes", lambda path: b"cpu 1 2 3\n")
    assert instances.Clock(os.getpid()).works is False
