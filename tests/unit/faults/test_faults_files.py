# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that init has not noticed, and names that must not reach it, with modules run as Ansible runs them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules
from ansible_collections.sysinit.upstart.tests.unit.support.faults import (
    SERVICE,
    contents,
    deployed,
    job,
    known,
    lives,
    options,
    run,
    service,
)

Daemon = with_daemon.Daemon
OLD, NEW = "env V=1\nexec sleep 1000\n", "env V=2\nexec sleep 1001\n"
NUL, HALF = "a\0b", "a\ud800"


@pytest.fixture(name="daemon")
def _daemon() -> Iterator[Daemon]:
    with with_daemon.running() as daemon:
        yield daemon
        assert lives(daemon), "the daemon has died"


def linked(daemon: Daemon, name: str = "web.conf", text: str = NEW) -> None:
    """Replace a file with a hard link: the daemon notices the removal of the old file, but not the new one."""
    (daemon.conf / name).unlink(missing_ok=True)
    known(daemon)
    (daemon.scratch / "new").write_text(text)
    os.link(daemon.scratch / "new", daemon.conf / name)


@pytest.mark.parametrize("wanted", [
    {"content": NEW}, {"override": True, "content": "nice 5\n"}, {"content": "exec sleep 1002\n"},
    {"enabled": False, "content": NEW},
])
def test_a_class_that_only_its_instances_keep(daemon: Daemon, wanted: dict[str, Any]) -> None:
    """After the next stop, the job exists with the new file."""
    deployed(daemon, content=OLD)
    service(daemon, "started")
    linked(daemon)
    said = job(daemon, **wanted)
    assert said["changed"] is True
    service(daemon, "stopped")
    assert known(daemon) == ["web"]
    assert job(daemon, **wanted)["changed"] is False


@pytest.mark.parametrize("running", [True, False])
def test_an_override_that_is_in_place_but_was_not_noticed(daemon: Daemon, running: bool) -> None:
    deployed(daemon, content=OLD)
    if running:
        service(daemon, "started")
    linked(daemon, "web.override", "nice 5\n")
    wanted = {"override": True, "content": "nice 5\n"}
    assert job(daemon, **wanted, _ansible_check_mode=True)["changed"] is True
    assert job(daemon, **wanted)["changed"] is True
    assert job(daemon, **wanted)["changed"] is False
    service(daemon, "stopped")
    service(daemon, "started")
    assert service(daemon, "started", definition="current")["changed"] is False


def test_enabling_a_job_whose_class_only_its_instances_keep(daemon: Daemon) -> None:
    deployed(daemon, content="start on go\n" + OLD)
    service(daemon, "started")
    linked(daemon, text="start on go\n" + NEW)
    assert service(daemon, enabled=False)["changed"] is True
    service(daemon, "stopped")
    assert known(daemon) == ["web"]


def test_names_that_are_refused(daemon: Daemon) -> None:
    names = ["", "./web", "a/./web", "../web", "web/", "/web", "a//web", "z" * 251]
    for name in ("web", "a/web"):
        deployed(daemon, name, content=SERVICE)
    before = contents(daemon.conf)
    wanted: dict[str, list[dict[str, Any]]] = {
        "upstart_job": [{"name": name, **more}
                        for name in names for more in ({"state": "absent"}, {"exec": "sleep 7"})],
        "upstart_service": [{"name": [name], "state": state, "must_exist": False}
                            for name in names for state in ("started", "stopped")],
    }
    for module, each in wanted.items():
        for said in together(daemon, module, each):
            assert said["failed"] is True and "exception" not in said
            assert "name" in said["msg"], said["msg"]
    assert contents(daemon.conf) == before


def together(daemon: Daemon, module: str, wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run a module once for each set of options; return the results."""
    return [ended.result() for ended in many_modules.run(module, [options(daemon, **each) for each in wanted], 4)]


@pytest.mark.parametrize("name", ["CVS/x", "a/x.swp/x"])
def test_names_that_are_never_read(daemon: Daemon, name: str) -> None:
    said = job(daemon, name, content=SERVICE)
    assert said["failed"] and said["msg"].startswith("Upstart never reads the job %s: it skips" % name)
    assert contents(daemon.conf) == {} and os.listdir(daemon.conf) == []
    (daemon.conf / name).parent.mkdir(parents=True)
    (daemon.conf / (name + ".conf")).write_text(SERVICE)
    said = service(daemon, "started", name)
    assert said["failed"] and "Upstart never reads %s/%s.conf" % (daemon.conf, name) in said["msg"]
    assert job(daemon, name, state="absent")["changed"] is True
    assert os.listdir(daemon.conf) == []


def test_a_long_name(daemon: Daemon) -> None:
    """A name that fits a file name works for staging, loading, starting and removing, unless the job has a log."""
    name = "z" * 250
    said = job(daemon, name, content=SERVICE)
    assert said["failed"] and "would make init loop forever" in said["msg"] and contents(daemon.conf) == {}
    quiet = "console none\n" + SERVICE
    deployed(daemon, name, content=quiet)
    assert service(daemon, "started", name)["instances"][0]["status"] == "start/running"
    assert job(daemon, name, content=quiet + "nice 1\n", backup=True)["changed"] is True
    assert service(daemon, "stopped", name)["changed"] is True
    assert job(daemon, name, state="absent")["changed"] is True
    assert [entry for entry in os.listdir(daemon.conf) if not entry.endswith("~")] == []


@pytest.mark.parametrize("state", ["started", "restarted"])
def test_an_instance_whose_log_would_wedge_init(daemon: Daemon, state: str) -> None:
    deployed(daemon, content="instance $N\n" + SERVICE)
    fits = 255 - len("%s/web-.log" % daemon.log)
    assert service(daemon, state, env={"N": "x" * fits})["changed"] is True
    said = service(daemon, state, env={"N": "x" * (fits + 1)})
    assert "would make init loop forever: the path of its log takes 256 bytes" in said["msg"]
    assert said["instances"][0]["failed"] is True
    said = run(daemon, "upstart_service", jobs=[{"name": "web", "state": state, "env": {"N": "x" * (fits + 1)}}])
    assert "would make init loop forever" in said["msg"]


def test_a_job_that_would_wedge_init_can_be_removed(daemon: Daemon) -> None:
    name = "y" * 240
    (daemon.conf / (name + ".conf")).write_text(SERVICE)
    assert "would make init loop forever" in service(daemon, "started", name)["msg"]
    assert service(daemon, "stopped", name)["changed"] is False
    assert job(daemon, name, state="absent")["changed"] is True


OPTIONS: dict[str, list[dict[str, Any]]] = {
    "upstart_service": [
        {"name": None, "state": "started"},
        {"name": "web", "state": "started", "conf_dir": None},
        {"name": "web", "state": "started", "init_log": None},
        {"name": "web", "state": "started", "log_dir": None},
        {"name": "web", "state": "started", "env": {"A": None}},
        {"name": "web", "state": "started", "env": "A=\0"},
        {"jobs": [{"name": None, "state": "started"}]},
        {"jobs": [{"name": "web", "state": "started", "env": {"A": None}}]},
    ],
    "upstart_job": [
        {"name": None, "exec": "a"}, {"name": "web", "exec": None}, {"jobs": [{"name": None, "exec": "a"}]},
        {"jobs": [{"name": "web", "exec": None}]}, {"jobs": [{"name": "web", "exec": "a"}], "manifest": None},
    ],
    "upstart_event": [{"name": None}, {"name": "go", "env": {"A": None}}, {"name": "go", "conf_dir": None}],
    "upstart_info": [{"name": None}, {"conf_dir": None}],
    "upstart_init": [{"log_priority": "info", "address": None}, {"job_env": {"A": None}}],
    "lsb_service": [{"name": None, "state": "started"}],
}


@pytest.mark.parametrize("module", list(OPTIONS))
def test_text_that_cannot_be_sent_to_a_daemon(daemon: Daemon, module: str) -> None:
    """One sentence names the option. None in the table stands for the text."""
    def filled(value: Any, text: str) -> Any:
        if isinstance(value, dict):
            return {key: filled(part, text) for key, part in value.items()}
        return [filled(part, text) for part in value] if isinstance(value, list) else text if value is None else value

    given = [filled(each, text) for each in OPTIONS[module] for text in (NUL, HALF)]
    surplus = {"conf_dir", "log_dir"} if module in ("upstart_init", "lsb_service") else set()
    surplus = surplus | ({"address"} if module == "lsb_service" else set())
    arguments = [{key: value for key, value in options(daemon, **each).items() if key not in surplus - set(each)}
                 for each in given]
    for each, ended in zip(given, many_modules.run(module, arguments, 4)):
        said = ended.result()
        assert said["failed"] is True and "exception" not in said, each
        assert "NUL" in said["msg"] or "UTF-8" in said["msg"] or "is not KEY=VALUE" in said["msg"], said["msg"]


def test_half_a_character_in_the_content_of_a_job(daemon: Daemon) -> None:
    """For Upstart a NUL ends a line, and text that is not UTF-8 has its own finding."""
    said = run(daemon, "upstart_job", jobs=[{"name": "web", "content": "exec a\ud800\n"}])
    assert said["msg"] == (
        "Job web: A text contains half a character (a lone surrogate) (write valid UTF-8). Nothing was written.")
