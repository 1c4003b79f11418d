# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs a host has."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import program_search
from ansible_collections.sysinit.upstart.plugins.module_utils._host.program_search import HostPrograms
from ansible_collections.sysinit.upstart.plugins.module_utils._jobfile.parser import parse_job
from ansible_collections.sysinit.upstart.tests.unit.support.fake_client import NO_PROCESS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with programs of all kinds."""
    for name, text, mode in [
        ("good", "#!/bin/sh\n", 0o755), ("plain", "#!/bin/sh\n", 0o644), ("orphan", "#!/no/such/python -u\n", 0o755),
        ("dos", "#! /bin/sh\r\n", 0o755), ("text", "echo a\n", 0o755), ("env", "#!/usr/bin/env python\n", 0o755),
    ]:
        (tmp_path / name).write_text(text, newline="")
        (tmp_path / name).chmod(mode)
    (tmp_path / "dangling").symlink_to("nowhere")
    return tmp_path


def defect(name: str, stanzas: str = "") -> str | None:
    return HostPrograms(NO_PROCESS).defect(parse_job(stanzas + "exec a\n"), name)


@pytest.mark.parametrize(("name", "expected"), [
    ("good", None), ("text", None), ("env", None), ("plain", "cannot be executed"), ("", "cannot be executed"),
    ("absent", "does not exist"), ("good/below", "does not exist"), ("dangling", "does not exist"),
    ("orphan", "needs the interpreter /no/such/python, which does not exist"),
    ("dos", "needs the interpreter /bin/sh\\r, which does not exist"),
])
def test_programs_by_path(folder: Path, name: str, expected: str | None) -> None:
    assert defect(f"{folder}/{name}") == expected


@pytest.mark.parametrize(("name", "stanzas", "expected"), [
    ("sh", "", None), ("no-such-program", "", "does not exist"), ("sh", "env PATH\n", None),
    ("good", "env PATH=/nowhere:{folder}\n", None), ("good", "", "does not exist"),
    ("./good", "chdir {folder}\n", None), ("./good", "", "does not exist"),
    ("plain", "env PATH={folder}\n", "cannot be executed"),
])
def test_programs_by_name(folder: Path, name: str, stanzas: str, expected: str | None) -> None:
    assert defect(name, stanzas.format(folder=folder)) == expected


@pytest.mark.parametrize(("shell", "expected"), [("dash", False), ("bash", True), ("busybox", False)])
def test_the_shell_of_a_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: str, expected: bool
) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / shell).touch()
    (tmp_path / "bin" / "sh").symlink_to(shell)
    monkeypatch.setattr(program_search, "root_of", lambda _pid: str(tmp_path))
    assert HostPrograms(NO_PROCESS).has_rich_shell() == expected


def test_the_programs_of_a_daemon_outside_of_this_container_are_unknown() -> None:
    assert program_search.programs_of_host(0) is None
    assert program_search.programs_of_host(NO_PROCESS) is not None
