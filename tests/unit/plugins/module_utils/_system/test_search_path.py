# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several directories with job files."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.sysinit.upstart.plugins.module_utils._system.search_path import (
    SearchPath,
    directories_of,
    next_file,
)


def test_a_search_path_is_the_path_of_its_first_directory() -> None:
    path = SearchPath(["/a", "/b"])
    assert path == "/a" and path + "/x" == "/a/x" and isinstance(path, str)
    assert directories_of(path) == ["/a", "/b"]
    assert directories_of("/a") == ["/a"]


def test_the_next_file(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    path = SearchPath([str(folder) for folder in folders])
    folders[0].joinpath("web.conf").touch()
    assert next_file(path, "web.conf") is None
    for folder in folders[:0:-1]:
        folder.joinpath("web.conf").touch()
        assert next_file(path, "web.conf") == str(folder / "web.conf")
    assert next_file(str(folders[0]), "web.conf") is None
