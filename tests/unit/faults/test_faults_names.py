# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and texts that are not UTF-8: a query would crash the daemon and the host, so the modules do not query them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support.faults import (
    SERVICE,
    check,
    contents,
    deployed,
    job,
    lives,
    run,
    service,
)
from ansible_collections.sysinit.upstart.tests.unit.support.waiting import wait_for

Daemon = with_daemon.Daemon
LATIN_1 = "description Bücher\nexec sleep 1000\n".encode("latin-1")
UTF_8 = "description Bücher\nexec sleep 1000\n"
BAD_NAMES = [b"caf\xe9.conf", b"caf\xe9.override", b"\xff\xfe.conf", b"sub/\xe9t\xe9.conf"]


@pytest.fixture(name="daemon")
def _daemon() -> Iterator[Daemon]:
    with with_daemon.running() as daemon:
        yield daemon
        assert lives(daemon), "the daemon has died"


def listed(daemon: Daemon) -> list[str]:
    return [each["name"] for each in run(daemon, "upstart_info", subset=["min"])["jobs"] if each["loaded"]]


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: name.decode("latin-1"))
def test_a_file_name(daemon: Daemon, name: bytes) -> None:
    deployed(daemon, content="start on deploy\n" + SERVICE)
    service(daemon, "started")
    path = os.path.join(os.fsencode(daemon.conf), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Path(os.fsdecode(path)).write_text(SERVICE if name.endswith(b".conf") else "nice 1\n")
    for module in ("upstart_job", "upstart_service"):
        assert use(daemon, module)["changed"] is False
    said = run(daemon, "upstart_info")
    check("bad-name", said)
    assert "web" in [each["name"] for each in said["jobs"]]
    assert [each["code"] for each in said["findings"] if each["severity"] == "error"] == ["job-name"] or (
        b".override" in name)
    reason = next(each for each in said["left_out"] if "not UTF-8" in each)
    assert name.replace(b"\xe9", b"?").replace(b"\xff\xfe", b"??").decode() in reason.replace("\ufffd", "?")
    assert use(daemon, "upstart_job", content=UTF_8)["changed"] is True
    assert use(daemon, "upstart_service", state="restarted")["changed"] is True


def warnings(said: dict[str, Any]) -> list[str]:
    """Return the warnings of a result; up to ansible-core 2.18 they are plain texts."""
    return [each if isinstance(each, str) else each["event"]["msg"] for each in said["warnings"]]


def use(daemon: Daemon, module: str, **more: Any) -> dict[str, Any]:
    if module == "upstart_job":
        return job(daemon, **{"content": "start on deploy\n" + SERVICE, **more})
    return service(daemon, **{"state": "started", **more})


def test_a_name_that_is_asked_for(daemon: Daemon) -> None:
    check("bad-name-asked", job(daemon, "caf\u00e9", content=SERVICE), path=daemon.conf / "caf\u00e9.conf")
    assert contents(daemon.conf) == {}


@pytest.mark.parametrize("state", ["started", "stopped", "restarted"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_an_instance_that_is_asked_for(daemon: Daemon, state: str, check_mode: bool) -> None:
    deployed(daemon, content="instance $N\n" + SERVICE)
    said = service(daemon, state, env={"N": "caf\u00e9"}, _ansible_check_mode=check_mode)
    check("bad-instance-asked", said, state=state)
    assert not said["changed"]
    assert service(daemon, "started", env={"N": "cafe", "TITLE": "caf\u00e9"})["changed"] is True


def test_a_text(daemon: Daemon) -> None:
    (daemon.conf / "web.conf").write_bytes(LATIN_1)
    deployed(daemon, "other")
    said = service(daemon, "started")
    assert said["instances"][0]["status"] == "start/running", said
    assert service(daemon, "started")["instances"][0]["stale"] is None
    check("bad-text", service(daemon, "started", definition="current"), path=daemon.conf / "web.conf")
    said = run(daemon, "upstart_info")
    assert [each["code"] for each in said["findings"] if each["severity"] == "error"] == ["not-utf-8"]
    said = run(daemon, "upstart_event", name="deploy", _ansible_check_mode=True)
    assert not said["sure"] and "not UTF-8" in said["reasons"][0], said


CORRECTIONS: dict[str, dict[str, Any]] = {
    "rewritten": {"content": UTF_8},
    "rewritten in ASCII": {"content": "description Books\nexec sleep 1000\n"},
    "removed": {"state": "absent"},
}


@pytest.mark.parametrize("how", sorted(CORRECTIONS))
def test_a_text_that_is_fixed_while_its_job_runs(daemon: Daemon, how: str) -> None:
    """The file is valid, but the daemon still has the old one."""
    path = daemon.conf / "web.conf"
    path.write_bytes(LATIN_1)
    deployed(daemon, "other")
    service(daemon, "started")
    service(daemon, "started", name="other")
    said = job(daemon, **CORRECTIONS[how])
    copy = said["jobs"][0]["backup_file"]
    assert Path(copy).read_bytes() == LATIN_1
    check("held-text", said)
    assert warnings(said)[0] == (
        "Job web still runs with a definition that is not UTF-8, and init crashes if a program reads the job's "
        f"properties or init's state over D-Bus. Restart it now: this collection reads neither while {copy}, a copy of "
        "the old file, exists.")
    said = service(daemon, "started", name="other", definition="current")
    assert said["instances"][0]["stale"] is False, "this job is none of it"
    if how != "removed":
        check("held-asked", service(daemon, "started", definition="current"), name="web", copy=copy)
    assert run(daemon, "upstart_info")["jobs"][0]["name"] == "other"
    assert run(daemon, "upstart_event", name="deploy", _ansible_check_mode=True)["jobs"] == []
    if how == "removed":
        service(daemon, "stopped")
    else:
        assert service(daemon, "restarted")["instances"][0]["stale"] is False
    said = service(daemon, "started", name="other", definition="current")
    assert said["instances"][0]["stale"] is False, "it is over, and the daemon is asked again"


def test_a_respawned_job_keeps_the_old_text(daemon: Daemon) -> None:
    end = daemon.scratch / "end"
    script = f"script\n  while [ ! -e {end} ]; do sleep 0.05; done\n  rm {end}\nend script\n"
    (daemon.conf / "web.conf").write_bytes(b"respawn\n" + LATIN_1.splitlines(True)[0] + script.encode())
    first = service(daemon, "started")["instances"][0]["processes"]
    copy = job(daemon, content="respawn\ndescription Books\n" + script)["jobs"][0]["backup_file"]
    end.touch()
    wait_for(lambda: run(daemon, "upstart_info", subset=["min"])["jobs"][0]["instances"][0]["processes"] not in (
        {}, first), "it is not respawned")
    check("held-asked", service(daemon, "started", definition="current"), name="web", copy=copy)
    service(daemon, "restarted")
    Path(copy).unlink()
    assert service(daemon, "started", definition="current")["instances"][0]["stale"] is False


@pytest.mark.parametrize("how", ["by hand", "by upstart_job"])
def test_a_file_that_is_gone(daemon: Daemon, how: str) -> None:
    path = daemon.conf / "web.conf"
    path.write_bytes(LATIN_1)
    deployed(daemon, "other")
    for name in ("web", "other"):
        service(daemon, "started", name=name)
    if how == "by hand":
        path.unlink()
    else:
        Path(job(daemon, state="absent")["jobs"][0]["backup_file"]).unlink()
    check("no-file", service(daemon, "started", definition="current"), folder=daemon.conf)
    assert service(daemon, "started", name="other", definition="current")["instances"][0]["stale"] is False
    said = run(daemon, "upstart_info")
    assert said["left_out"][0].startswith("Which instances of web are stale;"), said
    assert "job web has no readable file below" in said["left_out"][0], said
    assert [each["code"] for each in said["findings"]] == ["orphan"]
    said = run(daemon, "upstart_event", name="deploy", _ansible_check_mode=True)
    assert not said["sure"] and "job web has no readable file below" in said["reasons"][0], said
    service(daemon, "stopped")
    assert service(daemon, "started", name="other", definition="current")["instances"][0]["stale"] is False
    assert run(daemon, "upstart_info")["left_out"] == []


@pytest.mark.parametrize("folder", ["typo", "second"])
def test_a_directory_that_is_not_the_daemons(daemon: Daemon, folder: str) -> None:
    (daemon.conf / "web.conf").write_bytes(LATIN_1)
    place = daemon.scratch / folder
    if folder == "second":
        place.mkdir()
        (place / "other.conf").write_text(SERVICE)
    (daemon.conf / "held.conf").write_text("start on deploy and never\n" + SERVICE)
    wait_for(lambda: {"held", "web"} <= set(listed(daemon)), "it is not loaded")
    for name in (None, "web"):
        more = {"name": [name]} if name else {}
        said = run(daemon, "upstart_info", conf_dir=str(place), **more)
        check("other-folder", said)
        assert any("has a readable file below" in each for each in said["left_out"]), said
    said = run(daemon, "upstart_event", name="deploy", conf_dir=str(place), _ansible_check_mode=True)
    assert not said["sure"] and "Set conf_dir to the job directory of this daemon" in said["reasons"][0], said
    assert run(daemon, "upstart_event", name="deploy", conf_dir=str(place), timeout=1)["failed"]


@pytest.mark.parametrize("name", ["web.conf~", "web.conf.dpkg-old", ".web.conf.bak", "web.override.4711.2026-11-21~"])
def test_a_copy_that_others_kept(daemon: Daemon, name: str) -> None:
    path = daemon.conf / "web.conf"
    path.write_bytes(LATIN_1)
    service(daemon, "started")
    path.rename(daemon.conf / name)
    path.write_text(UTF_8)
    os.utime(daemon.conf / name)
    check("held-asked", service(daemon, "started", definition="current"), name="web", copy=daemon.conf / name)
    service(daemon, "restarted")
    assert service(daemon, "started", definition="current")["instances"][0]["stale"] is False
