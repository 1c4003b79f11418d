# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Job files with text that is not UTF-8; DirectoryScan and JobDirectory find the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.sysinit.upstart.plugins.module_utils._host import harmful_files
from ansible_collections.sysinit.upstart.plugins.module_utils._host.job_directory import JobDirectory
from ansible_collections.sysinit.upstart.plugins.module_utils._text import decode

LATIN_1 = "description Bücher\nexec a\n".encode("latin-1")


@pytest.mark.parametrize(("name", "data", "harmful"), [
    (b"web.conf", b"exec a\n", False),
    (b"web.conf", LATIN_1, True),
    (b"web.conf", b"import A\n" + LATIN_1, True),
    (b"web.conf", b"# B\xfccher\nexec a\n", False),
    (b"net/web.override", LATIN_1, True),
    (b"caf\xe9.conf", b"exec a\n", True),
    (b"caf\xe9/web.conf", b"exec a\n", True),
    (b".git/web.conf", LATIN_1, True),
    (b"web.conf~", LATIN_1, False),
])
def test_scan_and_job_directory_find_the_same_harmful_file(tmp_path: Path, name: bytes, data: bytes,
                                                           harmful: bool) -> None:
    path = os.path.join(os.fsencode(tmp_path), name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    (tmp_path / "good.conf").write_text("exec a\n")
    scan = harmful_files.DirectoryScan(str(tmp_path))
    folder = JobDirectory(str(tmp_path), (1, 13, 2))
    assert scan.harmful_file == folder.harmful_file == (decode(path) if harmful else None)
    assert scan.copies == folder.copies
    assert list(scan.copies) == (["web"] if name.endswith(b"~") else [])
    assert scan.is_safe("good")


def test_the_job_of_a_harmful_file_is_not_safe(tmp_path: Path) -> None:
    (tmp_path / "bad.conf").write_bytes(LATIN_1)
    (tmp_path / "copied.conf").write_text("exec a\n")
    (tmp_path / "copied.conf.dpkg-old").write_bytes(LATIN_1)
    (tmp_path / "b\u00fccher.conf").write_text("exec a\n")
    (tmp_path / "web.conf").write_text("exec a\n")
    (tmp_path / "hidden.conf").write_text("exec a\n")
    os.mkfifo(tmp_path / "hidden.override")
    scan = harmful_files.DirectoryScan(str(tmp_path))
    assert [name for name in ("bad", "copied", "b\u00fccher", "hidden", "web", "absent") if scan.is_safe(name)] == [
        "web"]
    assert scan.readable == {"bad", "copied", "web", *harmful_files.reported_names("b\u00fccher")}
