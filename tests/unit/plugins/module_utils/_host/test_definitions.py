# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's definition in the job directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import instance_names
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._host.planned_files import read_file
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.dialects import Release
from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import SearchPath

NEW, OLD = (1, 13, 2), (0, 6, 5)


def definition(folder: Path, conf: str | None = None, override: str | None = None, version: Any = NEW) -> Definition:
    for suffix, text in ((".conf", conf), (".override", override)):
        if text is not None:
            (folder / ("web" + suffix)).write_text(text)
    return Definition("web", str(folder), version)


def test_no_job_file(tmp_path: Path) -> None:
    job = definition(tmp_path)
    assert (job.text, job.values, job.error) == (None, None, None)
    assert job.complaint() == "there is no %s/web.conf" % tmp_path
    assert job.facts() == {"path": "%s/web.conf" % tmp_path}
    assert not job.is_task() and job.instance_variables() == []


@pytest.mark.parametrize(("present", "conf", "override"), [
    ([], "a/web.conf", "a/web.override"),
    (["a/web.conf", "b/web.conf"], "a/web.conf", "a/web.override"),
    (["b/web.conf", "b/web.override"], "b/web.conf", "b/web.override"),
    (["b/web.conf", "b/web.override", "a/web.override"], "b/web.conf", "a/web.override"),
    (["c/web.conf", "b/web.override"], "c/web.conf", "b/web.override"),
    (["a/web.conf", "b/web.override"], "a/web.conf", "a/web.override"),
])
def test_several_directories(tmp_path: Path, present: list[str], conf: str, override: str) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
    for path in present:
        (tmp_path / path).write_text("nice 5\n")
    job = Definition("web", SearchPath([str(tmp_path / name) for name in "abc"]))
    assert (job.conf, job.override) == (str(tmp_path / conf), str(tmp_path / override))
    assert job.own_override == str(tmp_path / "a/web.override")
    assert (job.text, job.override_text) == tuple(
        b"nice 5\n" if path in present else None for path in (conf, override))


def test_a_good_file(tmp_path: Path) -> None:
    job = definition(tmp_path, "task\nexec a\ninstance $TTY-${PORT}\n")
    assert job.complaint() is None and job.error is None
    assert job.is_task()
    assert job.instance_variables() == ["TTY", "PORT"]


@pytest.mark.parametrize(("conf", "env", "name"), [
    ("exec a\n", [], ""),
    ("instance $N\nexec a\n", ["N=a=b=c"], "a=b=c"),
    ("instance $N\nenv N=7\nexec a\n", [], "7"),
    ("instance $N\nenv N=7\nexec a\n", ["M=1", "N=8"], "8"),
    ("instance $N\nenv N\nexec a\n", [], None),
    ("frob\n", ["N=1"], None),
])
def test_the_instance_that_variables_select(tmp_path: Path, conf: str, env: list[str], name: str | None) -> None:
    assert instance_names.instance_of(definition(tmp_path, conf), env) == name


@pytest.mark.parametrize(("conf", "dialect", "names"), [
    ("import A\nenv B=1\nexec a\n", "chromeos", ["B", "C"]),
    ("exec a\n", "chromeos", ["A", "B", "C"]),
    ("import A B C\nexec a\n", "chromeos", []),
    ("exce a\n", "chromeos", []),
    ("exec a\n", "stock", []),
])
def test_dropped_variables(tmp_path: Path, conf: str, dialect: str, names: list[str]) -> None:
    (tmp_path / "web.conf").write_text(conf)
    definition = Definition("web", str(tmp_path), Release((1, 13, 2), dialect))
    assert definition.dropped_variables(["C=1", "A=2", "B=3"]) == names
    assert definition.dropped_variables([]) == []


def test_an_override(tmp_path: Path) -> None:
    job = definition(tmp_path, "start on x\nexec a\n", "manual\n")
    assert job.values["start_on"] is None
    old = definition(tmp_path, version=OLD)
    assert old.values["start_on"] is not None and old.override_text is None


def test_an_override_that_is_a_link(tmp_path: Path) -> None:
    """Upstart 1.13.2 does not read an override that is a symbolic link (measured); 1.5 does."""
    (tmp_path / "elsewhere").write_text("manual\n")
    os.symlink("elsewhere", tmp_path / "web.override")
    assert definition(tmp_path, "start on x\nexec a\n").values["start_on"] is not None
    assert definition(tmp_path, version=(1, 5)).values["start_on"] is None


@pytest.mark.parametrize(("conf", "override", "place", "line", "text"), [
    ("exec a\nfrob\n", None, "web.conf:2", 2, "Unknown stanza"),
    ("exec a\n", "\n\nfrob\n", "web.override:3", 3, "Unknown stanza"),
    ("script\nx\n", None, "web.conf:3", 3, "Unterminated block"),
])
def test_a_refused_file(tmp_path: Path, conf: str, override: str | None, place: str, line: int, text: str) -> None:
    job = definition(tmp_path, conf, override)
    path = "%s/%s" % (tmp_path, place)
    assert job.values is None
    assert job.complaint() is not None and path in job.complaint() and text in job.complaint()
    assert job.facts() == {"path": path.rpartition(":")[0], "line": line, "reason": text}


@pytest.mark.parametrize(("conf", "version", "clause"), [
    ("setgid shop\n", OLD, "web.conf:1: Unknown stanza ('setgid' needs Upstart 1.4 or later, this is 0.6.5)"),
    ("kill timeout 5s\n", NEW,
     "web.conf:1: Illegal interval, expected number of seconds (use whole seconds, 0 or more, without a unit)"),
    ("script\nx\n", NEW, "web.conf:3: Unterminated block (end the script with a line 'end script')"),
])
def test_a_complaint_has_the_hint(tmp_path: Path, conf: str, version: Any, clause: str) -> None:
    assert definition(tmp_path, conf, version=version).complaint() == f"Upstart refuses {tmp_path}/{clause}"


def test_reading_files(tmp_path: Path) -> None:
    assert read_file(str(tmp_path / "no")) is None
    (tmp_path / "file").write_bytes(b"\xff")
    assert read_file(str(tmp_path / "file")) == b"\xff"
    assert read_file(str(tmp_path / "file" / "below")) is None
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(UpstartError, match="fifo is not a regular file, so Upstart does not read it"):
        read_file(str(tmp_path / "fifo"))
    with pytest.raises(UpstartError, match="is not a regular file") as caught:
        read_file(str(tmp_path))
    assert caught.value.facts == {"path": str(tmp_path)}


@pytest.mark.parametrize(("path", "why"), [
    ("/" + 300 * "x", "File name too long"), ("/proc/self/mem", "Input/output error")])
def test_a_file_that_cannot_be_read_is_not_taken_for_none(path: str, why: str) -> None:
    with pytest.raises(UpstartError) as caught:
        read_file(path)
    assert caught.value.message == f"Cannot read {path}: {why}."
    assert caught.value.facts == {"path": path}
