# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job files of several directories; test_host.py and test_audit.py test those of one directory."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.sysinit.upstart.plugins.module_utils._host.harmful_files import DirectoryScan
from ansible_collections.sysinit.upstart.plugins.module_utils._host.job_directory import JobDirectory
from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import SearchPath

LATEST = (1, 13, 2)


def search_path(folder: Path, *present: str) -> SearchPath:
    """Write files below the directories a and c, and return the search path of a, b (which is missing) and c."""
    for path in ("a/x", "c/x", *present):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("nice 5\n")
    return SearchPath([str(folder / name) for name in "abc"])


def test_the_first_file_counts(tmp_path: Path) -> None:
    folder = JobDirectory(search_path(tmp_path, "a/one.conf", "c/one.conf", "c/two.conf", "c/net/three.conf"), LATEST)
    paths = {name: str(Path(files.conf).relative_to(tmp_path)) for name, files in folder.jobs.items()}
    assert paths == {"one": "a/one.conf", "two": "c/two.conf", "net/three": "c/net/three.conf"}
    assert folder.complete and folder.ignored == []


def test_overrides_of_the_same_or_an_earlier_directory(tmp_path: Path) -> None:
    folder = JobDirectory(search_path(
        tmp_path, "a/one.conf", "c/one.override", "c/two.conf", "a/two.override", "c/two.override", "c/three.conf",
        "c/three.override", "a/four.override"), LATEST)
    overrides = {name: files.override and str(Path(files.override).relative_to(tmp_path))
                 for name, files in folder.jobs.items()}
    assert overrides == {"one": None, "two": "a/two.override", "three": "c/three.override"}
    assert [(code, name) for code, name, _path, _details in folder.ignored] == [("override-without-job", "four")]


def test_a_directory_that_cannot_be_read(tmp_path: Path) -> None:
    path = search_path(tmp_path, "a/one.conf")
    (tmp_path / "b").write_text("no directory")
    assert JobDirectory(path, LATEST).unreadable == [f"The contents of {tmp_path}/b: not a directory."]


def test_dangling_links_of_later_directories_are_named(tmp_path: Path) -> None:
    path = search_path(tmp_path)
    (tmp_path / "c/net").mkdir()
    (tmp_path / "c/net/web.conf").symlink_to("nowhere")
    assert [entry[:2] for entry in JobDirectory(path, LATEST).ignored] == [("link-dangling", "net/web")]


def test_the_scan_for_harmful_files_reads_all_directories(tmp_path: Path) -> None:
    path = search_path(tmp_path, "a/one.conf", "c/net/two.conf")
    (tmp_path / "c/bad.conf").write_bytes(b"exec \xff\n")
    scan = DirectoryScan(path)
    assert scan.readable == {"one", "net/two", "bad"} and scan.harmful_jobs == {"bad"}
