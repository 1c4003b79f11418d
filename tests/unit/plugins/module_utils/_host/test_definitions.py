# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A job's definition as it stands in the job directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._errors import UpstartError
from ansible_collections.sysinit.upstart.plugins.module_utils._host import instance_names
from ansible_collections.sysinit.upstart.plugins.module_utils._host.definitions import Definition
from ansible_collections.sysinit.upstart.plugins.module_utils._host.planned_files import read_file

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
def test_the_instance_that_variables_lead_to(tmp_path: Path, conf: str, env: list[str], name: str | None) -> None:
    assert instance_names.instance_of(definition(tmp_path, conf), env) == name


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


@pytest.mark.parametrize(("override", "options", "enabled", "override_counts"), [
    (None, {"exec": "b", "start_on": "x"}, True, False),
    ("manual\n", {"exec": "b", "start_on": "x", "manual": True}, False, True),  # the override is the one that disables
    (None, {"exec": "b", "start_on": "x", "manual": True}, False, False),  # the job file disables
    ("nice 5\n", {"exec": "b", "start_on": "x"}, True, False),  # upstart_job will change it, too
    ("nice 5\n", {"exec": "b", "nice": 5}, False, True),
    ("frob\n", {"exec": "b", "start_on": "x"}, True, False),
])
def test_a_job_that_is_yet_to_be_written(tmp_path: Path, override: str | None, options: dict[str, Any], enabled: bool,
                                         override_counts: bool) -> None:
    (tmp_path / "web.conf").write_text("frob\n")
    if override:
        (tmp_path / "web.override").write_text(override)
    definition = Definition("web", str(tmp_path))
    definition.expect(options)
    assert (definition.error, definition.is_enabled()) == (None, enabled)
    assert (definition.override_text is not None) == override_counts
