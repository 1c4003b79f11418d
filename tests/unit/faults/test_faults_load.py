# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with very many jobs and very large files: ten times the size takes about ten times the work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import with_daemon
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.checks import check as job_check
from ansible_collections.sysinit.upstart.tests.unit.support import many_modules
from ansible_collections.sysinit.upstart.tests.unit.support.faults import check, job, options, run, service
from ansible_collections.sysinit.upstart.tests.unit.support.module_server import processor_seconds

Daemon = with_daemon.Daemon
FEW, MANY = 1000, 10000
SLOWER = 3 * MANY / FEW  # allowed growth: linear, with a margin for a busy machine
PATIENT = {"timeout": 300}  # seconds; the daemon itself has to read many files
JOB = "description job-%d\nstart on event%d\nenv N=%d\nexec sleep 1000\n"
# Writes the files before the daemon starts, as when a host boots.
WRITE = """\
import pathlib, sys
for number in range(int(sys.argv[2])):
    pathlib.Path(sys.argv[1], "job%%05d.conf" %% number).write_text(%r %% (number, number, number))
""" % JOB


def booted(count: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    script = folder / "write.py"
    script.write_text(WRITE)
    own = with_daemon.boot_command()
    monkeypatch.setenv("UPSTART_BOOT", f"sh -c '{sys.executable} {script} {{conf}} {count} && exec {own}'")
    return with_daemon.running()


def used(daemon: Daemon, count: int) -> dict[str, float]:
    """Run each module on one of ``count`` jobs, successfully; return the cost of each step."""
    web: dict[str, Any] = {"name": "job00007", "content": (JOB % (7, 7, 7)) + "nice 1\n", **PATIENT}
    steps: dict[str, Callable[[], dict[str, Any]]] = {
        "info": lambda: run(daemon, "upstart_info", **PATIENT),
        "minimal info": lambda: run(daemon, "upstart_info", subset=["min"], **PATIENT),
        "info on one": lambda: run(daemon, "upstart_info", name=["job00007"], **PATIENT),
        "change a file": lambda: job(daemon, **web),
        "keep a file": lambda: job(daemon, **web),
        "start": lambda: service(daemon, "started", "job00007", **PATIENT),
        "keep it running": lambda: service(daemon, "started", "job00007", **PATIENT),
        "change the file of a running job": lambda: job(daemon, **{**web, "content": "exec sleep 2000\n"}),
        "restart": lambda: service(daemon, "restarted", "job00007", **PATIENT),
        "disable": lambda: service(daemon, name="job00008", enabled=False, **PATIENT),
        "reload": lambda: run(daemon, "upstart_init", reload_configuration=True, **PATIENT),
    }
    costs = {}
    for name, step in steps.items():
        before = processor_seconds()
        said = step()
        costs[name] = processor_seconds() - before
        check("many-jobs", said)
        assert said["changed"] is (name.partition(" ")[0] not in ("info", "minimal", "keep", "reload")), name
        assert said.get("left_out", []) == []
        if name in ("info", "minimal info"):
            assert len(said["jobs"]) == count
    return costs


@pytest.fixture(name="few")
def _few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    with booted(FEW, tmp_path, monkeypatch) as daemon:
        return used(daemon, FEW)


def test_ten_thousand_jobs(few: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with booted(MANY, tmp_path, monkeypatch) as daemon:
        many = used(daemon, MANY)
    assert min(few.values()) > 0, "the processor time of the modules is measured"
    assert {name: (many[name], few[name]) for name in many if many[name] > SLOWER * few[name]} == {}


def large(kind: str, size: int) -> str:
    """Return a job file of about ``size`` bytes."""
    line = {
        "comments": "# nothing to say here, but at length\n",
        "a script": "  echo a line of a script\n",
        "one line": "x",
        "variables": "env V%06d=value\n",
        "conditions": "",
    }[kind]
    count = size // max(len(line), 1)
    if kind == "comments":
        return line * count + "exec sleep 1000\n"
    if kind == "a script":
        return "script\n" + line * count + "  exec sleep 1000\nend script\n"
    if kind == "one line":
        return "description %s\nexec sleep 1000\n" % (line * count)
    if kind == "variables":
        return "".join(line % number for number in range(count)) + "exec sleep 1000\n"
    events = " or ".join("event%06d" % number for number in range(size // 15))
    return "start on %s\nexec sleep 1000\n" % events


KINDS = ["comments", "a script", "one line", "variables", "conditions"]
SMALL, BIG = 100 * 1024, 1024 * 1024


def large_job(daemon: Daemon, text: str) -> dict[str, Any]:
    """Deploy a text that exceeds the limit of a command line."""
    found, = many_modules.run("upstart_job", [options(daemon, name="web", content=text)])
    return found.result()


def seconds_to_read(text: str) -> float:
    began = time.process_time()
    job_check.examine("web", text.encode(), None)
    return time.process_time() - began


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_a_megabyte_is_read_in_linear_time(kind: str) -> None:
    small = seconds_to_read(large(kind, SMALL)) + 0.05  # a base that hides noise
    assert seconds_to_read(large(kind, BIG)) < 3 * BIG / SMALL * small


@pytest.fixture(name="daemon")
def _daemon() -> Iterator[Daemon]:
    with with_daemon.running() as daemon:
        yield daemon


@pytest.mark.parametrize("kind", ["comments", "a script", "one line"])
def test_a_file_of_a_megabyte_is_deployed(daemon: Daemon, kind: str) -> None:
    """No job has such a large environment or condition: Linux does not give a process that large an environment."""
    text = large(kind, BIG)
    assert large_job(daemon, text)["changed"] is True
    assert (daemon.conf / "web.conf").read_text() == text
    check("large-file", large_job(daemon, text))
    said = run(daemon, "upstart_info")
    assert said["jobs"][0]["error"] is None and said["left_out"] == []
    if kind == "a script":
        assert len(said["jobs"][0]["stanzas"]["script"]) > BIG / 2
    said = service(daemon, "started")
    assert said["instances"][0]["status"] == "start/running", said
    assert large_job(daemon, text.replace("1000", "2000"))["jobs"][0]["stale_instances"] == [""]
    assert service(daemon, "restarted")["instances"][0]["stale"] is False
